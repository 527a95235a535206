"""Waiting until a fault has met a call: a fault that no call met shows nothing about the candidate."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from harness.catalogue.parameters import ErrorCode
from harness.expectations import FaultMet
from harness.hub.faults import fail_code
from harness.hub.interception import AnswerPlan
from harness.scenarios.context import ScenarioContext
from harness.scenarios.isolation import FAULTED
from harness.vxp.operations import HubOperation

LIST = HubOperation.GET_RECEIVED_EDOC_LIST
FETCH = (HubOperation.GET_EDOC, HubOperation.DOWNLOAD_EDOC)
# Growing pauses are given the time of so many give-ups, in addition to the usual time of a duty.
_TRIES = 4


def patient(context: ScenarioContext) -> None:
    """Give growing pauses their time: several give-ups in addition to the usual time of a duty."""
    context.patience_added = _pauses(context)


def failure(context: ScenarioContext, code: str) -> AnswerPlan:
    """Return the plan that answers FAIL with a code of the profile, or one that it does not know."""
    known: ErrorCode | None = context.profile.parameters.hub.error_codes.get(code)
    return fail_code(code, known.text if known else "Loi khong xac dinh", {"DocId": "0" * 24})


async def struck(context: ScenarioContext, operation: str, documents: Iterable[str]) -> None:
    """Wait until the faults put into an operation have met a call about each of the documents.

    A candidate that does one thing after the other may be busy with the faults of every scenario that runs at the same
    time, so the wait is as long as all of them may take.

    Raises:
        PreconditionFailed: one of them was not met, so the reaction to it is not known.
    """
    with _in_line(context):
        for document in documents:
            await context.until(FaultMet(operation=operation, document=document))


async def any_call_struck(context: ScenarioContext, after: int, operation: str = "", messagetype: str = "") -> None:
    """Wait until a fault has met a call since event `after`: of an operation, of a list, or any.

    Raises:
        PreconditionFailed: none came.
    """
    with _in_line(context):
        await context.until(FaultMet(operation=operation, messagetype=messagetype, after=after))


def _pauses(context: ScenarioContext) -> float:
    return _TRIES * context.times.give_up + context.times.reaction


@contextmanager
def _in_line(context: ScenarioContext) -> Iterator[None]:
    usual = context.patience_added
    context.patience_added = usual + context.run.concurrency.get(FAULTED, 0) * _pauses(context)
    try:
        yield
    finally:
        context.patience_added = usual
