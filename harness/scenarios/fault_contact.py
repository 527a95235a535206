"""Faults of which it is known whether they struck: what no call ever met tells nothing about the candidate."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from harness.catalogue.parameters import ErrorCode
from harness.expectations import FaultMet
from harness.hub.faults import fail_code
from harness.hub.interception import AnswerPlan
from harness.scenarios.context import ScenarioContext
from harness.scenarios.registry import FAULTED

LIST = "getReceivedEdocList"
FETCH = ("getEdoc", "downloadEdoc")
# Give-ups for which growing pauses are granted, on top of what a duty takes without trouble.
_TRIES = 4


def patient(context: ScenarioContext) -> None:
    """Grant the time that growing pauses take: several give-ups on top of what a duty takes without trouble."""
    context.patience_added = _pauses(context)


def failure(context: ScenarioContext, code: str) -> AnswerPlan:
    """Return the plan that answers FAIL with a code of the profile, or one that it does not know."""
    known: ErrorCode | None = context.profile.parameters.hub.error_codes.get(code)
    return fail_code(code, known.text if known else "Loi khong xac dinh", {"DocId": "0" * 24})


async def struck(context: ScenarioContext, operation: str, documents: Iterable[str]) -> None:
    """Wait until the faults put into an operation have met a call about each of the documents.

    A candidate that does one thing after the other may be busy with the faults of every scenario beside this one, so
    the wait is as long as all of them may take.

    Raises:
        PreconditionFailed: one of them was not met; what it would have led to is not known.
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
