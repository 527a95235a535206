"""What a run came to, as its report says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.finding_entry import FindingEntry
from harness.judge.report_schema import Judgement
from harness.seal.run_files import read_report

_MOST_FINDINGS = 5000


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """The outcome of a run.

    Attributes:
        verdict: of the whole.
        narrowed: whether it was asked for a part only.
        counts: requirements by verdict.
        findings: members of `FoundRow` besides run and number, in the order of the report.
    """

    verdict: str
    narrowed: bool
    counts: Mapping[str, int]
    findings: tuple[dict[str, str], ...]


def outcome_of(folder: Path) -> RunOutcome | None:
    """Return the outcome of a run, None where it has no report that can be read."""
    try:
        report = read_report(folder)
    except ConfigurationError:
        return None
    found = tuple(_row(scenario, one) for scenario, one in findings_of(report))
    return RunOutcome(report.verdict, report.narrowed, report.summary.requirements, found)


def findings_of(report: Judgement) -> Iterator[tuple[str, FindingEntry]]:
    """Yield the findings of a report with their scenarios, in its order; their numbers count from 1."""
    found = ((scenario.id, one) for scenario in report.scenarios for one in scenario.findings)
    return islice(found, _MOST_FINDINGS)


def _row(scenario: str, one: FindingEntry) -> dict[str, str]:
    return {
        "requirement": _kept(one.requirement, 20),
        "code": _kept(one.code, 200),
        "severity": str(one.severity),
        "scenario": _kept(scenario, 200),
        "message_vi": _kept(one.message["vi"], 2000),
        "message_en": _kept(one.message["en"], 2000),
        "values": _kept(f"{one.expected}\n{one.received}", 4000),
    }


def _kept(value: str, limit: int) -> str:
    """Return a text as every database keeps it."""
    return value[:limit].replace("\0", "").encode("utf-8", "backslashreplace").decode("utf-8")
