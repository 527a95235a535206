"""RTY: what a candidate does when the whole hub is in trouble: down, silent, busy, or refusing its secret."""

from harness.expectations import (
    Accepted,
    Acked,
    FaultMet,
    GaveUp,
    ListRetried,
    Paced,
    PausesGrow,
    Retried,
    StoredOnce,
    Waited,
)
from harness.hub.faults import Fault, retry_after, status
from harness.hub.interception import AnswerPlan, Drop, Hold
from harness.journal.events import OutageBegan, OutageOver
from harness.scenarios.context import ScenarioContext
from harness.scenarios.fault_contact import FETCH, LIST, any_call_struck, patient, struck
from harness.scenarios.isolation import EXCLUSIVE
from harness.scenarios.registry import scenario
from harness.scenarios.testdata import OutgoingDocument
from harness.vxp.operations import HubOperation

_RESET = AnswerPlan("reset", Drop(reset=True))
_SILENT = AnswerPlan("no-answer", Hold())
_RETRY_AFTER = 2  # seconds
_MINUTE = 60.0
# Seconds of an outage in which requests are counted after the grace period: long enough to measure a rate.
_COUNTED = 5.0
# Polling both lists at the declared interval is allowed, and so are a few other requests.
_SLACK = 6
_OUTAGES = 3  # in all, where the harness is stalled


@scenario("RTY-01", expects=(Acked, StoredOnce, Accepted), awaits=(Accepted, FaultMet), isolation=EXCLUSIVE)
async def hub_unreachable(context: ScenarioContext) -> None:
    """While the hub cannot be reached, documents to be sent are kept, and waiting ones are fetched afterwards.

    A refused connection leaves no trace in the record. So every connection is reset at first, until a call of each kind
    has met the outage, or the time for it is over. Then they are refused, to a document that
    is ordered then as well, for as long as the pauses of what was reset may have grown. Where the harness was stalled
    meanwhile, so that another call may have shown the outage to the candidate before the order came, there is another.
    """
    patient(context)
    first = await context.send(context.outgoing())
    await context.until(Accepted(document=first.document_id))
    began = context.now
    resets = context.fault(None, _RESET, lasting=True)
    sent = await context.send(context.outgoing())
    waiting = context.document()
    await context.deliver(waiting)
    ordered = context.now
    for kind in _kinds(sent.document_id, began):
        await context.await_quietly(kind)
    await any_call_struck(context, ordered)
    late = await _ordered_while_refused(context, resets)
    for document in (sent, *late):
        context.expect(Accepted(document=document.document_id))
    context.expect(Acked(document=waiting.id))
    context.expect(StoredOnce(document=waiting.id))


async def _ordered_while_refused(context: ScenarioContext, resets: Fault) -> list[OutgoingDocument]:
    """Order a document as soon as connections are refused, and return it; `resets` end meanwhile.

    The first failure may hold back all other calls until the hub is back: a later order is then not tried in the outage
    at all, and proves nothing.
    """
    times = context.times
    ordered: list[OutgoingDocument] = []
    for _ in range(_OUTAGES):
        began = context.now
        async with context.hub_down(2 * times.poll_interval + times.reaction + times.give_up):
            if not ordered:
                context.end_faults(resets)
            ordered.append(await context.send(context.outgoing()))
        if not context.stalled_since(began):
            break
        await context.await_quietly(Accepted(document=ordered[-1].document_id))
    return ordered


def _kinds(sent: str, began: int) -> list[FaultMet]:
    """Return what each kind of call is expected to meet. A candidate that first probes the hub may leave some out."""
    lists = [FaultMet(operation=LIST, messagetype=messagetype, after=began) for messagetype in ("edoc", "status")]
    return [FaultMet(operation=HubOperation.SEND_EDOC, document=sent), *lists]


@scenario("RTY-04/operations", expects=(GaveUp, Accepted, Acked), awaits=(FaultMet,), isolation=EXCLUSIVE)
async def no_answer(context: ScenarioContext) -> None:
    """A call that is never answered is given up in time, and the same operation is tried again.

    One operation after the other: a candidate with one thread for everything waits for each of them.
    """
    patient(context)
    times = context.times
    limit = times.give_up + times.poll_interval + context.margin + times.reaction
    outgoing = context.outgoing()
    context.fault(HubOperation.SEND_EDOC, _SILENT, document=outgoing.document_id)
    sent = await context.send(outgoing)
    await struck(context, HubOperation.SEND_EDOC, [sent.document_id])
    context.expect(GaveUp(operation=HubOperation.SEND_EDOC, document=sent.document_id, seconds=limit))
    context.expect(Accepted(document=sent.document_id))
    await context.settle()
    for operation, names in (
        (HubOperation.GET_EDOC, FETCH),
        (HubOperation.UPDATE_STATUS, (HubOperation.UPDATE_STATUS,)),
    ):
        document = context.document()
        context.fault(names, _SILENT, document=document.id)
        await context.deliver(document)
        await struck(context, operation, [document.id])
        context.expect(GaveUp(operation=operation, document=document.id, seconds=limit))
        context.expect(Acked(document=document.id, served=True))
        await context.settle()


@scenario("RTY-04/list", expects=(ListRetried,), awaits=(FaultMet,), alive=(Acked,), isolation=EXCLUSIVE)
async def list_without_answer(context: ScenarioContext) -> None:
    """A list that is never answered is given up in time and asked for again.

    Both lists are silent at once; a candidate with one loop for both waits for one after the other.
    """
    patient(context)
    limit = 2 * context.times.give_up + context.times.poll_interval + context.margin
    began = context.now
    for messagetype in ("edoc", "status"):
        context.fault(LIST, _SILENT, messagetype=messagetype)
    for messagetype in ("edoc", "status"):
        await any_call_struck(context, began, LIST, messagetype)
        context.expect(ListRetried(messagetype=messagetype, since=began, seconds=limit))
    await context.settle()
    await context.probe()


@scenario("RTY-05", expects=(Paced, PausesGrow), awaits=(FaultMet,), alive=(Acked,), isolation=EXCLUSIVE)
async def outage(context: ScenarioContext) -> None:
    """In an outage pauses grow and requests stay few; it lasts until a call has met it."""
    patient(context)
    retries = context.profile.parameters.retries
    began = context.note(OutageBegan())
    outage = context.fault(None, status(503), lasting=True)
    sent = await context.send(context.outgoing())
    await context.linger(retries.outage_grace)
    counted = context.now
    await context.linger(_COUNTED)
    await any_call_struck(context, counted)
    over = context.note(OutageOver())
    context.end_faults(outage)
    seconds = over.elapsed - began.elapsed - retries.outage_grace
    most = int(retries.outage_per_minute * seconds / _MINUTE) + 1
    context.expect(Paced(since=began.seq, until=over.seq, grace=retries.outage_grace, most=most))
    context.expect(PausesGrow(document=sent.document_id, until=over.seq, growth=retries.growth))
    await context.probe()


@scenario("RTY-06", expects=(Waited,), awaits=(FaultMet, Retried), isolation=EXCLUSIVE)
async def retry_after_is_obeyed(context: ScenarioContext) -> None:
    """429 and 503 with Retry-After: the next try waits as long as it says, with this call alone or with all."""
    patient(context)
    for code in (429, 503):
        outgoing = context.outgoing()
        context.fault(HubOperation.SEND_EDOC, retry_after(code, _RETRY_AFTER), document=outgoing.document_id)
        sent = await context.send(outgoing)
        await struck(context, HubOperation.SEND_EDOC, [sent.document_id])
        await context.until(Retried(operation=HubOperation.SEND_EDOC, document=sent.document_id, times=2))
        context.expect(Waited(operation=HubOperation.SEND_EDOC, document=sent.document_id, seconds=_RETRY_AFTER))
    await context.settle()


@scenario("RTY-13", expects=(Paced, Accepted), awaits=(FaultMet,), alive=(Acked,), isolation=EXCLUSIVE)
async def unauthorised(context: ScenarioContext) -> None:
    """401 on every call: no rapid retries, and work goes on when the secret is right again."""
    patient(context)
    began = context.now
    fault = context.fault(None, status(401), lasting=True)
    await context.send(context.outgoing())
    seconds = 3 * context.times.poll_interval + 2 * context.times.reaction
    await context.linger(seconds)
    over = context.now
    await any_call_struck(context, began)
    context.end_faults(fault)
    polls = 2 * (seconds / context.times.poll_interval + 1)
    context.expect(Paced(since=began, until=over, grace=0.0, most=int(polls) + _SLACK))
    # Whether the document ordered meanwhile is kept is judged by another requirement.
    after = await context.send(context.outgoing())
    context.expect(Accepted(document=after.document_id))
    await context.settle()
    await context.probe()
