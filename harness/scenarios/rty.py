"""RTY: what a candidate does when hub or network fail."""

import base64
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from harness.catalogue.parameters import ErrorCode
from harness.hub.faults import (
    empty_body,
    fail_code,
    foreign_data,
    html,
    missing_data,
    null_data,
    redirect,
    retry_after,
    status,
)
from harness.hub.interception import Cut, Drop, Hold, Plan, Trickle
from harness.judge.expectations import (
    Accepted,
    Acked,
    Bounded,
    Fetched,
    GaveUp,
    ListRetried,
    NotTakenForSent,
    OneIdentity,
    Paced,
    PausesGrow,
    Retried,
    StillStored,
    StoredOnce,
    Waited,
)
from harness.judge.expectations.security import Unvisited
from harness.scenarios.interrupting import killable, killed, stopped
from harness.scenarios.material import Outgoing
from harness.scenarios.registry import EXCLUSIVE, FAULTED, scenario
from harness.scenarios.stage import Stage

_LIST = "getReceivedEdocList"
_FETCH = ("getEdoc", "downloadEdoc")
_RESET = Plan("reset", Drop(reset=True))
_SILENT = Plan("no-answer", Hold())
_CUT = Plan("cut", Cut(0.5))
_TRANSIENT = ("20", "21")
_FINAL = ("10", "18", "19", "22", "23")
_UNKNOWN_CODE = "77"
_REDIRECTS = (301, 302, 303, 307, 308)
_RETRY_AFTER = 2  # seconds
_MINUTE = 60.0
# Seconds of an outage that are counted after the grace: long enough to tell a pace.
_COUNTED = 5.0
# Whole polls by both lists at the declared interval are no hammering; a few other requests are none either.
_SLACK = 6


def _patient(stage: Stage) -> None:
    """Grant the time that growing pauses take: several give-ups on top of what a duty takes without trouble."""
    stage.patience_added = 4 * stage.times.give_up + stage.times.reaction


def _failure(stage: Stage, code: str) -> Plan:
    known: ErrorCode | None = stage.profile.parameters.hub.error_codes.get(code)
    members = {"DocId": "0" * 24}
    return fail_code(code, known.text if known else "Loi khong xac dinh", members)


async def _sent_under(stage: Stage, *plans: Plan | None, moment: str = "before") -> Outgoing:
    """Have a document sent while its sending meets the plans, and expect it to arrive once, as itself."""
    outgoing = stage.outgoing()
    stage.fault("sendEdoc", *plans, document=outgoing.document_id, moment="after" if moment == "after" else "before")
    sent = await stage.send(outgoing)
    stage.expect(Retried(operation="sendEdoc", document=sent.document_id, times=len(plans) + 1))
    stage.expect(Accepted(document=sent.document_id))
    stage.expect(OneIdentity(document=sent.document_id, subject=sent.subject))
    return sent


@scenario("RTY-01", isolation=EXCLUSIVE)
async def hub_unreachable(stage: Stage) -> None:
    """While the hub cannot be reached, what is to be sent is kept, and what waits is fetched afterwards."""
    _patient(stage)
    first = await stage.send(stage.outgoing())
    await stage.until(Accepted(document=first.document_id))
    async with stage.hub_down(2 * stage.times.poll_interval + stage.times.reaction):
        sent = await stage.send(stage.outgoing())
        waiting = stage.document()
        await stage.deliver(waiting)
    stage.expect(Accepted(document=sent.document_id))
    stage.expect(Acked(document=waiting.id))
    stage.expect(StoredOnce(document=waiting.id))


@scenario("RTY-02/before", isolation=FAULTED)
async def reset_before_effect(stage: Stage) -> None:
    """Connections lost before the hub has taken the document, several times in a row: it arrives all the same."""
    _patient(stage)
    await _sent_under(stage, *(_RESET,) * stage.profile.parameters.retries.resets_in_row)


@scenario("RTY-02/after", isolation=FAULTED)
async def reset_after_effect(stage: Stage) -> None:
    """Answers lost after the hub has taken the document: repeats carry the same DocumentId, never another."""
    _patient(stage)
    await _sent_under(stage, *(_RESET,) * stage.profile.parameters.retries.resets_in_row, moment="after")


@scenario("RTY-03", isolation=FAULTED)
async def server_errors(stage: Stage) -> None:
    """500, 502 and 503 are retried until success, on sending, fetching and acknowledging."""
    _patient(stage)
    for code in (500, 502, 503):
        await _sent_under(stage, status(code), status(code))
        document = stage.document()
        stage.fault(_FETCH, status(code), status(code), document=document.id)
        stage.fault("updateStatus", status(code), document=document.id)
        await stage.deliver(document)
        stage.expect(Fetched(document=document.id))
        stage.expect(Acked(document=document.id, served=True))


@scenario("RTY-04/operations", isolation=EXCLUSIVE)
async def no_answer(stage: Stage) -> None:
    """A call that is never answered is given up in time, and the same operation is tried again."""
    _patient(stage)
    limit = stage.times.give_up + stage.margin + stage.times.reaction
    outgoing = stage.outgoing()
    stage.fault("sendEdoc", _SILENT, document=outgoing.document_id)
    sent = await stage.send(outgoing)
    stage.expect(GaveUp(operation="sendEdoc", document=sent.document_id, seconds=limit))
    stage.expect(Accepted(document=sent.document_id))
    for operation, names in (("getEdoc", _FETCH), ("updateStatus", ("updateStatus",))):
        document = stage.document()
        stage.fault(names, _SILENT, document=document.id)
        await stage.deliver(document)
        stage.expect(GaveUp(operation=operation, document=document.id, seconds=limit))
        stage.expect(Acked(document=document.id, served=True))


@scenario("RTY-04/list", isolation=EXCLUSIVE)
async def list_without_answer(stage: Stage) -> None:
    """A list that is never answered is given up in time and asked for again."""
    _patient(stage)
    limit = stage.times.give_up + stage.times.poll_interval + stage.margin
    for messagetype in ("edoc", "status"):
        stage.fault(_LIST, _SILENT, messagetype=messagetype)
        stage.expect(ListRetried(messagetype=messagetype, since=stage.now, seconds=limit))
    await stage.settle()
    await stage.probe()


@scenario("RTY-05", isolation=EXCLUSIVE)
async def outage(stage: Stage) -> None:
    """In an outage pauses grow and requests stay few; when it is over, the document arrives."""
    _patient(stage)
    retries = stage.profile.parameters.retries
    outage = stage.fault(None, status(503), lasting=True)
    began = stage.now
    sent = await stage.send(stage.outgoing())
    await stage.linger(retries.outage_grace + _COUNTED)
    stage.mend(outage)
    most = int(retries.outage_per_minute * _COUNTED / _MINUTE) + 1
    stage.expect(Paced(since=began, until=stage.now, grace=retries.outage_grace, most=most))
    stage.expect(PausesGrow(document=sent.document_id, until=stage.now, growth=retries.growth))
    stage.expect(Accepted(document=sent.document_id))


@scenario("RTY-06", isolation=FAULTED)
async def retry_after_is_obeyed(stage: Stage) -> None:
    """429 and 503 with Retry-After: the next try waits as long as it says."""
    _patient(stage)
    for code in (429, 503):
        outgoing = stage.outgoing()
        stage.fault("sendEdoc", retry_after(code, _RETRY_AFTER), document=outgoing.document_id)
        sent = await stage.send(outgoing)
        stage.expect(Waited(operation="sendEdoc", document=sent.document_id, seconds=_RETRY_AFTER))
    await stage.settle()


@scenario("RTY-07", isolation=FAULTED)
async def final_codes(stage: Stage) -> None:
    """A refusal for good is not tried again beyond the profile's count."""
    _patient(stage)
    most = 1 + stage.profile.parameters.retries.final_repeats
    for code in _FINAL:
        outgoing = stage.outgoing()
        stage.fault("sendEdoc", _failure(stage, code), document=outgoing.document_id, lasting=True, to_the_end=True)
        sent = await stage.send(outgoing)
        stage.expect(Retried(operation="sendEdoc", document=sent.document_id, times=1))
        stage.expect(Bounded(operation="sendEdoc", document=sent.document_id, most=most))
    await stage.linger(stage.times.reaction)
    after = await stage.send(stage.outgoing())
    await stage.until(Accepted(document=after.document_id), role="liveness")


@scenario("RTY-08", isolation=FAULTED)
async def transient_codes(stage: Stage) -> None:
    """A transient refusal, or one with a code nobody knows, is tried again until it succeeds."""
    _patient(stage)
    for code in (*_TRANSIENT, _UNKNOWN_CODE):
        await _sent_under(stage, _failure(stage, code), _failure(stage, code))


@scenario("RTY-09", isolation=EXCLUSIVE)
async def broken_lists(stage: Stage) -> None:
    """A list that comes as HTML, empty or cut does not mean that nothing waits: documents arrive later."""
    _patient(stage)
    for plan in (html(), empty_body(), _CUT, status(404)):
        document = stage.document()
        fault = stage.fault(_LIST, plan, plan, messagetype="edoc")
        await stage.deliver(document)
        await stage.until(Acked(document=document.id), role="duty")
        stage.expect(StoredOnce(document=document.id))
        stage.mend(fault)


@scenario("RTY-10", isolation=FAULTED)
async def broken_documents(stage: Stage) -> None:
    """A getEdoc answer that is cut, empty, null, missing, foreign or a failure is not acked but fetched again."""
    _patient(stage)
    foreign = base64.b64encode(stage.document("province").content).decode("ascii")
    plans = (_CUT, empty_body(), null_data(), missing_data(), foreign_data(foreign), _failure(stage, "20"), html())
    for plan in plans:
        document = stage.document()
        stage.fault(_FETCH, plan, plan, document=document.id)
        await stage.deliver(document, note=f"getEdoc {plan.name}")
        stage.expect(Retried(operation="getEdoc", document=document.id, times=3))
        stage.expect(Acked(document=document.id))
        stage.expect(StoredOnce(document=document.id))


@scenario("RTY-11", isolation=FAULTED)
async def acknowledgement_lost(stage: Stage) -> None:
    """The answer to updateStatus is lost after it took effect: acknowledged again, no second document."""
    _patient(stage)
    document = stage.document()
    stage.fault("updateStatus", _RESET, document=document.id, moment="after")
    await stage.deliver(document)
    stage.expect(Retried(operation="updateStatus", document=document.id, times=2))
    stage.expect(Acked(document=document.id))
    stage.expect(StoredOnce(document=document.id, acks=2))


@scenario("RTY-12", isolation=FAULTED)
async def poison_item(stage: Stage) -> None:
    """A document whose getEdoc always fails does not keep the others waiting."""
    _patient(stage)
    poison = stage.document("district")
    stage.fault(_FETCH, status(504), document=poison.id, lasting=True)
    await stage.deliver(poison, note="poison")
    await stage.until(Retried(operation="getEdoc", document=poison.id, times=1))
    for _ in range(3):
        document = stage.document("district")
        await stage.deliver(document)
        stage.expect(Acked(document=document.id))
    await stage.settle()


@scenario("RTY-13", isolation=EXCLUSIVE)
async def unauthorised(stage: Stage) -> None:
    """401 on every call: no hammering, and work goes on when the secret is right again."""
    _patient(stage)
    fault = stage.fault(None, status(401), lasting=True)
    began = stage.now
    sent = await stage.send(stage.outgoing())
    seconds = 3 * stage.times.poll_interval + 2 * stage.times.reaction
    await stage.linger(seconds)
    stage.mend(fault)
    polls = 2 * (seconds / stage.times.poll_interval + 1)
    stage.expect(Paced(since=began, until=stage.now, grace=0.0, most=int(polls) + _SLACK))
    stage.expect(Accepted(document=sent.document_id))
    await stage.settle()
    await stage.probe()


@scenario("RTY-15", isolation=EXCLUSIVE)
async def slow_hub(stage: Stage) -> None:
    """An answer that trickles in is waited for or given up cleanly; the document is stored once in the end."""
    _patient(stage)
    document = stage.document()
    pieces = 20
    pause = 1.5 * stage.times.give_up / pieces
    size = len(document.content) * 4 // 3 // pieces + 1
    stage.fault(_FETCH, Plan("trickle", Trickle(size, pause)), document=document.id)
    await stage.deliver(document)
    stage.expect(Acked(document=document.id))
    stage.expect(StoredOnce(document=document.id))


@scenario("RTY-16", needs=("restart",), isolation=EXCLUSIVE)
async def stopped_between_fetch_and_ack(stage: Stage) -> None:
    """Stopped after the fetch and before the acknowledgement, then started: nothing lost, nothing doubled."""
    await _interrupted(stage, stopped)
    if killable(stage):
        await _interrupted(stage, killed)


async def _interrupted(stage: Stage, interruption: Callable[[Stage], AbstractAsyncContextManager[None]]) -> None:
    _patient(stage)
    settled, document = stage.document(), stage.document()
    await stage.deliver(settled)
    await stage.until(Acked(document=settled.id))
    await stage.until(StoredOnce(document=settled.id))
    fault = stage.fault("updateStatus", _SILENT, document=document.id, lasting=True)
    await stage.deliver(document)
    await stage.until(Retried(operation="updateStatus", document=document.id, times=1))
    async with interruption(stage):
        stage.mend(fault)
        restarted = stage.now
    stage.expect(Acked(document=document.id, after=restarted))
    stage.expect(StoredOnce(document=document.id, after=restarted))
    stage.expect(StillStored(document=settled.id, after=restarted))
    await stage.settle()


@scenario("RTY-14/operations", isolation=FAULTED)
async def redirects(stage: Stage) -> None:
    """Redirects by any code, on sending, fetching and acknowledging, lead nothing to another host."""
    _patient(stage)
    stage.expect(Unvisited(token=stage.canary_token))
    elsewhere = []
    for code in _REDIRECTS:
        outgoing = stage.outgoing()
        plan = redirect(code, stage.canary_url(f"sendEdoc-{code}"))
        stage.fault("sendEdoc", plan, document=outgoing.document_id, lasting=True)
        elsewhere.append(await stage.send(outgoing))
        for operation, names in (("getEdoc", _FETCH), ("updateStatus", ("updateStatus",))):
            document = stage.document()
            plan = redirect(code, stage.canary_url(f"{operation}-{code}"))
            stage.fault(names, plan, document=document.id)
            await stage.deliver(document)
            stage.expect(Retried(operation=operation, document=document.id, times=1))
    for sent in elsewhere:
        stage.expect(Retried(operation="sendEdoc", document=sent.document_id, times=1))
    await stage.linger(stage.times.reaction)
    for sent in elsewhere:
        stage.expect(NotTakenForSent(document=sent.document_id, after=stage.now))
    await stage.settle()
    stage.mend()
    await stage.probe()


@scenario("RTY-14/list", isolation=EXCLUSIVE)
async def list_redirected(stage: Stage) -> None:
    """A redirected list leads nothing to another host; afterwards documents arrive."""
    _patient(stage)
    stage.expect(Unvisited(token=stage.canary_token))
    plans = tuple(redirect(code, stage.canary_url(f"list-{code}")) for code in _REDIRECTS)
    for messagetype in ("edoc", "status"):
        stage.fault(_LIST, *plans, messagetype=messagetype)
    began = stage.now
    stage.expect(ListRetried(messagetype="edoc", since=began, seconds=stage.patience))
    await stage.settle()
    stage.mend()
    await stage.probe()
