"""RTY: what a candidate does when the whole hub is in trouble: down, silent, busy, or refusing its secret."""

from harness.hub.faults import retry_after, status
from harness.hub.interception import Drop, Hold, Plan
from harness.judge.expectations import (
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
from harness.scenarios.registry import EXCLUSIVE, scenario
from harness.scenarios.stage import Stage
from harness.scenarios.strikes import FETCH, LIST, any_call_struck, patient, struck

_RESET = Plan("reset", Drop(reset=True))
_SILENT = Plan("no-answer", Hold())
_RETRY_AFTER = 2  # seconds
_MINUTE = 60.0
# Seconds of an outage that are counted after the grace: long enough to tell a pace.
_COUNTED = 5.0
# Whole polls by both lists at the declared interval are no hammering; a few other requests are none either.
_SLACK = 6


@scenario("RTY-01", isolation=EXCLUSIVE)
async def hub_unreachable(stage: Stage) -> None:
    """While the hub cannot be reached, what is to be sent is kept, and what waits is fetched afterwards.

    A refused connection leaves no trace that could be seen. So every connection is reset at first, until a call of
    each kind has met the outage, or the candidate had its time to make them. Then they are refused, to a document that
    is ordered then as well, for as long as the pauses of what was reset may have grown.
    """
    patient(stage)
    first = await stage.send(stage.outgoing())
    await stage.until(Accepted(document=first.document_id))
    began = stage.now
    resets = stage.fault(None, _RESET, lasting=True)
    sent = await stage.send(stage.outgoing())
    waiting = stage.document()
    await stage.deliver(waiting)
    ordered = stage.now
    for kind in _kinds(sent.document_id, began):
        await stage.await_quietly(kind)
    await any_call_struck(stage, ordered)
    times = stage.times
    async with stage.hub_down(2 * times.poll_interval + times.reaction + times.give_up):
        stage.mend(resets)
        # What was reset may be paused for long; what is ordered now is tried while connections are refused.
        late = await stage.send(stage.outgoing())
    for document in (sent, late):
        stage.expect(Accepted(document=document.document_id))
    stage.expect(Acked(document=waiting.id))
    stage.expect(StoredOnce(document=waiting.id))


def _kinds(sent: str, began: int) -> list[FaultMet]:
    """Return what each kind of call is expected to meet. Who first asks whether the hub is back may leave some out."""
    lists = [FaultMet(operation=LIST, messagetype=messagetype, after=began) for messagetype in ("edoc", "status")]
    return [FaultMet(operation="sendEdoc", document=sent), *lists]


@scenario("RTY-04/operations", isolation=EXCLUSIVE)
async def no_answer(stage: Stage) -> None:
    """A call that is never answered is given up in time, and the same operation is tried again.

    One operation after the other: a candidate with one thread for everything waits for each of them.
    """
    patient(stage)
    times = stage.times
    limit = times.give_up + times.poll_interval + stage.margin + times.reaction
    outgoing = stage.outgoing()
    stage.fault("sendEdoc", _SILENT, document=outgoing.document_id)
    sent = await stage.send(outgoing)
    await struck(stage, "sendEdoc", [sent.document_id])
    stage.expect(GaveUp(operation="sendEdoc", document=sent.document_id, seconds=limit))
    stage.expect(Accepted(document=sent.document_id))
    await stage.settle()
    for operation, names in (("getEdoc", FETCH), ("updateStatus", ("updateStatus",))):
        document = stage.document()
        stage.fault(names, _SILENT, document=document.id)
        await stage.deliver(document)
        await struck(stage, operation, [document.id])
        stage.expect(GaveUp(operation=operation, document=document.id, seconds=limit))
        stage.expect(Acked(document=document.id, served=True))
        await stage.settle()


@scenario("RTY-04/list", isolation=EXCLUSIVE)
async def list_without_answer(stage: Stage) -> None:
    """A list that is never answered is given up in time and asked for again.

    Both lists are silent at once; a candidate with one loop for both waits for one after the other.
    """
    patient(stage)
    limit = 2 * stage.times.give_up + stage.times.poll_interval + stage.margin
    began = stage.now
    for messagetype in ("edoc", "status"):
        stage.fault(LIST, _SILENT, messagetype=messagetype)
    for messagetype in ("edoc", "status"):
        await any_call_struck(stage, began, LIST, messagetype)
        stage.expect(ListRetried(messagetype=messagetype, since=began, seconds=limit))
    await stage.settle()
    await stage.probe()


@scenario("RTY-05", isolation=EXCLUSIVE)
async def outage(stage: Stage) -> None:
    """In an outage pauses grow and requests stay few; it lasts until there was a call to pace."""
    patient(stage)
    retries = stage.profile.parameters.retries
    began = stage.note("outage.began", {})
    outage = stage.fault(None, status(503), lasting=True)
    sent = await stage.send(stage.outgoing())
    await stage.linger(retries.outage_grace)
    counted = stage.now
    await stage.linger(_COUNTED)
    await any_call_struck(stage, counted)
    over = stage.note("outage.over", {})
    stage.mend(outage)
    seconds = over.elapsed - began.elapsed - retries.outage_grace
    most = int(retries.outage_per_minute * seconds / _MINUTE) + 1
    stage.expect(Paced(since=began.seq, until=over.seq, grace=retries.outage_grace, most=most))
    stage.expect(PausesGrow(document=sent.document_id, until=over.seq, growth=retries.growth))
    await stage.probe()


@scenario("RTY-06", isolation=EXCLUSIVE)
async def retry_after_is_obeyed(stage: Stage) -> None:
    """429 and 503 with Retry-After: the next try waits as long as it says, with this call alone or with all."""
    patient(stage)
    for code in (429, 503):
        outgoing = stage.outgoing()
        stage.fault("sendEdoc", retry_after(code, _RETRY_AFTER), document=outgoing.document_id)
        sent = await stage.send(outgoing)
        await struck(stage, "sendEdoc", [sent.document_id])
        await stage.until(Retried(operation="sendEdoc", document=sent.document_id, times=2))
        stage.expect(Waited(operation="sendEdoc", document=sent.document_id, seconds=_RETRY_AFTER))
    await stage.settle()


@scenario("RTY-13", isolation=EXCLUSIVE)
async def unauthorised(stage: Stage) -> None:
    """401 on every call: no hammering, and work goes on when the secret is right again."""
    patient(stage)
    began = stage.now
    fault = stage.fault(None, status(401), lasting=True)
    await stage.send(stage.outgoing())
    seconds = 3 * stage.times.poll_interval + 2 * stage.times.reaction
    await stage.linger(seconds)
    over = stage.now
    await any_call_struck(stage, began)
    stage.mend(fault)
    polls = 2 * (seconds / stage.times.poll_interval + 1)
    stage.expect(Paced(since=began, until=over, grace=0.0, most=int(polls) + _SLACK))
    # Whether the document of that time is kept is another requirement's matter.
    after = await stage.send(stage.outgoing())
    stage.expect(Accepted(document=after.document_id))
    await stage.settle()
    await stage.probe()
