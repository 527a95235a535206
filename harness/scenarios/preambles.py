"""Preambles (ISO/IEC 9646): the plain case first, so that what fails in every case is charged to the plain one alone.

Where a preamble does not succeed, the rest of its scenario is inconclusive: a candidate that sends nothing does not
show how it treats several receivers.
"""

from harness.expectations import Accepted, Acked, StoredOnce
from harness.scenarios.context import ScenarioContext


async def sends_plainly(context: ScenarioContext) -> None:
    """Have the candidate send an ordinary document to one receiver.

    Raises:
        PreconditionFailed: it did not reach the hub, or the hub did not accept it.
    """
    sent = await context.send(context.outgoing())
    await context.until(Accepted(document=sent.document_id))


async def receives_plainly(context: ScenarioContext) -> None:
    """Have the candidate receive an ordinary document of a ministry.

    Raises:
        PreconditionFailed: it was not acknowledged, or not stored, or not in this order.
    """
    document = context.document()
    await context.deliver(document, note="preamble")
    await context.until(Acked(document=document.id))
    await context.until(StoredOnce(document=document.id))
