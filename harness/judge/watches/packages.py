"""The watch on every package the candidate sends: all static requirements of the catalogue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.catalogue.findings import Finding, Where
from harness.catalogue.verdicts import Cause
from harness.expectations.evidence import Exchange
from harness.journal.events import AnsweredDocument, EvidenceFull
from harness.judge.duties.facts import RunFacts
from harness.judge.package_inspector import PackageInspector
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


# Whether a package that did not fit into the evidence was correct is not known: it must never count as good.
NOT_KEPT = Undecided(Finding("PKG-10.not-kept"), Cause.CANDIDATE)


def watch_packages(facts: RunFacts, examiner: PackageInspector) -> PackageWatch:
    """Examine every package sent in the run, each content once; what another run has left behind is left out."""
    findings: dict[str, list[Finding]] = {}
    undecided: dict[str, Undecided] = {}
    broken = _broken(facts)
    seen: set[str | None] = set()
    full = bool(facts.evidence.events_of(EvidenceFull))
    for exchange in facts.evidence.all_sendings():
        report = examiner.report(exchange)
        if report is None and exchange.asked.package and full:
            undecided.setdefault(NOT_KEPT.requirement, NOT_KEPT)
            findings.setdefault(NOT_KEPT.requirement, [])
        if report is None or exchange.package.sha256 in seen or facts.foreign(exchange):
            continue
        seen.add(exchange.package.sha256)
        repeats = report.kind == "status" and _answers(exchange, broken)
        for requirement in report.spoken_of:
            findings.setdefault(requirement, [])
        for found in _placed(report.findings, exchange):
            if not (repeats and _is_repeated(found)):
                findings.setdefault(found.requirement, []).append(found)
        for open_question in report.undecided:
            undecided.setdefault(open_question.requirement, open_question)
    return PackageWatch(findings, undecided)


def _placed(findings: tuple[Finding, ...], exchange: Exchange) -> Iterator[Finding]:
    for found in findings:
        where = Where(exchange.request.seq, found.where.xpath, found.where.line)
        yield Finding(found.code, where, found.expected, found.received, found.parameters)


def _broken(facts: RunFacts) -> tuple[frozenset[str], frozenset[str]]:
    """Return the DocumentIds and codes by which a status may name a deliberately broken package."""
    spoilt = [one for one in facts.delivered() if not one.good]
    return frozenset(name for one in spoilt for name in one.named), frozenset(one.code for one in spoilt) - {"", "/"}


def _answers(exchange: Exchange, broken: tuple[frozenset[str], frozenset[str]]) -> bool:
    named = exchange.package.response_for or AnsweredDocument()
    identities, codes = broken
    return named.document_id in identities or named.code in codes


def _is_repeated(found: Finding) -> bool:
    """Tell whether a finding is about what a status repeats of the package it answers: it could only copy that."""
    return "ResponseFor" in (found.where.xpath or "")
