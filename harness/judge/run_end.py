"""Why a run ended early: its cause, and the sentence about it."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from harness.catalogue.findings import clipped
from harness.catalogue.verdicts import Cause
from harness.expectations.evidence import Evidence
from harness.journal.events import DriverCalled, DriverFault, RunFinished, RunUnsettled

Phase = Literal["not-started", "not-finished"]

_MOST_ANSWERS = 3
# Codes of a lost driver whose cause is not the network.
_LOST: Mapping[str, Cause] = {
    "not-started": Cause.CONFIGURATION,
    "ended": Cause.CANDIDATE,
    "http-status": Cause.CANDIDATE,
    "not-protocol": Cause.CANDIDATE,
    "other-call": Cause.CANDIDATE,
    "too-long": Cause.CANDIDATE,
}


@dataclass(frozen=True, slots=True)
class Ending:
    """Why something was not run, or not finished.

    Attributes:
        cause: whose trouble it was.
        detail: key of the sentence that explains it, in the message file `verdicts`.
        parameters: values named by that sentence.
    """

    cause: Cause
    detail: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def ended_early(evidence: Evidence) -> bool:
    """Tell whether the run is known to have ended before its end; a record that has no end yet says nothing."""
    return _reason(evidence) not in {None, "complete"}


def ending_of(evidence: Evidence, phase: Phase) -> Ending:
    """Say why a part of a run was not played.

    Args:
        evidence: the whole run.
        phase: whether the part was begun.
    """
    reason = _reason(evidence)
    explain = _REASONS.get(reason or "")
    if explain is not None:
        return explain(evidence)
    if reason is None:
        return Ending(Cause.HARNESS, f"cut.{phase}")
    if reason in _WHOSE:
        seconds = f"{evidence.events_of(RunFinished)[-1].elapsed:.0f}"
        return Ending(_WHOSE[reason], f"{reason}.{phase}", {"seconds": seconds})
    return Ending(Cause.HARNESS, phase)


def _reason(evidence: Evidence) -> str | None:
    ends = evidence.events_of(RunFinished)
    return ends[-1].what.reason if ends else None


def _unreached(evidence: Evidence) -> Ending:
    """The driver was lost or refused the first commands of a run; its own message says why."""
    calls = reversed(evidence.events_of(DriverCalled))
    error = next((call.what.error for call in calls if call.what.error is not None), None)
    if error is None:
        return Ending(Cause.NETWORK, "driver-unreachable")
    if error.kind != "lost":
        return Ending(Cause.CANDIDATE, "configure-refused", {"message": _shown(error.message)})
    return loss_of(error)


def loss_of(error: DriverFault) -> Ending:
    """Say why a driver was lost, from what the record has of a call to it."""
    reason = str(error.reason)
    cause = _LOST.get(reason, Cause.NETWORK)
    if error.where is None:  # records of earlier versions
        return Ending(cause, "driver-lost", {"message": _shown(error.message)})
    return Ending(cause, f"driver-lost.{reason}", {"where": _shown(error.where), "detail": _shown(error.detail)})


def _unserved(evidence: Evidence) -> Ending:
    if not evidence.ever_called():
        return Ending(Cause.NETWORK, "never-called")
    answers = Counter(one.error_code or "-" for one in evidence.exchanges)
    said = {one.error_code or "-": one.answer.what.error_desc for one in evidence.exchanges if one.answer}
    shown = (
        " ".join(filter(None, (code, _shown(said.get(code)), f"(×{number})")))
        for code, number in answers.most_common(_MOST_ANSWERS)
    )
    parameters = {"requests": str(len(evidence.exchanges)), "answers": "; ".join(shown)}
    return Ending(Cause.CANDIDATE, "never-served", parameters)


def _unsettled(evidence: Evidence) -> Ending:
    queued = [event.what.queued for event in evidence.events_of(RunUnsettled)]
    return Ending(Cause.CONFIGURATION, "not-settled", {"queued": str(queued[-1]) if queued else "?"})


def _shown(words: Any) -> str:
    return clipped(str(words or ""))


_WHOSE: Mapping[str, Cause] = {
    "interrupted": Cause.OPERATOR,
    "budget": Cause.CONFIGURATION,
    "failed": Cause.HARNESS,
}
_REASONS: Mapping[str, Callable[[Evidence], Ending]] = {
    "driver": _unreached,
    "refused": _unreached,
    "silent": _unserved,
    "unserved": _unserved,
    "unsettled": _unsettled,
    "operator": lambda _: Ending(Cause.OPERATOR, "not-connected"),
    "untold": lambda _: Ending(Cause.CONFIGURATION, "not-told"),
}
