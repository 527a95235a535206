"""Checks one package against all rules. Pure: the same bytes, profile and time give the same report."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from harness.catalogue.findings import Finding
from harness.catalogue.profiles import Profile
from harness.crypto.trust import Trust
from harness.edxml.reading import XmlRefused, parse_untrusted
from harness.rules.locating import PackageKind
from harness.rules.ordering import in_order, without_echoes
from harness.rules.registry import BOTH, Kind, Outcome, Rule, all_rules, implemented
from harness.rules.specimen import Specimen
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
    """

    kind: PackageKind
    findings: tuple[Finding, ...]
    document_id: str | None
    undecided: tuple[Undecided, ...] = ()


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
        return PackageReport("unknown", (refusal(data, error),), None)
    specimen = Specimen(data, tree, profile, at, trust)
    excess = too_many(specimen)
    if excess is not None:
        return PackageReport(specimen.kind, (excess,), specimen.document_id())
    outcomes = list(_outcomes(specimen, groups))
    findings = in_order(without_echoes(one for one in outcomes if isinstance(one, Finding)))
    undecided = tuple(one for one in outcomes if isinstance(one, Undecided))
    return PackageReport(specimen.kind, tuple(findings), specimen.document_id(), undecided)


def _outcomes(specimen: Specimen, groups: Collection[str] | None) -> Iterator[Outcome]:
    rules = all_rules()
    yield from _asked(rules.package, specimen, groups)
    if specimen.kind == "document":
        chosen = [each for each in rules.attachment if groups is None or each.group in groups]
        if chosen:
            for carried in specimen.carried():
                for each in chosen:
                    yield from islice(each.check(specimen, carried), MOST_OF_ONE_RULE)
    yield from _asked(rules.closing, specimen, groups)


def _asked(rules: tuple[Rule, ...], specimen: Specimen, groups: Collection[str] | None) -> Iterator[Outcome]:
    kind = specimen.kind
    for entry in rules:
        if groups is not None and entry.group not in groups:
            continue
        if kind in entry.kinds or (kind == "unknown" and entry.kinds == BOTH):
            yield from islice(entry.check(specimen), MOST_OF_ONE_RULE)


def _implemented() -> Mapping[str, frozenset[Kind]]:
    return {**dict.fromkeys(READING, BOTH), **implemented()}


IMPLEMENTED: Mapping[str, frozenset[Kind]] = _implemented()
