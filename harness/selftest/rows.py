"""What the self-test says about one agency of the gallery: whether it was judged correctly, by what, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.profiles import Profile
from harness.catalogue.verdicts import Cause, Level, Severity, Verdict
from harness.judge.report_schema import Judgement, ScenarioEntry


class CaseResult(StrEnum):
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


RIGHT = frozenset({CaseResult.CAUGHT, CaseResult.PASSED})


@dataclass(frozen=True, slots=True)
class SelftestCase:
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


class DefectCatch(msgspec.Struct, frozen=True):
    """A finding that counts: which scenario or watch gave it, against which requirement, under which code."""

    scenario: str
    requirement: str
    code: str


class MatrixRow(msgspec.Struct, frozen=True):
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
    result: CaseResult
    caught_by: tuple[DefectCatch, ...] = ()
    others: tuple[DefectCatch, ...] = ()
    undecided: tuple[str, ...] = ()
    detail: LocalisedText | None = None
    seconds: float = 0.0

    @property
    def right(self) -> bool:
        """True when the agency was judged correctly."""
        return self.result in RIGHT


def weighed(check: SelftestCase, profile: Profile, judgement: Judgement, seconds: float) -> MatrixRow:
    """Return whether the judgement on an agency is correct.

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
        result, detail = CaseResult.TROUBLE, broken.detail
    elif check.breaks is None and result is CaseResult.PASSED and judgement.verdict != "pass":
        result = CaseResult.UNDECIDED
    return MatrixRow(
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


def in_trouble(check: SelftestCase, message: str, seconds: float) -> MatrixRow:
    """Return the row of an agency that could not be judged, for a reason of the harness's own."""
    kind = "defect" if check.breaks else "correct"
    said = LocalisedText(vi=message, en=message)
    return MatrixRow(
        check.name, kind, check.breaks, check.description, CaseResult.TROUBLE, detail=said, seconds=round(seconds, 1)
    )


def _own(check: SelftestCase, profile: Profile, judgement: Judgement) -> Iterator[DefectCatch]:
    """Yield the findings against the broken requirement, by those who claim it, that weigh as much as it does."""
    if check.breaks is None:
        return
    enough = {Severity.FAIL}
    if profile.requirements[check.breaks].level is Level.RECOMMENDED:
        enough.add(Severity.REMARK)
    for entry in judgement.scenarios:
        if check.breaks in entry.requirements:
            yield from (catch for catch in _catches(entry, enough) if catch.requirement == check.breaks)


def _failing_others(check: SelftestCase, judgement: Judgement) -> Iterator[DefectCatch]:
    for entry in judgement.scenarios:
        for catch in _catches(entry, {Severity.FAIL}):
            if catch.requirement in check.also:
                continue
            if catch.requirement != check.breaks or check.breaks not in entry.requirements:
                yield catch


def _catches(entry: ScenarioEntry, severities: set[Severity]) -> Iterator[DefectCatch]:
    codes = dict.fromkeys(found.code for found in entry.findings if found.severity in severities)
    for code in codes:
        yield DefectCatch(entry.id, code.partition(".")[0], code)


def _undecided(check: SelftestCase, judgement: Judgement) -> tuple[str, ...]:
    """Return what had to be decided: of a defect its own requirement, of a correct agency all."""
    return tuple(
        entry.id
        for entry in judgement.requirements
        if entry.verdict in {Verdict.INCONCLUSIVE, Verdict.NOT_RUN}
        and (entry.id == check.breaks if check.breaks else entry.required)
    )


def _result_of_defect(
    own: tuple[DefectCatch, ...], others: tuple[DefectCatch, ...], undecided: tuple[str, ...]
) -> CaseResult:
    if own:
        return CaseResult.BESIDES if others else CaseResult.CAUGHT
    if others:
        return CaseResult.ELSEWHERE
    return CaseResult.UNDECIDED if undecided else CaseResult.MISSED


def _result_of_correct(others: tuple[DefectCatch, ...], undecided: tuple[str, ...]) -> CaseResult:
    if others:
        return CaseResult.ALARMED
    return CaseResult.UNDECIDED if undecided else CaseResult.PASSED


def _detail(judgement: Judgement, undecided: tuple[str, ...]) -> LocalisedText | None:
    claiming = (entry for entry in judgement.scenarios if set(undecided) & set(entry.requirements))
    return next((entry.detail for entry in claiming if entry.detail is not None), None)
