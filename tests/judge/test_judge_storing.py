"""Judging what a candidate keeps of what came in, what it refuses, and what it reads of the directory."""

from typing import Any

import pytest

from harness.catalogue.verdicts import Cause
from harness.judge.assessment import Blind, Broken, Met, Pending
from harness.judge.expectations import AllAcked, DirectoryRead, Fetched, Refused, Registered, StoredAs, StoredOnce
from tests.judge.timed_evidence import GOT, OTHER, TimedEvidence, assessed, broken, pending, told


@pytest.fixture
def run() -> TimedEvidence:
    return TimedEvidence()


KEPT = StoredAs(document=GOT, subject="S", files=(("a.pdf", 3, "aa"),))
INBOX = frozenset({"inbox"})
FILE = {"name": "a.pdf", "size": 3, "sha256": "aa"}


def row(**other: Any) -> dict[str, Any]:
    return {"document_id": GOT, "state": "arrived", "subject": "S", "attachments": [FILE], **other}


def test_what_came_in_is_kept_as_it_was(run: TimedEvidence) -> None:
    pending(run, KEPT, "not-stored", "inbox: 1", "0", document=GOT)
    run.show("inbox", row(document_id=OTHER, subject="x"), row(attachments=["odd", {"name": "b"}, FILE]))
    assert assessed(run, KEPT) == Met()


@pytest.mark.parametrize("member", ["subject", "attachments"])
def test_a_row_that_lacks_what_is_read_is_none(run: TimedEvidence, member: str) -> None:
    less = row()
    del less[member]
    run.show("inbox", less)
    pending(run, KEPT, "not-stored", "inbox: 1", "0", document=GOT)


def test_another_subject_is_told(run: TimedEvidence) -> None:
    look = run.show("inbox", row(subject="s"))
    broken(run, KEPT, "subject-altered", "S", "s", look, document=GOT)


@pytest.mark.parametrize(("attachments", "received"), [
    ([], "- (-)"),
    (None, "- (-)"),
    ([{**FILE, "name": "c.pdf"}, {**FILE, "name": "b.pdf"}], "- (b.pdf, c.pdf)"),
    ([{**FILE, "size": 4}], "(4, 'aa')"),
    ([{**FILE, "sha256": "ab"}], "(3, 'ab')"),
])  # fmt: skip
def test_another_file_is_told(run: TimedEvidence, attachments: object, received: str) -> None:
    look = run.show("inbox", row(attachments=attachments))
    broken(run, KEPT, "stored-file-altered", "3 aa", received, look, file="a.pdf", document=GOT)


def test_all_that_is_altered_is_told(run: TimedEvidence) -> None:
    run.show("inbox", row(subject="s", attachments=[]))
    codes = [one.code for one in told(assessed(run, KEPT))]
    assert codes == ["SND-01.subject-altered", "SND-01.stored-file-altered"]


REFUSING = Refused(document=GOT, why="HDR-01/no-from", code="1/X")


@pytest.mark.parametrize("answers", [("fail",), ("fail", "02")])
def test_a_refusal_in_transport_is_one(run: TimedEvidence, answers: tuple[str, ...]) -> None:
    run.ack("fail")
    assert assessed(run, Refused(document=GOT, why="w", answers=answers)) == Met()


@pytest.mark.parametrize("code", ["02", "2"])
def test_a_refusing_status_is_one(run: TimedEvidence, code: str) -> None:
    run.status(code)
    assert assessed(run, REFUSING) == Met()


def test_a_status_about_the_code_is_one_where_none_names_the_document(run: TimedEvidence) -> None:
    run.status("02", "", code="2/X")
    assert isinstance(assessed(run, REFUSING), Pending)
    run.status("02", "", code="1/X")
    assert assessed(run, REFUSING) == Met()
    assert isinstance(assessed(run, Refused(document=GOT, why="w")), Pending)
    run.status("01", code="1/X")
    pending(run, REFUSING, "not-answered", "fail|02", "01", document=GOT, why="HDR-01/no-from")


def test_an_answer_that_is_not_asked_for_is_none(run: TimedEvidence) -> None:
    fail = run.ack("fail")
    only = Refused(document=GOT, why="w", answers=("02",))
    pending(run, only, "not-answered", "02", "fail", fail, document=GOT, why="w")
    run.status("02")
    only = Refused(document=GOT, why="w", answers=("done",))
    pending(run, only, "not-answered", "done", "fail, 02", fail, document=GOT, why="w")


def test_what_is_accepted_in_silence_is_told(run: TimedEvidence) -> None:
    why = "HDR-01/no-from"
    pending(run, REFUSING, "not-answered", "fail|02", "-", document=GOT, why=why)
    run.ack("processing")
    last = run.ack()
    pending(run, REFUSING, "accepted-in-silence", "fail|02", "processing, done", last, document=GOT, why=why)


FLAGGED = Refused(document=GOT, why="w", flags=("signature_invalid", "signer_untrusted"))


@pytest.mark.parametrize("flags", [["signer_untrusted"], ["x", "signature_invalid"]])
def test_a_flag_counts_where_it_may(run: TimedEvidence, flags: list[str]) -> None:
    run.show("inbox", row(flags=["x"]), row(flags=flags))
    assert assessed(run, FLAGGED) == Met()
    assert isinstance(assessed(run, REFUSING), Pending)


@pytest.mark.parametrize("flags", [[], None, "signature_invalid", ["x"]])
def test_no_flag_is_told(run: TimedEvidence, flags: object) -> None:
    run.show("inbox", row(flags=flags))
    expected = "fail|02|signature_invalid|signer_untrusted"
    pending(run, FLAGGED, "not-answered", expected, "-", document=GOT, why="w")


def test_an_inbox_that_cannot_be_shown_counts_where_flags_do(run: TimedEvidence) -> None:
    run.cannot("inbox")
    assert assessed(run, FLAGGED) == Blind("inbox")
    assert isinstance(assessed(run, REFUSING), Pending)
    assert assessed(run, KEPT) == Blind("inbox")


def test_what_is_looked_at_depends_on_the_flags() -> None:
    assert (FLAGGED.looks_at, FLAGGED.reads) == (INBOX, frozenset({"flags"}))
    assert (REFUSING.looks_at, REFUSING.reads) == (frozenset(), frozenset())
    assert (KEPT.looks_at, KEPT.reads) == (INBOX, frozenset({"subject", "attachments"}))


def test_all_that_wait_are_acknowledged(run: TimedEvidence) -> None:
    expectation = AllAcked(documents=(OTHER, GOT))
    run.ack(document=OTHER)
    run.ack("fail")
    pending(run, expectation, "left-waiting", "2", "1", document=GOT)
    run.ack()
    assert assessed(run, expectation) == Met()


def test_what_is_fetched_whole_is_fetched(run: TimedEvidence) -> None:
    expectation = Fetched(document=GOT, times=2)
    run.fetch()
    run.fetch(complete=False)
    run.fetch(code="20")
    run.fetch(messagetype="status")
    run.fetch(OTHER)
    pending(run, expectation, "not-fetched", ">= 2 × getEdoc", "1", document=GOT)
    run.fetch()
    assert assessed(run, expectation) == Met()


def test_a_state_that_is_not_due_is_told(run: TimedEvidence) -> None:
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
def test_a_directory_shown_in_part_is_told(run: TimedEvidence, result: dict[str, object], received: str) -> None:
    run.answer(run.call("getAgenciesList"), {"directory": {"rows": 3}})
    look = run.note("driver", command="directory", result=result)
    pending(run, DirectoryRead(rows=3), "directory-not-read", ">= 3", received, look)


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
