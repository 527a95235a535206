"""Judging what becomes of packages that must not be accepted, and of the good ones among them."""

from typing import Any

import pytest

from harness.edxml.model import StatusPackage
from harness.expectations import RefusedOrFlagged, Welcomed
from harness.expectations.assessment import Blind, Broken, Met, Pending
from tests.judge.timed_evidence import GOT, OTHER, TimedEvidence, assessed, broken, pending


@pytest.fixture
def run() -> TimedEvidence:
    return TimedEvidence()


INBOX = frozenset({"inbox"})


def row(**other: Any) -> dict[str, Any]:
    return {"document_id": GOT, "state": "arrived", "subject": "S", "flags": [], **other}


REFUSING = RefusedOrFlagged(document=GOT, why="HDR-01/no-from", code="1/X")


@pytest.mark.parametrize("answers", [("fail",), ("fail", "02")])
def test_a_refusal_in_transport_is_one(run: TimedEvidence, answers: tuple[str, ...]) -> None:
    run.ack("fail")
    assert assessed(run, RefusedOrFlagged(document=GOT, why="w", answers=answers)) == Met()


@pytest.mark.parametrize("code", ["02", "2"])
def test_a_refusing_status_is_one(run: TimedEvidence, code: str) -> None:
    run.status(code)
    assert assessed(run, REFUSING) == Met()


def test_a_status_about_the_code_is_one_where_none_names_the_document(run: TimedEvidence) -> None:
    run.status("02", "", code="2/X")
    assert isinstance(assessed(run, REFUSING), Pending)
    run.status("02", "", code="1/X")
    assert assessed(run, REFUSING) == Met()
    assert isinstance(assessed(run, RefusedOrFlagged(document=GOT, why="w")), Pending)
    run.status("01", code="1/X")
    pending(run, REFUSING, "not-answered", "fail|02", "01", document=GOT, why="HDR-01/no-from")


def test_an_answer_that_is_not_asked_for_is_none(run: TimedEvidence) -> None:
    fail = run.ack("fail")
    only = RefusedOrFlagged(document=GOT, why="w", answers=("02",))
    pending(run, only, "not-answered", "02", "fail", fail, document=GOT, why="w")
    run.status("02")
    only = RefusedOrFlagged(document=GOT, why="w", answers=("done",))
    pending(run, only, "not-answered", "done", "fail, 02", fail, document=GOT, why="w")


def test_what_is_accepted_in_silence_is_reported(run: TimedEvidence) -> None:
    why = "HDR-01/no-from"
    pending(run, REFUSING, "not-answered", "fail|02", "-", document=GOT, why=why)
    run.ack("processing")
    last = run.ack()
    pending(run, REFUSING, "accepted-in-silence", "fail|02", "processing, done", last, document=GOT, why=why)


FLAGGED = RefusedOrFlagged(document=GOT, why="w", flags=("signature_invalid", "signer_untrusted"))


@pytest.mark.parametrize("flags", [["signer_untrusted"], ["x", "signature_invalid"]])
def test_a_flag_counts_where_it_may(run: TimedEvidence, flags: list[str]) -> None:
    run.show("inbox", row(flags=flags))
    assert assessed(run, FLAGGED) == Met()
    assert isinstance(assessed(run, REFUSING), Pending)
    run.show("inbox", row(flags=["x"]), row(flags=flags))
    assert isinstance(assessed(run, FLAGGED), Pending)


@pytest.mark.parametrize("flags", [[], None, "signature_invalid", ["x"]])
def test_no_flag_is_reported(run: TimedEvidence, flags: object) -> None:
    run.show("inbox", row(flags=flags))
    expected = "fail|02|signature_invalid|signer_untrusted"
    pending(run, FLAGGED, "not-answered", expected, "-", document=GOT, why="w")


def test_an_inbox_that_cannot_be_shown_counts_where_flags_do(run: TimedEvidence) -> None:
    run.cannot("inbox")
    assert assessed(run, FLAGGED) == Blind("inbox")
    assert isinstance(assessed(run, REFUSING), Pending)
    run.status("02")
    assert assessed(run, FLAGGED) == Met()


def test_what_is_looked_at_depends_on_the_flags() -> None:
    assert (FLAGGED.looks_at, FLAGGED.reads) == (INBOX, frozenset({"flags"}))
    assert (REFUSING.looks_at, REFUSING.reads) == (frozenset(), frozenset())
    assert (SHOWN.looks_at, SHOWN.reads) == (INBOX, frozenset())


SHOWN = RefusedOrFlagged(document=GOT, why="w", code="1/X", shown=True)


@pytest.mark.parametrize("reason", ["", " \u00a0\u200b", "\n"])
def test_a_refusal_without_a_reason_is_reported(run: TimedEvidence, reason: str) -> None:
    request = run.status("02", reason=reason)
    pending(run, REFUSING, "returned-without-reason", "02 + Description", "02", request, document=GOT, why=REFUSING.why)
    run.ack("fail")
    assert assessed(run, REFUSING) == Met()


def test_the_reason_of_an_old_record_is_in_its_package(run: TimedEvidence) -> None:
    run.status("02", reason=None, blob="status")
    assert isinstance(assessed(run, REFUSING), Pending)
    run.looked.packages["status"] = StatusPackage(description="Sai thể thức")
    assert assessed(run, REFUSING) == Met()


@pytest.mark.parametrize("answer", ["fail", "02"])
@pytest.mark.parametrize("expectation", [SHOWN, FLAGGED])
def test_what_is_refused_and_accepted_all_the_same_is_reported(
    run: TimedEvidence, answer: str, expectation: RefusedOrFlagged
) -> None:
    if answer == "fail":
        run.ack("fail")
    else:
        run.status("02")
    assert isinstance(assessed(run, expectation), Pending)
    look = run.show("inbox", row())
    broken(run, expectation, "refused-yet-accepted", "rejected|refused|-", "arrived", look, document=GOT, why="w")
    for state in ("refused", "rejected", "cancelled"):
        run.show("inbox", row(state=state))
        assert assessed(run, expectation) == Met()
    run.show("inbox")
    assert assessed(run, expectation) == Met()


def test_what_is_refused_and_flagged_is_refused(run: TimedEvidence) -> None:
    run.ack("fail")
    run.show("inbox", row(flags=["signature_invalid"]))
    assert assessed(run, FLAGGED) == Met()


@pytest.mark.parametrize("where", [{"document_id": OTHER}, {"document_id": None}])
def test_it_is_looked_for_under_every_name(run: TimedEvidence, where: dict[str, Any]) -> None:
    known = RefusedOrFlagged(document=GOT, why="w", shown=True, names=(OTHER,), subject="S")
    run.ack("fail")
    run.show("inbox", row(**where))
    assert isinstance(assessed(run, known), Broken)
    assert assessed(run, SHOWN) == Met()
    run.show("inbox", row(document_id=None, subject="another"))
    assert assessed(run, known) == Met()


def test_a_status_may_use_any_of_its_names(run: TimedEvidence) -> None:
    run.status("02", OTHER)
    assert isinstance(assessed(run, REFUSING), Pending)
    assert assessed(run, RefusedOrFlagged(document=GOT, why="w", names=(OTHER,))) == Met()


def test_a_flag_that_good_documents_bear_is_none(run: TimedEvidence) -> None:
    expectation = RefusedOrFlagged(document=GOT, why="w", flags=FLAGGED.flags, controls=(OTHER,))
    run.show("inbox", row(flags=["signature_invalid"]), row(document_id=OTHER, flags=["signature_invalid"]))
    assert isinstance(assessed(run, expectation), Pending)
    run.show("inbox", row(flags=["signature_invalid"]), row(document_id=OTHER, flags=["signer_untrusted"]))
    assert assessed(run, expectation) == Met()


GOOD = Welcomed(document=GOT)
WANTED = "updateStatus done, inbox: 1"


def test_a_good_document_is_taken_in_like_any_other(run: TimedEvidence) -> None:
    pending(run, GOOD, "good-doubted", WANTED, "-", document=GOT)
    run.ack()
    pending(run, GOOD, "good-doubted", WANTED, "done", document=GOT)
    run.show("inbox", row(flags=["urgent"]))
    assert assessed(run, GOOD) == Met()
    assert (GOOD.looks_at, GOOD.reads) == (INBOX, frozenset({"flags"}))


@pytest.mark.parametrize("shown", [{"state": "rejected"}, {"flags": ["attachment_invalid"]}])
def test_doubt_about_a_good_document_is_reported(run: TimedEvidence, shown: dict[str, Any]) -> None:
    run.ack()
    run.show("inbox", row(**shown))
    received = str(shown.get("state") or "attachment_invalid")
    broken(run, GOOD, "good-doubted", WANTED, received, document=GOT)


def test_over_the_wire_alone_a_good_document_is_acknowledged_and_not_returned(run: TimedEvidence) -> None:
    wire = Welcomed(document=GOT, flags=())
    assert (wire.looks_at, wire.reads) == (frozenset(), frozenset())
    run.ack("fail")
    broken(run, wire, "good-doubted", WANTED, "fail", document=GOT)
    run.ack()
    assert assessed(run, wire) == Met()
    run.cannot("inbox")
    assert assessed(run, GOOD) == Met()
    run.status("02")
    broken(run, wire, "good-doubted", WANTED, "02", document=GOT)
