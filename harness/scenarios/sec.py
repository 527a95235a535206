"""SEC: hostile input to the candidate."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from harness.crypto.tlsserver import server_context
from harness.hub.canary import Canary
from harness.hub.faults.alterations import adding
from harness.hub.proxy import TcpProxy
from harness.journal.recording import VIETNAM
from harness.judge.expectations import (
    Accepted,
    Greeted,
    NothingWritten,
    SafelyKept,
    SignedRight,
    Struck,
    Unvisited,
    Welcomed,
)
from harness.judge.expectations.security import SIGNATURE_FLAGS
from harness.scenarios.hostile.files import BOMBS, ENTRIES, NAMES
from harness.scenarios.hostile.ids import IDS
from harness.scenarios.hostile.markup import EXHAUSTING, FETCHING
from harness.scenarios.hostile.signatures import (
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
from harness.scenarios.material import File, some_lines
from harness.scenarios.mixing import Mixed, doubted_among_trusted, some_sender
from harness.scenarios.registry import EXCLUSIVE, scenario
from harness.scenarios.sieging import baited, lure, patient, some_good, still_serving, survived, taken
from harness.scenarios.stage import Stage
from harness.scenarios.surroundings import Unplayable

_SENDER = "ministry"
# In how many documents each forgery comes.
_OF_EACH = 2
# Seconds in which a candidate comes to rest after what it was waited for.
_QUIET = 1.0
_BAD_CERTIFICATES = ("hub-untrusted", "hub-expired", "hub-wrong-host")


@scenario("SEC-01", isolation=EXCLUSIVE)
async def nothing_is_fetched(stage: Stage) -> None:
    """Whatever a package points to, nothing is fetched from there, and the next document is served."""
    patient(stage)
    await stage.probe()
    stage.expect(Unvisited(token=stage.canary_token))
    with baited(stage) as bait:
        lures = []
        for piece in stage.chance.sample(FETCHING, len(FETCHING)):
            await some_good(stage)
            lures.append(await lure(stage, piece, bait))
        await taken(stage, lures)
        await stage.linger(stage.times.reaction)
        await stage.probe()


@scenario("SEC-02", isolation=EXCLUSIVE)
async def overload_is_survived(stage: Stage) -> None:
    """After XML that expands, nests or holds too much, the next document is served."""
    patient(stage)
    await stage.probe()
    with baited(stage) as bait:
        for piece in stage.chance.sample(EXHAUSTING, len(EXHAUSTING)):
            await survived(stage, piece, bait)
        await stage.linger(stage.times.reaction)
        await still_serving(stage, "SEC-02")


@scenario("SEC-03", isolation=EXCLUSIVE)
async def bombs_are_survived(stage: Stage) -> None:
    """After an attachment that expands without end, the next document is served."""
    patient(stage)
    await stage.probe()
    with baited(stage) as bait:
        for piece in stage.chance.sample(BOMBS, len(BOMBS)):
            await survived(stage, piece, bait)
        await stage.linger(stage.times.reaction)
        await still_serving(stage, "SEC-03")


@scenario("SEC-04", isolation=EXCLUSIVE)
async def names_lead_nowhere(stage: Stage) -> None:
    """A file whose name is a path is refused or kept under a plain name, and nothing is written elsewhere."""
    patient(stage)
    await stage.probe()
    stage.expect(NothingWritten(token=stage.canary_token))
    with baited(stage) as bait:
        for piece in stage.chance.sample((*ENTRIES, *NAMES), len(ENTRIES) + len(NAMES)):
            for good in await some_good(stage):
                stage.expect(Welcomed(document=good.id, flags=()))
            document = await lure(stage, piece, bait)
            stage.expect(SafelyKept(document=document.id, why=piece.key, code=document.code))
        await stage.settle()
        await stage.probe()


async def _packages_judged(stage: Stage, forged: Sequence[ForgedPackage]) -> None:
    if stage.profile.parameters.hub.mode != "verbatim":
        raise Unplayable("verbatim-only")
    patient(stage)
    mixed = await asyncio.to_thread(_signed_packages, stage, forged)
    await doubted_among_trusted(stage, mixed, SIGNATURE_FLAGS)


def _signed_packages(stage: Stage, forged: Sequence[ForgedPackage]) -> list[Mixed]:
    """Return each forgery in some packages, and as many packages that are signed rightly."""
    builds = [(one.forgery.build, one.key) for one in forged] + [(GOOD_PACKAGE.build, None)] * len(forged)
    mixed = []
    for build, why in builds * _OF_EACH:
        document = stage.document(some_sender(stage))
        pki = of_sender(stage.around.pki, document.sender.organ_name)
        signed = build(document.content, pki, stage.profile.parameters.limits)
        mixed.append(Mixed(replace(document, content=signed), why=why, note=why or "rightly signed"))
    return mixed


async def _pdfs_judged(stage: Stage, forged: Sequence[ForgedPdf]) -> None:
    patient(stage)
    mixed = await asyncio.to_thread(_signed_pdfs, stage, forged)
    await doubted_among_trusted(stage, mixed, SIGNATURE_FLAGS)


def _signed_pdfs(stage: Stage, forged: Sequence[ForgedPdf]) -> list[Mixed]:
    """Return each forged file in some documents, and as many that are signed rightly; to sign one takes long."""
    builds = [(one.forgery.build, one.key) for one in forged] + [(one.build, None) for one in GOOD_PDFS]
    now, mixed = datetime.now(VIETNAM), []
    for build, why in builds:
        role = some_sender(stage)
        sender = stage.peers[role]
        content = build(of_sender(stage.around.pki, sender.organ_name), now, some_lines(stage.chance))
        for _ in range(_OF_EACH):
            letter, *annexes = stage.around.material.files(stage.chance, sender)
            document = stage.document(role, files=(File(letter.name, content), *annexes))
            mixed.append(Mixed(document, why=why, note=why or "rightly signed"))
    return mixed


@scenario("SEC-05/package")
async def tampered_packages(stage: Stage) -> None:
    """A package that was changed after it was signed is refused or flagged."""
    await _packages_judged(stage, TAMPERED_PACKAGES)


@scenario("SEC-05/pdf")
async def tampered_pdfs(stage: Stage) -> None:
    """A PDF file that was changed after it was signed is refused or flagged."""
    await _pdfs_judged(stage, TAMPERED_PDFS)


@scenario("SEC-06/package")
async def packages_by_wrong_hands(stage: Stage) -> None:
    """A package whose signer's certificate is expired, revoked or untrusted is refused or flagged."""
    await _packages_judged(stage, WRONGLY_SIGNED_PACKAGES)


@scenario("SEC-06/pdf")
async def pdfs_by_wrong_hands(stage: Stage) -> None:
    """A PDF file whose signer's certificate is expired, revoked or untrusted is refused or flagged."""
    await _pdfs_judged(stage, WRONGLY_SIGNED_PDFS)


@scenario("SEC-07", isolation=EXCLUSIVE)
async def impostors_get_nothing(stage: Stage) -> None:
    """To a hub whose certificate is untrusted, expired or another host's nothing is sent; to the right one, again."""
    patient(stage)
    stage.expect(Unvisited(token=stage.canary_token))
    hub = urlsplit(stage.around.endpoint)
    host = hub.hostname or ""
    context = server_context(stage.around.pki.server("hub", host))
    async with TcpProxy((host, hub.port or 0), host).with_tls(context) as proxy:
        try:
            await _moved(stage, proxy.endpoint(hub.path))
            await stage.probe()
            for kind in _BAD_CERTIFICATES:
                await _sent_to_impostor(stage, kind, host)
                await _moved(stage, proxy.endpoint(hub.path))
                # Whether what could not be sent meanwhile is kept is another requirement's matter.
                after = await stage.send(stage.outgoing())
                await stage.until(Accepted(document=after.document_id), role="liveness")
        finally:
            await _moved(stage, stage.around.endpoint)
    await stage.probe()


async def _sent_to_impostor(stage: Stage, kind: str, host: str) -> None:
    """Point the candidate, with something to send, to a hub with a bad certificate, until it has tried to connect."""
    context = server_context(stage.around.pki.server(kind, host))
    async with Canary(stage.around.journal, host, tls=context, name=kind) as impostor:
        before = stage.now
        await _moved(stage, impostor.url(stage.canary_token, kind))
        await stage.send(stage.outgoing())
        await stage.until(Greeted(name=kind, after=before))
        await stage.linger(stage.times.reaction)


async def _moved(stage: Stage, endpoint: str) -> None:
    """Tell the candidate another address, in a moment in which it has nothing to say.

    One that is told while an answer is on its way to it may rightly ask again.
    """
    await stage.linger(min(stage.times.reaction, _QUIET))
    await stage.drive("configure", {**stage.around.configuration, "endpoint": endpoint})


@scenario("SEC-08", isolation=EXCLUSIVE)
async def hostile_ids(stage: Stage) -> None:
    """A list with a docId that no hub gives does no harm: the next is served, later requests are signed right."""
    patient(stage)
    await stage.probe()
    stage.expect(NothingWritten(token=stage.canary_token))
    stage.expect(SignedRight(after=stage.now))
    with baited(stage) as bait:
        for hostile in IDS:
            await _listed(stage, hostile.text(bait.trap), hostile.key)
        await _foreign(stage)
        await stage.linger(stage.times.reaction)
        await still_serving(stage, "SEC-08")


async def _foreign(stage: Stage) -> None:
    """List an item of another agency's: the hub will not hand it out, and the others must not wait for it."""
    document = stage.document(receiver=stage.peers[_SENDER])
    delivery, *_ = stage.hub.deliver(
        document.content,
        sender=document.sender.organ_id,
        receivers=[stage.peers["province"].organ_id],
        messagetype="edoc",
        document_id=document.id,
    )
    await _listed(stage, delivery.receiver_doc_id, "SEC-08/foreign")


async def _listed(stage: Stage, doc_id: str, key: str) -> None:
    """Put a docId at the head of every list until the candidate has served a good document of the same list."""
    before, plan = stage.now, adding(doc_id, stage.agency.organ_id)
    fault = stage.fault("getReceivedEdocList", plan, messagetype="edoc", moment="after", lasting=True)
    await still_serving(stage, key)
    stage.expect(Struck(fault=plan.name, after=before), role="precondition")
    stage.mend(fault)
