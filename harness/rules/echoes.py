"""One defect, one finding: an unknown element is not reported when it is what another finding misses."""

from collections.abc import Iterable

from harness.catalogue.findings import Finding

_UNKNOWN = "PKG-08"


def without_echoes(findings: Iterable[Finding]) -> list[Finding]:
    """Drop findings about unknown elements whose right name another finding reports as missing.

    `<subject>` where `<Subject>` is due breaks the requirement of Subject; that `subject` is unknown adds nothing.
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
