"""Which findings are reported, and in which order."""

from collections.abc import Iterable

from harness.catalogue.findings import Finding

_UNKNOWN = "PKG-08"
_GROUPS = {name: place for place, name in enumerate(("PKG", "HDR", "TRC", "ATT", "STP", "SIG", "PDF"))}


def without_echoes(findings: Iterable[Finding]) -> list[Finding]:
    """Drop findings about unknown elements whose right name another finding reports as missing.

    `<subject>` instead of `<Subject>` breaks the requirement of Subject; that `subject` is unknown adds nothing.
    A finding about something missing names it in its parameter `missing`, one about an unknown element names in
    `meant` what it was probably meant to be.
    """
    kept = list(findings)
    if not any(finding.requirement == _UNKNOWN for finding in kept):
        return kept
    missing = {
        finding.parameters["missing"]
        for finding in kept
        if finding.requirement != _UNKNOWN and "missing" in finding.parameters
    }
    return [
        finding
        for finding in kept
        if finding.requirement != _UNKNOWN or finding.parameters.get("meant", "") not in missing
    ]


def in_order(findings: list[Finding]) -> list[Finding]:
    """Sort by requirement as the catalogue lists them, and by line."""
    return sorted(findings, key=_place) if len(findings) > 1 else findings


def _place(finding: Finding) -> tuple[int, str, int]:
    requirement = finding.requirement
    return _GROUPS.get(requirement[:3], len(_GROUPS)), requirement, finding.where.line or 0
