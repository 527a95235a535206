"""What judging yields, in the shape of `report.json` (schema lienthong.report/1)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

import msgspec

from harness.catalogue.finding_entry import FindingEntry
from harness.catalogue.texts import LocalisedText, text
from harness.catalogue.verdicts import Basis, Cause, Level, Verdict


def sentence(key: str, parameters: Mapping[str, str]) -> LocalisedText:
    """Return a sentence of the message file `verdicts`, its places filled."""
    return LocalisedText.of(lambda language: text("verdicts", key, language, **parameters))


class ScenarioEntry(msgspec.Struct, frozen=True):
    """Verdict of one scenario, or of one watch over all the traffic."""

    id: str
    requirements: tuple[str, ...]
    verdict: Verdict
    cause: Cause | None
    detail: LocalisedText | None
    seconds: float
    findings: tuple[FindingEntry, ...]


class RequirementEntry(msgspec.Struct, frozen=True):
    """Verdict of one requirement."""

    id: str
    level: Level
    basis: Basis
    clause: str
    statement: LocalisedText
    required: bool
    verdict: Verdict
    cause: Cause | None
    scenarios: tuple[str, ...]


class VerdictCounts(msgspec.Struct, frozen=True):
    """How many requirements and scenarios have each verdict."""

    requirements: dict[str, int]
    scenarios: dict[str, int]


class ProfileEntry(msgspec.Struct, frozen=True):
    """Which profile was judged by."""

    id: str
    version: str
    sha256: str
    title: LocalisedText


class DeviationState(StrEnum):
    """How a known deviation stands: fails as known, term is over, passes now, or has no verdict."""

    OPEN = "open"
    EXPIRED = "expired"
    PASSED = "passed"
    UNJUDGED = "unjudged"


class DeviationEntry(msgspec.Struct, frozen=True):
    """A failure that somebody answers for until a day; it changes no verdict."""

    requirement: str
    owner: str
    reason: str
    expires: str
    state: DeviationState


class Judgement(msgspec.Struct, frozen=True):
    """The whole judgement of a run.

    Attributes:
        narrowed: True when only some requirements were asked for; then it is no certificate.
        required: ids that had to pass.
        limits: what this run could not show, in words.
        complete: False when a required requirement was not run.
        deviations: known ones that were handed in with the run; no verdict depends on them.
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
    limits: tuple[LocalisedText, ...]
    summary: VerdictCounts
    requirements: tuple[RequirementEntry, ...]
    scenarios: tuple[ScenarioEntry, ...]
    deviations: tuple[DeviationEntry, ...] = ()


def encoded(judgement: Judgement) -> bytes:
    """Return `report.json`: the same judgement gives the same bytes, whatever machine or locale.

    Half a surrogate pair, which a candidate may send in JSON and UTF-8 cannot carry, is written as an escape.
    """
    try:
        content = msgspec.json.encode(judgement)
    except UnicodeEncodeError:
        content = msgspec.json.encode(_carried(msgspec.to_builtins(judgement)))
    return msgspec.json.format(content, indent=2) + b"\n"


def _carried(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_carried(key): _carried(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_carried(member) for member in value]
    return value
