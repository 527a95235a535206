"""What judging yields, in the shape of `report.json` (schema lienthong.report/1)."""

from typing import Any, Literal

import msgspec

from harness.catalogue.verdicts import Basis, Cause, Level, Severity, Verdict


class Text(msgspec.Struct, frozen=True):
    """A text in both languages."""

    vi: str
    en: str


class Place(msgspec.Struct, frozen=True):
    """Where the evidence is: journal event, XPath and line in the package."""

    event: int | None = None
    xpath: str | None = None
    line: int | None = None


class FindingEntry(msgspec.Struct, frozen=True):
    """A finding as reported; `occurrences` counts how often the same was seen."""

    requirement: str
    code: str
    severity: Severity
    message: Text
    where: Place
    expected: str
    received: str
    occurrences: int = 1


class ScenarioEntry(msgspec.Struct, frozen=True):
    """Verdict of one scenario, or of one watch over all the traffic."""

    id: str
    requirements: tuple[str, ...]
    verdict: Verdict
    cause: Cause | None
    detail: Text | None
    seconds: float
    findings: tuple[FindingEntry, ...]


class RequirementEntry(msgspec.Struct, frozen=True):
    """Verdict of one requirement."""

    id: str
    level: Level
    basis: Basis
    clause: str
    statement: Text
    required: bool
    verdict: Verdict
    cause: Cause | None
    scenarios: tuple[str, ...]


class Summary(msgspec.Struct, frozen=True):
    """How many requirements and scenarios have each verdict."""

    requirements: dict[str, int]
    scenarios: dict[str, int]


class ProfileEntry(msgspec.Struct, frozen=True):
    """Which profile was judged by."""

    id: str
    version: str
    sha256: str
    title: Text


class Judgement(msgspec.Struct, frozen=True):
    """The whole judgement of a run.

    Attributes:
        narrowed: True when only some requirements were asked for; then it is no certificate.
        required: ids that had to pass.
        limits: what this run could not show, in words.
        complete: False when a required requirement was not run.
    """

    schema: Literal["lienthong.report/1"]
    run_id: str
    verdict: Literal["pass", "fail", "inconclusive"]
    profile: ProfileEntry
    candidate: dict[str, Any]
    harness: dict[str, Any]
    driver: str
    started: str
    finished: str
    seed: int
    narrowed: bool
    complete: bool
    required: tuple[str, ...]
    limits: tuple[Text, ...]
    summary: Summary
    requirements: tuple[RequirementEntry, ...]
    scenarios: tuple[ScenarioEntry, ...]


def encoded(judgement: Judgement) -> bytes:
    """Return `report.json`: the same judgement gives the same bytes, whatever machine or locale."""
    return msgspec.json.format(msgspec.json.encode(judgement), indent=2) + b"\n"
