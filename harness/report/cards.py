"""Findings as cards, one per kind of finding, and scenarios with the diagrams of their messages."""

import shlex
from collections.abc import Iterator, Mapping, Sequence

from harness.catalogue.finding_entry import FindingEntry
from harness.catalogue.verdicts import Severity, Verdict
from harness.judge.report_schema import Judgement, ScenarioEntry
from harness.report.excerpts import occurrence
from harness.report.model import FindingCard, RequirementRow, ScenarioView
from harness.report.rows import mark, severity_mark, why_of, words_of
from harness.report.sequence import SequenceDiagrams
from harness.report.sightings import WATCH, sightings_of, times_of
from harness.report.texts import ReportTexts, shown
from harness.seal.run_files import Source

_SHOWN_OCCURRENCES = 3
_PICTURED = frozenset({Verdict.FAIL, Verdict.INCONCLUSIVE})
Found = tuple[str, FindingEntry]


def cards_of(source: Source, rows: Sequence[RequirementRow], wording: ReportTexts) -> tuple[FindingCard, ...]:
    """Return one card for every code found, in the order of the requirements."""
    by_code: dict[tuple[str, str], list[Found]] = {}
    for scenario, finding in _findings(source.report):
        by_code.setdefault((shown(finding.requirement), shown(finding.code)), []).append((scenario, finding))
    places = {row.id: number for number, row in enumerate(rows)}
    ordered = sorted(by_code, key=lambda key: (places.get(key[0], len(places)), key))
    by_id = {row.id: row for row in rows}
    return tuple(
        _card(code, by_id[requirement], by_code[requirement, code], source, wording)
        for requirement, code in ordered
        if requirement in by_id
    )


def scenario_views(
    report: Judgement, diagrams: SequenceDiagrams, rows: Sequence[RequirementRow], wording: ReportTexts
) -> tuple[ScenarioView, ...]:
    """Return every scenario; those that went wrong with the diagrams of their messages."""
    titles = {row.id: row.statement for row in rows}
    return tuple(_scenario_view(entry, diagrams, titles, wording) for entry in report.scenarios)


def _findings(report: Judgement) -> Iterator[Found]:
    for scenario in report.scenarios:
        for finding in scenario.findings:
            yield shown(scenario.id), finding


def _card(code: str, row: RequirementRow, found: Sequence[Found], source: Source, wording: ReportTexts) -> FindingCard:
    by_scenario: dict[str, list[FindingEntry]] = {}
    for scenario, finding in found:
        by_scenario.setdefault(scenario, []).append(finding)
    sightings = tuple(sightings_of(name, findings, source, wording) for name, findings in by_scenario.items())
    return FindingCard(
        code=code,
        severity=severity_mark(_worst(found), wording),
        requirement=row,
        message=sightings[0].rows[0].message,
        explanation=sightings[0].explanation,
        remedy=sightings[0].remedy,
        occurrences=tuple(
            occurrence(finding, scenario, source, wording) for scenario, finding in _examples(by_scenario)
        ),
        sightings=sightings,
        explain=f"lienthong explain {shlex.quote(code)}",
    )


def _examples(by_scenario: Mapping[str, Sequence[FindingEntry]]) -> list[Found]:
    """Choose what is shown in full: the first of every scenario, then the second ones."""
    found = ((turn, name, one) for name, findings in by_scenario.items() for turn, one in enumerate(findings))
    return [(name, one) for _, name, one in sorted(found, key=lambda each: each[0])[:_SHOWN_OCCURRENCES]]


def _worst(found: Sequence[Found]) -> Severity:
    failing = any(finding.severity is Severity.FAIL for _, finding in found)
    return Severity.FAIL if failing else Severity.REMARK


def events_found(scenario: ScenarioEntry) -> frozenset[int]:
    """Return the numbers of the events that a scenario's findings point at."""
    return frozenset(one.where.event for one in scenario.findings if one.where.event is not None)


def _scenario_view(
    entry: ScenarioEntry, diagrams: SequenceDiagrams, titles: Mapping[str, str], wording: ReportTexts
) -> ScenarioView:
    detail = wording.chosen(entry.detail)
    watch = entry.id.startswith(WATCH)
    pictured = entry.verdict in _PICTURED and not watch
    return ScenarioView(
        id=shown(entry.id),
        title=titles.get(entry.id.removeprefix(WATCH).partition("/")[0], ""),
        requirements=words_of(entry.requirements),
        verdict=mark(entry.verdict, wording),
        seconds=wording.number(entry.seconds),
        why=why_of(entry, detail, wording),
        detail=detail,
        findings=_numbers(entry.findings),
        watch=watch,
        drawings=diagrams.pictures(entry.id, events_found(entry), wording) if pictured else (),
    )


def _numbers(findings: Sequence[FindingEntry]) -> Mapping[str, int]:
    by_code: dict[str, list[FindingEntry]] = {}
    for finding in findings:
        by_code.setdefault(shown(finding.code), []).append(finding)
    return {code: times_of(own) for code, own in by_code.items()}
