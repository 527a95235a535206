"""Judging what a candidate keeps of what came in, what it refuses, and what it reads of the directory."""

from typing import Any

import pytest

from harness.catalogue.verdicts import Cause
from harness.expectations import (
    Acked,
    AllAcked,
    AllStored,
    DirectoryRead,
    DirectoryRenewed,
    FetchedByCandidate,
    Handled,
    Registered,
    StoredAs,
    StoredOnce,
)
from harness.expectations.assessment import Blind, Broken, Met, Pending
from harness.journal import Event
from tests.judge.timed_evidence import GOT, ITEM, OTHER, TimedEvidence, assessed, broken, pending, reported


@pytest.fixture
def run() -> TimedEvidence:
    return TimedEvidence()


KEPT = StoredAs(document=GOT, subject="S", files=(("a.pdf", 3, "aa"),))
FILE = {"name": "a.pdf", "size": 3, "sha256": "aa"}


def row(**other: Any) -> dict[str, Any]:
    return {"document_id": GOT, "state": "arrived", "subject": "S", "attachments": [FILE], **other}


def test_what_came_in_is_kept_as_it_was(run: TimedEvidence) -> None:
    pending(run, KEPT, "not-stored", "inbox: 1", "0", document=GOT)
    run.show("inbox", row(document_id=OTHER, subject="x"), row(attachments=["odd", FILE]))
    assert assessed(run, KEPT) == Met()


@pytest.mark.parametrize("member", ["subject", "attachments"])
def test_a_row_that_lacks_what_is_read_is_none(run: TimedEvidence, member: str) -> None:
    less = row()
    del less[member]
    run.show("inbox", less)
    pending(run, KEPT, "not-stored", "inbox: 1", "0", document=GOT)


def test_another_subject_is_reported(run: TimedEvidence) -> None:
    look = run.show("inbox", row(subject="s"))
    broken(run, KEPT, "subject-altered", "S", "s", look, document=GOT)


@pytest.mark.parametrize(("attachments", "received"), [
    ([], "- (-)"),
    (None, "- (-)"),
    ([{**FILE, "name": "c.pdf"}, {**FILE, "name": "b.pdf"}], "- (b.pdf, c.pdf)"),
    ([{**FILE, "size": 4}], "(4, 'aa')"),
    ([{**FILE, "sha256": "ab"}], "(3, 'ab')"),
])  # fmt: skip
def test_another_file_is_reported(run: TimedEvidence, attachments: object, received: str) -> None:
    look = run.show("inbox", row(attachments=attachments))
    broken(run, KEPT, "stored-file-altered", "3 aa", received, look, file="a.pdf", document=GOT)


def test_all_that_is_altered_is_reported(run: TimedEvidence) -> None:
    run.show("inbox", row(subject="s", attachments=[]))
    codes = [one.code for one in reported(assessed(run, KEPT))]
    assert codes == ["SND-01.subject-altered", "SND-01.stored-file-altered"]


@pytest.mark.parametrize("surplus", [{**FILE, "name": "c.pdf"}, FILE])
def test_a_file_that_was_not_sent_is_reported(run: TimedEvidence, surplus: dict[str, Any]) -> None:
    look = run.show("inbox", row(attachments=[surplus, FILE]))
    name = surplus["name"]
    broken(run, KEPT, "stored-file-added", "-", name, look, file=name, document=GOT)
    assert assessed(run, StoredAs(document=GOT, subject="S", files=())) == Met()


def test_files_exchanged_are_reported_each(run: TimedEvidence) -> None:
    files = (("a.pdf", 3, "aa"), ("b.pdf", 4, "bb"))
    run.show("inbox", row(attachments=[{**FILE, "name": "b.pdf"}, {"name": "a.pdf", "size": 4, "sha256": "bb"}]))
    findings = reported(assessed(run, StoredAs(document=GOT, subject="S", files=files)))
    assert [one.parameters["file"] for one in findings] == ["a.pdf", "b.pdf"]


def test_all_that_wait_are_acknowledged(run: TimedEvidence) -> None:
    expectation = AllAcked(documents=(OTHER, GOT))
    run.fetch(OTHER)
    run.ack(document=OTHER)
    run.ack("fail")
    pending(run, expectation, "left-waiting", "2", "1", document=GOT)
    run.fetch()
    run.ack()
    assert assessed(run, expectation) == Met()


def test_an_acknowledgement_without_a_fetch_is_none(run: TimedEvidence) -> None:
    expectation = AllAcked(documents=(OTHER, GOT))
    blind = run.ack()
    run.fetch(complete=False)
    broken(run, expectation, "acked-before-fetch", "getEdoc → updateStatus", "updateStatus (1)", blind, document=GOT)
    run.fetch()
    assert isinstance(assessed(run, expectation), Broken)


def delivered(run: TimedEvidence, document: str = GOT, subject: str = "S") -> None:
    files = [{"name": "a.pdf", "size": 3, "sha256": "aa"}]
    run.note("stimulus", good=True, document_id=document, subject=subject, files=files)


def test_all_that_wait_are_stored(run: TimedEvidence) -> None:
    expectation = AllStored(documents=(OTHER, GOT))
    delivered(run)
    pending(run, expectation, "left-unstored", "2", "0", document=OTHER)
    look = run.show("inbox", row(document_id=OTHER), row(state="rejected"))
    pending(run, expectation, "left-unstored", "2", "1", look, document=GOT)
    look = run.show("inbox", row(document_id=OTHER), row(attachments=[]))
    pending(run, expectation, "stored-file-altered", "3 aa", "- (-)", look, file="a.pdf", document=GOT)
    run.show("inbox", row(document_id=OTHER), row())
    assert assessed(run, expectation) == Met()
    look = run.show("inbox", row(document_id=OTHER), row(), row())
    broken(run, expectation, "stored-twice", "inbox: 1", "2", look, document=GOT)
    run.cannot("inbox")
    assert assessed(run, expectation) == Blind("inbox")


def stored(run: TimedEvidence, **other: Any) -> Event:
    run.fetch()
    run.ack()
    return run.show("inbox", row(**other))


ONCE = StoredOnce(document=GOT)


def test_what_is_stored_is_what_was_delivered(run: TimedEvidence) -> None:
    delivered(run)
    stored(run)
    assert assessed(run, ONCE) == Met()
    look = stored(run, subject="")
    pending(run, ONCE, "subject-altered", "S", "", look, document=GOT)
    look = stored(run, attachments=[])
    pending(run, ONCE, "stored-file-altered", "3 aa", "- (-)", look, file="a.pdf", document=GOT)
    delivered(run, subject="T")
    stored(run, subject="T")
    assert assessed(run, ONCE) == Met()


def test_a_row_that_lacks_its_subject_shows_none(run: TimedEvidence) -> None:
    delivered(run)
    run.fetch()
    run.ack()
    look = run.show("inbox", {"document_id": GOT, "state": "arrived"})
    pending(run, ONCE, "subject-altered", "S", "-", look, document=GOT)


def test_a_person_is_held_to_what_was_asked(run: TimedEvidence) -> None:
    delivered(run)
    run.fetch()
    run.ack()
    rows = {"documents": [{"document_id": GOT, "state": "arrived"}]}
    run.note("driver", command="inbox", result=rows, asked=[[GOT, len(run.events)]])
    assert assessed(run, ONCE) == Met()
    assert StoredOnce(document=GOT, whole=True).reads == {"subject", "attachments"}
    assert not ONCE.reads


@pytest.mark.parametrize("state", ["refused", "rejected", "lost", None])
def test_what_is_not_accepted_is_not_stored(run: TimedEvidence, state: str | None) -> None:
    look = stored(run, state=state)
    accepted = "arrived|registered|assigned|processing|finished|cancelled"
    pending(run, ONCE, "wrong-state", accepted, str(state), look, document=GOT)


def test_an_acknowledgement_of_another_delivery_is_none(run: TimedEvidence) -> None:
    run.fetch()
    run.ack()
    assert assessed(run, Acked(document=GOT, item=ITEM)) == Met()
    again = Acked(document=GOT, item="another")
    pending(run, again, "not-acked", "updateStatus done", "-", document=GOT)


def test_what_is_fetched_whole_is_fetched(run: TimedEvidence) -> None:
    expectation = FetchedByCandidate(document=GOT, times=2)
    run.fetch()
    run.fetch(complete=False)
    run.fetch(code="20")
    run.fetch(messagetype="status")
    run.fetch(OTHER)
    pending(run, expectation, "not-fetched", ">= 2 × getEdoc", "1", document=GOT)
    run.fetch()
    assert assessed(run, expectation) == Met()


def test_a_state_that_is_not_due_is_reported(run: TimedEvidence) -> None:
    run.fetch()
    run.ack()
    look = run.show("inbox", row(state="processing"))
    assert assessed(run, StoredOnce(document=GOT, states=("arrived", "processing"))) == Met()
    expectation = StoredOnce(document=GOT, states=("arrived", "cancelled"))
    pending(run, expectation, "wrong-state", "arrived|cancelled", "processing", look, document=GOT)


def test_the_look_comes_after_the_acknowledgement_that_counts(run: TimedEvidence) -> None:
    run.fetch()
    first = run.ack()
    run.show("inbox", row())
    assert assessed(run, StoredOnce(document=GOT)) == Met()
    pending(run, StoredOnce(document=GOT, after=first.seq), "not-stored", "inbox: 1", "0", document=GOT)
    run.ack()
    assert assessed(run, StoredOnce(document=GOT)) == Met()
    pending(run, StoredOnce(document=GOT, acks=2), "not-stored", "inbox: 1", "0", document=GOT)
    pending(run, StoredOnce(document=GOT, after=first.seq), "not-stored", "inbox: 1", "0", document=GOT)
    look = run.show("inbox", row(), row())
    broken(run, StoredOnce(document=GOT, acks=3), "stored-twice", "inbox: 1", "2", look, document=GOT)


def test_without_any_acknowledgement_the_first_fetch_counts(run: TimedEvidence) -> None:
    run.show("inbox", row())
    pending(run, StoredOnce(document=GOT), "not-stored", "inbox: 1", "0", document=GOT)
    run.fetch()
    pending(run, StoredOnce(document=GOT), "not-stored", "inbox: 1", "0", document=GOT)
    run.show("inbox", row())
    run.fetch()
    assert assessed(run, StoredOnce(document=GOT)) == Met()
    assert isinstance(assessed(run, StoredOnce(document=GOT, after=0)), Pending)


def registering(run: TimedEvidence, organ: str) -> None:
    run.answer(run.call("registerAgency"), {"registered": organ})


def test_an_agency_is_registered_by_its_id(run: TimedEvidence) -> None:
    expectation = Registered(organ_id="A.1", parent="A")
    registering(run, "A.2")
    pending(run, expectation, "not-registered", "registerAgency A.1", "-")
    registering(run, "A.1")
    assert assessed(run, expectation) == Met()


def test_the_directory_is_read_and_shown_whole(run: TimedEvidence) -> None:
    expectation = DirectoryRead(rows=3)
    pending(run, expectation, "directory-not-read", ">= 3", "-")
    run.answer(run.call("getAgenciesList"), {"directory": {"rows": 3}}, complete=False)
    look = run.note("driver", command="directory", result={"count": 3})
    pending(run, expectation, "directory-not-read", ">= 3", "3", look)
    run.answer(run.call("getAgenciesList"), {"directory": {"rows": 2}})
    run.poll()
    pending(run, expectation, "directory-not-read", ">= 3", "3", look)
    run.answer(run.call("getAgenciesList"), {"directory": {"rows": 3}})
    assert assessed(run, expectation) == Met()


@pytest.mark.parametrize(("result", "received"), [({"count": 2}, "2"), ({"count": "3"}, "3"), ({}, "-")])
def test_a_directory_shown_in_part_is_reported(run: TimedEvidence, result: dict[str, object], received: str) -> None:
    run.answer(run.call("getAgenciesList"), {"directory": {"rows": 3}})
    look = run.note("driver", command="directory", result=result)
    pending(run, DirectoryRead(rows=3), "directory-not-read", ">= 3", received, look)


def test_a_changed_directory_is_read_again_and_its_new_count_shown(run: TimedEvidence) -> None:
    run.answer(run.call("getAgenciesList"), {"directory": {"rows": 5}})
    look = run.note("driver", command="directory", result={"count": 5})
    changed = run.note("agency.closed", organ_id="A.1", successor="A.2")
    expectation = DirectoryRenewed(rows=9, since=changed.seq)
    pending(run, expectation, "directory-not-read-again", "9", "5", look)
    run.answer(run.call("getAgenciesList"), {"directory": {"rows": 9}})
    pending(run, expectation, "directory-not-renewed", "9", "5", look)
    kept_closed = run.note("driver", command="directory", result={"count": 10})
    pending(run, expectation, "directory-not-renewed", "9", "10", kept_closed)
    run.note("driver", command="directory", result={"count": 9})
    assert assessed(run, expectation) == Met()


@pytest.mark.parametrize("count", [9, 10])
def test_a_list_with_closed_codes_counts_with_or_without_them(run: TimedEvidence, count: int) -> None:
    run.answer(run.call("getSynchronizeUnit"), {"directory": {"rows": 10}})
    run.note("driver", command="directory", result={"count": count})
    assert assessed(run, DirectoryRenewed(rows=9, since=-1)) == Met()


def test_what_is_declined_by_the_person_is_the_person_s(run: TimedEvidence) -> None:
    run.note("driver.unsupported", command="outbox", error={"kind": "unsupported"})
    run.note("driver.unsupported", command="directory", error={"kind": "operator"})
    assert assessed(run, DirectoryRead(rows=1)) == Blind("directory", Cause.OPERATOR)


def test_a_document_that_the_person_did_not_tell_of_leaves_it_open(run: TimedEvidence) -> None:
    run.note("driver.unseen", command="inbox", document=OTHER)
    run.note("driver.unseen", command="outbox", document=GOT)
    assert isinstance(assessed(run, KEPT), Pending)
    run.note("driver.unseen", command="inbox", document=GOT)
    assert assessed(run, KEPT) == Blind("inbox", Cause.OPERATOR)
    run.show("inbox", row(subject="s"))
    assert isinstance(assessed(run, KEPT), Broken)
    run.note("driver.unseen", command="inbox", document=None)
    assert assessed(run, KEPT) == Blind("inbox", Cause.OPERATOR)


def test_so_many_are_handled(run: TimedEvidence) -> None:
    expectation = Handled(documents=(OTHER, GOT), least=1)
    pending(run, expectation, "left-waiting", "1", "0", document=GOT)
    run.ack("processing")
    assert isinstance(assessed(run, expectation), Pending)
    run.ack("fail")
    assert assessed(run, expectation) == Met()
    pending(run, Handled(documents=(OTHER, GOT), least=2), "left-waiting", "2", "1", document=GOT)


def test_an_attempt_that_was_refused_may_stand_beside_the_next(run: TimedEvidence) -> None:
    stored(run)
    run.show("inbox", row(state="rejected"), row())
    assert isinstance(assessed(run, ONCE), Broken)
    beside = StoredOnce(document=GOT, beside_refused=True)
    assert assessed(run, beside) == Met()
    run.show("inbox", row(state="rejected"))
    assert isinstance(assessed(run, beside), Pending)
