"""Waiting for many documents: as long as the candidate makes progress, it is given time for each of them."""

from collections.abc import Sequence

from harness.expectations import Handled
from harness.scenarios.context import ScenarioContext

# Seconds granted for each of many documents, beyond the usual patience; and how many are waited for at a time.
PER_DOCUMENT = 1.5
_STEP = 10


async def worked_off(context: ScenarioContext, documents: Sequence[str], each: float = PER_DOCUMENT) -> bool:
    """Wait until the candidate has acknowledged all of many documents, one way or another, or makes no progress.

    A slow system gets time for every document as long as it makes progress, and no more when it makes none.

    Args:
        context: where they were delivered.
        documents: DocumentIds.
        each: seconds that one of them may take.

    Returns:
        Whether all were acknowledged.
    """
    waiting = tuple(documents)
    for count in range(_STEP, len(waiting) + _STEP, _STEP):
        if not await context.await_quietly(Handled(documents=waiting, least=min(count, len(waiting))), each * _STEP):
            return False
    return True
