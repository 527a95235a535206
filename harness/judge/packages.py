"""The watch on every package the candidate sends: all static requirements of the catalogue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.catalogue.findings import Finding, Where
from harness.judge.evidence import Evidence, Exchange
from harness.judge.examination import Examiner
from harness.rules.checking import IMPLEMENTED
from harness.rules.undecided import Undecided


@dataclass(frozen=True, slots=True)
class PackageWatch:
    """What the rules found in all that was sent.

    Attributes:
        findings: by requirement; a requirement is a key when at least one package it speaks about was examined.
        undecided: by requirement, the first open question about a package (revocation unknown, no trust anchor).
    """

    findings: Mapping[str, list[Finding]]
    undecided: Mapping[str, Undecided]


def watch_packages(evidence: Evidence, examiner: Examiner) -> PackageWatch:
    """Examine every package sent in the run, each content once."""
    findings: dict[str, list[Finding]] = {}
    undecided: dict[str, Undecided] = {}
    broken = _broken_stimuli(evidence)
    seen: set[str] = set()
    for exchange in evidence.all_sendings():
        report = examiner.report(exchange)
        if report is None or exchange.package["sha256"] in seen:
            continue
        seen.add(exchange.package["sha256"])
        excused = report.kind == "status" and _answers_broken(exchange, broken, evidence)
        for requirement, kinds in IMPLEMENTED.items():
            if report.kind in kinds and not excused:
                findings.setdefault(requirement, [])
        for found in _placed(report.findings, exchange):
            if not excused:
                findings.setdefault(found.requirement, []).append(found)
        for open_question in report.undecided:
            undecided.setdefault(open_question.requirement, open_question)
    return PackageWatch(findings, undecided)


def _placed(findings: tuple[Finding, ...], exchange: Exchange) -> Iterator[Finding]:
    for found in findings:
        where = Where(exchange.request.seq, found.where.xpath, found.where.line)
        yield Finding(found.code, where, found.expected, found.received, found.parameters)


def _broken_stimuli(evidence: Evidence) -> frozenset[str]:
    stimuli = (event.data for event in evidence.kind("stimulus"))
    return frozenset(str(data.get("document_id") or "") for data in stimuli if not data["good"])


def _answers_broken(exchange: Exchange, broken: frozenset[str], evidence: Evidence) -> bool:
    """What answers a broken package can only repeat what could be read of it."""
    answered = str((exchange.package.get("response_for") or {}).get("document_id") or "")
    if answered in broken:
        return True
    known = any(event.data.get("document_id") == answered for event in evidence.kind("stimulus"))
    return bool(broken) and not known and not evidence.sendings(answered)
