"""What the journal shows as evidence: which calls belong to which document, when a view was asked for, how long it
took."""

from collections.abc import Callable

import pytest

from harness.expectations import (
    Acked,
    ClosedCodeShown,
    DirectoryRead,
    DirectoryRenewed,
    Expectation,
    FetchedByCandidate,
    NotTakenForSent,
    RefusedOrFlagged,
    Shown,
    StoredAs,
    StoredOnce,
    Untouched,
    Withdrawn,
)
from harness.expectations.evidence import Evidence
from harness.journal import Event
from harness.journal.events import CallEffect, SentPackage
from tests.judge.timed_evidence import GOT, ITEM, OTHER, SENT, TimedEvidence


@pytest.fixture
def run() -> TimedEvidence:
    return TimedEvidence()


@pytest.mark.parametrize(("expectation", "views"), [
    (StoredOnce(document=GOT), {"inbox"}),
    (StoredAs(document=GOT, subject="S", files=()), {"inbox"}),
    (Withdrawn(document=GOT), {"inbox"}),
    (Untouched(document=GOT, after=0), {"inbox"}),
    (Shown(document=SENT), {"outbox"}),
    (NotTakenForSent(document=SENT, after=0), {"outbox"}),
    (DirectoryRead(rows=1), {"directory"}),
    (DirectoryRenewed(rows=1, since=0), {"directory"}),
    (ClosedCodeShown(document=SENT, code_number="1", code_notation="A", states=("failed",)), {"outbox"}),
    (RefusedOrFlagged(document=GOT, why="w"), set()),
    (FetchedByCandidate(document=GOT), set()),
])  # fmt: skip
def test_each_expectation_names_the_looks_that_it_needs(expectation: Expectation, views: set[str]) -> None:
    assert expectation.looks_at == frozenset(views)


def test_an_expectation_that_does_not_say_how_it_is_judged_is_refused(run: TimedEvidence) -> None:
    with pytest.raises(TypeError, match="Expectation does not say how it is judged, and SND-01 needs it"):
        Expectation().assess(run, "SND-01")


def test_only_what_the_hub_did_whole_and_unaltered_is_served(run: TimedEvidence) -> None:
    waiting = run.call("getEdoc")
    for code, complete in (("15", True), ("0", False)):
        run.answer(run.call("getEdoc"), code=code, complete=complete)
    altered = run.call("getEdoc")
    run.note("answer", request=altered.seq, error_code="0", complete=True, altered=True, effect={}, fault="x")
    assert [one.served for one in run.exchanges] == [False] * 4
    assert [one.complete for one in run.exchanges] == [False, True, False, True]
    assert [one.error_code for one in run.exchanges] == [None, "15", "0", "0"]
    assert [one.fault for one in run.exchanges] == [None, None, None, "x"]
    assert not run.served_after(-1)
    run.answer(waiting)
    assert run.exchanges[0].served
    assert run.served_after(-1)


def test_what_is_not_answered_has_no_effect(run: TimedEvidence) -> None:
    run.call("getEdoc")
    exchange = run.exchanges[0]
    assert (exchange.effect, exchange.package, exchange.parameters) == (CallEffect(), SentPackage(), {})
    run.note("answer", request=0, error_code="0", complete=True)
    assert exchange.effect == CallEffect()


def test_an_answer_to_no_request_is_passed_over(run: TimedEvidence) -> None:
    run.note("answer", request=7, error_code="0", complete=True, effect={"fetched": {"document_id": GOT}})
    assert (run.exchanges, run.fetches(GOT)) == ([], [])
    assert not run.ever_called()


def test_documents_and_statuses_about_them_are_distinguished(run: TimedEvidence) -> None:
    fetched, status = run.fetch(), run.fetch(messagetype="status")
    acked, answered = run.ack(), run.ack(messagetype="status")
    assert [one.request for one in run.fetches(GOT)] == [fetched]
    assert [one.request for one in run.fetches(GOT, "status")] == [status]
    assert [one.request for one in run.acks(GOT)] == [acked]
    assert [one.request for one in run.acks(GOT, "status")] == [answered]
    assert run.fetches(OTHER) == run.acks(OTHER) == []
    assert run.ever_called()


def test_a_status_that_answers_nothing_is_kept_under_nothing(run: TimedEvidence) -> None:
    request = run.call("sendEdoc", package={"kind": "status", "status_code": "01", "response_for": None})
    assert [one.request for one in run.statuses("")] == [request]
    assert [one.request for one in run.all_sendings()] == [request]
    run.call("sendEdoc", package={"kind": "document", "document_id": None})
    assert len(run.all_sendings()) == 2
    assert run.sendings("") == []


def test_a_document_moves_with_every_call_about_it(run: TimedEvidence) -> None:
    assert run.moved(GOT) == -1
    steps: tuple[Callable[[], Event], ...] = (run.fetch, run.ack, lambda: run.send(GOT), lambda: run.status("01"))
    for step in steps:
        request = step()
        assert run.moved(GOT) == request.seq + 1
        run.fetch(OTHER)
    waiting = run.call("sendEdoc", package={"kind": "document", "document_id": GOT})
    assert run.moved(GOT) == waiting.seq


def test_a_look_is_the_last_answer_whether_changed_or_not(run: TimedEvidence) -> None:
    assert (run.view("inbox"), run.looked_at("inbox", GOT)) == (None, -1)
    look = run.show("inbox")
    run.note("driver", command="inbox", error={"kind": "timeout"})
    run.show("outbox")
    assert (run.view("inbox"), run.looked_at("inbox", GOT)) == (look, look.seq)
    same = run.note("driver.same", command="inbox")
    assert (run.view("inbox"), run.looked_at("inbox")) == (look, same.seq)


def test_what_a_person_tells_counts_from_when_it_was_asked(run: TimedEvidence) -> None:
    asked = run.note("operator.asked")
    run.poll()
    run.note("driver", command="inbox", result={"documents": []}, asked=[[GOT, asked.seq]])
    assert run.looked_at("inbox", GOT) == asked.seq
    assert run.looked_at("inbox", OTHER) == run.looked_at("inbox") == run.looked_at("outbox", GOT) == -1
    seen = run.show("inbox")
    assert run.looked_at("inbox", GOT) == seen.seq


def test_the_seconds_of_a_stall_are_subtracted(run: TimedEvidence) -> None:
    earlier = run.at(10.0).note("mark")
    for at, seconds in ((9.0, 3.0), (11.0, 4.0), (15.0, 1.0), (21.0, 2.0), (30.0, 1.0)):
        run.at(at).note("harness.stalled", seconds=seconds)
    later = run.at(20.0).note("mark")
    assert run.between(earlier, later) == 10.0 - 1.0 - 1.0 - 1.0


def test_evidence_of_a_record_is_the_same_as_of_its_events_one_by_one(run: TimedEvidence) -> None:
    run.note("delivered", receiver_doc_id=ITEM, document_id=GOT)
    run.fetch()
    run.ack()
    run.show("inbox", {"document_id": GOT})
    again = Evidence.of(run.events)
    assert again.exchanges == run.exchanges
    assert (again.events, again.view("inbox")) == (run.events, run.view("inbox"))
    assert [one.request for one in again.calls("getEdoc", GOT)] == [run.events[1]]


def test_an_item_is_acknowledged_after_it_was_fetched_whole(run: TimedEvidence) -> None:
    """By the order of requests, though the answer to the fetch is noted after the acknowledgement was asked for."""
    fetch = run.call("getEdoc", docId=ITEM)
    ack = run.call("updateStatus", docId=ITEM)
    run.answer(fetch, {"fetched": {"document_id": GOT, "messagetype": "edoc"}})
    run.answer(ack, {"acked": {"document_id": GOT, "messagetype": "edoc", "status": "done"}})
    assert type(Acked(document=GOT).assess(run, "RCV-02")).__name__ == "Met"


def test_an_acknowledgement_counts_unless_it_has_to_be_answered_whole(run: TimedEvidence) -> None:
    run.fetch()
    run.ack(complete=False)
    assert type(Acked(document=GOT).assess(run, "RCV-02")).__name__ == "Met"
    assert type(Acked(document=GOT, served=True).assess(run, "RCV-02")).__name__ == "Pending"


@pytest.mark.parametrize(("fault", "size", "expected"), [(None, 10, 7.0), ("trickle", 10, 8.5), (None, 10**6, 8.5)])
def test_time_in_which_the_hub_was_slow_by_itself_is_not_the_candidates(
    fault: str | None, size: int, expected: float
) -> None:
    run = TimedEvidence()
    first = run.at(0).note("request", operation="getEdoc", parameters={}, package=None)
    asked = run.at(2).call("countReceiveEdoc")
    run.at(5).note("answer", request=asked.seq, error_code="0", complete=True, fault=fault, body={"size": size})
    run.at(4).note("harness.stalled", seconds=1.5)
    last = run.at(10).note("request", operation="getEdoc", parameters={}, package=None)
    assert run.between(first, last) == pytest.approx(expected)
