"""From a record and a profile to a judgement: no clock, no network, no state."""

from collections.abc import Collection, Sequence

from harness.catalogue.findings import Finding
from harness.catalogue.profiles import Profile
from harness.catalogue.verdicts import Cause, Severity, Verdict
from harness.crypto.chains.trust import Trust
from harness.expectations.assessment import Blind
from harness.expectations.evidence import Evidence
from harness.journal import Event, Record, events_of
from harness.journal.events import DriverCalled, DriverUnsupported, RunFinished, RunStarted
from harness.judge.duties import DUTIES
from harness.judge.duties.facts import RunFacts
from harness.judge.duties.registry import without_known
from harness.judge.package_inspector import PackageInspector
from harness.judge.rederivation import reread
from harness.judge.report_schema import Judgement
from harness.judge.run_end import ended_early
from harness.judge.scenarios import ScenarioOutcome, broken_off, judge_scenario, unseen
from harness.judge.steadiness import Jump, jumps
from harness.judge.undeclared import shown_undeclared
from harness.judge.verdicts import Outcomes, assembled
from harness.judge.watches.exports import watch_exports
from harness.judge.watches.packages import PackageWatch, watch_packages
from harness.judge.watches.sts import WATCHED_ORDER, watch_order
from harness.judge.watches.vxp import WATCHED, watch_wire
from harness.records.check import KEPT
from harness.rules.check import IMPLEMENTED


class NothingToJudge(Exception):
    """The record has no start of a run: there is nothing to judge."""


def watched() -> frozenset[str]:
    """Return the requirements that are judged over all the traffic, beside scenarios or without any."""
    return frozenset({*WATCHED, WATCHED_ORDER, *IMPLEMENTED, *KEPT, *(duty.requirement for duty in DUTIES)})


def judge(profile: Profile, record: Record) -> Judgement:
    """Judge a recorded run.

    Raises:
        NothingToJudge: the run broke off before it began.
    """
    start = next(events_of(record.events, RunStarted), None)
    if start is None:
        raise NothingToJudge(str(record.directory))
    examiner = PackageInspector(profile, record.blob, Trust.from_data(start.what.trust))
    evidence = Evidence.of(reread(record.events, record.blob, profile.parameters.limits), examiner)
    outcomes = _scenarios(start, evidence, jumps(record.events, profile.parameters.timing.clock_jump))
    outcomes |= _wire(start, evidence, profile)
    outcomes |= _order(evidence, profile)
    facts = RunFacts(evidence, profile, record.blob)
    outcomes |= _packages(watch_packages(facts, examiner))
    outcomes |= _nothing_sent(facts, outcomes)
    outcomes |= _duties(facts, outcomes)
    outcomes |= watch_exports(facts, record, _nothing_seen(evidence))
    return assembled(profile, record, start, outcomes, shown_undeclared(facts))


def _scenarios(start: Event[RunStarted], evidence: Evidence, jumped: Sequence[Jump]) -> Outcomes:
    outcomes: Outcomes = {}
    for planned in start.what.scenarios:
        own = [event for event in evidence.events if event.scenario == planned.id]
        outcome = judge_scenario(own, evidence, jumped) if own else broken_off(evidence, "not-started")
        outcomes[planned.id] = (planned.requirements, outcome)
    return outcomes


def _wire(start: Event[RunStarted], evidence: Evidence, profile: Profile) -> Outcomes:
    organs = set(start.what.organs)
    registered = (exchange.effect.registered for exchange in evidence.exchanges)
    organs |= {organ for organ in registered if organ}
    found = watch_wire(evidence, profile, frozenset(organs))
    silent = not evidence.ever_called()
    sent = bool(evidence.all_sendings())
    outcomes: Outcomes = {}
    for requirement in WATCHED:
        blank = silent or (requirement in {"VXP-06", "VXP-07", "VXP-09"} and not sent)
        outcomes[f"watch/{requirement}"] = (
            (requirement,),
            _nothing_seen(evidence) if blank else _watched(found[requirement]),
        )
    return outcomes


def _order(evidence: Evidence, profile: Profile) -> Outcomes:
    findings = watch_order(evidence, profile)
    if findings is None:
        return {}
    return {f"watch/{WATCHED_ORDER}": ((WATCHED_ORDER,), _watched(findings))}


def _packages(watch: PackageWatch) -> Outcomes:
    outcomes: Outcomes = {}
    for requirement, findings in sorted(watch.findings.items()):
        outcome = _watched(findings)
        question = watch.undecided.get(requirement)
        if question is not None:
            # A remark decides nothing: an open question is never ignored, and a failure stays a failure.
            parameters = {"reason": question.detail}
            outcome = ScenarioOutcome(Verdict.INCONCLUSIVE, question.cause, "undecided", parameters, outcome.findings)
        outcomes[f"watch/{requirement}"] = ((requirement,), outcome)
    return outcomes


def _nothing_sent(facts: RunFacts, outcomes: Outcomes) -> Outcomes:
    """What is watched on packages was looked for, in a run that asked for it, even if no such package came."""
    only = facts.start.only
    wanted = IMPLEMENTED if only is None else set(IMPLEMENTED) & set(only)
    absent = sorted(requirement for requirement in wanted if f"watch/{requirement}" not in outcomes)
    return {f"watch/{requirement}": ((requirement,), _never_sent(requirement, facts)) for requirement in absent}


def _never_sent(requirement: str, facts: RunFacts) -> ScenarioOutcome:
    """Nothing seen is not a pass; but it is not an open question where the candidate need not send such a package."""
    entry = facts.profile.requirements[requirement]
    if entry.shown_with and not set(entry.shown_with) & set(facts.start.capabilities):
        parameters = {"capability": ", ".join(entry.shown_with)}
        return ScenarioOutcome(Verdict.NOT_APPLICABLE, detail="capability-not-declared", parameters=parameters)
    whole = any(event.what.reason == "complete" for event in facts.evidence.events_of(RunFinished))
    if entry.optional and whole and facts.evidence.all_sendings():
        return ScenarioOutcome(Verdict.NOT_APPLICABLE, detail="never-written")
    return _nothing_seen(facts.evidence)


def _duties(facts: RunFacts, outcomes: Outcomes) -> Outcomes:
    """Judge what must hold over the whole record, besides what scenarios and watches have found already."""
    only = facts.start.only
    found = (one for _, outcome in outcomes.values() for one in outcome.findings)
    known = [one for one in found if facts.profile.severity(one) is Severity.FAIL]
    judged: Outcomes = {}
    for duty in DUTIES:
        findings = duty.judged(facts)
        name = f"watch/{duty.requirement}"
        if findings is None:
            if only is None or duty.requirement in only:
                judged[name] = ((duty.requirement,), _nothing_seen(facts.evidence))
            continue
        if isinstance(findings, Blind):
            judged[name] = ((duty.requirement,), unseen(findings))
            continue
        fresh = without_known(findings, known)
        failed = {one.requirement for one in known}
        explained = duty.follows & failed if fresh else frozenset({duty.requirement})
        if findings and explained:
            judged[name] = ((duty.requirement,), _following(duty.requirement, explained & failed))
            continue
        judged[name] = ((duty.requirement,), _watched(fresh))
        known += fresh
    return judged


def _following(requirement: str, failed: Collection[str]) -> ScenarioOutcome:
    """A duty whose breach other requirements have shown already is not charged a second time, nor is it met."""
    parameters = {"requirements": ", ".join(sorted(failed)) or requirement}
    return ScenarioOutcome(Verdict.INCONCLUSIVE, Cause.CANDIDATE, "follows", parameters)


def _nothing_seen(evidence: Evidence) -> ScenarioOutcome:
    """Nothing came that could be judged: because the run ended early, or because of the candidate or the operator."""
    if ended_early(evidence):
        return broken_off(evidence, "not-finished")
    if not evidence.ever_called():
        return ScenarioOutcome(Verdict.INCONCLUSIVE, Cause.NETWORK, "never-called")
    calls = (*evidence.events_of(DriverCalled), *evidence.events_of(DriverUnsupported))
    declined = any(event.what.error_kind == "operator" for event in calls)
    return ScenarioOutcome(Verdict.INCONCLUSIVE, Cause.OPERATOR if declined else Cause.CANDIDATE, "nothing-seen")


def _watched(findings: list[Finding]) -> ScenarioOutcome:
    return ScenarioOutcome(Verdict.PASS, findings=tuple(findings))
