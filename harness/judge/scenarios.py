"""The verdict of one scenario, from what it recorded: expectations, windows, signs of life, how it ended."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.catalogue.findings import Finding
from harness.catalogue.verdicts import Cause, Verdict
from harness.expectations import read_expectation
from harness.expectations.assessment import Assessment, Blind, Broken, Holding, Met, Pending
from harness.expectations.evidence import Evidence
from harness.journal import Event, events_of
from harness.journal.events import ExpectationStated, OperatorAsked, ScenarioFinished, WindowClosed
from harness.judge.life import hub_out_of_reach, lifeless_after_provocation, owes_life, silent_before
from harness.judge.run_end import Phase, ending_of
from harness.judge.steadiness import Jump, within


@dataclass(frozen=True, slots=True)
class StatedExpectation:
    """An expectation as a scenario stated it.

    Attributes:
        role: `duty` is judged; a `precondition` or sign of life that is missing makes the scenario inconclusive.
        requirement: id that findings are charged to.
        assessment: its assessment on the whole evidence.
        unseen: command of a look that it needs and that never succeeded after it was stated, if any.
        event: where it was stated.
        stays_met: whether it stays met once it held, even where it is broken later.
    """

    role: str
    requirement: str
    assessment: Assessment
    event: Event[ExpectationStated]
    unseen: str | None = None
    stays_met: bool = False


@dataclass(frozen=True, slots=True)
class ScenarioOutcome:
    """How a scenario came out: findings not yet weighed, and the verdict that holds if none of them weighs.

    Attributes:
        verdict: verdict without the findings.
        cause: the cause, for `inconclusive`.
        detail: key of the sentence that explains it, in the message file `verdicts`.
        parameters: values named by that sentence.
        findings: what was found.
        seconds: how long the scenario took.
    """

    verdict: Verdict
    cause: Cause | None = None
    detail: str | None = None
    parameters: Mapping[str, str] | None = None
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0


def judge_scenario(events: Sequence[Event], evidence: Evidence, jumps: Sequence[Jump] = ()) -> ScenarioOutcome:
    """Judge one scenario.

    Args:
        events: the events that carry its id, in order; at least its start.
        evidence: the whole run.
        jumps: of the clock, in the whole run.
    """
    judged = (_stated(event, evidence) for event in events_of(events, ExpectationStated))
    stated = [_as_it_held(one, events, evidence) for one in judged]
    duties = [one for one in stated if one.role == "duty"]
    broken = tuple(found for one in duties for found in _broken(one.assessment))
    seconds = round(events[-1].elapsed - events[0].elapsed, 3)
    outcome = _steadied(_without_broken(events, stated, evidence), within(events, jumps))
    findings = (*broken, *outcome.findings)
    return ScenarioOutcome(outcome.verdict, outcome.cause, outcome.detail, outcome.parameters, findings, seconds)


def _steadied(outcome: ScenarioOutcome, jump: Jump | None) -> ScenarioOutcome:
    """Leave undecided what depends on time, where the clock jumped meanwhile: what was measured, and what did not come
    in time."""
    timed = outcome.verdict is Verdict.PASS and (outcome.detail == "measured" or bool(outcome.findings))
    if jump is None or not timed:
        return outcome
    return _inconclusive(Cause.HARNESS, "clock-jumped", seconds=f"{jump.seconds:+.1f}")


def _stated(event: Event[ExpectationStated], evidence: Evidence) -> StatedExpectation:
    expectation = read_expectation(event.what.expectation)
    requirement = event.what.requirement
    document = getattr(expectation, "document", None)
    views = (view for view in sorted(expectation.looks_at) if evidence.looked_at(view, document) < event.seq)
    assessment = expectation.assess(evidence, requirement)
    return StatedExpectation(event.what.role, requirement, assessment, event, next(views, None), expectation.stays_met)


def _broken(assessment: Assessment) -> tuple[Finding, ...]:
    return assessment.findings if isinstance(assessment, Broken) else ()


def _without_broken(
    events: Sequence[Event], stated: Sequence[StatedExpectation], evidence: Evidence
) -> ScenarioOutcome:
    """Say what the scenario comes to apart from its broken duties: the first trouble found is the one named."""
    for trouble in _troubles(events, stated, evidence):
        return trouble
    pending = [one for one in stated if one.role == "duty" and isinstance(one.assessment, Pending)]
    missing = tuple(one.assessment.finding for one in pending if not one.unseen and isinstance(one.assessment, Pending))
    if missing:
        return _unmet(events, missing, evidence)
    if pending:
        return _inconclusive(_blame(evidence), "not-looked", command=str(pending[0].unseen))
    if any(event.what.outcome == "cut-short" for event in events_of(events, ScenarioFinished)):
        return _inconclusive(Cause.CANDIDATE, "late")  # the event it waited for came too late
    return _passed(stated)


def _passed(stated: Sequence[StatedExpectation]) -> ScenarioOutcome:
    """Pass, and say what was measured where the verdict depends on time."""
    assessments = (one.assessment for one in stated if one.role == "duty")
    values = dict.fromkeys(one.measured for one in assessments if isinstance(one, Met | Holding) and one.measured)
    if not values:
        return ScenarioOutcome(Verdict.PASS)
    return ScenarioOutcome(Verdict.PASS, detail="measured", parameters={"values": "; ".join(values)})


def _as_it_held(one: StatedExpectation, events: Sequence[Event], evidence: Evidence) -> StatedExpectation:
    """Treat as met what is open now but held in its time: another expectation judges why it changed later."""
    undone = Pending | Broken if one.stays_met else Pending
    if isinstance(one.assessment, undone) and _held(one, events, evidence):
        return replace(one, assessment=Met())
    return one


def _held(one: StatedExpectation, events: Sequence[Event], evidence: Evidence) -> bool:
    """Tell whether an expectation held when its scenario ended, or, a precondition, when the scenario went on."""
    moments = [event.seq for event in events_of(events, ScenarioFinished)]
    if one.role != "duty":
        moments += [event.seq for event in events if event.seq > one.event.seq][:1]
    for moment in moments:
        then = Evidence.of((event for event in evidence.events if event.seq <= moment), evidence.inspector)
        if isinstance(_stated(one.event, then).assessment, Met | Holding):
            return True
    return False


def _troubles(
    events: Sequence[Event], stated: Sequence[StatedExpectation], evidence: Evidence
) -> Iterator[ScenarioOutcome]:
    finished = next((event.what for event in events_of(events, ScenarioFinished)), None)
    if finished is not None and finished.outcome == "not_applicable":
        reason = finished.detail or "capability-not-declared"
        yield ScenarioOutcome(Verdict.NOT_APPLICABLE, detail=reason, parameters=_detail(finished))
    for one in stated:
        if isinstance(one.assessment, Blind):
            yield unseen(one.assessment)
    unmet = [one for one in stated if one.role != "duty" and not isinstance(one.assessment, Met)]
    lifeless = tuple(lifeless_after_provocation(events, unmet, evidence))
    if lifeless:
        yield ScenarioOutcome(Verdict.PASS, findings=lifeless)
    if finished is None:
        yield broken_off(evidence, "not-finished")
    elif finished.outcome == "trouble":
        cause, parameters = Cause(finished.cause or ""), _detail(finished)
        yield ScenarioOutcome(Verdict.INCONCLUSIVE, cause, finished.detail, parameters)
    for one in unmet:
        if not evidence.ever_called():
            yield _inconclusive(Cause.NETWORK, "never-called")
        key = "precondition" if one.role == "precondition" else "no-life"
        yield _inconclusive(Cause.CANDIDATE, key, reason=_reason(one.assessment), requirement=one.requirement)
    if not stated:
        yield _inconclusive(Cause.HARNESS, "nothing-expected")


def unseen(blind: Blind) -> ScenarioOutcome:
    """Say that something cannot be seen, and the cause."""
    key = "unseen" if blind.cause is Cause.OPERATOR else "unsupported"
    return _inconclusive(blind.cause, key, command=blind.command)


def broken_off(evidence: Evidence, phase: Phase) -> ScenarioOutcome:
    """Say why a scenario did not end, or did not even begin.

    Args:
        evidence: the whole run.
        phase: whether the scenario was begun.
    """
    ending = ending_of(evidence, phase)
    return ScenarioOutcome(Verdict.INCONCLUSIVE, ending.cause, ending.detail, ending.parameters)


def _blame(evidence: Evidence) -> Cause:
    """Say why a view is missing: the cause is the person, where a person was asked."""
    return Cause.OPERATOR if evidence.events_of(OperatorAsked) else Cause.CANDIDATE


def _detail(finished: ScenarioFinished) -> dict[str, str]:
    return {name: str(value) for name, value in finished.parameters.items()}


def _reason(assessment: Assessment) -> str:
    if isinstance(assessment, Pending):
        return assessment.finding.code
    if isinstance(assessment, Broken):
        return assessment.findings[0].code
    return "-" if isinstance(assessment, Met | Holding) else assessment.command


def _unmet(events: Sequence[Event], missing: tuple[Finding, ...], evidence: Evidence) -> ScenarioOutcome:
    """A duty not done is a failure of a candidate that could have done it: one that is alive, or was before."""
    closed = next(events_of(events, WindowClosed), None)
    if closed is None:
        return _inconclusive(Cause.HARNESS, "window-open")
    if evidence.served_after(closed.seq):
        return ScenarioOutcome(Verdict.PASS, findings=missing)
    if not evidence.ever_called():
        return _inconclusive(Cause.NETWORK, "never-called")
    if hub_out_of_reach(evidence, closed):
        return _inconclusive(Cause.HARNESS, "hub-unreachable")
    if silent_before(events, evidence):
        return _inconclusive(Cause.CANDIDATE, "silent-before", reason=missing[0].code)
    charged = missing if evidence.answered_after(closed.seq) else tuple(found for found in missing if owes_life(found))
    if charged:
        return ScenarioOutcome(Verdict.PASS, findings=charged)
    return _inconclusive(Cause.CANDIDATE, "gone", reason=missing[0].code)


def _inconclusive(cause: Cause, detail: str, **parameters: str) -> ScenarioOutcome:
    return ScenarioOutcome(Verdict.INCONCLUSIVE, cause, detail, parameters)
