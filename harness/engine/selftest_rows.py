"""What the self-test says about one agency of the gallery: whether it was judged rightly, by whom, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from harness.catalogue.profiles import Profile
from harness.catalogue.verdicts import Cause, Level, Severity, Verdict
from harness.judge.judgement import Judgement, ScenarioEntry, Text


class Result(StrEnum):
    """How an agency of the gallery came out.

    A defect is `caught`, or it is a miss: `besides` its own requirement others failed too, it was caught only
    `elsewhere`, its requirement stayed `undecided`, or nothing was noticed at all (`missed`). A correct agency is
    `passed`, or it was `alarmed` about, or `undecided`. `trouble` is the harness's own.
    """

    CAUGHT = "caught"
    BESIDES = "besides"
    ELSEWHERE = "elsewhere"
    MISSED = "missed"
    UNDECIDED = "undecided"
    TROUBLE = "trouble"
    ALARMED = "alarmed"
    PASSED = "passed"


RIGHT = frozenset({Result.CAUGHT, Result.PASSED})


@dataclass(frozen=True, slots=True)
class Check:
    """One agency to be judged.

    Attributes:
        name: in the gallery; `reference` for the plain one.
        breaks: requirement it breaks, None for a correct agency.
        description: what it does, in English.
        only: requirements it is judged by, None for all.
        also: requirements that it cannot help breaking with the one it breaks.
    """

    name: str
    breaks: str | None
    description: str
    only: tuple[str, ...] | None
    also: tuple[str, ...] = ()


class Catch(msgspec.Struct, frozen=True):
    """A finding that counts: which scenario or watch gave it, against which requirement, under which code."""

    scenario: str
    requirement: str
    code: str


class Row(msgspec.Struct, frozen=True):
    """One line of the matrix.

    Attributes:
        kind: `defect` or `correct`.
        breaks: requirement that the defect claims to break.
        caught_by: findings against that requirement.
        others: findings that fail other requirements; for a correct agency, every one that fails.
        undecided: requirements that had to be decided and were not.
        detail: why, where that is known.
        seconds: how long the run took.
    """

    name: str
    kind: str
    breaks: str | None
    description: str
    result: Result
    caught_by: tuple[Catch, ...] = ()
    others: tuple[Catch, ...] = ()
    undecided: tuple[str, ...] = ()
    detail: Text | None = None
    seconds: float = 0.0

    @property
    def right(self) -> bool:
        """True when the agency was judged as it deserves."""
        return self.result in RIGHT


def weighed(check: Check, profile: Profile, judgement: Judgement, seconds: float) -> Row:
    """Say whether the judgement on an agency is the one it deserves.

    Args:
        check: what was run, and what it breaks.
        profile: gives the weight that a finding against the broken requirement must have.
        judgement: of the run.
        seconds: how long the run took.
    """
    own = tuple(_own(check, profile, judgement))
    others = tuple(_failing_others(check, judgement))
    undecided = _undecided(check, judgement)
    result = _result_of_defect(own, others, undecided) if check.breaks else _result_of_correct(others, undecided)
    detail = _detail(judgement, undecided)
    broken = next((entry for entry in judgement.scenarios if entry.cause is Cause.HARNESS), None)
    if broken is not None:
        result, detail = Result.TROUBLE, broken.detail
    elif check.breaks is None and result is Result.PASSED and judgement.verdict != "pass":
        result = Result.UNDECIDED
    return Row(
        name=check.name,
        kind="defect" if check.breaks else "correct",
        breaks=check.breaks,
        description=check.description,
        result=result,
        caught_by=own,
        others=others,
        undecided=undecided,
        detail=None if result in RIGHT else detail,
        seconds=round(seconds, 1),
    )


def in_trouble(check: Check, message: str, seconds: float) -> Row:
    """Return the row of an agency that could not be judged, for a reason of the harness's own."""
    kind = "defect" if check.breaks else "correct"
    said = Text(vi=message, en=message)
    return Row(
        check.name, kind, check.breaks, check.description, Result.TROUBLE, detail=said, seconds=round(seconds, 1)
    )


def _own(check: Check, profile: Profile, judgement: Judgement) -> Iterator[Catch]:
    """Yield the findings against the broken requirement, by those who claim it, that weigh as much as it does."""
    if check.breaks is None:
        return
    enough = {Severity.FAIL}
    if profile.requirements[check.breaks].level is Level.RECOMMENDED:
        enough.add(Severity.REMARK)
    for entry in judgement.scenarios:
        if check.breaks in entry.requirements:
            yield from (catch for catch in _catches(entry, enough) if catch.requirement == check.breaks)


def _failing_others(check: Check, judgement: Judgement) -> Iterator[Catch]:
    for entry in judgement.scenarios:
        for catch in _catches(entry, {Severity.FAIL}):
            if catch.requirement in check.also:
                continue
            if catch.requirement != check.breaks or check.breaks not in entry.requirements:
                yield catch


def _catches(entry: ScenarioEntry, severities: set[Severity]) -> Iterator[Catch]:
    codes = dict.fromkeys(found.code for found in entry.findings if found.severity in severities)
    for code in codes:
        yield Catch(entry.id, code.partition(".")[0], code)


def _undecided(check: Check, judgement: Judgement) -> tuple[str, ...]:
    """Return what had to be decided: of a defect its own requirement, of a correct agency all."""
    return tuple(
        entry.id
        for entry in judgement.requirements
        if entry.verdict in {Verdict.INCONCLUSIVE, Verdict.NOT_RUN}
        and (entry.id == check.breaks if check.breaks else entry.required)
    )


def _result_of_defect(own: tuple[Catch, ...], others: tuple[Catch, ...], undecided: tuple[str, ...]) -> Result:
    if own:
        return Result.BESIDES if others else Result.CAUGHT
    if others:
        return Result.ELSEWHERE
    return Result.UNDECIDED if undecided else Result.MISSED


def _result_of_correct(others: tuple[Catch, ...], undecided: tuple[str, ...]) -> Result:
    if others:
        return Result.ALARMED
    return Result.UNDECIDED if undecided else Result.PASSED


def _detail(judgement: Judgement, undecided: tuple[str, ...]) -> Text | None:
    claiming = (entry for entry in judgement.scenarios if set(undecided) & set(entry.requirements))
    return next((entry.detail for entry in claiming if entry.detail is not None), None)
