"""Findings as cards, one per kind of finding, and scenarios as scenes with their pictures."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.report.excerpts import occurrence
from harness.report.model import FindingCard, RequirementRow, ScenarioView
from harness.report.rows import mark, severity_mark, why_of, words_of
from harness.report.sequence import SequenceDiagrams
from harness.report.sightings import WATCH, sightings_of, times_of
from harness.report.texts import ReportTexts, shown
from harness.seal.run_files import Source, objects

_SHOWN_OCCURRENCES = 3
_PICTURED = frozenset({"fail", "inconclusive"})
Found = tuple[str, Mapping[str, Any]]


def cards_of(source: Source, rows: Sequence[RequirementRow], wording: ReportTexts) -> tuple[FindingCard, ...]:
    """Return one card for every code found, in the order of the requirements."""
    by_code: dict[tuple[str, str], list[Found]] = {}
    for scenario, finding in _findings(source.report):
        key = (shown(finding.get("requirement")), shown(finding.get("code")))
        by_code.setdefault(key, []).append((scenario, finding))
    places = {row.id: number for number, row in enumerate(rows)}
    ordered = sorted(by_code, key=lambda key: (places.get(key[0], len(places)), key))
    by_id = {row.id: row for row in rows}
    return tuple(
        _card(code, by_id[requirement], by_code[requirement, code], source, wording)
        for requirement, code in ordered
        if requirement in by_id
    )


def scenes_of(
    report: Mapping[str, Any], chronicle: SequenceDiagrams, rows: Sequence[RequirementRow], wording: ReportTexts
) -> tuple[ScenarioView, ...]:
    """Return every scenario; those that went wrong with the pictures of their messages."""
    titles = {row.id: row.statement for row in rows}
    return tuple(_scene(entry, chronicle, titles, wording) for entry in objects(report.get("scenarios")))


def _findings(report: Mapping[str, Any]) -> Iterator[Found]:
    for scenario in objects(report.get("scenarios")):
        for finding in objects(scenario.get("findings")):
            yield shown(scenario.get("id")), finding


def _card(code: str, row: RequirementRow, found: Sequence[Found], source: Source, wording: ReportTexts) -> FindingCard:
    by_scenario: dict[str, list[Mapping[str, Any]]] = {}
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


def _examples(by_scenario: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Found]:
    """Choose what is shown in full: the first of every scenario, then the second ones."""
    found = ((turn, name, one) for name, findings in by_scenario.items() for turn, one in enumerate(findings))
    return [(name, one) for _, name, one in sorted(found, key=lambda each: each[0])[:_SHOWN_OCCURRENCES]]


def _worst(found: Sequence[Found]) -> str:
    return "fail" if any(str(finding.get("severity")) == "fail" for _, finding in found) else "remark"


def events_found(scenario: Mapping[str, Any]) -> frozenset[int]:
    """Return the numbers of the events that a scenario's findings point at."""
    places = [one.get("where") for one in objects(scenario.get("findings"))]
    numbers = (place.get("event") for place in places if isinstance(place, Mapping))
    return frozenset(number for number in numbers if isinstance(number, int))


def _scene(
    entry: Mapping[str, Any], chronicle: SequenceDiagrams, titles: Mapping[str, str], wording: ReportTexts
) -> ScenarioView:
    id_ = shown(entry.get("id"))
    wrong = events_found(entry)
    detail = wording.chosen(entry.get("detail"))
    seconds = entry.get("seconds")
    watch = id_.startswith(WATCH)
    pictured = str(entry.get("verdict")) in _PICTURED and not watch
    return ScenarioView(
        id=id_,
        title=wording.chosen(entry.get("title")) or titles.get(id_.removeprefix(WATCH).partition("/")[0], ""),
        requirements=words_of(entry.get("requirements")),
        verdict=mark(entry.get("verdict"), wording),
        seconds=wording.number(seconds) if isinstance(seconds, int | float) else "",
        why=why_of(entry, detail, wording),
        detail=detail,
        findings=_numbers(objects(entry.get("findings"))),
        watch=watch,
        drawings=chronicle.pictures(id_, wrong, wording) if pictured else (),
    )


def _numbers(findings: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    by_code: dict[str, list[Mapping[str, Any]]] = {}
    for finding in findings:
        by_code.setdefault(shown(finding.get("code")), []).append(finding)
    return {code: times_of(own) for code, own in by_code.items()}
