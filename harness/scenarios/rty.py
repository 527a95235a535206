"""RTY: what a candidate does with single calls that fail. Outages of the whole hub, and acknowledgements without an
answer, are in modules of their own."""

import base64

from harness.catalogue.parameters import HubBehaviour
from harness.expectations import (
    Accepted,
    Acked,
    Bounded,
    FaultMet,
    FetchedByCandidate,
    ListRetried,
    NotMistaken,
    NotTakenForSent,
    OneIdentity,
    Retried,
    StoredOnce,
    Unvisited,
)
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
from harness.hub.interception import AnswerPlan, Cut, Drop, Trickle
from harness.scenarios.context import ScenarioContext
from harness.scenarios.fault_contact import FETCH, LIST, any_call_struck, failure, patient, struck
from harness.scenarios.isolation import EXCLUSIVE, FAULTED
from harness.scenarios.registry import scenario
from harness.scenarios.testdata import OutgoingDocument
from harness.vxp.operations import HubOperation

_RESET = AnswerPlan("reset", Drop(reset=True))
_CUT = AnswerPlan("cut", Cut(0.5))
_REDIRECTS = (301, 302, 303, 307, 308)
_PIECES = 20


async def _sent_under(context: ScenarioContext, *plans: AnswerPlan, moment: str = "before") -> OutgoingDocument:
    """Have a document sent while its sending meets the plans."""
    outgoing = context.outgoing()
    context.fault(
        HubOperation.SEND_EDOC, *plans, document=outgoing.document_id, moment="after" if moment == "after" else "before"
    )
    return await context.send(outgoing)


async def _arrives(context: ScenarioContext, sent: OutgoingDocument, failures: int) -> None:
    """Expect a document whose sending failed so often to arrive once, as itself.

    Raises:
        PreconditionFailed: its sending met no fault.
    """
    await struck(context, HubOperation.SEND_EDOC, [sent.document_id])
    context.expect(Retried(operation=HubOperation.SEND_EDOC, document=sent.document_id, times=failures + 1))
    context.expect(Accepted(document=sent.document_id))
    context.expect(OneIdentity(document=sent.document_id, subject=sent.subject))


@scenario("RTY-02/before", expects=(Retried, Accepted, OneIdentity), awaits=(FaultMet,), isolation=FAULTED)
async def reset_before_effect(context: ScenarioContext) -> None:
    """Connections lost before the hub has taken the document, several times in a row: it still arrives."""
    patient(context)
    times = context.profile.parameters.retries.resets_in_row
    await _arrives(context, await _sent_under(context, *(_RESET,) * times), times)


@scenario("RTY-02/after", expects=(Retried, Accepted, OneIdentity), awaits=(FaultMet,), isolation=FAULTED)
async def reset_after_effect(context: ScenarioContext) -> None:
    """Answers lost after the hub has taken the document: repeats carry the same DocumentId, never another."""
    patient(context)
    times = context.profile.parameters.retries.resets_in_row
    await _arrives(context, await _sent_under(context, *(_RESET,) * times, moment="after"), times)


@scenario(
    "RTY-03", expects=(FetchedByCandidate, Acked, Retried, Accepted, OneIdentity), awaits=(FaultMet,), isolation=FAULTED
)
async def server_errors(context: ScenarioContext) -> None:
    """500, 502 and 503 are retried until success, on sending, fetching and acknowledging."""
    patient(context)
    sent, fetched = [], []
    for code in (500, 502, 503):
        sent.append(await _sent_under(context, status(code), status(code)))
        document = context.document()
        context.fault(FETCH, status(code), status(code), document=document.id)
        context.fault(HubOperation.UPDATE_STATUS, status(code), document=document.id)
        await context.deliver(document)
        fetched.append(document.id)
    await struck(context, HubOperation.GET_EDOC, fetched)
    for identity in fetched:
        context.expect(FetchedByCandidate(document=identity))
        context.expect(Acked(document=identity, served=True))
    for one in sent:
        await _arrives(context, one, 2)


@scenario("RTY-07", expects=(Bounded,), awaits=(FaultMet,), alive=(Accepted,), isolation=FAULTED)
async def final_codes(context: ScenarioContext) -> None:
    """A permanent refusal is not tried again beyond the profile's count, to the end of the run."""
    patient(context)
    most = 1 + context.profile.parameters.retries.final_repeats
    for code in _codes(context.profile.parameters.hub, "final"):
        outgoing = context.outgoing()
        fault = failure(context, code)
        context.fault(HubOperation.SEND_EDOC, fault, document=outgoing.document_id, lasting=True, to_the_end=True)
        sent = await context.send(outgoing)
        await struck(context, HubOperation.SEND_EDOC, [sent.document_id])
        context.expect(Bounded(operation=HubOperation.SEND_EDOC, document=sent.document_id, most=most))
    await context.linger(context.times.reaction)
    after = await context.send(context.outgoing())
    await context.until(Accepted(document=after.document_id), role="liveness")


@scenario("RTY-08", expects=(Retried, Accepted, OneIdentity), awaits=(FaultMet,), isolation=FAULTED)
async def transient_codes(context: ScenarioContext) -> None:
    """A transient refusal, or one with an unknown code, is tried again until it succeeds."""
    patient(context)
    hub = context.profile.parameters.hub
    failures = max(1, context.profile.parameters.retries.transient_repeats - 1)
    codes = (*_codes(hub, "transient"), _unknown_code(hub))
    sent = [await _sent_under(context, *(failure(context, code),) * failures) for code in codes]
    for one in sent:
        await _arrives(context, one, failures)


def _codes(hub: HubBehaviour, kind: str) -> list[str]:
    """Return the profile's codes of a kind."""
    return [code for code, known in hub.error_codes.items() if known.kind == kind]


def _unknown_code(hub: HubBehaviour) -> str:
    """Return a code of two digits, or more, that the profile does not know."""
    return next(code for code in map(str, range(77, 1000)) if code not in hub.error_codes)


@scenario("RTY-09", expects=(StoredOnce, Acked), awaits=(FaultMet,), isolation=EXCLUSIVE)
async def broken_lists(context: ScenarioContext) -> None:
    """A list that comes as HTML, empty or cut does not mean that nothing waits: documents arrive later."""
    patient(context)
    for plan in (html(), empty_body(), _CUT, status(404)):
        document, began = context.document(), context.now
        fault = context.fault(LIST, plan, plan, messagetype="edoc")
        await context.deliver(document)
        await any_call_struck(context, began, LIST, "edoc")
        await context.until(Acked(document=document.id), role="duty")
        context.expect(StoredOnce(document=document.id))
        context.end_faults(fault)


@scenario("RTY-10", expects=(NotMistaken, Retried, Acked, StoredOnce), awaits=(FaultMet,), isolation=FAULTED)
async def broken_documents(context: ScenarioContext) -> None:
    """A getEdoc answer that is cut, empty, null, missing, foreign or a failure is not acked but fetched again."""
    patient(context)
    transient = (failure(context, code) for code in _codes(context.profile.parameters.hub, "transient")[:1])
    foreign = context.document("province")
    mistaken = foreign_data(base64.b64encode(foreign.content).decode("ascii"))
    # Bytes that come twice may be treated as the sender's: a cut body that can still be read comes only once.
    plans = [(plan, plan) for plan in (_CUT, empty_body(), null_data(), missing_data(), *transient, html())]
    documents = []
    for met in (*plans, (cut_data(),), (mistaken, mistaken)):
        document = context.document()
        context.fault(FETCH, *met, document=document.id)
        await context.deliver(document, note=f"getEdoc {met[0].name}")
        documents.append((document.id, len(met)))
    await struck(context, HubOperation.GET_EDOC, [identity for identity, _ in documents])
    *others, (last, _) = documents
    context.expect(NotMistaken(document=last, foreign=foreign.id))
    for identity, failures in others:
        context.expect(Retried(operation=HubOperation.GET_EDOC, document=identity, times=failures + 1))
        context.expect(Acked(document=identity))
        context.expect(StoredOnce(document=identity))


@scenario("RTY-12", expects=(Acked,), awaits=(FaultMet,), isolation=FAULTED)
async def poison_item(context: ScenarioContext) -> None:
    """A document whose getEdoc always fails does not block the others."""
    patient(context)
    poison = context.document("branch")
    context.fault(FETCH, status(504), document=poison.id, lasting=True)
    await context.deliver(poison, note="poison")
    await struck(context, HubOperation.GET_EDOC, [poison.id])
    for _ in range(3):
        document = context.document("branch")
        await context.deliver(document)
        context.expect(Acked(document=document.id))
    await context.settle()


@scenario(
    "RTY-14/operations", expects=(Unvisited, NotTakenForSent), awaits=(FaultMet,), alive=(Acked,), isolation=FAULTED
)
async def redirects(context: ScenarioContext) -> None:
    """Redirects by any code, on sending, fetching and acknowledging, send nothing to another host."""
    patient(context)
    context.expect(Unvisited(token=context.canary_token))
    elsewhere: list[str] = []
    fetched: list[str] = []
    acknowledged: list[str] = []
    for code in _REDIRECTS:
        outgoing = context.outgoing()
        plan = redirect(code, context.canary_url(f"sendEdoc-{code}"))
        context.fault(HubOperation.SEND_EDOC, plan, document=outgoing.document_id)
        elsewhere.append((await context.send(outgoing)).document_id)
        for operation, names, met in (
            (HubOperation.GET_EDOC, FETCH, fetched),
            (HubOperation.UPDATE_STATUS, HubOperation.UPDATE_STATUS, acknowledged),
        ):
            document = context.document()
            plan = redirect(code, context.canary_url(f"{operation}-{code}"))
            context.fault(names, plan, document=document.id)
            await context.deliver(document)
            met.append(document.id)
    await struck(context, HubOperation.SEND_EDOC, elsewhere)
    await struck(context, HubOperation.GET_EDOC, fetched)
    await struck(context, HubOperation.UPDATE_STATUS, acknowledged)
    await context.linger(context.times.reaction)
    for document_id in elsewhere:
        context.expect(NotTakenForSent(document=document_id, after=context.now))
    await context.settle()
    await context.probe()


@scenario("RTY-14/list", expects=(Unvisited, ListRetried), awaits=(FaultMet,), alive=(Acked,), isolation=EXCLUSIVE)
async def list_redirected(context: ScenarioContext) -> None:
    """A redirected list sends nothing to another host; afterwards documents arrive."""
    patient(context)
    context.expect(Unvisited(token=context.canary_token))
    plans = tuple(redirect(code, context.canary_url(f"list-{code}")) for code in _REDIRECTS)
    began = context.now
    for messagetype in ("edoc", "status"):
        context.fault(LIST, *plans, messagetype=messagetype)
    for messagetype in ("edoc", "status"):
        await any_call_struck(context, began, LIST, messagetype)
        context.expect(ListRetried(messagetype=messagetype, since=began, seconds=context.patience))
    for messagetype in ("edoc", "status"):
        every = FaultMet(operation=LIST, messagetype=messagetype, after=began, times=len(plans))
        await context.await_quietly(every)
    await context.settle()
    context.end_faults()
    await context.probe()


@scenario("RTY-15", expects=(Acked, StoredOnce), awaits=(FaultMet,), isolation=EXCLUSIVE)
async def slow_hub(context: ScenarioContext) -> None:
    """An answer that arrives slowly is waited for or given up cleanly; in the end the document is stored once."""
    patient(context)
    document = context.document()
    pause = 1.5 * context.times.give_up / _PIECES
    size = len(document.content) * 4 // 3 // _PIECES + 1
    context.fault(FETCH, AnswerPlan("trickle", Trickle(size, pause)), document=document.id)
    await context.deliver(document)
    await struck(context, HubOperation.GET_EDOC, [document.id])
    context.expect(Acked(document=document.id))
    context.expect(StoredOnce(document=document.id))
