"""A finding as published: weighed by a profile, and put into words."""

import msgspec

from harness.catalogue.findings import Finding, Where
from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.texts import finding_text
from harness.catalogue.verdicts import Severity


class FindingEntry(msgspec.Struct, frozen=True):
    """A finding as published.

    Attributes:
        occurrences: how often the same was seen.
        parameters: what message, explanation and remedy name besides `expected` and `received`.
    """

    requirement: str
    code: str
    severity: Severity
    message: LocalisedText
    where: Where
    expected: str
    received: str
    occurrences: int = 1
    parameters: dict[str, str] = {}


def finding_entry(found: Finding, severity: Severity, occurrences: int = 1) -> FindingEntry:
    """Return a finding as it is published, with its message in words."""
    return FindingEntry(
        requirement=found.requirement,
        code=found.code,
        severity=severity,
        message=finding_message(found),
        where=found.where,
        expected=found.expected,
        received=found.received,
        occurrences=occurrences,
        parameters={name: str(value) for name, value in found.parameters.items()},
    )


def finding_message(found: Finding) -> LocalisedText:
    """Return what is wrong, in words."""
    values = {**found.parameters, "expected": found.expected, "received": found.received}
    return LocalisedText.of(lambda language: finding_text(found.code, "message", language, **values))
