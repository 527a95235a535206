"""The watch on what the candidate keeps: its exports, against everything that the run exchanged with it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

import msgspec

from harness.catalogue.findings import Finding, clipped
from harness.catalogue.verdicts import Cause, Verdict
from harness.journal import Event, JournalBroken, Record
from harness.journal.events import DriverCalled, DriverFault, DriverUnsupported, ExportHanded, ExportRejected
from harness.judge.duties.facts import RunFacts
from harness.judge.run_end import loss_of
from harness.judge.scenarios import ScenarioOutcome
from harness.judge.verdicts import Outcomes
from harness.records.check import KeepingReport, check_holding
from harness.records.exchanged import Exchanged
from harness.records.holding import open_content
from harness.records.registry import EXPORT_COMMANDS, Form, keeping_rules
from harness.records.run_directory import exchanged_in

# What an export need not hold: dossiers, copies, attachments in files of their own, digitised documents.
_IF_ANY = frozenset({*(f"ARC-{number:02}" for number in range(8, 14)), "ARC-20", "ARC-21", "ARC-22"})
_WHOSE: Mapping[str, Cause] = {"elsewhere": Cause.CONFIGURATION, "not-kept": Cause.CONFIGURATION}


def watch_exports(facts: RunFacts, record: Record, blank: ScenarioOutcome) -> Outcomes:
    """Judge what the candidate keeps, by requirement; nothing where it declares no form of export.

    Args:
        facts: the run.
        record: of the run.
        blank: what applies where no export was asked for.
    """
    only = facts.start.only
    outcomes: Outcomes = {}
    exchanged: Exchanged | None = None
    for form in EXPORT_COMMANDS:
        if form not in facts.start.capabilities:
            continue
        event = _last(facts, form)
        if event is not None and exchanged is None:
            exchanged = _exchanged(facts, record)
        report = None if event is None or exchanged is None else _report(form, event, facts, exchanged)
        for requirement in _of_form(form):
            if only is not None and requirement not in only:
                continue
            if event is None or report is None:
                outcome = _never_given(facts, form, blank)
            else:
                outcome = _judged(requirement, report, event)
            name = f"watch/{requirement}"
            before = outcomes.get(name)
            outcomes[name] = ((requirement,), outcome if before is None else _both(before[1], outcome))
    return outcomes


def _of_form(form: Form) -> Iterator[str]:
    return (requirement for requirement, forms in sorted(keeping_rules().forms.items()) if form in forms)


def _last(facts: RunFacts, form: Form) -> Event[ExportHanded] | None:
    return next((one for one in reversed(facts.evidence.events_of(ExportHanded)) if one.what.form == form), None)


def _exchanged(facts: RunFacts, record: Record) -> Exchanged:
    exchanged = exchanged_in(record, facts.profile.parameters.limits)
    exchanged.whole = True
    return exchanged


def _report(form: Form, event: Event[ExportHanded], facts: RunFacts, exchanged: Exchanged) -> KeepingReport | None:
    """Check an export as of the moment it was given; None where the evidence does not have it."""
    try:
        content = b"".join(facts.read_blob(piece.blob) for piece in event.what.pieces)
    except JournalBroken:
        return None
    with open_content(event.what.name, content, facts.profile.parameters.limits) as holding:
        return check_holding(form, holding, facts.profile, datetime.fromisoformat(event.at), exchanged)


def _judged(requirement: str, report: KeepingReport, event: Event) -> ScenarioOutcome:
    findings = tuple(_placed(found, event) for found in report.findings if found.requirement == requirement)
    question = next((one for one in report.undecided if one.requirement == requirement), None)
    if question is not None:
        parameters = {"reason": question.detail}
        return ScenarioOutcome(Verdict.INCONCLUSIVE, question.cause, "undecided", parameters, findings)
    if requirement in report.asked:
        return ScenarioOutcome(Verdict.PASS, findings=findings)
    if requirement in _IF_ANY:
        return ScenarioOutcome(Verdict.NOT_APPLICABLE, detail="export-without")
    return ScenarioOutcome(Verdict.INCONCLUSIVE, Cause.CANDIDATE, "export-shows-nothing")


def _placed(found: Finding, event: Event) -> Finding:
    where = msgspec.structs.replace(found.where, event=event.seq)
    return replace(found, where=where)


def _both(one: ScenarioOutcome, other: ScenarioOutcome) -> ScenarioOutcome:
    """Join what two forms of export say of one requirement: what is open outweighs what passed."""
    first, second = (other, one) if other.verdict is Verdict.INCONCLUSIVE else (one, other)
    return replace(first, findings=(*first.findings, *second.findings))


def _never_given(facts: RunFacts, form: Form, blank: ScenarioOutcome) -> ScenarioOutcome:
    """Say why there is no export: it could not be used, the driver refused or was lost, or it was not asked for."""
    command = EXPORT_COMMANDS[form]
    unusable = [one.what for one in facts.evidence.events_of(ExportRejected) if one.what.form == form]
    if unusable:
        reason = unusable[-1].reason
        return _open(_WHOSE.get(reason, Cause.CANDIDATE), f"export-unusable.{reason}", detail=unusable[-1].detail)
    calls = (*facts.evidence.events_of(DriverCalled), *facts.evidence.events_of(DriverUnsupported))
    errors = [one.what.error for one in calls if one.what.command == command and one.what.error is not None]
    error = errors[-1] if errors else DriverFault(kind="")
    if error.kind == "unsupported":
        return _open(Cause.CANDIDATE, "unsupported", command=command)
    if error.kind == "operator":
        return _open(Cause.OPERATOR, "unseen", command=command)
    if error.kind == "lost":
        ending = loss_of(error)
        return ScenarioOutcome(Verdict.INCONCLUSIVE, ending.cause, ending.detail, ending.parameters)
    if error.kind in {"failed", "refused"}:
        return _open(Cause.CANDIDATE, "driver-refused", message=clipped(error.message or error.kind))
    return blank


def _open(cause: Cause, key: str, **parameters: str) -> ScenarioOutcome:
    return ScenarioOutcome(Verdict.INCONCLUSIVE, cause, key, parameters)
