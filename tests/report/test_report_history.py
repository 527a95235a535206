"""A run against an older one, and known deviations."""

import json
from datetime import date
from pathlib import Path

import msgspec
import pytest
from lxml import etree

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.finding_entry import FindingEntry
from harness.catalogue.verdicts import Verdict
from harness.judge.report_schema import DeviationState, Judgement
from harness.report.comparison import change_kind, comparison_of
from harness.report.deviations import (
    breaches,
    excused,
    judge_deviations,
    load_deviations,
    recorded,
    recorded_deviations,
    standing,
    with_deviations,
)
from harness.report.junit import render_junit
from harness.report.report_builder import Setting, build
from harness.report.sequence import SequenceDiagrams
from harness.report.texts import ReportTexts
from harness.seal.completeness import completeness
from harness.seal.run_files import Source, source_of
from tests.report.report_runs import RunPlan, build_run, failed_plan, finding

KNOWN = """schema: lienthong.deviations/1
deviations:
- requirement: RTY-05
  owner: Nguyễn Văn A <a@alpha.example>
  reason: Bản 3.3 mới có giãn cách tăng dần
  expires: 2027-03-31
"""


def source(directory: Path, plan: RunPlan) -> Source:
    """Build a run and gather its sources."""
    return source_of(directory, build_run(directory, plan))


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("fail", "pass", "fixed"),
        ("fail", "remark", "fixed"),
        ("pass", "fail", "new"),
        ("absent", "fail", "new"),
        ("inconclusive", "fail", "new"),
        ("fail", "fail", "still"),
        ("fail", "not_run", "other"),
        ("pass", "inconclusive", "other"),
        ("pass", "pass", None),
        ("not_run", "not_run", None),
    ],
)
def test_changes_are_named(before: str, after: str, kind: str | None) -> None:
    assert change_kind(before, after) == kind


def test_runs_are_compared_by_requirement(tmp_path: Path) -> None:
    older = source(tmp_path / "older", failed_plan())
    newer = failed_plan()
    newer.verdicts = {"RCV-02": Verdict.FAIL, "SND-01": Verdict.FAIL}
    comparison = comparison_of(source(tmp_path / "newer", newer).report, older.report, ReportTexts("en"))
    changes = [(change.kind, change.requirement) for change in comparison.changes]
    assert changes[:3] == [("new", "SND-01"), ("still", "RCV-02"), ("fixed", "HDR-07")]
    assert {kind for kind, _ in changes[3:]} == {"other"}
    assert comparison.changes[1].codes == ("RCV-02.acked-before-fetch",)
    assert comparison.caution == ""


def test_runs_of_other_profiles_or_products_are_compared_with_caution(tmp_path: Path) -> None:
    older = source(tmp_path / "older", RunPlan(candidate={"candidate": {"name": "Beta"}, "capabilities": []}))
    newer = source(tmp_path / "newer", RunPlan())
    profile = msgspec.structs.replace(newer.report.profile, sha256="f" * 64)
    other = msgspec.structs.replace(newer.report, profile=profile)
    caution = comparison_of(other, older.report, ReportTexts("en")).caution
    assert "different profiles" in caution
    assert "Beta" in caution


@pytest.mark.parametrize(
    ("verdict", "day", "state"),
    [
        ("fail", date(2027, 3, 31), DeviationState.OPEN),
        ("fail", date(2027, 4, 1), DeviationState.EXPIRED),
        ("pass", date(2026, 1, 1), DeviationState.PASSED),
        ("remark", date(2026, 1, 1), DeviationState.PASSED),
        ("inconclusive", date(2026, 1, 1), DeviationState.UNJUDGED),
        (None, date(2026, 1, 1), DeviationState.UNJUDGED),
    ],
)
def test_known_deviation_has_a_term(tmp_path: Path, verdict: str | None, day: date, state: DeviationState) -> None:
    path = tmp_path / "deviations.yaml"
    path.write_text(KNOWN, encoding="utf-8")
    judged = judge_deviations(load_deviations(path), {"RTY-05": verdict} if verdict else {}, day)
    assert [one.state for one in judged] == [state]
    assert bool(breaches(judged)) == (state in {DeviationState.EXPIRED, DeviationState.PASSED})


def judged(directory: Path, plan: RunPlan, known: str) -> Judgement:
    """Return the judgement of a run that was handed known deviations, read back from its run.json."""
    directory.mkdir()
    report = build_run(directory, plan)
    path = directory.with_suffix(".yaml")
    path.write_text(known, encoding="utf-8")
    (directory / "run.json").write_bytes(msgspec.json.encode({"deviations": recorded(load_deviations(path))}))
    return with_deviations(report, recorded_deviations(directory))


OTHER_FILE = KNOWN.replace("RTY-05", "HDR-07")
OTHER = KNOWN.partition("deviations:\n")[2].replace("RTY-05", "HDR-07")


@pytest.mark.parametrize(
    ("verdicts", "known", "amounts"),
    [
        ({}, "", "pass"),
        ({"RTY-05": Verdict.FAIL}, "", "fail"),
        ({"RTY-05": Verdict.FAIL}, KNOWN, "pass"),
        ({"RTY-05": Verdict.FAIL}, KNOWN.replace("2027", "2020"), "fail"),
        ({}, KNOWN, "fail"),
        ({"RTY-05": Verdict.FAIL, "HDR-07": Verdict.FAIL}, KNOWN, "fail"),
        ({"RTY-05": Verdict.FAIL, "HDR-07": Verdict.FAIL}, KNOWN + OTHER, "pass"),
        ({"RTY-05": Verdict.FAIL, "STS-02": Verdict.INCONCLUSIVE}, KNOWN, "inconclusive"),
        ({"RTY-05": Verdict.FAIL, "STS-02": Verdict.NOT_RUN}, KNOWN, "inconclusive"),
        ({"RTY-05": Verdict.INCONCLUSIVE}, KNOWN, "inconclusive"),
    ],
    ids=["pass", "fail", "known", "expired", "surprise", "another", "both", "open", "not run", "unjudged"],
)
def test_known_deviations_let_a_pipeline_go_on_and_never_turn_a_verdict(
    tmp_path: Path, verdicts: dict[str, Verdict], known: str, amounts: str
) -> None:
    empty = "schema: lienthong.deviations/1\ndeviations: []\n"
    judgement = judged(tmp_path / "run", RunPlan(verdicts=verdicts), known or empty)
    assert standing(judgement) == amounts
    assert excused(judgement) == (amounts == "pass" and bool(verdicts))
    assert (judgement.verdict == "fail") == (Verdict.FAIL in verdicts.values())


def test_narrowed_run_says_nothing_of_deviations_outside_of_it(tmp_path: Path) -> None:
    judgement = judged(tmp_path / "run", RunPlan(only=("RCV-02",)), KNOWN)
    assert [one.state for one in judgement.deviations] == [DeviationState.UNJUDGED]
    assert standing(judgement) == "pass"


def test_failure_that_was_not_asked_for_is_known_too(tmp_path: Path) -> None:
    plan = RunPlan(verdicts={"RTY-05": Verdict.FAIL}, only=("RCV-02",))
    judgement = judged(tmp_path / "run", plan, KNOWN)
    assert judgement.verdict == "fail"
    assert standing(judgement) == "pass"
    assert list(completeness(judgement)) == []
    assert standing(judged(tmp_path / "unknown", plan, OTHER_FILE)) == "fail"


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.FAIL])
def test_junit_is_red_for_a_deviation_that_passes_and_not_for_one_that_is_known(
    tmp_path: Path, verdict: Verdict
) -> None:
    found = (finding("RTY-05.no-backoff", "Không giãn cách.", "The pauses do not grow."),)
    findings: dict[str, tuple[FindingEntry, ...]] = {"RTY-05": found} if verdict is Verdict.FAIL else {}
    judgement = judged(tmp_path / "run", RunPlan(verdicts={"RTY-05": verdict}, findings=findings), KNOWN)
    built = build(source_of(tmp_path / "run", judgement), "en", Setting("0" * 64, SequenceDiagrams(())))
    root = etree.fromstring(render_junit(built))
    red = [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None]
    assert red == (["RTY-05"] if verdict is Verdict.PASS else [])
    assert root.get("failures") == str(len(red))


def test_damaged_run_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"deviations": [{"requirement": 5}]}')
    with pytest.raises(ConfigurationError) as caught:
        recorded_deviations(tmp_path)
    assert caught.value.code == "run.broken"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (KNOWN.replace("RTY-05", "RTY-99"), "deviations.unknown", 3),
        (KNOWN + KNOWN.partition("deviations:\n")[2], "deviations.twice", 7),
        (KNOWN.replace("owner", "onwer"), "yaml.unknown-key", 4),
        (KNOWN.replace("2027-03-31", "soon"), "yaml.wrong-type", 6),
    ],
    ids=["unknown", "twice", "misspelt", "no day"],
)
def test_wrong_file_is_refused_with_its_line(tmp_path: Path, text: str, code: str, line: int) -> None:
    path = tmp_path / "deviations.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_deviations(path)
    assert (caught.value.code, caught.value.line) == (code, line)


def test_broken_journal_or_none_does_not_stop_a_report(tmp_path: Path) -> None:
    report = build_run(tmp_path)
    (tmp_path / "journal.jsonl").write_text("x\n")
    assert source_of(tmp_path, report).record is None
    (tmp_path / "journal.jsonl").unlink()
    assert source_of(tmp_path, report).event(3) is None


def test_run_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    report = build_run(tmp_path)
    (tmp_path / "run.json").write_text(json.dumps([1]))
    with pytest.raises(ConfigurationError) as caught:
        source_of(tmp_path, report)
    assert caught.value.code == "report.not-json"
