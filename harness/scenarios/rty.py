"""RTY: what a candidate does with single calls that fail. Outages of the whole hub, and acknowledgements without an
answer, are in modules of their own."""

import base64

from harness.catalogue.parameters import Hub
from harness.hub.faults import (
    empty_body,
    foreign_data,
    html,
    missing_data,
    null_data,
    redirect,
    status,
)
from harness.hub.faults.alterations import cut_data
from harness.hub.interception import Cut, Drop, Plan, Trickle
from harness.judge.expectations import (
    Accepted,
    Acked,
    Bounded,
    FaultMet,
    Fetched,
    ListRetried,
    NotMistaken,
    NotTakenForSent,
    OneIdentity,
    Retried,
    StoredOnce,
)
from harness.judge.expectations.security import Unvisited
from harness.scenarios.material import Outgoing
from harness.scenarios.registry import EXCLUSIVE, FAULTED, scenario
from harness.scenarios.stage import Stage
from harness.scenarios.strikes import FETCH, LIST, any_call_struck, failure, patient, struck

_RESET = Plan("reset", Drop(reset=True))
_CUT = Plan("cut", Cut(0.5))
_REDIRECTS = (301, 302, 303, 307, 308)
_PIECES = 20


async def _sent_under(stage: Stage, *plans: Plan, moment: str = "before") -> Outgoing:
    """Have a document sent while its sending meets the plans."""
    outgoing = stage.outgoing()
    stage.fault("sendEdoc", *plans, document=outgoing.document_id, moment="after" if moment == "after" else "before")
    return await stage.send(outgoing)


async def _arrives(stage: Stage, sent: Outgoing, failures: int) -> None:
    """Expect a document whose sending failed so often to arrive once, as itself.

    Raises:
        Unmet: its sending met no fault.
    """
    await struck(stage, "sendEdoc", [sent.document_id])
    stage.expect(Retried(operation="sendEdoc", document=sent.document_id, times=failures + 1))
    stage.expect(Accepted(document=sent.document_id))
    stage.expect(OneIdentity(document=sent.document_id, subject=sent.subject))


@scenario("RTY-02/before", isolation=FAULTED)
async def reset_before_effect(stage: Stage) -> None:
    """Connections lost before the hub has taken the document, several times in a row: it arrives all the same."""
    patient(stage)
    times = stage.profile.parameters.retries.resets_in_row
    await _arrives(stage, await _sent_under(stage, *(_RESET,) * times), times)


@scenario("RTY-02/after", isolation=FAULTED)
async def reset_after_effect(stage: Stage) -> None:
    """Answers lost after the hub has taken the document: repeats carry the same DocumentId, never another."""
    patient(stage)
    times = stage.profile.parameters.retries.resets_in_row
    await _arrives(stage, await _sent_under(stage, *(_RESET,) * times, moment="after"), times)


@scenario("RTY-03", isolation=FAULTED)
async def server_errors(stage: Stage) -> None:
    """500, 502 and 503 are retried until success, on sending, fetching and acknowledging."""
    patient(stage)
    sent, fetched = [], []
    for code in (500, 502, 503):
        sent.append(await _sent_under(stage, status(code), status(code)))
        document = stage.document()
        stage.fault(FETCH, status(code), status(code), document=document.id)
        stage.fault("updateStatus", status(code), document=document.id)
        await stage.deliver(document)
        fetched.append(document.id)
    await struck(stage, "getEdoc", fetched)
    for identity in fetched:
        stage.expect(Fetched(document=identity))
        stage.expect(Acked(document=identity, served=True))
    for one in sent:
        await _arrives(stage, one, 2)


@scenario("RTY-07", isolation=FAULTED)
async def final_codes(stage: Stage) -> None:
    """A refusal for good is not tried again beyond the profile's count, to the end of the run."""
    patient(stage)
    most = 1 + stage.profile.parameters.retries.final_repeats
    for code in _codes(stage.profile.parameters.hub, "final"):
        outgoing = stage.outgoing()
        fault = failure(stage, code)
        stage.fault("sendEdoc", fault, document=outgoing.document_id, lasting=True, to_the_end=True)
        sent = await stage.send(outgoing)
        await struck(stage, "sendEdoc", [sent.document_id])
        stage.expect(Bounded(operation="sendEdoc", document=sent.document_id, most=most))
    await stage.linger(stage.times.reaction)
    after = await stage.send(stage.outgoing())
    await stage.until(Accepted(document=after.document_id), role="liveness")


@scenario("RTY-08", isolation=FAULTED)
async def transient_codes(stage: Stage) -> None:
    """A transient refusal, or one with a code nobody knows, is tried again until it succeeds."""
    patient(stage)
    hub = stage.profile.parameters.hub
    failures = max(1, stage.profile.parameters.retries.transient_repeats - 1)
    codes = (*_codes(hub, "transient"), _unknown_code(hub))
    sent = [await _sent_under(stage, *(failure(stage, code),) * failures) for code in codes]
    for one in sent:
        await _arrives(stage, one, failures)


def _codes(hub: Hub, kind: str) -> list[str]:
    """Return the profile's codes of a kind."""
    return [code for code, known in hub.error_codes.items() if known.kind == kind]


def _unknown_code(hub: Hub) -> str:
    """Return a code of two digits, or more, that the profile does not know."""
    return next(code for code in map(str, range(77, 1000)) if code not in hub.error_codes)


@scenario("RTY-09", isolation=EXCLUSIVE)
async def broken_lists(stage: Stage) -> None:
    """A list that comes as HTML, empty or cut does not mean that nothing waits: documents arrive later."""
    patient(stage)
    for plan in (html(), empty_body(), _CUT, status(404)):
        document, began = stage.document(), stage.now
        fault = stage.fault(LIST, plan, plan, messagetype="edoc")
        await stage.deliver(document)
        await any_call_struck(stage, began, LIST, "edoc")
        await stage.until(Acked(document=document.id), role="duty")
        stage.expect(StoredOnce(document=document.id))
        stage.mend(fault)


@scenario("RTY-10", isolation=FAULTED)
async def broken_documents(stage: Stage) -> None:
    """A getEdoc answer that is cut, empty, null, missing, foreign or a failure is not acked but fetched again."""
    patient(stage)
    transient = (failure(stage, code) for code in _codes(stage.profile.parameters.hub, "transient")[:1])
    foreign = stage.document("province")
    mistaken = foreign_data(base64.b64encode(foreign.content).decode("ascii"))
    # The same bytes twice may be taken for the sender's own: what can be read as a package comes cut only once.
    plans = [(plan, plan) for plan in (_CUT, empty_body(), null_data(), missing_data(), *transient, html())]
    documents = []
    for met in (*plans, (cut_data(),), (mistaken, mistaken)):
        document = stage.document()
        stage.fault(FETCH, *met, document=document.id)
        await stage.deliver(document, note=f"getEdoc {met[0].name}")
        documents.append((document.id, len(met)))
    await struck(stage, "getEdoc", [identity for identity, _ in documents])
    *others, (last, _) = documents
    stage.expect(NotMistaken(document=last, foreign=foreign.id))
    for identity, failures in others:
        stage.expect(Retried(operation="getEdoc", document=identity, times=failures + 1))
        stage.expect(Acked(document=identity))
        stage.expect(StoredOnce(document=identity))


@scenario("RTY-12", isolation=FAULTED)
async def poison_item(stage: Stage) -> None:
    """A document whose getEdoc always fails does not keep the others waiting."""
    patient(stage)
    poison = stage.document("district")
    stage.fault(FETCH, status(504), document=poison.id, lasting=True)
    await stage.deliver(poison, note="poison")
    await struck(stage, "getEdoc", [poison.id])
    for _ in range(3):
        document = stage.document("district")
        await stage.deliver(document)
        stage.expect(Acked(document=document.id))
    await stage.settle()


@scenario("RTY-14/operations", isolation=FAULTED)
async def redirects(stage: Stage) -> None:
    """Redirects by any code, on sending, fetching and acknowledging, lead nothing to another host."""
    patient(stage)
    stage.expect(Unvisited(token=stage.canary_token))
    elsewhere: list[str] = []
    fetched: list[str] = []
    acknowledged: list[str] = []
    for code in _REDIRECTS:
        outgoing = stage.outgoing()
        plan = redirect(code, stage.canary_url(f"sendEdoc-{code}"))
        stage.fault("sendEdoc", plan, document=outgoing.document_id)
        elsewhere.append((await stage.send(outgoing)).document_id)
        for operation, names, met in (("getEdoc", FETCH, fetched), ("updateStatus", "updateStatus", acknowledged)):
            document = stage.document()
            plan = redirect(code, stage.canary_url(f"{operation}-{code}"))
            stage.fault(names, plan, document=document.id)
            await stage.deliver(document)
            met.append(document.id)
    await struck(stage, "sendEdoc", elsewhere)
    await struck(stage, "getEdoc", fetched)
    await struck(stage, "updateStatus", acknowledged)
    await stage.linger(stage.times.reaction)
    for document_id in elsewhere:
        stage.expect(NotTakenForSent(document=document_id, after=stage.now))
    await stage.settle()
    await stage.probe()


@scenario("RTY-14/list", isolation=EXCLUSIVE)
async def list_redirected(stage: Stage) -> None:
    """A redirected list leads nothing to another host; afterwards documents arrive."""
    patient(stage)
    stage.expect(Unvisited(token=stage.canary_token))
    plans = tuple(redirect(code, stage.canary_url(f"list-{code}")) for code in _REDIRECTS)
    began = stage.now
    for messagetype in ("edoc", "status"):
        stage.fault(LIST, *plans, messagetype=messagetype)
    for messagetype in ("edoc", "status"):
        await any_call_struck(stage, began, LIST, messagetype)
        stage.expect(ListRetried(messagetype=messagetype, since=began, seconds=stage.patience))
    for messagetype in ("edoc", "status"):
        every = FaultMet(operation=LIST, messagetype=messagetype, after=began, times=len(plans))
        await stage.await_quietly(every)
    await stage.settle()
    stage.mend()
    await stage.probe()


@scenario("RTY-15", isolation=EXCLUSIVE)
async def slow_hub(stage: Stage) -> None:
    """An answer that trickles in is waited for or given up cleanly; the document is stored once in the end."""
    patient(stage)
    document = stage.document()
    pause = 1.5 * stage.times.give_up / _PIECES
    size = len(document.content) * 4 // 3 // _PIECES + 1
    stage.fault(FETCH, Plan("trickle", Trickle(size, pause)), document=document.id)
    await stage.deliver(document)
    await struck(stage, "getEdoc", [document.id])
    stage.expect(Acked(document=document.id))
    stage.expect(StoredOnce(document=document.id))
