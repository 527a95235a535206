"""What is said of hostile input that did harm, by each expectation for itself."""

from typing import Any

import pytest

from harness.expectations import (
    Greeted,
    NothingWritten,
    SafelyKept,
    SignedRight,
    StillServes,
    Struck,
    Trusted,
    Unvisited,
)
from harness.expectations.assessment import Blind, Broken, Holding, Met, Pending
from harness.expectations.security import SIGNATURE_FLAGS
from harness.hub.faults.alterations import INJECTED
from tests.judge.timed_evidence import GOT, ITEM, TimedEvidence, assessed, reported

RIGHT: dict[str, Any] = {"expected_hash_header": "ab", "given_hash_header": "ab", "problems": []}


@pytest.fixture
def run() -> TimedEvidence:
    return TimedEvidence()


def said(run: TimedEvidence, expectation: Any, requirement: str) -> list[tuple[Any, ...]]:
    """Return what is said: code, event, what was asked, what was found, and the rest."""
    findings = reported(assessed(run, expectation, requirement))
    return [(one.code, one.where.event, one.expected, one.received, dict(one.parameters)) for one in findings]


def test_the_first_visit_is_reported_with_its_label(run: TimedEvidence) -> None:
    for token in ("other", "t", "t"):
        run.note("canary", token=token, method="HEAD", path=f"/{token}/a/dtd", headers=[], body={"size": 3})
    wanted = ("SEC-01.canary-visited", 1, "-", "HEAD /t/a/dtd", {"label": "dtd", "bytes": "3"})
    assert said(run, Unvisited(token="t"), "SEC-01") == [wanted]
    assert assessed(run, Unvisited(token="none")) == Holding()


def test_a_listener_without_a_handshake_is_named(run: TimedEvidence) -> None:
    run.note("canary.greeted", name="hub-expired")
    wanted = ("SEC-07.not-greeted", None, "TLS ClientHello", "-", {"label": "hub-expired"})
    assert said(run, Greeted(name="hub-expired", after=0), "SEC-07") == [wanted]
    assert assessed(run, Greeted(name="hub-expired", after=-1)) == Met()


def test_every_file_in_the_trap_is_reported(run: TimedEvidence) -> None:
    assert assessed(run, NothingWritten(token="t")) == Holding()
    for token, name in (("t", "a"), ("other", "b"), ("t", "c")):
        run.note("trespass", token=token, file=name)
    wanted: list[tuple[Any, ...]] = [
        ("SEC-04.written-outside", seq, "-", name, {}) for seq, name in ((0, "a"), (2, "c"))
    ]
    assert said(run, NothingWritten(token="t"), "SEC-04") == wanted


def test_who_does_not_serve_is_reported_with_the_package_and_the_time(run: TimedEvidence) -> None:
    expectation = StillServes(document=GOT, lure="laughs")
    said_of_it = {"document": GOT, "lure": "laughs"}
    open_still = ("SEC-02.not-served-after", None, "updateStatus done", "-", said_of_it)
    assert said(run, expectation, "SEC-02") == [open_still]
    assert isinstance(assessed(run, expectation), Pending)
    run.note("deadline", document_id="another", seconds=9.0)
    assert isinstance(assessed(run, expectation), Pending)
    ended = run.note("deadline", document_id=GOT, seconds=3.5)
    too_late = ("SEC-02.not-served-after", ended.seq, "updateStatus done <= 3.5 s", "-", said_of_it)
    run.ack()
    assert said(run, expectation, "SEC-02") == [too_late]
    assert isinstance(assessed(run, expectation), Broken)


def test_serving_before_the_time_is_over_is_serving(run: TimedEvidence) -> None:
    run.ack("processing")
    run.ack()
    run.note("deadline", document_id=GOT, seconds=3.5)
    assert assessed(run, StillServes(document=GOT, lure="laughs")) == Met()


KEEPING = SafelyKept(document=GOT, why="climbs", code="1/X")


def shown(run: TimedEvidence, *names: str, state: str = "arrived") -> int:
    attachments = [{"name": name} for name in names]
    return run.show("inbox", {"document_id": GOT, "state": state, "attachments": attachments}).seq


def test_every_unsafe_name_is_reported(run: TimedEvidence) -> None:
    run.ack()
    look = shown(run, "../a", "b.pdf", "CON.pdf")
    rest = {"document": GOT, "why": "climbs"}
    wanted = [("SEC-04.unsafe-name", look, "fail|02|-", name, rest) for name in ("../a", "CON.pdf")]
    assert said(run, KEEPING, "SEC-04") == wanted


@pytest.mark.parametrize("state", ["refused", "rejected"])
def test_what_is_shown_as_not_accepted_may_be_named_anyhow(run: TimedEvidence, state: str) -> None:
    shown(run, "../a", state=state)
    assert assessed(run, KEEPING) == Met()


def test_a_plain_name_counts_after_the_last_acknowledgement(run: TimedEvidence) -> None:
    shown(run, "b.pdf")
    assert isinstance(assessed(run, KEEPING), Pending)
    run.ack()
    shown(run, "b.pdf")
    assert assessed(run, KEEPING) == Met()
    run.ack()
    assert isinstance(assessed(run, KEEPING), Pending)


def test_a_refusal_by_the_code_counts_for_an_unsafe_name_too(run: TimedEvidence) -> None:
    run.status("02", "", code="1/X")
    wanted = ("SEC-04.not-answered", None, "inbox", "-", {"document": GOT, "why": "climbs"})
    assert said(run, KEEPING, "SEC-04") == [wanted]
    run.show("inbox")
    assert assessed(run, KEEPING) == Met()
    assert isinstance(assessed(run, SafelyKept(document=GOT, why="climbs")), Pending)
    run.cannot("inbox")
    assert assessed(run, KEEPING) == Met()
    assert assessed(run, SafelyKept(document=GOT, why="climbs")) == Blind("inbox")


def flagged(run: TimedEvidence, flags: Any, state: str = "arrived") -> None:
    run.show("inbox", {"document_id": GOT, "state": state, "flags": flags})


@pytest.mark.parametrize(("flags", "state", "received"), [
    (["urgent", *SIGNATURE_FLAGS], "arrived", "signature_invalid, signer_untrusted"),
    (["signer_untrusted"], "refused", "refused, signer_untrusted"),
    (None, "rejected", "rejected"),
])  # fmt: skip
def test_doubt_of_a_good_signature_is_reported(run: TimedEvidence, flags: Any, state: str, received: str) -> None:
    run.ack()
    flagged(run, flags, state)
    wanted = ("SEC-05.good-signature-doubted", None, "done", received, {"document": GOT})
    assert said(run, Trusted(document=GOT), "SEC-05") == [wanted]
    assert isinstance(assessed(run, Trusted(document=GOT)), Broken)


def test_a_good_signature_is_trusted_when_done_and_shown(run: TimedEvidence) -> None:
    wanted = ("SEC-05.good-signature-doubted", None, "done", "-", {"document": GOT})
    assert said(run, Trusted(document=GOT), "SEC-05") == [wanted]
    flagged(run, ["urgent"])
    assert isinstance(assessed(run, Trusted(document=GOT)), Pending)
    run.ack("fail")
    assert isinstance(assessed(run, Trusted(document=GOT)), Broken)
    run.ack()
    assert assessed(run, Trusted(document=GOT)) == Met()


def test_a_stimulus_that_was_not_served_is_named(run: TimedEvidence) -> None:
    run.answer(run.call("getEdoc"), fault="x")
    run.answer(run.call("getEdoc"), fault="y")
    wanted: tuple[Any, ...] = ("SEC-08.not-struck", None, "x", "-", {})
    assert said(run, Struck(fault="x", after=0), "SEC-08") == [wanted]
    assert assessed(run, Struck(fault="x", after=-1)) == Met()


def asked(run: TimedEvidence, operation: str | None, **changes: Any) -> int:
    data = {"operation": operation, "parameters": {"docId": ITEM}, "signature": RIGHT, "headers": [], **changes}
    return run.note("request", **data).seq


def test_what_was_slipped_in_and_what_was_signed_wrong_are_reported(run: TimedEvidence) -> None:
    wrong = {**RIGHT, "problems": [{"code": "hash-mismatch"}, {"code": "member-differs"}]}
    before = asked(run, "getEdoc", signature=wrong)
    asked(run, "getEdoc", headers=[["Host", "a"]])
    assert assessed(run, SignedRight(after=before)) == Holding()
    slipped = asked(run, "getEdoc", headers=[[INJECTED.upper(), "1"]])
    signed = asked(run, None, signature=wrong)
    silent = asked(run, "updateStatus", signature={**RIGHT, "given_hash_header": "cd"})
    named = "signed-wrong-after"
    assert said(run, SignedRight(after=before), "SEC-08") == [
        ("SEC-08.header-injected", slipped, "-", f"{INJECTED.upper()}: 1", {}),
        (f"SEC-08.{named}", signed, "XroadVnpt-hash-header", "hash-mismatch, member-differs", {"operation": "-"}),
        (f"SEC-08.{named}", silent, "XroadVnpt-hash-header", "-", {"operation": "updateStatus"}),
    ]


@pytest.mark.parametrize("operation", ["getEdoc", "downloadEdoc", "updateStatus", "getSentEdocList"])
@pytest.mark.parametrize(("item", "counts"), [
    (ITEM, True), ("0" * 24, True), ("0" * 25, False), (ITEM.upper(), False), ("x" + ITEM, False), ("", False),
])  # fmt: skip
def test_only_an_id_that_the_hub_could_give_is_held_to_its_signature(
    run: TimedEvidence, operation: str, item: str, counts: bool
) -> None:
    asked(run, operation, parameters={"DOCID": item}, signature={**RIGHT, "given_hash_header": "cd"})
    assert isinstance(assessed(run, SignedRight(after=-1), "SEC-08"), Broken if counts else Holding)


def test_what_each_reads_of_the_inbox() -> None:
    assert (KEEPING.looks_at, KEEPING.reads) == (frozenset({"inbox"}), frozenset({"attachments"}))
    trusted = Trusted(document=GOT)
    assert (trusted.looks_at, trusted.reads) == (frozenset({"inbox"}), frozenset({"flags"}))
    assert Unvisited(token="t").looks_at == frozenset()
    assert Unvisited(token="t").reads == frozenset()
