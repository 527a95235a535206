"""All findings of one kind, by the scenario they were found in; those in the same words are listed once."""

import shlex
from collections.abc import Iterator, Sequence
from itertools import islice

from harness.catalogue.finding_entry import FindingEntry
from harness.catalogue.findings import Where
from harness.journal.bodies import BLOB_FOLDER
from harness.journal.events import RequestReceived, SentPackage
from harness.report.model import Sighting, Sightings
from harness.report.texts import LONGEST_SHOWN, ReportTexts, shown
from harness.seal.run_files import Source

WATCH = "watch/"
_REPLAYS = 3


def sightings_of(scenario: str, findings: Sequence[FindingEntry], source: Source, wording: ReportTexts) -> Sightings:
    """Gather the findings of one code in one scenario of report.json."""
    return Sightings(
        scenario=scenario,
        times=times_of(findings),
        rows=tuple(_rows(findings, wording)),
        explanation=_about(findings[0], "explain", wording),
        remedy=_about(findings[0], "remedy", wording),
        replays=tuple(islice(dict.fromkeys(_replays(scenario, findings, source)), _REPLAYS)),
    )


def times_of(findings: Sequence[FindingEntry]) -> int:
    """Return how often a code was found in a scenario: as its findings say, but at least as often as listed."""
    return max([len(findings), *(finding.occurrences for finding in findings)])


def message_of(finding: FindingEntry, wording: ReportTexts) -> str:
    """Return what a finding says; its code where it says nothing."""
    return wording.chosen(finding.message, LONGEST_SHOWN) or shown(finding.code)


def _about(finding: FindingEntry, part: str, wording: ReportTexts) -> str:
    values = {
        **{name: shown(value) for name, value in finding.parameters.items()},
        "expected": wording.stated(finding.expected),
        "received": wording.stated(finding.received),
    }
    return wording.about_finding(shown(finding.code), part, values)


def _rows(findings: Sequence[FindingEntry], wording: ReportTexts) -> Iterator[Sighting]:
    alike: dict[tuple[str, str, str, str], list[FindingEntry]] = {}
    for finding in findings:
        expected, received = wording.stated(finding.expected), wording.stated(finding.received)
        said = message_of(finding, wording), expected, received, _place(finding.where, wording)
        alike.setdefault(said, []).append(finding)
    for (message, expected, received, place), same in alike.items():
        numbers = (finding.where.event for finding in same)
        events = tuple(dict.fromkeys(shown(number) for number in numbers if number is not None))
        yield Sighting(message, expected, received, place, events, len(same))


def _place(where: Where, wording: ReportTexts) -> str:
    named = (("xpath", where.xpath), ("line", where.line))
    return " · ".join(f"{wording.say(f'where.{name}')} {shown(value)}" for name, value in named if value)


def _replays(scenario: str, findings: Sequence[FindingEntry], source: Source) -> Iterator[str]:
    """Yield the commands that show findings again: their scenario, or the checks of their packages."""
    run = shlex.quote(shown(source.name))
    if not scenario.startswith(WATCH):
        yield f"lienthong replay {run} {shlex.quote(scenario)}"
        return
    for finding in findings:
        event = source.event(finding.where.event)
        match event.what if event else None:
            case RequestReceived(package=SentPackage(blob=str(blob))) if blob:
                yield f"lienthong validate {run}/{BLOB_FOLDER}/{shlex.quote(shown(blob))}"
