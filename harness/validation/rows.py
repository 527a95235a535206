"""The outcome of a check as published, `lienthong.findings/2`."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from harness.catalogue.finding_entry import FindingEntry, finding_entry, finding_message
from harness.catalogue.findings import Finding, Where
from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.profiles import Profile
from harness.catalogue.verdicts import Level, Severity
from harness.rules.check import PackageReport
from harness.rules.sections import PackageKind
from harness.rules.undecided import Undecided
from harness.rules.unreadable import UNEXAMINED
from harness.validation.units import ProblemCode

SCHEMA = "lienthong.findings/2"
Judged = Literal["pass", "fail", "inconclusive"]
RowKind = PackageKind | Literal["records_export", "archive_sip"]
"""What a file is: a package, or what a system keeps of packages."""
_WEIGHING = frozenset({Level.MANDATORY, Level.CONDITIONAL})


class OpenRow(msgspec.Struct, frozen=True):
    """Something that could not be determined, and its cause."""

    requirement: str
    code: str
    cause: str
    message: LocalisedText
    where: Where


class FileRow(msgspec.Struct, frozen=True):
    """One file; it is inconclusive where it does not fail and something mandatory stayed open."""

    path: str
    kind: RowKind
    verdict: Judged
    undecided: list[OpenRow]
    findings: list[FindingEntry]


def row_of(label: str, report: PackageReport, profile: Profile) -> FileRow:
    """Weigh a report by a profile and put it into words."""
    weighed = weigh(report.findings, report.undecided, profile)
    return FileRow(label, report.kind, weighed.verdict, weighed.undecided, weighed.findings)


class Weighed(NamedTuple):
    """Findings and open questions with their words, and what they come to."""

    verdict: Judged
    undecided: list[OpenRow]
    findings: list[FindingEntry]


def weigh(findings: Iterable[Finding], undecided: Iterable[Undecided], profile: Profile) -> Weighed:
    """Weigh what was found in one file, or left open, by a profile, and put it into words."""
    rows = _weighed(findings, profile)
    questions = [_question(one) for one in undecided if profile.requirements[one.requirement].level is not Level.OFF]
    return Weighed(_verdict(rows, questions, profile), questions, rows)


def problem_row(label: str, code: ProblemCode, detail: str, profile: Profile) -> FileRow:
    """Return the row of something that cannot be read."""
    findings = _weighed([Finding(code, Where(), received=detail)], profile)
    return FileRow(label, "unknown", _verdict(findings, (), profile), [], findings)


def unexamined_row(label: str) -> FileRow:
    """Return the row of a file at which the harness itself failed: nothing is known of it."""
    question = _question(UNEXAMINED)
    return FileRow(label, "unknown", "inconclusive", [question], [])


def _verdict(findings: Iterable[FindingEntry], open_questions: Iterable[OpenRow], profile: Profile) -> Judged:
    if any(finding.severity == Severity.FAIL for finding in findings):
        return "fail"
    missing = any(profile.requirements[one.requirement].level in _WEIGHING for one in open_questions)
    return "inconclusive" if missing else "pass"


def _weighed(findings: Iterable[Finding], profile: Profile) -> list[FindingEntry]:
    weighed = ((finding, profile.severity(finding)) for finding in findings)
    return [finding_entry(finding, severity) for finding, severity in weighed if severity is not Severity.OFF]


def _question(undecided: Undecided) -> OpenRow:
    finding = undecided.finding
    message = finding_message(finding)
    return OpenRow(finding.requirement, finding.code, undecided.cause.value, message, finding.where)
