"""RCV, RTY: acknowledgements whose answer does not come. What was acknowledged must have been stored before."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from harness.hub.interception import Drop, Hold, Moment, Plan
from harness.judge.expectations import Acked, KeptOnce, Retried, StillStored, StoredOnce, StoredWhenAcked
from harness.scenarios.interrupting import killable, killed, stopped
from harness.scenarios.registry import EXCLUSIVE, FAULTED, scenario
from harness.scenarios.stage import Stage
from harness.scenarios.strikes import patient, struck
from harness.scenarios.surroundings import Unplayable

_RESET = Plan("reset", Drop(reset=True))
_SILENT = Plan("no-answer", Hold())


@scenario("RCV-02/held", isolation=FAULTED)
async def stored_when_acknowledged(stage: Stage) -> None:
    """While the answer to its acknowledgement is held back, the document is in the inbox already."""
    if stage.around.driver.attended is not None:
        raise Unplayable("by-program-only")  # nobody looks as quickly as an answer can be held back
    patient(stage)
    document = stage.document()
    held = stage.fault("updateStatus", _SILENT, document=document.id, moment="after", lasting=True, settling=True)
    await stage.deliver(document)
    await struck(stage, "updateStatus", [document.id])
    await stage.until(StoredWhenAcked(document=document.id), role="duty")
    stage.mend(held)
    stage.expect(Acked(document=document.id))


@scenario("RTY-11", isolation=FAULTED)
async def acknowledgement_lost(stage: Stage) -> None:
    """The answer to updateStatus is lost after it took effect: acknowledged again, no second document."""
    patient(stage)
    document = stage.document()
    stage.fault("updateStatus", _RESET, document=document.id, moment="after")
    await stage.deliver(document)
    await struck(stage, "updateStatus", [document.id])
    stage.expect(Retried(operation="updateStatus", document=document.id, times=2))
    stage.expect(Acked(document=document.id))
    stage.expect(StoredOnce(document=document.id, acks=2))


@scenario("RTY-16", needs=("restart",), isolation=EXCLUSIVE)
async def stopped_between_fetch_and_ack(stage: Stage) -> None:
    """Stopped before its acknowledgement has taken effect, or before that is answered, then started: nothing lost,
    nothing doubled."""
    for interruption in (stopped, *((killed,) if killable(stage) else ())):
        await _interrupted(stage, interruption, "before")
        await _interrupted(stage, interruption, "after")


async def _interrupted(
    stage: Stage, interruption: Callable[[Stage], AbstractAsyncContextManager[None]], moment: Moment
) -> None:
    patient(stage)
    settled, document = stage.document(), stage.document()
    await stage.deliver(settled)
    await stage.until(Acked(document=settled.id))
    await stage.until(StoredOnce(document=settled.id))
    fault = stage.fault("updateStatus", _SILENT, document=document.id, moment=moment, lasting=True)
    await stage.deliver(document)
    await struck(stage, "updateStatus", [document.id])
    async with interruption(stage):
        stage.mend(fault)
        restarted = stage.now
    if moment == "before":
        stage.expect(Acked(document=document.id, after=restarted))
        stage.expect(StoredOnce(document=document.id, after=restarted))
    else:
        # The hub has taken the acknowledgement and lists the document no more: it is there, or lost.
        stage.expect(KeptOnce(document=document.id, after=restarted))
    stage.expect(StillStored(document=settled.id, after=restarted))
    await stage.settle()
