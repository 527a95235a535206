"""How outcomes become verdicts: whose trouble it was, in which words, how often, and what the run could not show."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.catalogue.profiles import load_profile
from harness.catalogue.texts import text
from harness.catalogue.verdicts import Verdict
from harness.expectations import Acked, Expectation, FetchedByCandidate, NoStatus, SafelyKept, Shown, StoredOnce
from harness.expectations.registry import read_expectation
from harness.journal import Event, read_record
from harness.judge.judge import judge
from harness.judge.report_schema import Judgement, ScenarioEntry, encoded
from tests.judge.recorded_run import CANDIDATE_ORGAN, DOCUMENT, RecordedRun, cause, codes, verdict
from tests.judge.timed_evidence import TimedEvidence

OTHER = "000.00.00.G22,2026/11/23,7817/VPCP-TTĐT"


def stated(directory: Path, *expectations: Expectation, **options: Any) -> RecordedRun:
    run = RecordedRun(directory, **options)
    for one in expectations:
        run.expect(one)
    return run


def own(judgement: Judgement, name: str = "RCV-02") -> ScenarioEntry:
    return next(entry for entry in judgement.scenarios if entry.id == name)


def why(entry: ScenarioEntry) -> str:
    assert entry.detail is not None
    assert entry.detail.vi
    return entry.detail.en


def said(key: str, **parameters: str) -> str:
    return text("verdicts", key, "en", **parameters)


def test_a_scenario_that_passes_is_no_remark(tmp_path: Path) -> None:
    run = stated(tmp_path, FetchedByCandidate(document=DOCUMENT))
    run.fetch()
    run.finish()
    judgement = run.judged()
    entry = own(judgement)
    assert (entry.verdict, entry.cause, entry.detail, entry.findings) == ("pass", None, None, ())
    assert (judgement.verdict, judgement.complete, judgement.required) == ("pass", True, ("RCV-02",))
    counted = judgement.summary.scenarios
    assert set(counted) == {str(one) for one in Verdict}
    assert sum(counted.values()) == len(judgement.scenarios)
    assert counted["pass"] == sum(one.verdict == "pass" for one in judgement.scenarios)
    assert sum(judgement.summary.requirements.values()) == len(judgement.requirements)


def test_a_failure_has_no_cause_and_no_excuse(tmp_path: Path) -> None:
    run = stated(tmp_path, Acked(document=DOCUMENT), FetchedByCandidate(document=DOCUMENT, times=2))
    run.ack()
    run.own("window.closed", {})
    run.finish()
    entry = own(run.judged())
    assert [one.code for one in entry.findings] == ["RCV-02.acked-before-fetch"]
    assert (entry.verdict, entry.cause, entry.detail) == ("fail", None, None)


@pytest.mark.parametrize(("reason", "reported", "whose"), [
    ("interrupted", said("interrupted.not-finished", seconds="0"), "operator"),
    ("budget", said("budget.not-finished", seconds="0"), "configuration"),
    ("operator", said("not-connected"), "operator"),
    ("driver", said("driver-unreachable"), "network"),
    ("silent", said("never-called"), "network"),
    ("untold", said("not-told"), "configuration"),
    ("complete", said("not-finished"), "harness"),
])  # fmt: skip
def test_a_run_that_was_broken_off_says_by_whom(tmp_path: Path, reason: str, reported: str, whose: str) -> None:
    run = stated(tmp_path, FetchedByCandidate(document=DOCUMENT))
    run.record("run.finished", {"reason": reason})
    judgement = run.judged()
    entry = own(judgement)
    assert (entry.verdict, entry.cause, why(entry)) == ("inconclusive", whose, reported)
    interrupted = said("limit.interrupted") in [one.en for one in judgement.limits]
    assert interrupted is (reason != "complete")


def test_a_run_broken_off_for_silence_after_a_call_is_the_candidate_s(tmp_path: Path) -> None:
    run = stated(tmp_path, FetchedByCandidate(document=DOCUMENT))
    run.call("getReceivedEdocList", error_code="15")
    run.record("run.finished", {"reason": "silent"})
    entry = own(run.judged())
    assert (entry.cause, why(entry)) == ("candidate", said("never-served", requests="1", answers="15 (×1)"))


class PlannedRun(RecordedRun):
    """A run that had planned one scenario more than it came to."""

    def record(self, kind: str, data: dict[str, Any]) -> Event:
        if kind == "run.started":
            data = {**data, "scenarios": [*data["scenarios"], {"id": "RCV-03", "requirements": ["RCV-03"]}]}
        return super().record(kind, data)


def test_a_scenario_that_was_never_begun_says_so(tmp_path: Path) -> None:
    run = PlannedRun(tmp_path)
    run.record("run.finished", {"reason": "interrupted"})
    entry = own(run.judged(), "RCV-03")
    assert (entry.requirements, entry.cause, why(entry)) == (
        ("RCV-03",),
        "operator",
        said("interrupted.not-started", seconds="0"),
    )


def test_trouble_is_reported_in_its_own_words(tmp_path: Path) -> None:
    run = stated(tmp_path, FetchedByCandidate(document=DOCUMENT))
    run.finish("trouble", cause="candidate", detail="driver-lost", parameters={"message": "gone {x}"})
    assert why(own(run.judged())) == said("driver-lost", message="gone {x}")


@pytest.mark.parametrize(("detail", "parameters"), [("", {"capability": "recall"}), ("verbatim-only", {})])
def test_what_does_not_apply_says_why(tmp_path: Path, detail: str, parameters: dict[str, str]) -> None:
    run = RecordedRun(tmp_path)
    run.finish("not_applicable", detail=detail, parameters=parameters)
    entry = own(run.judged())
    assert entry.verdict == "not_applicable"
    assert why(entry) == said(detail or "capability-not-declared", **parameters)


@pytest.mark.parametrize(("kind", "key", "whose"), [
    ("unsupported", "unsupported", "candidate"), ("operator", "unseen", "operator"),
])  # fmt: skip
def test_what_cannot_be_seen_says_by_whose_doing(tmp_path: Path, kind: str, key: str, whose: str) -> None:
    run = stated(tmp_path, Shown(document=DOCUMENT))
    run.record("driver.unsupported", {"command": "outbox", "error": {"kind": kind, "message": ""}})
    run.poll()
    run.finish()
    entry = own(run.judged())
    assert (entry.cause, why(entry)) == (whose, said(key, command="outbox"))


@pytest.mark.parametrize(("asked", "whose"), [(True, "operator"), (False, "candidate")])
def test_a_duty_without_a_view_is_open(tmp_path: Path, asked: bool, whose: str) -> None:
    run = RecordedRun(tmp_path)
    run.fetch()
    run.ack()
    if asked:
        run.record("operator.asked", {})
    run.expect(StoredOnce(document=DOCUMENT))
    run.own("window.closed", {})
    run.poll()
    run.finish()
    entry = own(run.judged())
    assert (entry.verdict, entry.cause, entry.findings) == ("inconclusive", whose, ())
    assert why(entry) == said("not-looked", command="inbox")


def test_a_duty_that_was_looked_for_fails_beside_one_that_was_not(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path)
    run.expect(FetchedByCandidate(document=DOCUMENT))
    run.expect(StoredOnce(document=DOCUMENT))
    run.own("window.closed", {})
    run.poll()
    run.finish()
    assert codes(run.judged()) == {"RCV-02.not-fetched"}


def test_what_a_person_was_asked_about_a_document_is_a_look_at_that_document_only(tmp_path: Path) -> None:
    run = stated(tmp_path, StoredOnce(document=DOCUMENT), StoredOnce(document=OTHER))
    for document in (DOCUMENT, OTHER):
        run.fetch(document)
        run.ack("done", document)
    asked = run.record("operator.asked", {})
    run.record("driver", {"command": "inbox", "result": {"documents": []}, "asked": [[DOCUMENT, asked.seq]]})
    run.own("window.closed", {})
    run.poll()
    run.finish()
    (found,) = own(run.judged()).findings
    assert (found.code, found.parameters["document"]) == ("RCV-02.not-stored", DOCUMENT)


def test_a_precondition_that_did_not_come_is_named(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path)
    run.expect(FetchedByCandidate(document=DOCUMENT), role="precondition")
    run.expect(NoStatus(document=DOCUMENT, codes=("02",)))
    run.poll()
    run.finish()
    assert why(own(run.judged())) == said("precondition", reason="RCV-02.not-fetched", requirement="RCV-02")


def test_a_sign_of_life_that_broke_is_named(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path)
    run.expect(Acked(document=DOCUMENT), role="liveness")
    run.expect(NoStatus(document=DOCUMENT, codes=("02",)))
    run.ack()
    run.finish()
    entry = own(run.judged())
    assert (entry.findings, why(entry)) == ((), said("no-life", reason="RCV-02.acked-before-fetch"))


def test_a_precondition_of_one_who_never_called_is_a_matter_of_the_network(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path)
    run.expect(FetchedByCandidate(document=DOCUMENT), role="precondition")
    run.expect(NoStatus(document=DOCUMENT, codes=("02",)))
    run.finish()
    entry = own(run.judged())
    assert (entry.cause, why(entry)) == ("network", said("never-called"))


def test_a_window_that_was_never_closed_is_the_harness_s(tmp_path: Path) -> None:
    run = stated(tmp_path, FetchedByCandidate(document=DOCUMENT))
    run.poll()
    run.finish()
    entry = own(run.judged())
    assert (entry.cause, why(entry)) == ("harness", said("window-open"))


def test_who_is_gone_is_reported_with_what_was_left(tmp_path: Path) -> None:
    run = stated(tmp_path, FetchedByCandidate(document=DOCUMENT))
    run.poll()
    run.own("window.closed", {})
    run.finish()
    assert why(own(run.judged())) == said("gone", reason="RCV-02.not-fetched")


@pytest.mark.parametrize("complete", [True, False])
def test_a_safe_refusal_counts_though_the_inbox_cannot_be_seen(tmp_path: Path, complete: bool) -> None:
    run = stated(tmp_path, SafelyKept(document=DOCUMENT, why="w"))
    run.fetch()
    run.ack("fail" if complete else "done")
    run.record("driver.unsupported", {"command": "inbox", "error": {"kind": "unsupported", "message": ""}})
    run.finish()
    assert verdict(run.judged(), "RCV-02") == ("pass" if complete else "inconclusive")


@pytest.mark.parametrize(("command", "kind", "whose"), [
    ("driver", "operator", "operator"),
    ("driver.unsupported", "operator", "operator"),
    ("driver", "timeout", "candidate"),
])  # fmt: skip
def test_what_was_never_sent_is_open_by_whose_doing(tmp_path: Path, command: str, kind: str, whose: str) -> None:
    run = stated(tmp_path, FetchedByCandidate(document=DOCUMENT), only=["RCV-02", "VXP-06", "HDR-01"])
    run.record(command, {"command": "send", "error": {"kind": kind, "message": ""}})
    run.fetch()
    run.finish()
    judgement = run.judged()
    assert {cause(judgement, name) for name in ("VXP-06", "HDR-01")} == {whose}
    assert why(own(judgement, "watch/HDR-01")) == said("nothing-seen")


def test_the_limits_of_a_run_are_said(tmp_path: Path) -> None:
    run = stated(tmp_path, FetchedByCandidate(document=DOCUMENT), only=["RCV-02", "OPS-02"])
    run.fetch()
    run.finish()
    assert [one.en for one in run.judged().limits] == [
        said("limit.narrowed", ids="OPS-02, RCV-02"),
        said("limit.driver.http"),
        said("limit.times", poll_interval="1", reaction="1", give_up="1"),
    ]


@pytest.mark.parametrize(
    ("capabilities", "shown"),
    [((), "handling, recall, register, take_back"), (("recall", "handling"), "register, take_back")],
)
def test_what_is_shown_and_not_declared_is_reported(tmp_path: Path, capabilities: tuple[str, ...], shown: str) -> None:
    run = stated(tmp_path, FetchedByCandidate(document=DOCUMENT), capabilities=capabilities)
    run.fetch()
    run.call("registerAgency", {"registered": "000.01.00.H41"})
    sent: list[dict[str, Any]] = [{"kind": "document", "doc_type": doc_type} for doc_type in ("0", "1")]
    sent += [{"kind": "status", "status_code": code} for code in ("01", "03", "04", "13")]
    for number, package in enumerate(sent):
        run.call("sendEdoc", {}, package={**package, "sha256": str(number), "blob": None, "hash_file_form": "padded"})
    refused = {"kind": "document", "doc_type": "3", "sha256": "x", "blob": None, "hash_file_form": "padded"}
    run.call("sendEdoc", {}, package=refused, error_code="22")
    run.finish()
    assert said("limit.undeclared", capabilities=shown) in [one.en for one in run.judged().limits]


def test_a_profile_of_ones_own_is_reported(tmp_path: Path) -> None:
    run = stated(tmp_path, FetchedByCandidate(document=DOCUMENT))
    run.fetch()
    run.finish()
    profile = msgspec.structs.replace(load_profile(), id="ours", version="7")
    run.journal.close()
    limits = judge(profile, read_record(tmp_path)).limits
    assert said("limit.own-profile", id="ours", version="7") in [one.en for one in limits]


def test_a_run_that_went_on_after_its_end_counts_by_its_last_end(tmp_path: Path) -> None:
    run = stated(tmp_path, FetchedByCandidate(document=DOCUMENT))
    run.fetch()
    run.finish()
    run.record("run.finished", {"reason": "interrupted"})
    assert said("limit.interrupted") in [one.en for one in run.judged().limits]


def test_an_agency_that_was_registered_in_the_run_is_the_candidate_s(tmp_path: Path) -> None:
    run = stated(tmp_path, FetchedByCandidate(document=DOCUMENT), only=["RCV-02", "VXP-07"])
    run.fetch()
    run.call("registerAgency", {"registered": "000.01.00.H41"})
    for organ in (CANDIDATE_ORGAN, "000.01.00.H41"):
        package = {"kind": "document", "sha256": organ, "blob": None, "from_organ": organ, "hash_file_form": "padded"}
        run.call("sendEdoc", {"accepted": {"receivers": []}}, package=package)
    run.finish()
    assert verdict(run.judged(), "VXP-07") == "pass"


def test_half_a_surrogate_is_written_as_an_escape(tmp_path: Path) -> None:
    run = stated(tmp_path, FetchedByCandidate(document=DOCUMENT))
    run.fetch()
    run.finish()
    judgement = run.judged()
    odd = msgspec.structs.replace(judgement, candidate={"na\ud800me": ["a\udc00b", {"c": "đ\ud801"}], "n": 1})
    report = msgspec.json.decode(encoded(odd))
    assert report["candidate"] == {"na\\ud800me": ["a\\udc00b", {"c": "đ\\ud801"}], "n": 1}
    assert report["scenarios"] == msgspec.json.decode(encoded(judgement))["scenarios"]


def test_an_expectation_of_no_known_kind_is_refused_by_its_name() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown expectation 'dreamt-of'"):
        read_expectation({"kind": "dreamt-of"})


def test_a_sign_of_life_comes_after_the_event() -> None:
    run = TimedEvidence()
    served = run.poll()
    assert run.served_after(served.seq - 1)
    assert not run.served_after(served.seq)


def test_a_precondition_that_can_only_hold_is_none_that_came(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path)
    run.expect(NoStatus(document=DOCUMENT, codes=("02",)), role="precondition")
    run.poll()
    run.finish()
    entry = own(run.judged())
    assert (entry.verdict, why(entry)) == ("inconclusive", said("precondition", reason="-"))
