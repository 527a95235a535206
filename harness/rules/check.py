"""Checks one package against all rules. Pure: the same bytes, profile and time give the same report."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from harness.catalogue.declared_codes import refuse_undeclared
from harness.catalogue.findings import Finding
from harness.catalogue.profiles import Profile
from harness.crypto.chains.trust import Trust
from harness.edxml.reader import XmlRefused, parse_untrusted
from harness.rules.finding_order import in_order, without_echoes
from harness.rules.line_numbers import with_exact_lines
from harness.rules.package_view import AttachmentView, PackageView
from harness.rules.registry import BOTH, AttachmentSubject, Checks, Kind, Outcome, checks_for, implemented
from harness.rules.sections import PackageKind
from harness.rules.undecided import Undecided
from harness.rules.unreadable import READING, refusal, too_many

_NO_TRUST = Trust()
MOST_OF_ONE_RULE = 100
"""Findings that one rule may give about one package or attachment: a hostile package has a million defects."""


@dataclass(frozen=True, slots=True)
class PackageReport:
    """What the rules say about one package.

    Attributes:
        kind: document, status or unknown.
        findings: what is wrong; how much each weighs is for the profile to say.
        document_id: DocumentId of the document, or of the one that a status answers; None where it cannot be read.
        undecided: what could not be found out; its requirements are neither met nor broken.
        spoken_of: requirements of which the package held at least one thing that they speak about, a zipped attachment
            for instance: of the others it says nothing, be there findings or not.
    """

    kind: PackageKind
    findings: tuple[Finding, ...]
    document_id: str | None
    undecided: tuple[Undecided, ...] = ()
    spoken_of: frozenset[str] = frozenset()


def check_package(
    data: bytes, profile: Profile, at: datetime, *, groups: Collection[str] | None = None, trust: Trust = _NO_TRUST
) -> PackageReport:
    """Check one package.

    Args:
        data: the package as received.
        profile: its parameters hold; its severities are not looked at.
        at: time of judgement, with a zone.
        groups: groups of the catalogue whose rules are asked, e.g. `{"PKG", "HDR"}`; None: all.
            That a package cannot be read at all is said whatever the groups.
        trust: anchors, intermediates and revocation data for signatures, besides the profile's.
    """
    try:
        tree = parse_untrusted(data, profile.parameters.limits)
    except XmlRefused as error:
        refused = refusal(data, error)
        return PackageReport("unknown", (refused,), None, spoken_of=frozenset({refused.requirement}))
    package = PackageView(data, tree, profile, at, trust)
    try:
        return _report(package, groups)
    finally:
        package.nodes.dismantle()


def _report(package: PackageView, groups: Collection[str] | None) -> PackageReport:
    excess = too_many(package)
    if excess is not None:
        return PackageReport(package.kind, (excess,), package.document_id(), spoken_of=frozenset({excess.requirement}))
    checks = checks_for(package.kind, None if groups is None else frozenset(groups))
    spoken_of = set(checks.always)
    if groups is None or "PKG" in groups:
        spoken_of.update(READING)
    outcomes = _outcomes(package, checks, spoken_of)
    if not outcomes:
        return PackageReport(package.kind, (), package.document_id(), spoken_of=frozenset(spoken_of))
    spoken_of.update(one.requirement for one in outcomes)
    findings = without_echoes(one for one in outcomes if isinstance(one, Finding))
    undecided = tuple(one for one in outcomes if isinstance(one, Undecided))
    ordered = in_order(with_exact_lines(findings, package))
    return PackageReport(package.kind, tuple(ordered), package.document_id(), undecided, frozenset(spoken_of))


def _outcomes(package: PackageView, checks: Checks, spoken_of: set[str]) -> list[Outcome]:
    """Ask all rules; what they speak of is added to `spoken_of`."""
    outcomes: list[Outcome] = []
    for check, codes in checks.package:
        answers = check(package)
        # Nearly every rule yields nothing: asking for one outcome is quicker than collecting all.
        first = next(answers, None)
        if first is not None:
            _take(chain((first,), answers), codes, outcomes)
    if checks.attachment:
        open_subjects = checks.of_attachments
        for attachment in package.attachment_views():
            for look, codes in checks.attachment:
                _take(look(package, attachment), codes, outcomes)
            open_subjects = _left_open(open_subjects, package, attachment, spoken_of)
    for check, codes in checks.closing:
        _take(check(package), codes, outcomes)
    spoken_of.update(requirement for requirement, speaks_of in checks.sometimes if speaks_of(package))
    return outcomes


def _take(answers: Iterable[Outcome], codes: frozenset[str], outcomes: list[Outcome]) -> None:
    """Add what a rule yields, at most `MOST_OF_ONE_RULE` outcomes.

    Raises:
        UndeclaredCode: it gives a code that it does not declare.
    """
    for one in islice(answers, MOST_OF_ONE_RULE):
        refuse_undeclared(one.code if isinstance(one, Finding) else one.detail, codes)
        outcomes.append(one)


def _left_open(
    subjects: tuple[tuple[str, AttachmentSubject | None], ...],
    package: PackageView,
    attachment: AttachmentView,
    spoken_of: set[str],
) -> tuple[tuple[str, AttachmentSubject | None], ...]:
    """Return the subjects that this attachment is none of; the requirements of the others are spoken of."""
    if not subjects:
        return subjects
    left = []
    for subject in subjects:
        requirement, speaks_of = subject
        if speaks_of is None or speaks_of(package, attachment):
            spoken_of.add(requirement)
        else:
            left.append(subject)
    return tuple(left)


def _implemented() -> Mapping[str, frozenset[Kind]]:
    return {**dict.fromkeys(READING, BOTH), **implemented()}


IMPLEMENTED: Mapping[str, frozenset[Kind]] = _implemented()
