"""Everything that was found is in every format, under the scenario it was found in."""

import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import etree, html

from harness.catalogue.finding_entry import FindingEntry
from harness.catalogue.verdicts import Severity, Verdict
from harness.judge.report_schema import Judgement, ScenarioEntry
from harness.report import write_reports
from harness.report.model import FindingCard
from harness.report.renderers import Renderer
from harness.seal.run_files import source_of
from tests.report.report_runs import RunPlan, build_run, finding

KINDS = 22


def accepted(number: int, scenario: str = "") -> FindingEntry:
    """Return the finding about one kind of bad package."""
    name = f"{scenario}{number:02}"
    found = finding(
        "RCV-06.accepted-in-silence",
        f"Gói tin sai (loại-{name}) được nhận.",
        f"The wrong package (kind-{name}) was accepted.",
        event=number % 8,
        expected="fail|02",
        received="done",
        occurrences=KINDS,
    )
    return msgspec.structs.replace(found, parameters={"why": f"kind-{name}"})


def run_of(directory: Path, **scenarios: tuple[FindingEntry, ...]) -> Judgement:
    """Build a run whose scenarios found these; more scenarios than the requirement's own claim it too."""
    report = build_run(directory, RunPlan(verdicts={"RCV-06": Verdict.FAIL, "STS-02": Verdict.FAIL}))
    with_findings = tuple(
        msgspec.structs.replace(one, findings=scenarios.get(one.id.replace("-", "_"), ())) for one in report.scenarios
    )
    return msgspec.structs.replace(report, scenarios=with_findings)


@pytest.fixture
def many(tmp_path: Path) -> Judgement:
    """A run in which one scenario found the same of 22 packages."""
    return run_of(tmp_path, RCV_06=tuple(accepted(number) for number in range(KINDS)))


def cases(directory: Path, report: Judgement) -> dict[str, etree._Element]:
    """Write junit.xml and return its cases by the id that their names begin with."""
    root = etree.fromstring(written(directory, report, "junit").read_bytes())
    return {str(case.get("name")).partition(":")[0]: case for case in root.iter("testcase")}


def watching(report: Judgement, verdict: str, found: FindingEntry) -> Judgement:
    """Return the report with a watch over all the traffic that found something."""
    watch = ScenarioEntry("watch/RCV-06", ("RCV-06",), Verdict(verdict), None, None, 0.0, (found,))
    return msgspec.structs.replace(report, scenarios=(*report.scenarios, watch))


def written(directory: Path, report: Judgement, form: str) -> Path:
    (path,) = write_reports(directory, report, lang="en", formats=[form])
    return path


def test_page_lists_all_of_them_folded_and_without_a_script(tmp_path: Path, many: Judgement) -> None:
    page: Any = html.document_fromstring(written(tmp_path, many, "html").read_text(encoding="utf-8"))
    (card,) = page.xpath("//article[@lang='en']//article[contains(@class, 'card')]")
    (folded,) = card.xpath(".//details[@class='all']")
    assert folded.get("open") is None
    assert folded.xpath("string(summary)") == "All 22 findings of this kind, by scenario"
    rows = [row.text_content() for row in folded.xpath(".//li")]
    assert [f"kind-{number:02}" in row for number, row in enumerate(rows)] == [True] * KINDS
    assert len(card.xpath(".//div[@class='evidence']")) == 3
    assert not page.xpath("//script")


def test_paper_shows_the_beginning_and_says_where_the_rest_is(tmp_path: Path, many: Judgement) -> None:
    pytest.importorskip("weasyprint")
    path = written(tmp_path, many, "pdf")
    shown = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, encoding="utf-8", check=True)
    text = " ".join(shown.stdout.split())
    assert "kind-11" in text
    assert "kind-21" not in text
    assert "10 more lines: see report.html and report.json of the run." in text


def test_junit_tells_all_of_them(tmp_path: Path, many: Judgement) -> None:
    (failure,) = cases(tmp_path, many)["RCV-06"]
    assert str(failure.get("message")).endswith("(kind-00) was accepted. (×22)")
    assert all(f"kind-{number:02}" in str(failure.text) for number in range(KINDS))


def test_summary_counts_them(tmp_path: Path, many: Judgement) -> None:
    assert "- How often: 22 (`RCV-06`)" in written(tmp_path, many, "md").read_text(encoding="utf-8")


def two_scenarios(directory: Path) -> Judgement:
    """Build a run in which two scenarios found the same kind, each with packages of its own."""
    return run_of(directory, RCV_06=(accepted(1), accepted(2)), STS_02=(accepted(3, "own-"), accepted(4, "own-")))


def test_every_scenario_tells_what_was_found_in_it_alone(tmp_path: Path) -> None:
    found = cases(tmp_path, two_scenarios(tmp_path))
    (first,), (second,) = found["RCV-06"], found["STS-02"]
    assert "kind-01" in str(first.get("message"))
    assert "own-" not in etree.tostring(first).decode()
    assert "kind-own-03" in str(second.get("message"))
    assert "kind-01" not in etree.tostring(second).decode()
    assert str(second.text).count("lienthong replay") == 1


def test_what_is_shown_in_full_is_of_every_scenario(tmp_path: Path) -> None:
    (card,) = cards(tmp_path, two_scenarios(tmp_path))
    assert [one.scenario for one in card.occurrences] == ["RCV-06", "STS-02", "RCV-06"]
    assert "own-03" in card.occurrences[1].message


def cards(directory: Path, report: Judgement) -> tuple[FindingCard, ...]:
    return Renderer(source_of(directory, report), "en").report("en").cards


def test_findings_in_the_same_words_are_reported_once_with_their_events(tmp_path: Path) -> None:
    same = tuple(
        finding("VXP-10.secret-exposed", "Lộ khóa.", "The secret is exposed.", event=number, occurrences=300)
        for number in (3, 6, 8)
    )
    report = run_of(tmp_path, RCV_06=same)
    (card,) = cards(tmp_path, report)
    (sightings,) = card.sightings
    (row,) = sightings.rows
    assert (row.events, row.times) == (("3", "6", "8"), 3)
    assert (card.times, sightings.left_out) == (300, 297)
    assert "297 more are not listed" in written(tmp_path, report, "html").read_text(encoding="utf-8")


def test_report_of_an_earlier_version_says_how_many_it_does_not_list(tmp_path: Path) -> None:
    report = run_of(tmp_path, RCV_06=tuple(accepted(number) for number in range(3)))
    content = msgspec.to_builtins(report)
    for scenario in content["scenarios"]:
        for found in scenario["findings"]:
            found.pop("parameters")
    report = msgspec.convert(content, Judgement)
    (card,) = cards(tmp_path, report)
    assert (card.times, card.sightings[0].left_out) == (KINDS, KINDS - 3)
    assert "19 more are not listed" in written(tmp_path, report, "html").read_text(encoding="utf-8")


def test_what_a_watch_found_is_not_lost_behind_a_scenario_that_failed(tmp_path: Path) -> None:
    seen = finding("RCV-06.good-refused", "Từ chối sai.", "Refused wrongly.", event=3)
    found = cases(tmp_path, watching(run_of(tmp_path, RCV_06=(accepted(1),)), "fail", seen))
    (own,), (more,) = found["RCV-06"], found["RCV-06/*"]
    assert "accepted" in str(own.get("message"))
    assert more.get("message") == "RCV-06.good-refused: Refused wrongly."


def test_remark_of_a_watch_beside_a_scenario_that_passes_is_no_failure(tmp_path: Path) -> None:
    seen = finding("RCV-06.good-refused", "Lưu ý.", "Note.", event=3, severity=Severity.REMARK)
    found = cases(tmp_path, watching(build_run(tmp_path), "remark", seen))
    (said,) = found["RCV-06/*"]
    assert (said.tag, "Note." in str(said.text)) == ("system-out", True)
