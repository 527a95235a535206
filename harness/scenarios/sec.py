"""SEC: hostile input to the candidate."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from harness.crypto.testpki.tls_server import server_context
from harness.expectations import (
    Accepted,
    Acked,
    Greeted,
    NothingWritten,
    RefusedOrFlagged,
    Retried,
    SafelyKept,
    SignedRight,
    StillServes,
    Struck,
    Trusted,
    Unvisited,
    Welcomed,
)
from harness.expectations.security import SIGNATURE_FLAGS
from harness.hub.canary import Canary
from harness.hub.faults.alterations import adding
from harness.hub.proxy import TcpProxy
from harness.journal.recorder import VIETNAM
from harness.scenarios.context import ScenarioContext
from harness.scenarios.hostile_steps import (
    canary_targets,
    deliver_hostile,
    patient,
    some_good,
    still_serving,
    survived,
    taken,
)
from harness.scenarios.isolation import EXCLUSIVE
from harness.scenarios.mixed_stimuli import Mixed, doubted_among_trusted, some_sender
from harness.scenarios.registry import scenario
from harness.scenarios.run_context import Unplayable
from harness.scenarios.testdata import SeededFile, some_lines
from harness.vectors.hostile.files import BOMBS, ENTRIES, NAMES
from harness.vectors.hostile.ids import IDS
from harness.vectors.hostile.markup import EXHAUSTING, FETCHING
from harness.vectors.hostile.signatures import (
    GOOD_PACKAGE,
    GOOD_PDFS,
    TAMPERED_PACKAGES,
    TAMPERED_PDFS,
    WRONGLY_SIGNED_PACKAGES,
    WRONGLY_SIGNED_PDFS,
    ForgedPackage,
    ForgedPdf,
    of_sender,
)
from harness.vxp.operations import HubOperation

_SENDER = "ministry"
# So many documents carry each forgery.
_OF_EACH = 2
# Seconds for a candidate to finish its work after the last event that was waited for.
_QUIET = 1.0
_BAD_CERTIFICATES = ("hub-untrusted", "hub-expired", "hub-wrong-host")


@scenario("SEC-01", expects=(Unvisited,), awaits=(Retried,), alive=(Acked,), isolation=EXCLUSIVE, harm=1)
async def nothing_is_fetched(context: ScenarioContext) -> None:
    """Whatever a package points to, nothing is fetched from there, and the next document is served."""
    patient(context)
    await context.probe()
    context.expect(Unvisited(token=context.canary_token))
    with canary_targets(context) as targets:
        delivered = []
        for vector in context.chance.sample(FETCHING, len(FETCHING)):
            await some_good(context)
            delivered.append(await deliver_hostile(context, vector, targets))
        await taken(context, delivered)
        await context.linger(context.times.reaction)
        await context.probe()


@scenario("SEC-02", expects=(StillServes,), awaits=(Retried,), alive=(Acked,), isolation=EXCLUSIVE, harm=5)
async def overload_is_survived(context: ScenarioContext) -> None:
    """After XML that expands, nests or contains too much, the next document is served."""
    patient(context)
    await context.probe()
    with canary_targets(context) as targets:
        for vector in context.chance.sample(EXHAUSTING, len(EXHAUSTING)):
            await survived(context, vector, targets)
        await context.linger(context.times.reaction)
        await still_serving(context, "SEC-02")


@scenario("SEC-03", expects=(StillServes,), awaits=(Retried,), alive=(Acked,), isolation=EXCLUSIVE, harm=4)
async def bombs_are_survived(context: ScenarioContext) -> None:
    """After an attachment that expands without end, the next document is served."""
    patient(context)
    await context.probe()
    with canary_targets(context) as targets:
        for vector in context.chance.sample(BOMBS, len(BOMBS)):
            await survived(context, vector, targets)
        await context.linger(context.times.reaction)
        await still_serving(context, "SEC-03")


@scenario("SEC-04", expects=(NothingWritten, SafelyKept, Welcomed), alive=(Acked,), isolation=EXCLUSIVE, harm=2)
async def names_lead_nowhere(context: ScenarioContext) -> None:
    """A file whose name is a path is refused or kept under a plain name, and nothing is written elsewhere."""
    patient(context)
    await context.probe()
    context.expect(NothingWritten(token=context.canary_token))
    with canary_targets(context) as targets:
        for vector in context.chance.sample((*ENTRIES, *NAMES), len(ENTRIES) + len(NAMES)):
            for good in await some_good(context):
                context.expect(Welcomed(document=good.id, flags=()))
            document = await deliver_hostile(context, vector, targets)
            context.expect(SafelyKept(document=document.id, why=vector.key, code=document.code))
        await context.settle()
        await context.probe()


async def _packages_judged(context: ScenarioContext, forged: Sequence[ForgedPackage]) -> None:
    if context.profile.parameters.hub.mode != "verbatim":
        raise Unplayable("verbatim-only")
    patient(context)
    mixed = await asyncio.to_thread(_signed_packages, context, forged)
    await doubted_among_trusted(context, mixed, SIGNATURE_FLAGS)


def _signed_packages(context: ScenarioContext, forged: Sequence[ForgedPackage]) -> list[Mixed]:
    """Return each forgery in some packages, and as many packages that are signed correctly."""
    builds = [(one.forgery.build, one.key) for one in forged] + [(GOOD_PACKAGE.build, None)] * len(forged)
    mixed = []
    for build, why in builds * _OF_EACH:
        document = context.document(some_sender(context))
        pki = of_sender(context.run.pki, document.sender.organ_name)
        signed = build(document.content, pki, context.profile.parameters.limits)
        mixed.append(Mixed(replace(document, content=signed), why=why, note=why or "rightly signed"))
    return mixed


async def _pdfs_judged(context: ScenarioContext, forged: Sequence[ForgedPdf]) -> None:
    patient(context)
    mixed = await asyncio.to_thread(_signed_pdfs, context, forged)
    await doubted_among_trusted(context, mixed, SIGNATURE_FLAGS)


def _signed_pdfs(context: ScenarioContext, forged: Sequence[ForgedPdf]) -> list[Mixed]:
    """Return each forged file in some documents, and as many that are signed correctly; signing one takes long."""
    builds = [(one.forgery.build, one.key) for one in forged] + [(one.build, None) for one in GOOD_PDFS]
    now, mixed = datetime.now(VIETNAM), []
    for build, why in builds:
        role = some_sender(context)
        sender = context.peers[role]
        content = build(of_sender(context.run.pki, sender.organ_name), now, some_lines(context.chance))
        for _ in range(_OF_EACH):
            letter, *annexes = context.run.testdata.files(context.chance, sender)
            document = context.document(role, files=(SeededFile(letter.name, content), *annexes))
            mixed.append(Mixed(document, why=why, note=why or "rightly signed"))
    return mixed


@scenario("SEC-05/package", expects=(Acked, Trusted, RefusedOrFlagged))
async def tampered_packages(context: ScenarioContext) -> None:
    """A package that was changed after it was signed is refused or flagged."""
    await _packages_judged(context, TAMPERED_PACKAGES)


@scenario("SEC-05/pdf", expects=(Acked, Trusted, RefusedOrFlagged))
async def tampered_pdfs(context: ScenarioContext) -> None:
    """A PDF file that was changed after it was signed is refused or flagged."""
    await _pdfs_judged(context, TAMPERED_PDFS)


@scenario("SEC-06/package", expects=(Acked, Trusted, RefusedOrFlagged))
async def packages_by_wrong_hands(context: ScenarioContext) -> None:
    """A package whose signer's certificate is expired, revoked or untrusted is refused or flagged."""
    await _packages_judged(context, WRONGLY_SIGNED_PACKAGES)


@scenario("SEC-06/pdf", expects=(Acked, Trusted, RefusedOrFlagged))
async def pdfs_by_wrong_hands(context: ScenarioContext) -> None:
    """A PDF file whose signer's certificate is expired, revoked or untrusted is refused or flagged."""
    await _pdfs_judged(context, WRONGLY_SIGNED_PDFS)


@scenario("SEC-07", expects=(Unvisited,), awaits=(Greeted,), alive=(Acked, Accepted), isolation=EXCLUSIVE)
async def impostors_get_nothing(context: ScenarioContext) -> None:
    """Nothing is sent to a hub whose certificate is untrusted, expired or another host's; afterwards the right hub is
    served."""
    patient(context)
    context.expect(Unvisited(token=context.canary_token))
    hub = urlsplit(context.run.endpoint)
    host = hub.hostname or ""
    tls = server_context(context.run.pki.server("hub", host))
    async with TcpProxy((host, hub.port or 0), host).with_tls(tls) as proxy:
        try:
            await _moved(context, proxy.endpoint(hub.path))
            await context.probe()
            for kind in _BAD_CERTIFICATES:
                await _sent_to_impostor(context, kind, host)
                await _moved(context, proxy.endpoint(hub.path))
                # Whether documents that could not be sent meanwhile are kept is judged by another requirement.
                after = await context.send(context.outgoing())
                await context.until(Accepted(document=after.document_id), role="liveness")
        finally:
            await _moved(context, context.run.endpoint)
    await context.probe()


async def _sent_to_impostor(context: ScenarioContext, kind: str, host: str) -> None:
    """Point the candidate, with something to send, to a hub with a bad certificate, until it has tried to connect."""
    tls = server_context(context.run.pki.server(kind, host))
    async with Canary(context.run.journal, host, tls=tls, name=kind) as impostor:
        before = context.now
        await _moved(context, impostor.url(context.canary_token, kind))
        await context.send(context.outgoing())
        await context.until(Greeted(name=kind, after=before))
        await context.linger(context.times.reaction)


async def _moved(context: ScenarioContext, endpoint: str) -> None:
    """Configure another address of the hub at a moment at which the candidate has nothing to send.

    A candidate that is configured while an answer is on its way to it may rightly ask again.
    """
    await context.linger(min(context.times.reaction, _QUIET))
    await context.drive("configure", {**context.run.configuration, "endpoint": endpoint})


@scenario(
    "SEC-08",
    expects=(NothingWritten, SignedRight, StillServes),
    awaits=(Struck,),
    alive=(Acked,),
    isolation=EXCLUSIVE,
    harm=3,
)
async def hostile_ids(context: ScenarioContext) -> None:
    """A list with a docId that no hub gives does no harm: the next item is served, later requests are signed
    correctly."""
    patient(context)
    await context.probe()
    context.expect(NothingWritten(token=context.canary_token))
    context.expect(SignedRight(after=context.now))
    with canary_targets(context) as targets:
        for hostile in IDS:
            await _listed(context, hostile.text(targets.trap), hostile.key)
        await _foreign(context)
        await context.linger(context.times.reaction)
        await still_serving(context, "SEC-08")


async def _foreign(context: ScenarioContext) -> None:
    """List an item of another agency's: the hub refuses to hand it out, and it must not block the others."""
    document = context.document(receiver=context.peers[_SENDER])
    delivery, *_ = context.hub.deliver(
        document.content,
        sender=document.sender.organ_id,
        receivers=[context.peers["province"].organ_id],
        messagetype="edoc",
        document_id=document.id,
    )
    await _listed(context, delivery.receiver_doc_id, "SEC-08/foreign")


async def _listed(context: ScenarioContext, doc_id: str, key: str) -> None:
    """Put a docId at the head of every list until the candidate has served a good document of the same list."""
    before, plan = context.now, adding(doc_id, context.agency.organ_id)
    fault = context.fault(HubOperation.GET_RECEIVED_EDOC_LIST, plan, messagetype="edoc", moment="after", lasting=True)
    await still_serving(context, key)
    context.expect(Struck(fault=plan.name, after=before), role="precondition")
    context.end_faults(fault)
