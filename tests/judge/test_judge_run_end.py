"""A run that was broken off states why and who caused it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.catalogue.localised_text import LocalisedText
from harness.expectations.evidence import Evidence
from harness.judge.report_schema import ScenarioEntry
from harness.judge.run_end import Phase, ended_early, ending_of
from tests.journal.told_events import event_told
from tests.judge.recorded_run import RecordedRun

LOST = {"kind": "lost", "reason": "unreachable", "message": "http://127.0.0.1:9: unreachable (refused)"}


def evidence(*events: tuple[str, Mapping[str, Any]], reason: str | None) -> Evidence:
    """Return the evidence of a run with these events that ended for a reason, None for one that has no end."""
    ends = [] if reason is None else [("run.finished", {"reason": reason})]
    listed = [("run.started", {"driver": "http"}), *events, *ends]
    return Evidence.of(
        event_told(seq, kind, dict(data), at="2026-11-23T10:15:30.000+07:00", elapsed=2.0 * seq)
        for seq, (kind, data) in enumerate(listed)
    )


@pytest.mark.parametrize("phase", ["not-started", "not-finished"])
@pytest.mark.parametrize(("reason", "whose"), [
    ("interrupted", "operator"), ("budget", "configuration"), ("failed", "harness"),
])  # fmt: skip
def test_an_early_end_states_its_time_and_the_progress_so_far(reason: str, whose: str, phase: Phase) -> None:
    ending = ending_of(evidence(reason=reason), phase)
    assert (ending.cause, ending.detail, ending.parameters) == (whose, f"{reason}.{phase}", {"seconds": "2"})


def test_a_record_that_ends_in_the_middle_says_so() -> None:
    reported = evidence(reason=None)
    assert ending_of(reported, "not-finished").detail == "cut.not-finished"
    assert not ended_early(reported)


def test_a_driver_that_is_not_there_is_named_with_its_address() -> None:
    error = {**LOST, "where": "http://127.0.0.1:9", "detail": "[Errno 111] Connection refused"}
    ending = ending_of(evidence(("driver", {"command": "configure", "error": error}), reason="driver"), "not-started")
    assert (ending.cause, ending.detail) == ("network", "driver-lost.unreachable")
    assert ending.parameters == {"where": "http://127.0.0.1:9", "detail": "[Errno 111] Connection refused"}


def test_a_program_that_cannot_be_started_is_no_matter_of_the_network() -> None:
    error = {**LOST, "reason": "not-started", "where": "java", "detail": "no such file"}
    ending = ending_of(evidence(("driver", {"command": "configure", "error": error}), reason="driver"), "not-started")
    assert (ending.cause, ending.detail) == ("configuration", "driver-lost.not-started")


@pytest.mark.parametrize(("events", "detail"), [
    ([("driver", {"command": "configure", "error": LOST})], "driver-lost"), ([], "driver-unreachable"),
])  # fmt: skip
def test_records_of_earlier_versions_say_what_they_can(events: list[tuple[str, Any]], detail: str) -> None:
    assert ending_of(evidence(*events, reason="driver"), "not-started").detail == detail


def test_a_candidate_that_refuses_its_configuration_is_quoted() -> None:
    error = {"kind": "refused", "message": "sai mã hệ thống"}
    ending = ending_of(evidence(("driver", {"command": "configure", "error": error}), reason="refused"), "not-started")
    assert (ending.cause, ending.detail, ending.parameters) == (
        "candidate", "configure-refused", {"message": "sai mã hệ thống"},
    )  # fmt: skip


@pytest.mark.parametrize("reason", ["unserved", "silent"])
def test_requests_that_were_all_refused_are_counted_and_not_called_silence(reason: str) -> None:
    refusals = [
        event
        for number in range(12)
        for event in (
            ("request", {"operation": "getReceivedEdocList"}),
            ("answer", {"request": 2 * number + 1, "error_code": "11", "error_desc": "sai chữ ký"}),
        )
    ]
    ending = ending_of(evidence(*refusals, reason=reason), "not-started")
    assert (ending.cause, ending.detail) == ("candidate", "never-served")
    assert ending.parameters == {"requests": "12", "answers": "11 sai chữ ký (×12)"}


def test_a_candidate_that_never_called_does_not_count_as_refused() -> None:
    assert ending_of(evidence(reason="silent"), "not-started").detail == "never-called"


def test_documents_that_did_not_leave_are_counted() -> None:
    ending = ending_of(evidence(("run.unsettled", {"queued": 4}), reason="unsettled"), "not-started")
    assert (ending.detail, ending.parameters) == ("not-settled", {"queued": "4"})


def watched(run: RecordedRun, requirement: str) -> ScenarioEntry:
    return next(entry for entry in run.judged().scenarios if entry.id == f"watch/{requirement}")


def test_a_watched_requirement_is_inconclusive_for_the_cause_that_ended_the_run(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, only=["RCV-02", "HDR-01"])
    run.poll()
    run.record("run.finished", {"reason": "budget"})
    entry = watched(run, "HDR-01")
    assert (entry.verdict, entry.cause) == ("inconclusive", "configuration")
    assert isinstance(entry.detail, LocalisedText)
    assert "--budget" in entry.detail.en
