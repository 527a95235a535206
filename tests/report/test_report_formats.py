"""junit.xml and the Markdown summary."""

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from harness.catalogue.requirements import load_catalogue
from harness.catalogue.verdicts import Verdict
from harness.judge.report_schema import ScenarioEntry
from harness.report import write_reports
from harness.report.markdown import code
from tests.report.report_runs import RunPlan, build_run, changed, failed_plan, finding


def junit_of(tmp_path: Path, plan: RunPlan | None = None, **changes: object) -> etree._Element:
    """Write junit.xml of a built run and return it parsed."""
    report = changed(build_run(tmp_path, plan), **changes)
    (path,) = write_reports(tmp_path, report, lang="en", formats=["junit"])
    return etree.fromstring(path.read_bytes())


def cases(root: etree._Element) -> dict[str, etree._Element]:
    """Return the cases by their names."""
    return {str(case.get("name")): case for case in root.iter("testcase")}


def test_every_requirement_has_a_case_in_its_group(tmp_path: Path) -> None:
    root = junit_of(tmp_path, failed_plan())
    found = cases(root)
    assert len(found) == len(list(root.iter("testcase"))) == 168
    assert found["HDR-07"].get("classname") == "lienthong.HDR"
    assert root.tag == "testsuites"
    assert [suite.get("name") for suite in root][:3] == ["PKG", "HDR", "TRC"]


def test_names_are_the_same_in_both_languages_and_in_every_run(tmp_path: Path) -> None:
    names = []
    for lang, run_id in (("vi", "20261123-101530-a1b2c3"), ("en", "20261124-000000-ffffff")):
        plan = failed_plan()
        plan.run_id = run_id
        report = build_run(tmp_path / lang, plan)
        deviation = {"requirement": "SND-01", "owner": "A", "reason": "x", "expires": "2099-01-01", "state": "passed"}
        (path,) = write_reports(tmp_path / lang, changed(report, deviations=[deviation]), lang=lang, formats=["junit"])  # type: ignore[arg-type]
        root = etree.fromstring(path.read_bytes())
        named = root.xpath("//testsuites | //testsuite | //testcase")
        assert isinstance(named, list)
        names.append([(one.tag, one.get("classname"), one.get("name")) for one in named])  # type: ignore[union-attr]
    assert names[0] == names[1]
    assert all(re.fullmatch(r"[\w./*-]+", str(name)) for _, _, name in names[0])


def test_outcomes_are_distinguished(tmp_path: Path) -> None:
    found = cases(junit_of(tmp_path, failed_plan()))
    outcomes = {name: [child.tag for child in found[name]] for name in found}
    assert outcomes["RCV-02"] == outcomes["HDR-07"] == ["failure"]
    assert outcomes["STS-02"] == outcomes["RTY-10"] == ["error"]
    assert outcomes["OPS-03"] == ["skipped"]
    assert outcomes["HDR-18"] == ["system-out"]
    assert outcomes["SND-01"] == []


def test_failure_tells_expected_received_and_how_to_replay(tmp_path: Path) -> None:
    found = cases(junit_of(tmp_path, failed_plan()))
    (failure,) = found["RCV-02"]
    assert failure.get("type") == "RCV-02.acked-before-fetch"
    assert failure.get("message") == "RCV-02.acked-before-fetch: The document was acknowledged before it was fetched."
    statement = load_catalogue().requirements["RCV-02"].statement.en
    assert (failure.text or "").count(statement) == 1
    assert "Expected: getEdoc → updateStatus | Received: updateStatus" in (failure.text or "")
    assert f"lienthong replay {tmp_path.name} RCV-02" in (failure.text or "")


def test_numbers_add_up(tmp_path: Path) -> None:
    root = junit_of(tmp_path, failed_plan())
    numbers = {name: int(root.get(name, "-1")) for name in ("tests", "failures", "errors", "skipped")}
    assert numbers == {"tests": 168, "failures": 2, "errors": 2, "skipped": 1}
    for name in numbers:
        assert sum(int(suite.get(name, "-1")) for suite in root) == numbers[name]


def test_a_narrowed_run_has_only_what_was_asked_for(tmp_path: Path) -> None:
    root = junit_of(tmp_path, RunPlan(only=("SND-01", "HDR-07")))
    assert list(cases(root)) == ["HDR-07", "SND-01"]
    assert [suite.get("name") for suite in root] == ["HDR", "SND"]
    assert (root.get("errors"), root.get("failures"), root.get("skipped")) == ("0", "0", "0")


def test_what_was_asked_for_and_came_to_nothing_is_an_error_in_a_narrowed_run(tmp_path: Path) -> None:
    root = junit_of(tmp_path, RunPlan(only=("STS-02",), verdicts={"STS-02": Verdict.INCONCLUSIVE}))
    (case,) = root.iter("testcase")
    assert (case.get("name"), [child.tag for child in case]) == ("STS-02", ["error"])


@pytest.mark.parametrize("asked", ["OPS-03", "PDF-05"], ids=["played", "watched"])
def test_what_was_asked_for_and_does_not_apply_is_skipped_in_a_narrowed_run(tmp_path: Path, asked: str) -> None:
    plan = RunPlan(only=(asked,), verdicts={asked: Verdict.NOT_APPLICABLE, "OPS-01": Verdict.NOT_APPLICABLE})
    root = junit_of(tmp_path, plan, required=[])
    (case,) = root.iter("testcase")
    assert (case.get("name"), [child.tag for child in case]) == (asked, ["skipped"])
    assert (root.get("tests"), root.get("skipped")) == ("1", "1")


def test_a_narrowed_run_whose_record_is_lost_has_what_counted(tmp_path: Path) -> None:
    report = build_run(tmp_path, RunPlan(only=("SND-01",)))
    (tmp_path / "journal.jsonl").unlink()
    (path,) = write_reports(tmp_path, report, lang="en", formats=["junit"])
    assert list(cases(etree.fromstring(path.read_bytes()))) == ["SND-01"]


@pytest.mark.parametrize("only", [None, ("SND-01",), ("SND-01", "HDR-07")], ids=["all", "without", "with"])
@pytest.mark.parametrize("scenario", ["SND-01", "watch/HDR-07", "watch/SND-01"])
def test_failure_is_reported_whether_asked_for_or_not(
    tmp_path: Path, only: tuple[str, ...] | None, scenario: str
) -> None:
    found = finding("HDR-07.wrong-form", "Ngày sai.", "Wrong day.")
    plan = RunPlan(only=only, verdicts={"HDR-07": Verdict.FAIL, "SND-01": Verdict.FAIL}, findings={scenario: (found,)})
    if scenario != "SND-01":
        plan.verdicts.pop("SND-01")
    report = build_run(tmp_path, plan)
    assert report.verdict == "fail"
    (path,) = write_reports(tmp_path, report, lang="en", formats=["junit"])
    root = etree.fromstring(path.read_bytes())
    assert root.get("failures") != "0"


def test_requirement_that_fails_by_what_a_watch_saw_is_not_lost_behind_its_scenario(tmp_path: Path) -> None:
    report = build_run(tmp_path, RunPlan(verdicts={"STS-04": Verdict.FAIL}))
    found = finding("STS-04.order", "Sai thứ tự.", "Wrong order.")
    watch = ScenarioEntry("watch/STS-04", ("STS-04",), Verdict.FAIL, None, None, 0.0, (found,))
    passed = {one.id: msgspec.structs.replace(one, verdict=Verdict.PASS) for one in report.scenarios}
    scenarios = tuple(passed[one.id] if one.id == "STS-04" else one for one in report.scenarios)
    report = msgspec.structs.replace(report, scenarios=(*scenarios, watch))
    (path,) = write_reports(tmp_path, report, lang="en", formats=["junit"])
    root = etree.fromstring(path.read_bytes())
    names = [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None]
    assert names == ["STS-04/*"]


def test_known_deviation_within_its_term_is_skipped_and_an_expired_one_fails(tmp_path: Path) -> None:
    known = {"owner": "A", "reason": "3.3", "expires": "2099-01-01"}
    root = junit_of(
        tmp_path,
        failed_plan(),
        deviations=[
            {"requirement": "RCV-02", "state": "open", **known},
            {"requirement": "HDR-07", "state": "expired", **known},
        ],
    )
    found = cases(root)
    assert [child.tag for child in found["RCV-02"]] == ["skipped"]
    assert found["RCV-02"][0].get("message") == "Known deviation: A, until 2099-01-01. 3.3"
    assert [child.tag for child in found["HDR-07"]] == ["failure"]


@pytest.mark.parametrize("subject", ["\x00\x1b]8;;\x07 ]]> <a & \u202e \ud800 \ufffe", "Ă" * 1_000_000])
def test_hostile_text_stays_text_in_junit(tmp_path: Path, subject: str) -> None:
    root = junit_of(tmp_path, failed_plan(subject))
    (failure,) = cases(root)["HDR-07"]
    assert "\u202e" not in (failure.text or "")
    assert len(failure.text or "") < 5000


def test_markdown_names_verdict_findings_and_what_is_open(tmp_path: Path) -> None:
    report = build_run(tmp_path, failed_plan())
    (path,) = write_reports(tmp_path, report, lang="en", formats=["md"])
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ✘ FAIL: `QLVB Alpha 3.2 · Công ty Alpha`\n")
    assert "THIS REPORT IS NOT SIGNED" in text
    assert "### RCV-02: `The document was acknowledged before it was fetched.`" in text
    assert "**RTY-10**" in text


def test_hostile_text_is_nothing_but_code_in_markdown(tmp_path: Path) -> None:
    hostile = "` **x** [a](http://evil) <script> | @all #1 www.evil.example\n# title " + "~" * 60
    plan = RunPlan(candidate={"candidate": {"name": hostile}, "capabilities": [], "driver": {"kind": "http"}})
    (path,) = write_reports(tmp_path, build_run(tmp_path, plan), lang="vi", formats=["md"])
    text = path.read_text(encoding="utf-8")
    assert "\n# title" not in text
    assert text.startswith("# ✔ ĐẠT: `` ` **x** [a]")


@given(st.text())
def test_code_span_cannot_be_ended_from_within(text: str) -> None:
    first, *inner, last = (len(run) for run in re.findall("`+", code(text)))
    assert first == last
    assert first not in inner


def test_verdict_of_a_passed_run_is_pass_everywhere(tmp_path: Path) -> None:
    root = junit_of(tmp_path, RunPlan(verdicts={"HDR-18": Verdict.REMARK}))
    assert (root.get("failures"), root.get("errors"), root.get("skipped")) == ("0", "0", "0")
