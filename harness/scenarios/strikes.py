"""Faults of which it is known whether they struck: what no call ever met tells nothing about the candidate."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from harness.catalogue.parameters import ErrorCode
from harness.hub.faults import fail_code
from harness.hub.interception import Plan
from harness.judge.expectations import FaultMet
from harness.scenarios.registry import FAULTED
from harness.scenarios.stage import Stage

LIST = "getReceivedEdocList"
FETCH = ("getEdoc", "downloadEdoc")
# Give-ups for which growing pauses are granted, on top of what a duty takes without trouble.
_TRIES = 4


def patient(stage: Stage) -> None:
    """Grant the time that growing pauses take: several give-ups on top of what a duty takes without trouble."""
    stage.patience_added = _pauses(stage)


def failure(stage: Stage, code: str) -> Plan:
    """Return the plan that answers FAIL with a code of the profile, or one that it does not know."""
    known: ErrorCode | None = stage.profile.parameters.hub.error_codes.get(code)
    return fail_code(code, known.text if known else "Loi khong xac dinh", {"DocId": "0" * 24})


async def struck(stage: Stage, operation: str, documents: Iterable[str]) -> None:
    """Wait until the faults put into an operation have met a call about each of the documents.

    A candidate that does one thing after the other may be busy with the faults of every scenario beside this one, so
    the wait is as long as all of them may take.

    Raises:
        Unmet: one of them was not met; what it would have led to is not known.
    """
    with _in_line(stage):
        for document in documents:
            await stage.until(FaultMet(operation=operation, document=document))


async def any_call_struck(stage: Stage, after: int, operation: str = "", messagetype: str = "") -> None:
    """Wait until a fault has met a call since event `after`: of an operation, of a list, or any.

    Raises:
        Unmet: none came.
    """
    with _in_line(stage):
        await stage.until(FaultMet(operation=operation, messagetype=messagetype, after=after))


def _pauses(stage: Stage) -> float:
    return _TRIES * stage.times.give_up + stage.times.reaction


@contextmanager
def _in_line(stage: Stage) -> Iterator[None]:
    usual = stage.patience_added
    stage.patience_added = usual + stage.around.crowd.get(FAULTED, 0) * _pauses(stage)
    try:
        yield
    finally:
        stage.patience_added = usual
