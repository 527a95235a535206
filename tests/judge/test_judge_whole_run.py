"""What a judgement as a whole must hold to."""

from pathlib import Path

import pytest

from harness.catalogue.profiles import load_profile
from harness.expectations import (
    Acked,
    Expectation,
    FetchedByCandidate,
    StatusNames,
    StatusSent,
    Withdrawn,
    written_expectation,
)
from harness.expectations.registry import read_expectation
from harness.journal import Journal, read_record
from harness.judge.judge import NothingToJudge, judge
from harness.judge.report_schema import encoded
from tests.judge.recorded_run import DOCUMENT, RecordedRun, cause, codes, verdict


def passed(directory: Path, only: list[str] | None = None) -> RecordedRun:
    run = RecordedRun(directory, only=only)
    run.expect(FetchedByCandidate(document=DOCUMENT))
    run.fetch()
    run.finish()
    return run


def test_the_same_record_gives_the_same_bytes(tmp_path: Path) -> None:
    record = passed(tmp_path).read()
    first, second = (encoded(judge(load_profile(), record)) for _ in range(2))
    assert first == second
    assert encoded(judge(load_profile(), read_record(tmp_path))) == first


def test_what_was_required_but_not_run_keeps_the_whole_from_passing(tmp_path: Path) -> None:
    judgement = passed(tmp_path, only=["RCV-02", "OPS-02"]).judged()
    assert verdict(judgement, "RCV-02") == "pass"
    assert verdict(judgement, "OPS-02") == "not_run"
    assert (judgement.verdict, judgement.complete) == ("inconclusive", False)


def test_a_run_that_was_broken_off_never_passes(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path)
    run.expect(FetchedByCandidate(document=DOCUMENT))
    run.fetch()
    run.own("scenario.finished", {"outcome": "completed", "cause": None, "detail": "", "parameters": {}})
    assert run.judged().verdict == "inconclusive"


def test_a_scenario_without_expectations_never_passes(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path)
    run.poll()
    run.finish()
    judgement = run.judged()
    assert (judgement.verdict, cause(judgement, "RCV-02")) == ("inconclusive", "harness")


def test_an_empty_record_cannot_be_judged(tmp_path: Path) -> None:
    Journal(tmp_path).close()
    with pytest.raises(NothingToJudge):
        judge(load_profile(), read_record(tmp_path))


def test_a_missing_precondition_makes_it_inconclusive_not_failed(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, "RCV-05")
    run.expect(Acked(document=DOCUMENT), role="precondition")
    run.expect(FetchedByCandidate(document=DOCUMENT, times=2))
    run.fetch()
    run.own("window.closed", {})
    run.poll()
    run.finish()
    judgement = run.judged()
    assert (verdict(judgement, "RCV-05"), cause(judgement, "RCV-05")) == ("inconclusive", "candidate")


def test_a_code_of_one_digit_still_counts_as_sent(tmp_path: Path) -> None:
    """How a code is written is for the static rules; that it was sent is for the scenario."""
    run = RecordedRun(tmp_path, "STS-01")
    run.expect(StatusSent(document=DOCUMENT, codes=("01",)))
    run.fetch()
    run.sent_status("1")
    run.finish()
    assert verdict(run.judged(), "STS-01") == "pass"


def test_a_status_that_names_another_code_is_found(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, "STS-05")
    run.expect(StatusNames(document=DOCUMENT, organ_id="A", code="1/X", promulgation_date="2026/11/23"))
    run.sent_status("01", organ_id="A", code="2/X", promulgation_date="2026/11/23")
    run.finish()
    assert codes(run.judged()) == {"STS-05.names-otherwise"}


def test_every_expectation_comes_back_from_the_journal_as_it_was() -> None:
    stated: list[Expectation] = [
        FetchedByCandidate(document="a", times=3),
        StatusSent(document="b", codes=("01",), within=1.5),
    ]
    assert [read_expectation(written_expectation(one)) for one in stated] == stated


def test_a_conditional_requirement_that_binds_all_candidates_can_fail_the_whole(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, "OPS-03", everything=True)
    run.expect(Withdrawn(document=DOCUMENT))
    run.fetch()
    run.inbox({"document_id": DOCUMENT, "state": "arrived"})
    run.own("window.closed", {})
    run.poll()
    run.finish()
    judgement = run.judged()
    assert verdict(judgement, "OPS-03") == "fail"
    assert "OPS-03" not in judgement.required
    assert judgement.verdict == "fail"


def test_a_failure_that_was_not_asked_for_still_fails_a_narrowed_run(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, only=["RCV-02"])
    run.expect(FetchedByCandidate(document=DOCUMENT))
    run.fetch(secret_in=["url"])
    run.finish()
    judgement = run.judged()
    assert verdict(judgement, "RCV-02") == "pass"
    assert verdict(judgement, "VXP-10") == "fail"
    assert judgement.verdict == "fail"
