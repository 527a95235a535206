"""RCV, RTY: acknowledgements whose answer is missing. A document must be stored before it is acknowledged."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from harness.expectations import Acked, FaultMet, KeptOnce, Retried, StillStored, StoredOnce, StoredWhenAcked
from harness.hub.interception import AnswerPlan, Drop, Hold, Moment
from harness.scenarios.context import ScenarioContext
from harness.scenarios.fault_contact import patient, struck
from harness.scenarios.interruption import killable, killed, stopped
from harness.scenarios.isolation import EXCLUSIVE, FAULTED
from harness.scenarios.registry import scenario
from harness.scenarios.run_context import Unplayable
from harness.vxp.operations import HubOperation

_RESET = AnswerPlan("reset", Drop(reset=True))
_SILENT = AnswerPlan("no-answer", Hold())


@scenario("RCV-02/held", expects=(Acked, StoredWhenAcked), awaits=(FaultMet,), isolation=FAULTED)
async def stored_when_acknowledged(context: ScenarioContext) -> None:
    """While the answer to its acknowledgement is held back, the document is in the inbox already."""
    if context.run.driver.attended is not None:
        raise Unplayable("by-program-only")  # a person cannot look while the answer is held back
    patient(context)
    document = context.document()
    held = context.fault(
        HubOperation.UPDATE_STATUS, _SILENT, document=document.id, moment="after", lasting=True, settling=True
    )
    await context.deliver(document)
    await struck(context, HubOperation.UPDATE_STATUS, [document.id])
    await context.until(StoredWhenAcked(document=document.id), role="duty")
    context.end_faults(held)
    context.expect(Acked(document=document.id))


@scenario("RTY-11", expects=(Retried, Acked, StoredOnce), awaits=(FaultMet,), isolation=FAULTED)
async def acknowledgement_lost(context: ScenarioContext) -> None:
    """The answer to updateStatus is lost after it took effect: acknowledged again, no second document."""
    patient(context)
    document = context.document()
    context.fault(HubOperation.UPDATE_STATUS, _RESET, document=document.id, moment="after")
    await context.deliver(document)
    await struck(context, HubOperation.UPDATE_STATUS, [document.id])
    context.expect(Retried(operation=HubOperation.UPDATE_STATUS, document=document.id, times=2))
    context.expect(Acked(document=document.id))
    context.expect(StoredOnce(document=document.id, acks=2))


@scenario(
    "RTY-16",
    expects=(StillStored, Acked, StoredOnce, KeptOnce),
    awaits=(Acked, StoredOnce, FaultMet),
    needs=("restart",),
    isolation=EXCLUSIVE,
)
async def stopped_between_fetch_and_ack(context: ScenarioContext) -> None:
    """Stopped before an acknowledgement takes effect or is answered, and started again: nothing is lost or
    duplicated."""
    for interruption in (stopped, *((killed,) if killable(context) else ())):
        await _interrupted(context, interruption, "before")
        await _interrupted(context, interruption, "after")


async def _interrupted(
    context: ScenarioContext,
    interruption: Callable[[ScenarioContext], AbstractAsyncContextManager[None]],
    moment: Moment,
) -> None:
    patient(context)
    settled, document = context.document(), context.document()
    await context.deliver(settled)
    await context.until(Acked(document=settled.id))
    await context.until(StoredOnce(document=settled.id))
    fault = context.fault(HubOperation.UPDATE_STATUS, _SILENT, document=document.id, moment=moment, lasting=True)
    await context.deliver(document)
    await struck(context, HubOperation.UPDATE_STATUS, [document.id])
    async with interruption(context):
        context.end_faults(fault)
        restarted = context.now
    if moment == "before":
        context.expect(Acked(document=document.id, after=restarted))
        context.expect(StoredOnce(document=document.id, after=restarted))
    else:
        # The hub has recorded the acknowledgement and no longer lists the document: it is in the inbox, or lost.
        context.expect(KeptOnce(document=document.id, after=restarted))
    context.expect(StillStored(document=settled.id, after=restarted))
    await context.settle()
