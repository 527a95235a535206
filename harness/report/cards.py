"""Findings as cards, one per kind of finding, and scenarios as scenes with their pictures."""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.journal.recording import BLOB_FOLDER
from harness.report.excerpts import occurrence
from harness.report.model import Card, Row, Scene
from harness.report.rows import mark, objects, severity_mark, why_of, words_of
from harness.report.sequence import Chronicle
from harness.report.source import Source
from harness.report.wording import LONGEST_SHOWN, Wording, shown

_SHOWN_OCCURRENCES = 3
_REPLAYS = 3
_WATCH = "watch/"
_PICTURED = frozenset({"fail", "inconclusive"})
Found = tuple[str, Mapping[str, Any]]


def cards_of(source: Source, rows: Sequence[Row], wording: Wording) -> tuple[Card, ...]:
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
    report: Mapping[str, Any], chronicle: Chronicle, rows: Sequence[Row], wording: Wording
) -> tuple[Scene, ...]:
    """Return every scenario; those that went wrong with the pictures of their messages."""
    titles = {row.id: row.statement for row in rows}
    return tuple(_scene(entry, chronicle, titles, wording) for entry in objects(report.get("scenarios")))


def _findings(report: Mapping[str, Any]) -> Iterator[Found]:
    for scenario in objects(report.get("scenarios")):
        for finding in objects(scenario.get("findings")):
            yield shown(scenario.get("id")), finding


def _card(code: str, row: Row, found: Sequence[Found], source: Source, wording: Wording) -> Card:
    _, first = found[0]
    values = _values(first)
    times = _times(found)
    replays = (_replay(scenario, finding, source) for scenario, finding in found)
    evidence = tuple(occurrence(finding, scenario, source, wording) for scenario, finding in found[:_SHOWN_OCCURRENCES])
    return Card(
        code=code,
        severity=severity_mark(_worst(found), wording),
        requirement=row,
        message=wording.chosen(first.get("message"), LONGEST_SHOWN) or code,
        explanation=wording.about_finding(code, "explain", values),
        remedy=wording.about_finding(code, "remedy", values),
        occurrences=evidence,
        scenarios=tuple(dict.fromkeys(scenario for scenario, _ in found)),
        more=times - len(evidence),
        replays=tuple(dict.fromkeys(filter(None, replays)))[:_REPLAYS],
        explain=f"lienthong explain {shlex.quote(code)}",
    )


def _replay(scenario: str, finding: Mapping[str, Any], source: Source) -> str:
    """Return the command that shows a finding again: its scenario, the check of its package, or none."""
    run = shlex.quote(shown(source.name))
    if not scenario.startswith(_WATCH):
        return f"lienthong replay {run} {shlex.quote(scenario)}"
    event = source.event((finding.get("where") or {}).get("event"))
    package = event.data.get("package") if event else None
    if isinstance(package, Mapping) and package.get("blob"):
        return f"lienthong validate {run}/{BLOB_FOLDER}/{shlex.quote(shown(package['blob']))}"
    return ""


def _times(found: Sequence[Found]) -> int:
    """Count how often it was seen: each scenario lists the first few and says with each how many there were."""
    listed, told = Counter(scenario for scenario, _ in found), Counter[str]()
    for scenario, finding in found:
        times = finding.get("occurrences")
        told[scenario] = max(told[scenario], times if isinstance(times, int) else 1, listed[scenario])
    return told.total()


def _worst(found: Sequence[Found]) -> str:
    return "fail" if any(str(finding.get("severity")) == "fail" for _, finding in found) else "remark"


def _values(finding: Mapping[str, Any]) -> dict[str, str]:
    given = finding.get("parameters")
    parameters = given if isinstance(given, Mapping) else {}
    return {
        **{str(name): shown(value) for name, value in parameters.items()},
        "expected": shown(finding.get("expected")),
        "received": shown(finding.get("received")),
    }


def events_found(scenario: Mapping[str, Any]) -> frozenset[int]:
    """Return the numbers of the events that a scenario's findings point at."""
    places = [one.get("where") for one in objects(scenario.get("findings"))]
    numbers = (place.get("event") for place in places if isinstance(place, Mapping))
    return frozenset(number for number in numbers if isinstance(number, int))


def _scene(entry: Mapping[str, Any], chronicle: Chronicle, titles: Mapping[str, str], wording: Wording) -> Scene:
    id_ = shown(entry.get("id"))
    findings = objects(entry.get("findings"))
    wrong = events_found(entry)
    seconds = entry.get("seconds")
    watch = id_.startswith(_WATCH)
    pictured = str(entry.get("verdict")) in _PICTURED and not watch
    return Scene(
        id=id_,
        title=wording.chosen(entry.get("title")) or titles.get(id_.removeprefix(_WATCH).partition("/")[0], ""),
        requirements=words_of(entry.get("requirements")),
        verdict=mark(entry.get("verdict"), wording),
        seconds=wording.number(seconds) if isinstance(seconds, int | float) else "",
        why=why_of(entry, wording),
        detail=wording.chosen(entry.get("detail")),
        findings=tuple(dict.fromkeys(shown(one.get("code")) for one in findings)),
        watch=watch,
        drawings=chronicle.pictures(id_, wrong, wording) if pictured else (),
    )
