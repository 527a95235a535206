"""All findings of one kind, by the scenario they were found in; those in the same words are told once."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from harness.journal.bodies import BLOB_FOLDER
from harness.journal.events import RequestReceived, SentPackage
from harness.report.model import Sighting, Sightings
from harness.report.texts import LONGEST_SHOWN, ReportTexts, shown
from harness.seal.run_files import Source

WATCH = "watch/"
_REPLAYS = 3
Finding = Mapping[str, Any]


def sightings_of(scenario: str, findings: Sequence[Finding], source: Source, wording: ReportTexts) -> Sightings:
    """Gather the findings of one code in one scenario of report.json."""
    return Sightings(
        scenario=scenario,
        times=times_of(findings),
        rows=tuple(_rows(findings, wording)),
        explanation=_about(findings[0], "explain", wording),
        remedy=_about(findings[0], "remedy", wording),
        replays=tuple(islice(dict.fromkeys(_replays(scenario, findings, source)), _REPLAYS)),
    )


def times_of(findings: Sequence[Finding]) -> int:
    """Return how often a code was found in a scenario: as often as is told, and at least as often as is listed."""
    told = (finding.get("occurrences") for finding in findings)
    return max([number for number in told if isinstance(number, int)] + [len(findings)])


def message_of(finding: Finding, wording: ReportTexts) -> str:
    """Return what a finding says; its code where it says nothing."""
    return wording.chosen(finding.get("message"), LONGEST_SHOWN) or shown(finding.get("code"))


def where_of(finding: Finding) -> Mapping[str, Any]:
    """Return where a finding is, an empty object where that is not told."""
    where = finding.get("where")
    return where if isinstance(where, Mapping) else {}


def _about(finding: Finding, part: str, wording: ReportTexts) -> str:
    given = finding.get("parameters")
    parameters = given if isinstance(given, Mapping) else {}
    values = {
        **{str(name): shown(value) for name, value in parameters.items()},
        "expected": shown(finding.get("expected")),
        "received": shown(finding.get("received")),
    }
    return wording.about_finding(shown(finding.get("code")), part, values)


def _rows(findings: Sequence[Finding], wording: ReportTexts) -> Iterator[Sighting]:
    alike: dict[tuple[str, str, str, str], list[Finding]] = {}
    for finding in findings:
        said = message_of(finding, wording), shown(finding.get("expected")), shown(finding.get("received"))
        alike.setdefault((*said, _place(finding, wording)), []).append(finding)
    for (message, expected, received, place), same in alike.items():
        numbers = (where_of(finding).get("event") for finding in same)
        events = tuple(dict.fromkeys(shown(number) for number in numbers if number is not None))
        yield Sighting(message, expected, received, place, events, len(same))


def _place(finding: Finding, wording: ReportTexts) -> str:
    where = where_of(finding)
    named = (f"{wording.say(f'where.{name}')} {shown(where[name])}" for name in ("xpath", "line") if where.get(name))
    return " · ".join(named)


def _replays(scenario: str, findings: Sequence[Finding], source: Source) -> Iterator[str]:
    """Yield the commands that show findings again: their scenario, or the checks of their packages."""
    run = shlex.quote(shown(source.name))
    if not scenario.startswith(WATCH):
        yield f"lienthong replay {run} {shlex.quote(scenario)}"
        return
    for finding in findings:
        event = source.event(where_of(finding).get("event"))
        match event.what if event else None:
            case RequestReceived(package=SentPackage(blob=str(blob))) if blob:
                yield f"lienthong validate {run}/{BLOB_FOLDER}/{shlex.quote(shown(blob))}"
