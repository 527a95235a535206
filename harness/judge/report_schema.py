"""What judging yields, in the shape of `report.json` (schema lienthong.report/1)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal, TypeVar

import msgspec

from harness.catalogue.finding_entry import FindingEntry
from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.texts import text
from harness.catalogue.verdicts import Basis, Cause, Level, Verdict


def sentence(key: str, parameters: Mapping[str, str]) -> LocalisedText:
    """Return a sentence of the message file `verdicts`, its places filled."""
    return LocalisedText.of(lambda language: text("verdicts", key, language, **parameters))


T = TypeVar("T")


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
    """State of a known deviation: fails as known, its term is over, passes now, or has no verdict."""

    OPEN = "open"
    EXPIRED = "expired"
    PASSED = "passed"
    UNJUDGED = "unjudged"


class DeviationEntry(msgspec.Struct, frozen=True):
    """A known failure with an owner and a last day; it changes no verdict."""

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


class StatedProduct(msgspec.Struct, frozen=True):
    """The product that a candidate's declaration names."""

    name: str = ""
    version: str = ""
    vendor: str = ""


class StatedAgency(msgspec.Struct, frozen=True):
    """The agency that a candidate's declaration names."""

    organ_id: str = ""
    organ_name: str = ""
    system_id: str | None = None


class StatedCandidate(msgspec.Struct, frozen=True):
    """A candidate's declaration as the report carries it: what a reader of the report is shown of it."""

    candidate: StatedProduct = StatedProduct()
    agency: StatedAgency = StatedAgency()
    capabilities: tuple[str, ...] = ()
    timing: dict[str, float | None] = {}


class StatedSelftest(msgspec.Struct, frozen=True):
    """What the harness said of its own last self-test.

    Attributes:
        current: whether its sources were those tested.
        released: whether the whole program was the one that was released.
    """

    version: str = ""
    defects: int = 0
    caught: int = 0
    correct: int = 0
    false_alarms: int = 0
    requirements: int = 0
    current: bool = False
    released: bool = False


class StatedHarness(msgspec.Struct, frozen=True):
    """Which harness recorded a run; `program` is the digest over all of it."""

    name: str = ""
    version: str = ""
    program: str = ""
    selftest: StatedSelftest | None = None


def candidate_of(judgement: Judgement) -> StatedCandidate:
    """Return what a judgement says of the candidate, nothing where that has no shape of a declaration."""
    return _stated(judgement.candidate, StatedCandidate())


def harness_of(judgement: Judgement) -> StatedHarness:
    """Return what a judgement says of the harness, nothing where that has another shape."""
    return _stated(judgement.harness, StatedHarness())


def _stated(content: dict[str, Any], nothing: T) -> T:
    try:
        return msgspec.convert(content, type(nothing))
    except msgspec.ValidationError:
        return nothing


def decoded(content: bytes) -> Judgement:
    """Return the judgement in a `report.json`.

    Raises:
        msgspec.DecodeError: it is not JSON, or not of the schema.
    """
    return msgspec.json.decode(content, type=Judgement)


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
