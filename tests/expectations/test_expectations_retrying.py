"""Judging what a candidate does when calls fail, and how often it asks."""

import pytest

from harness.expectations import (
    Bounded,
    GaveUp,
    ListRetried,
    NotTakenForSent,
    Paced,
    PausesGrow,
    Polled,
    Retried,
    Waited,
)
from harness.expectations.assessment import Blind, Broken, Holding, Met
from tests.judge.timed_evidence import GOT, ITEM, OTHER, SENT, TimedEvidence, assessed, broken, pending


@pytest.fixture
def run() -> TimedEvidence:
    return TimedEvidence()


def test_calls_about_a_document_are_counted(run: TimedEvidence) -> None:
    expectation = Retried(operation="sendEdoc", document=SENT, times=2)
    pending(run, expectation, "not-retried", ">= 2 × sendEdoc", "0", document=SENT)
    run.send(OTHER)
    first = run.send(code="20")
    pending(run, expectation, "not-retried", ">= 2 × sendEdoc", "1", first, document=SENT)
    run.send(code="20")
    assert assessed(run, expectation) == Met()


@pytest.mark.parametrize(("operation", "called"), [("getEdoc", "downloadEdoc"), ("updateStatus", "updateStatus")])
def test_calls_about_an_item_count_for_its_document(run: TimedEvidence, operation: str, called: str) -> None:
    expectation = Retried(operation=operation, document=GOT, times=2)
    run.call(called, docId=ITEM)
    run.note("delivered", receiver_doc_id=ITEM, document_id=GOT)
    run.call(called, DOCID=ITEM)
    run.call(called, docid="another")
    run.call("getSentEdocList", docId=ITEM)
    request = run.call("getEdoc" if called == "updateStatus" else "updateStatus", docId=ITEM)
    pending(run, expectation, "not-retried", f">= 2 × {operation}", "1", run.events[2], document=GOT)
    run.call(called, docId=ITEM)
    assert assessed(run, expectation) == Met()
    assert [one.request for one in run.calls(str(request.members["operation"]), GOT)] == [request]


def test_who_never_calls_again_has_not_given_up(run: TimedEvidence) -> None:
    expectation = GaveUp(operation="sendEdoc", document=SENT, seconds=5.0)
    pending(run, expectation, "not-given-up", "sendEdoc <= 5 s", "-", document=SENT)
    hanging = run.at(1.0).call("sendEdoc", package={"kind": "document", "document_id": SENT})
    pending(run, expectation, "not-given-up", "sendEdoc <= 5 s", "-", hanging, document=SENT)
    run.at(6.0).send()
    run.at(60.0).send()
    assert assessed(run, expectation) == Met()
    second = run.sendings(SENT)[1].request
    late = GaveUp(operation="sendEdoc", document=SENT, seconds=4.5)
    broken(run, late, "given-up-late", "sendEdoc <= 4.5 s", "5.0 s", second, document=SENT)


def test_a_list_is_asked_for_again(run: TimedEvidence) -> None:
    run.at(0.0).poll()
    since = run.note("fault", name="x").seq
    expectation = ListRetried(messagetype="edoc", since=since, seconds=4.0)
    expected = "getReceivedEdocList edoc <= 4 s"
    run.at(1.0).poll()
    run.at(2.0).poll("status")
    run.at(2.0).call("countReceiveEdoc", messagetype="edoc")
    pending(run, expectation, "list-not-retried", expected, "1")
    again = run.at(5.0).poll()
    run.at(50.0).poll()
    assert assessed(run, expectation) == Met()
    late = ListRetried(messagetype="edoc", since=since, seconds=3.9)
    broken(run, late, "list-not-retried", "getReceivedEdocList edoc <= 3.9 s", "4.0 s", again)


def test_too_many_tries_are_reported_at_the_first_of_them(run: TimedEvidence) -> None:
    expectation = Bounded(operation="sendEdoc", document=SENT, most=2)
    run.send(code="20")
    run.send(code="20")
    assert assessed(run, expectation) == Holding()
    excess = run.send(code="20")
    run.send(code="20")
    broken(run, expectation, "retried-too-often", "<= 2 × sendEdoc", "4", excess, document=SENT)


def test_who_was_asked_to_wait_waits_after_the_answer(run: TimedEvidence) -> None:
    expectation = Waited(operation="sendEdoc", document=SENT, seconds=3.0)
    package = {"kind": "document", "document_id": SENT}
    run.answer(run.at(0.0).call("sendEdoc", package=package), code="20", fault="busy")
    pending(run, expectation, "not-retried", "sendEdoc", "1", document=SENT)
    asked = run.at(3.0).call("sendEdoc", package=package)
    run.at(4.0).answer(asked, code="20", fault="busy")
    run.at(7.0).send(code="20")
    run.at(7.5).send()
    assert assessed(run, expectation) == Met()
    # An answer is noted a moment after its peer may have read it.
    assert assessed(run, Waited(operation="sendEdoc", document=SENT, seconds=3.05)) == Met()
    hasty = Waited(operation="sendEdoc", document=SENT, seconds=3.5)
    broken(run, hasty, "did-not-wait", ">= 3.5 s", "3.00 s", asked, document=SENT)


def test_the_time_until_the_answer_is_no_waiting(run: TimedEvidence) -> None:
    asked = run.call("sendEdoc", package={"kind": "document", "document_id": SENT})
    run.at(4.0).answer(asked, code="20", fault="busy")
    again = run.at(5.0).send()
    expectation = Waited(operation="sendEdoc", document=SENT, seconds=3.0)
    broken(run, expectation, "did-not-wait", ">= 3 s", "1.00 s", again, document=SENT)


def test_requests_between_two_events_are_counted_after_a_grace(run: TimedEvidence) -> None:
    run.poll()
    since = run.at(10.0).note("fault", name="x").seq
    for second in (11.0, 11.9, 12.0, 13.0):
        run.at(second).poll()
    until = run.at(14.0).note("fault.over", name="x").seq
    run.at(14.0).poll()
    assert assessed(run, Paced(since=since, until=until, grace=2.0, most=2)) == Holding()
    hammering = Paced(since=since, until=until, grace=1.0, most=2)
    broken(run, hammering, "hammering", "<= 2 / 3.0 s", "4 / 3.0 s", run.exchanges[3].request)


def tries(run: TimedEvidence, *seconds: float) -> int:
    for second in seconds:
        run.at(second).send(code="20")
    until = run.note("fault.over", name="x").seq
    run.at(seconds[-1] + 0.1).send()
    return until


@pytest.mark.parametrize("seconds", [(0.0,), (0.0, 2.0), (0.0, 2.0, 5.0), (1.0, 3.0, 4.0, 7.0)])
def test_pauses_that_grow_hold(run: TimedEvidence, seconds: tuple[float, ...]) -> None:
    assert assessed(run, PausesGrow(document=SENT, until=tries(run, *seconds), growth=1.5)) == Holding()


def test_three_tries_are_enough_to_see_that_pauses_do_not_grow(run: TimedEvidence) -> None:
    expectation = PausesGrow(document=SENT, until=tries(run, 1.0, 3.0, 5.5), growth=1.5)
    last = run.sendings(SENT)[2].request
    broken(run, expectation, "pauses-do-not-grow", ">= 1.5 × 2.00 s", "2.50 s", last, document=SENT)


def test_pauses_that_do_not_grow_are_reported(run: TimedEvidence) -> None:
    expectation = PausesGrow(document=SENT, until=tries(run, 1.0, 3.0, 9.0, 11.5), growth=1.5)
    last = run.sendings(SENT)[3].request
    broken(run, expectation, "pauses-do-not-grow", ">= 1.5 × 2.00 s", "2.50 s", last, document=SENT)


def test_one_call_after_the_other_may_ask_whether_the_hub_is_back(run: TimedEvidence) -> None:
    """The document's own tries are as far apart as each other, since all calls wait longer and longer together."""
    first = run.at(1.0).send(code="20").seq
    for second in (1.1, 1.4, 2.0, 3.0, 5.0):
        run.at(second).poll()
    run.at(9.0).send(code="20")
    run.at(13.0).poll()
    run.at(17.0).send(code="20")
    until = run.note("fault.over", name="x").seq
    assert first < until
    assert assessed(run, PausesGrow(document=SENT, until=until, growth=2.0)) == Holding()


def test_a_burst_before_steady_calls_is_no_growth(run: TimedEvidence) -> None:
    run.at(0.0).send(code="20")
    for second in (0.01, 0.03, *(0.28 + 0.25 * step for step in range(40))):
        run.at(second).poll()
    run.at(10.3).send(code="20")
    run.at(20.0).send(code="20")
    until = run.note("fault.over", name="x").seq
    steady = PausesGrow(document=SENT, until=until, growth=2.0)
    assert isinstance(assessed(run, steady), Broken)


def test_steady_calls_beside_a_steady_document_excuse_nothing(run: TimedEvidence) -> None:
    run.at(0.0).send(code="20")
    for second in range(1, 30):
        run.at(second * 0.5).poll()
        if second % 6 == 0:
            run.at(second * 0.5 + 0.1).send(code="20")
    until = run.note("fault.over", name="x").seq
    assert isinstance(assessed(run, PausesGrow(document=SENT, until=until, growth=2.0)), Broken)


def shown(state: str, document: str = SENT) -> dict[str, str]:
    return {"document_id": document, "state": state}


def test_what_is_not_taken_is_not_shown_as_sent(run: TimedEvidence) -> None:
    run.show("outbox", shown("queued"))
    expectation = NotTakenForSent(document=SENT, after=run.send(code="20").seq)
    pending(run, expectation, "not-shown", "queued|failed", "-", document=SENT)
    run.show("outbox", "odd", shown("failed"), shown("sent", OTHER))
    run.show("inbox", shown("sent"))
    run.note("driver", command="outbox", result={"documents": 7})
    run.note("driver", command="outbox", error={"kind": "timeout"})
    assert assessed(run, expectation) == Met()
    run.send()
    run.show("outbox", shown("sent"))
    assert assessed(run, expectation) == Met()


def test_what_is_taken_for_sent_too_early_is_reported(run: TimedEvidence) -> None:
    expectation = NotTakenForSent(document=SENT, after=run.send(code="20").seq)
    look = run.show("outbox", shown("failed", OTHER), shown("sent"))
    broken(run, expectation, "taken-for-sent", "queued|failed", "sent", look, document=SENT)
    run.send()
    broken(run, expectation, "taken-for-sent", "queued|failed", "sent", look, document=SENT)


def test_an_outbox_that_cannot_be_shown_leaves_it_open(run: TimedEvidence) -> None:
    run.cannot("outbox")
    assert assessed(run, NotTakenForSent(document=SENT, after=0)) == Blind("outbox")


def test_a_list_is_polled_as_often_as_declared(run: TimedEvidence) -> None:
    run.at(0.0).poll()
    since = run.at(0.5).note("mark").seq
    expectation = Polled(messagetype="edoc", times=2, gap=3.0, since=since)
    pending(run, expectation, "not-polled", "<= 3 s", "0", messagetype="edoc")
    first = run.at(1.0).poll("eDoc")
    run.at(2.0).poll("status")
    run.at(2.0).call("getSentEdocList", messagetype="edoc")
    pending(run, expectation, "not-polled", "<= 3 s", "1", first, messagetype="edoc")
    last = run.at(4.5).poll()
    pending(run, expectation, "polled-late", "<= 3 s", "3.5 s", last, messagetype="edoc")
    for second in (7.5, 9.0, 10.5):
        assert assessed(run, expectation) != Met()
        run.at(second).poll()
    assert assessed(run, expectation) == Met()


def test_a_burst_of_requests_is_no_polling(run: TimedEvidence) -> None:
    expectation = Polled(messagetype="edoc", times=2, gap=3.0, since=run.note("mark").seq)
    for burst in (1.0, 46.0, 91.0):
        for step in range(10):
            last = run.at(burst + step / 2).poll()
    pending(run, expectation, "polled-late", "<= 3 s", "40.5 s", last, messagetype="edoc")


def test_the_longest_gap_of_a_slow_one_is_reported(run: TimedEvidence) -> None:
    since = run.note("mark").seq
    for second in (1.0, 6.0, 10.5):
        run.at(second).poll("status")
    expectation = Polled(messagetype="status", times=1, gap=3.0, since=since)
    last = run.exchanges[-1].request
    pending(run, expectation, "polled-late", "<= 3 s", "5.0 s", last, messagetype="status")


def test_neither_the_first_nor_the_last_event_is_between_them(run: TimedEvidence) -> None:
    since = run.at(1.0).poll().seq
    run.at(2.0).poll()
    until = run.at(3.0).poll().seq
    assert assessed(run, Paced(since=since, until=until, grace=0.0, most=1)) == Holding()
    broken(
        run, Paced(since=since, until=until, grace=0.0, most=0), "hammering", "<= 0 / 2.0 s", "1 / 2.0 s",
        run.exchanges[1].request,
    )  # fmt: skip
