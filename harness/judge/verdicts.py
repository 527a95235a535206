"""Weighing: outcomes and findings become verdicts by the profile's levels and severities."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from harness.catalogue.finding_entry import FindingEntry, finding_entry
from harness.catalogue.profiles import Profile
from harness.catalogue.requirements import Requirement
from harness.catalogue.verdicts import Cause, Level, Severity, Verdict
from harness.journal import Event, Record, events_of
from harness.journal.events import RunFinished, RunStarted
from harness.judge.finding_list import FindingList, listing_of
from harness.judge.limits import limits_of
from harness.judge.report_schema import (
    Judgement,
    ProfileEntry,
    RequirementEntry,
    ScenarioEntry,
    VerdictCounts,
    sentence,
)
from harness.judge.scenarios import ScenarioOutcome

Outcomes = dict[str, tuple[tuple[str, ...], ScenarioOutcome]]


def assembled(
    profile: Profile, record: Record, start: Event[RunStarted], outcomes: Outcomes, undeclared: tuple[str, ...] = ()
) -> Judgement:
    """Weigh the outcomes by the profile and put the judgement together.

    Args:
        profile: gives level and severity.
        record: the run that was judged.
        start: its `run.started`.
        outcomes: by scenario or watch, the requirements it claims and what came out.
        undeclared: capabilities that the candidate showed and does not declare.
    """
    said = start.what
    only = said.only
    required = profile.required(said.capabilities, only)
    listing = listing_of(profile, {name: outcome.findings for name, (_, outcome) in outcomes.items()})
    scenarios = tuple(_scenario(profile, listing, name, *outcome) for name, outcome in outcomes.items())
    requirements = tuple(
        _requirement(entry, scenarios, outcomes, required, said.capabilities)
        for entry in profile.requirements.values()
        if entry.level is not Level.OFF
    )
    # A requirement that does not apply cannot be required.
    required -= {entry.id for entry in requirements if entry.verdict is Verdict.NOT_APPLICABLE}
    requirements = tuple(
        msgspec.structs.replace(entry, required=False) if entry.verdict is Verdict.NOT_APPLICABLE else entry
        for entry in requirements
    )
    missing = any(entry.verdict is Verdict.NOT_RUN for entry in requirements if entry.required)
    title = profile.title
    return Judgement(
        schema="lienthong.report/1",
        run_id=said.run_id,
        verdict=_overall(requirements, record),
        profile=ProfileEntry(profile.id, profile.version, profile.sha256, title),
        candidate=said.candidate,
        harness=said.harness,
        driver=said.driver,
        started=start.at,
        finished=record.events[-1].at,
        seed=said.seed,
        narrowed=only is not None,
        complete=bool(required) and not missing,
        required=tuple(sorted(required)),
        limits=limits_of(record, said, profile, undeclared, listing),
        summary=VerdictCounts(_counts(requirements), _counts(scenarios)),
        requirements=requirements,
        scenarios=scenarios,
    )


def first_entry(profile: Profile, name: str, requirements: tuple[str, ...], outcome: ScenarioOutcome) -> ScenarioEntry:
    """Return the entry of one scenario by itself, before the others are judged."""
    return _scenario(profile, listing_of(profile, {name: outcome.findings}), name, requirements, outcome)


def _scenario(
    profile: Profile, listing: FindingList, name: str, requirements: tuple[str, ...], outcome: ScenarioOutcome
) -> ScenarioEntry:
    findings = tuple(finding_entry(*listed) for listed in listing.listed(profile, outcome.findings))
    verdict = outcome.verdict
    if any(found.severity is Severity.FAIL for found in findings):
        verdict = Verdict.FAIL
    elif findings and verdict is Verdict.PASS:
        verdict = Verdict.REMARK
    decided = verdict is Verdict.FAIL
    return ScenarioEntry(
        id=name,
        requirements=requirements,
        verdict=verdict,
        cause=None if decided else outcome.cause,
        detail=None if decided or outcome.detail is None else sentence(outcome.detail, outcome.parameters or {}),
        seconds=outcome.seconds,
        findings=findings,
    )


def _requirement(
    requirement: Requirement,
    scenarios: tuple[ScenarioEntry, ...],
    outcomes: Outcomes,
    required: frozenset[str],
    capabilities: Sequence[str],
) -> RequirementEntry:
    claiming = [entry for entry in scenarios if requirement.id in entry.requirements]
    found = [one for entry in scenarios for one in entry.findings if one.requirement == requirement.id]
    verdict, cause = _verdict([outcomes[entry.id][1] for entry in claiming], found)
    if verdict in {Verdict.NOT_RUN, Verdict.INCONCLUSIVE} and _undeclared(requirement, capabilities):
        verdict, cause = Verdict.NOT_APPLICABLE, None
    return RequirementEntry(
        id=requirement.id,
        level=requirement.level,
        basis=requirement.basis,
        clause=requirement.clause,
        statement=requirement.statement,
        required=requirement.id in required,
        verdict=verdict,
        cause=cause,
        scenarios=tuple(entry.id for entry in claiming),
    )


def _undeclared(requirement: Requirement, capabilities: Sequence[str]) -> bool:
    return requirement.capability is not None and requirement.capability not in capabilities


def _verdict(claiming: list[ScenarioOutcome], found: list[FindingEntry]) -> tuple[Verdict, Cause | None]:
    """A proven failure outweighs everything, an open result outweighs a pass, no result at all is `not_run`.

    The outcomes are those without findings: a scenario that fails for another requirement is not yet open for this one.
    """
    if any(one.severity is Severity.FAIL for one in found):
        return Verdict.FAIL, None
    open_outcomes = [outcome for outcome in claiming if outcome.verdict is Verdict.INCONCLUSIVE]
    if open_outcomes:
        return Verdict.INCONCLUSIVE, open_outcomes[0].cause
    if found:
        return Verdict.REMARK, None
    verdicts = {outcome.verdict for outcome in claiming}
    if not verdicts:
        return Verdict.NOT_RUN, None
    return (Verdict.NOT_APPLICABLE if verdicts == {Verdict.NOT_APPLICABLE} else Verdict.PASS), None


def _overall(requirements: tuple[RequirementEntry, ...], record: Record) -> Literal["pass", "fail", "inconclusive"]:
    """`pass` is computed from the required set, never from the absence of failures.

    A proven failure fails the whole, asked for or not: a narrowed run must not hide it, and what a conditional
    requirement asks of every candidate, such as an answer to an incoming take-back, binds without being declared.
    """
    required = [entry for entry in requirements if entry.required]
    if any(entry.verdict is Verdict.FAIL for entry in requirements):
        return "fail"
    finished = any(event.what.reason == "complete" for event in events_of(record.events, RunFinished))
    passed = all(entry.verdict in {Verdict.PASS, Verdict.REMARK} for entry in required)
    return "pass" if required and passed and finished and not record.cut else "inconclusive"


def _counts(listed: Iterable[RequirementEntry | ScenarioEntry]) -> dict[str, int]:
    counts = Counter(str(entry.verdict) for entry in listed)
    return {str(verdict): counts[str(verdict)] for verdict in Verdict}
