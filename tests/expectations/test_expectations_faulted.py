"""Judging whether a fault struck, and what must not come of one."""

import pytest

from harness.catalogue.profiles import load_profile
from harness.catalogue.verdicts import Severity
from harness.expectations import FaultMet, KeptOnce, NotMistaken, StoredWhenAcked
from harness.expectations.assessment import Blind, Met, Pending
from harness.journal import Event
from tests.judge.timed_evidence import GOT, ITEM, OTHER, SENT, TimedEvidence, assessed, broken, pending, reported


@pytest.fixture
def run() -> TimedEvidence:
    evidence = TimedEvidence()
    evidence.note("delivered", receiver_doc_id=ITEM, document_id=GOT)
    return evidence


def test_a_fault_has_met_what_it_shaped_or_still_holds(run: TimedEvidence) -> None:
    expectation = FaultMet(operation="getEdoc", document=GOT, times=2)
    run.fetch()
    run.fetch(fault="http-503", complete=False)
    pending(run, expectation, "fault-not-met", ">= 2 × getEdoc", "1", document=GOT)
    run.call("getEdoc", docId=ITEM)
    assert assessed(run, expectation) == Met()


def test_a_document_that_left_once_the_fault_was_lifted_has_met_none(run: TimedEvidence) -> None:
    run.send()
    pending(
        run, FaultMet(operation="sendEdoc", document=SENT), "fault-not-met", ">= 1 × sendEdoc", "0", document=SENT
    )  # fmt: skip


def test_a_fault_of_everything_has_met_any_call_since(run: TimedEvidence) -> None:
    run.answer(run.call("countReceiveEdoc"), fault="reset")
    began = run.note("fault").seq
    run.poll()
    pending(run, FaultMet(after=began), "fault-not-met", ">= 1 × -", "0", document="-")
    run.answer(run.call("getReceivedEdocList", messagetype="EDOC"), fault="reset")
    assert assessed(run, FaultMet(after=began)) == Met()
    assert assessed(run, FaultMet(operation="getReceivedEdocList", messagetype="edoc", after=began)) == Met()
    of_statuses = FaultMet(operation="getReceivedEdocList", messagetype="status", after=began)
    pending(run, of_statuses, "fault-not-met", ">= 1 × getReceivedEdocList", "0", document="status")


def mistaken_for(run: TimedEvidence, acked: str | None) -> Event:
    request = run.call("getEdoc", docId=ITEM)
    fetched = {"fetched": {"document_id": GOT, "messagetype": "edoc"}}
    run.note(
        "answer", request=request.seq, error_code="0", complete=True, altered=True, fault="foreign-data", effect=fetched
    )
    if acked is not None:
        run.ack(acked)
    return request


def test_taking_another_document_for_the_item_s_is_a_remark(run: TimedEvidence) -> None:
    taken_for(run, mistaken_for(run, "done"))


def taken_for(run: TimedEvidence, served: Event) -> None:
    (found,) = reported(NotMistaken(document=GOT, foreign=OTHER).assess(run, "RTY-10"))
    assert (found.code, found.expected, found.received) == ("RTY-10.foreign-taken", GOT, OTHER)
    assert found.where.event == served.seq
    assert load_profile().severity(found) is Severity.REMARK


def test_storing_another_document_as_one_of_its_own_is_reported_alike(run: TimedEvidence) -> None:
    served = mistaken_for(run, None)
    run.fetch()
    run.ack()
    run.show("inbox", {"document_id": OTHER}, {"document_id": GOT})
    taken_for(run, served)


def test_giving_an_item_up_for_what_came_instead_is_no_remark(run: TimedEvidence) -> None:
    mistaken_for(run, "fail")
    ack = run.exchanges[-1].request
    expectation = NotMistaken(document=GOT, foreign=OTHER)
    broken(run, expectation, "acked-before-fetch", "getEdoc → updateStatus", "updateStatus", ack, document=GOT)


def test_an_item_that_is_fetched_again_is_taken_for_what_it_is(run: TimedEvidence) -> None:
    expectation = NotMistaken(document=GOT, foreign=OTHER)
    mistaken_for(run, None)
    pending(run, expectation, "not-acked", "updateStatus done", "-", document=GOT)
    run.fetch()
    run.ack()
    pending(run, expectation, "not-stored", "inbox: 1", "0", document=GOT)
    run.show("inbox", {"document_id": GOT, "state": "arrived"})
    assert assessed(run, expectation) == Met()


def held_ack(run: TimedEvidence, status: str = "done") -> Event:
    return run.call("updateStatus", docId=ITEM, status=status)


STORED = StoredWhenAcked(document=GOT)


def looked(run: TimedEvidence, *documents: str, seconds: float) -> Event:
    return run.note(
        "driver", command="inbox", result={"documents": [{"document_id": one} for one in documents]}, seconds=seconds
    )


def test_what_is_acknowledged_is_stored_already(run: TimedEvidence) -> None:
    pending(run, STORED, "not-acked", "updateStatus done", "-", document=GOT)
    held_ack(run, "processing")
    pending(run, STORED, "not-acked", "updateStatus done", "-", document=GOT)
    ack = held_ack(run.at(1.0))
    looked(run.at(1.5), GOT, seconds=0.6)  # begun before
    pending(run, STORED, "acked-unstored", "inbox: 1", "-", ack, document=GOT)
    looked(run.at(2.0), OTHER, seconds=0.5)
    pending(run, STORED, "acked-unstored", "inbox: 1", "0", ack, document=GOT)
    looked(run.at(3.0), OTHER, GOT, seconds=0.5)
    assert assessed(run, STORED) == Met()


def test_what_is_stored_once_the_answer_came_was_not_stored(run: TimedEvidence) -> None:
    ack = held_ack(run.at(1.0))
    run.at(2.0).answer(ack, {"acked": {"document_id": GOT, "messagetype": "edoc", "status": "done"}})
    looked(run.at(3.0), GOT, seconds=0.5)
    pending(run, STORED, "acked-unstored", "inbox: 1", "-", ack, document=GOT)


def test_a_look_that_shows_nothing_new_shows_what_was_there(run: TimedEvidence) -> None:
    look = looked(run.at(0.5), GOT, seconds=0.1)
    held_ack(run.at(1.0))
    run.at(2.0).note("driver.same", command="inbox", **{"as": look.seq}, seconds=0.1)
    assert assessed(run, STORED) == Met()


@pytest.mark.parametrize(("asked", "kind"), [(-1, Pending), (1, Met)])
def test_a_person_s_look_begins_when_they_were_asked(run: TimedEvidence, asked: int, kind: type) -> None:
    ack = held_ack(run.at(1.0))
    shown = {"documents": [{"document_id": GOT}]}
    run.at(9.0).note("driver", command="inbox", result=shown, asked=[[GOT, ack.seq + asked]], seconds=8.5)
    assert isinstance(assessed(run, STORED), kind)


@pytest.mark.parametrize(
    "expectation", [STORED, KeptOnce(document=GOT, after=0), NotMistaken(document=GOT, foreign=OTHER)]
)
def test_what_cannot_be_seen_is_not_judged(run: TimedEvidence, expectation: StoredWhenAcked) -> None:
    run.fetch()
    run.ack()
    run.cannot("inbox")
    assert isinstance(assessed(run, expectation), Blind)


def test_what_was_stored_is_kept_once(run: TimedEvidence) -> None:
    look = run.show("inbox", {"document_id": GOT})
    pending(run, KeptOnce(document=GOT, after=look.seq), "not-stored", "inbox: 1", "1", look, document=GOT)
    assert assessed(run, KeptOnce(document=GOT, after=look.seq - 1)) == Met()
    look = run.show("inbox", {"document_id": GOT}, {"document_id": GOT})
    broken(run, KeptOnce(document=GOT, after=0), "stored-twice", "inbox: 1", "2", look, document=GOT)
    look = run.show("inbox")
    pending(run, KeptOnce(document=GOT, after=0), "not-stored", "inbox: 1", "0", look, document=GOT)
