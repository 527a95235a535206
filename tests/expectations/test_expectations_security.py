"""Judging what came of hostile input."""

from pathlib import Path
from typing import Any

import pytest

from harness.catalogue.texts import LANGUAGES, finding_text
from harness.expectations import (
    Expectation,
    Greeted,
    NothingWritten,
    SafelyKept,
    SignedRight,
    StillServes,
    Struck,
    Trusted,
    Unvisited,
)
from harness.hub.faults.alterations import INJECTED
from harness.judge.report_schema import Judgement
from tests.judge.recorded_run import DOCUMENT, SIGNED, RecordedRun, cause, codes, verdict

NEXT = "000.00.00.G22,2026/11/23,7817/VPCP-TTĐT"
DOC_ID = "6f1f1f1e-0000-4000-8000-00000000abcd"


def run_of(directory: Path, requirement: str, expectation: Expectation, role: str = "duty") -> RecordedRun:
    run = RecordedRun(directory, requirement)
    run.expect(expectation, role)
    return run


def finished(run: RecordedRun, outcome: str = "completed") -> Judgement:
    run.poll()
    run.finish(outcome)
    judgement = run.judged()
    for scenario in judgement.scenarios:
        for found in scenario.findings:
            assert found.message.vi
            assert found.message.en
    return judgement


def visit(run: RecordedRun, token: str = "t") -> None:
    run.record(
        "canary",
        {"token": token, "method": "GET", "path": f"/{token}/dtd", "headers": [], "body": {"size": 3, "blob": None}},
    )


@pytest.mark.parametrize("requirement", ["SEC-01", "SEC-07", "RTY-14"])
def test_a_visit_to_the_canary_fails_whose_token_it_carries(tmp_path: Path, requirement: str) -> None:
    run = run_of(tmp_path, requirement, Unvisited(token="t"))
    visit(run)
    assert codes(finished(run)) == {f"{requirement}.canary-visited"}


def test_a_visit_of_another_token_does_not_count(tmp_path: Path) -> None:
    run = run_of(tmp_path, "SEC-01", Unvisited(token="t"))
    visit(run, "other")
    assert verdict(finished(run), "SEC-01") == "pass"


def test_an_impostor_without_a_handshake_shows_nothing(tmp_path: Path) -> None:
    run = run_of(tmp_path, "SEC-07", Greeted(name="hub-expired", after=0), "precondition")
    run.record("canary.greeted", {"name": "hub-untrusted"})
    judgement = finished(run)
    assert (verdict(judgement, "SEC-07"), cause(judgement, "SEC-07")) == ("inconclusive", "candidate")


def test_a_greeting_counts_from_the_moment_on(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, "SEC-07")
    before = run.record("canary.greeted", {"name": "hub-expired"})
    run.expect(Greeted(name="hub-expired", after=before.seq), "precondition")
    run.expect(Unvisited(token="t"))
    run.record("canary.greeted", {"name": "hub-expired"})
    assert verdict(finished(run), "SEC-07") == "pass"


@pytest.mark.parametrize("requirement", ["SEC-04", "SEC-08"])
def test_a_file_in_the_trap_fails(tmp_path: Path, requirement: str) -> None:
    run = run_of(tmp_path, requirement, NothingWritten(token="t"))
    run.record("trespass", {"token": "other", "file": "x"})
    run.record("trespass", {"token": "t", "file": "entry-climbs.txt"})
    judgement = finished(run)
    assert codes(judgement) == {f"{requirement}.written-outside"}
    assert [found.received for found in judgement.scenarios[0].findings] == ["entry-climbs.txt"]


@pytest.mark.parametrize("requirement", ["SEC-02", "SEC-03", "SEC-08"])
@pytest.mark.parametrize("alive", [True, False])
def test_who_does_not_serve_the_next_has_failed_dead_or_alive(tmp_path: Path, requirement: str, alive: bool) -> None:
    run = run_of(tmp_path, requirement, StillServes(document=NEXT, lure="laughs"))
    run.own("deadline", {"document_id": NEXT, "seconds": 3.0})
    run.own("window.closed", {})
    if alive:
        run.poll()
    run.finish("cut-short")
    judgement = run.judged()
    assert codes(judgement) == {f"{requirement}.not-served-after"}
    (found,) = judgement.scenarios[0].findings
    assert "laughs" in found.message.en
    assert "3 s" in found.expected


def test_serving_after_the_time_is_too_late(tmp_path: Path) -> None:
    run = run_of(tmp_path, "SEC-02", StillServes(document=NEXT, lure="laughs"))
    run.own("deadline", {"document_id": NEXT, "seconds": 3.0})
    run.fetch(NEXT)
    run.ack("done", NEXT)
    assert codes(finished(run, "cut-short")) == {"SEC-02.not-served-after"}


@pytest.mark.parametrize("status", ["fail", "processing"])
def test_only_done_is_served(tmp_path: Path, status: str) -> None:
    run = run_of(tmp_path, "SEC-02", StillServes(document=NEXT, lure="laughs"))
    run.fetch(NEXT)
    run.ack(status, NEXT)
    run.own("window.closed", {})
    assert codes(finished(run)) == {"SEC-02.not-served-after"}


def test_who_serves_the_next_passes(tmp_path: Path) -> None:
    run = run_of(tmp_path, "SEC-02", StillServes(document=NEXT, lure="laughs"))
    run.fetch(NEXT)
    run.ack("done", NEXT)
    assert verdict(finished(run), "SEC-02") == "pass"


def kept(names: list[str], state: str = "arrived", **other: Any) -> dict[str, Any]:
    attachments = [{"name": name, "size": 1, "sha256": "0"} for name in names]
    return {"document_id": DOCUMENT, "state": state, "flags": [], "attachments": attachments, **other}


@pytest.mark.parametrize(
    "name",
    ["../../x.pdf", "/tmp/x.pdf", "..\\x.pdf", "C:\\x.pdf", "CON.pdf", "a\u202egpj.pdf", "a\r\n.pdf", "..", "a\0b"],
)
def test_an_unsafe_name_in_the_inbox_fails(tmp_path: Path, name: str) -> None:
    run = run_of(tmp_path, "SEC-04", SafelyKept(document=DOCUMENT, why="SEC-04/x"))
    run.fetch()
    run.ack()
    run.inbox(kept(["van-ban.pdf", name]))
    assert codes(finished(run)) == {"SEC-04.unsafe-name"}


def test_a_plain_name_in_the_inbox_passes(tmp_path: Path) -> None:
    run = run_of(tmp_path, "SEC-04", SafelyKept(document=DOCUMENT, why="SEC-04/x"))
    run.fetch()
    run.ack()
    run.inbox(kept(["Phụ lục 1.pdf"]))
    assert verdict(finished(run), "SEC-04") == "pass"


def test_a_look_before_the_acknowledgement_shows_nothing_yet(tmp_path: Path) -> None:
    run = run_of(tmp_path, "SEC-04", SafelyKept(document=DOCUMENT, why="SEC-04/x"))
    run.fetch()
    run.inbox(kept([]))
    run.ack()
    run.own("window.closed", {})
    assert codes(finished(run)) == {"SEC-04.accepted-in-silence"}


@pytest.mark.parametrize("refusal", ["fail", "02", "rejected"])
def test_refusing_an_unsafe_name_passes(tmp_path: Path, refusal: str) -> None:
    run = run_of(tmp_path, "SEC-04", SafelyKept(document=DOCUMENT, why="SEC-04/x"))
    run.fetch()
    run.ack("fail" if refusal == "fail" else "done")
    if refusal == "02":
        run.sent_status("02")
    run.inbox(kept(["../../x.pdf"], "rejected"))
    assert verdict(finished(run), "SEC-04") == "pass"


@pytest.mark.parametrize("shown", [None, "text", [None], [{"name": 7}], {"name": "../x"}])
def test_an_inbox_of_another_shape_is_borne(tmp_path: Path, shown: Any) -> None:
    run = run_of(tmp_path, "SEC-04", SafelyKept(document=DOCUMENT, why="SEC-04/x"))
    run.fetch()
    run.ack("fail")
    run.inbox({"document_id": DOCUMENT, "state": "arrived", "attachments": shown})
    assert verdict(finished(run), "SEC-04") == "pass"


def shown(flags: Any, state: str = "arrived") -> dict[str, Any]:
    return {"document_id": DOCUMENT, "state": state, "flags": flags, "attachments": []}


def test_a_good_signature_without_flags_is_trusted(tmp_path: Path) -> None:
    run = run_of(tmp_path, "SEC-05", Trusted(document=DOCUMENT), "precondition")
    run.fetch()
    run.ack()
    run.inbox(shown(["urgent"]))
    assert verdict(finished(run), "SEC-05") == "pass"


@pytest.mark.parametrize(
    "row", [shown(["signature_invalid"]), shown(["signer_untrusted"]), shown([], "rejected"), shown([], "refused")]
)
def test_who_doubts_a_good_signature_has_shown_nothing(tmp_path: Path, row: dict[str, Any]) -> None:
    run = run_of(tmp_path, "SEC-06", Trusted(document=DOCUMENT), "precondition")
    run.fetch()
    run.ack()
    run.inbox(row)
    judgement = finished(run)
    assert (verdict(judgement, "SEC-06"), cause(judgement, "SEC-06")) == ("inconclusive", "candidate")


@pytest.mark.parametrize("refused", [True, False])
def test_a_good_signature_that_is_refused_or_not_shown_is_not_trusted(tmp_path: Path, refused: bool) -> None:
    run = run_of(tmp_path, "SEC-05", Trusted(document=DOCUMENT), "precondition")
    run.fetch()
    run.ack("fail" if refused else "done")
    run.inbox()
    assert verdict(finished(run), "SEC-05") == "inconclusive"


def test_flags_that_cannot_be_seen_leave_it_open(tmp_path: Path) -> None:
    run = run_of(tmp_path, "SEC-05", Trusted(document=DOCUMENT), "precondition")
    error = {"kind": "unsupported", "message": ""}
    run.record("driver.unsupported", {"command": "inbox", "arguments": {}, "error": error})
    run.fetch()
    run.ack()
    assert verdict(finished(run), "SEC-05") == "inconclusive"


WRONG = {**SIGNED, "given_hash_header": "cd", "problems": [{"code": "hash-mismatch", "key": "hash-header"}]}


def signing(directory: Path) -> RecordedRun:
    run = RecordedRun(directory, "SEC-08")
    run.call("countReceiveEdoc", signature=WRONG)
    run.expect(SignedRight(after=run.poll().seq))
    return run


def test_requests_signed_right_pass(tmp_path: Path) -> None:
    run = signing(tmp_path)
    run.fetch()
    assert verdict(finished(run), "SEC-08") == "pass"


@pytest.mark.parametrize("operation", ["getReceivedEdocList", "sendEdoc", "countReceiveEdoc"])
def test_a_later_request_signed_wrong_fails(tmp_path: Path, operation: str) -> None:
    run = signing(tmp_path)
    run.call(operation, signature=WRONG, error_code="15")
    assert "SEC-08.signed-wrong-after" in codes(finished(run))


@pytest.mark.parametrize(
    ("doc_id", "wrong"), [(DOC_ID, True), ("0" * 24, True), ("văn-bản-đến", False), ("../x", False), ("", False)]
)
def test_calls_about_what_the_hub_never_gave_are_passed_over(tmp_path: Path, doc_id: str, wrong: bool) -> None:
    run = signing(tmp_path)
    parameters = {**run.parameters("getEdoc"), "docid": doc_id}
    del parameters["docId"]
    run.call("getEdoc", signature=WRONG, error_code="15", parameters=parameters)
    assert ("SEC-08.signed-wrong-after" in codes(finished(run))) is wrong


@pytest.mark.parametrize(("fault", "complete", "struck"), [("x", True, True), ("x", False, False), (None, True, False)])
def test_a_stimulus_that_was_not_served_shows_nothing(
    tmp_path: Path, fault: str | None, complete: bool, struck: bool
) -> None:
    run = RecordedRun(tmp_path, "SEC-08")
    run.call("getReceivedEdocList", fault="x")
    run.expect(Struck(fault="x", after=run.poll().seq), "precondition")
    run.call("getReceivedEdocList", fault=fault, complete=complete)
    assert verdict(finished(run), "SEC-08") == ("pass" if struck else "inconclusive")


def test_a_header_slipped_in_fails(tmp_path: Path) -> None:
    run = signing(tmp_path)
    run.call("getEdoc", headers=[["Host", "a"], [INJECTED.lower(), "1"]], error_code="10")
    assert "SEC-08.header-injected" in codes(finished(run))


def test_a_scenario_that_was_cut_short_never_passes(tmp_path: Path) -> None:
    run = run_of(tmp_path, "SEC-01", Unvisited(token="t"))
    judgement = finished(run, "cut-short")
    assert (verdict(judgement, "SEC-01"), cause(judgement, "SEC-01")) == ("inconclusive", "candidate")


def test_what_does_not_apply_says_why(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, "SEC-05")
    run.finish("not_applicable", detail="verbatim-only")
    (own,) = [entry for entry in run.judged().scenarios if entry.id == "SEC-05"]
    assert own.verdict == "not_applicable"
    assert own.detail is not None
    assert "rebuilds" in own.detail.en


@pytest.mark.parametrize("code", ["SEC-05.good-signature-doubted", "SEC-07.not-greeted"])
def test_preconditions_have_words_too(code: str) -> None:
    said = {"document": "d", "label": "l", "expected": "e", "received": "r"}
    for language in LANGUAGES:
        assert finding_text(code, "message", language, **said)
