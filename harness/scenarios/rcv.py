"""RCV: what a candidate does with the packages that wait for it."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace

from harness.catalogue.codes import StatusCode
from harness.edxml.layout import BUSSINESS_FIRST, CLAUSE_ORDER, OPERATOR, Addition
from harness.edxml.model import Organization
from harness.edxml.packages import write_package
from harness.expectations import (
    Acked,
    AllAcked,
    AllStored,
    FetchedByCandidate,
    Polled,
    RefusedOrFlagged,
    StoredAs,
    StoredOnce,
    Welcomed,
)
from harness.scenarios.backlog import worked_off
from harness.scenarios.broken_packages import broken, mixture, operations, whole
from harness.scenarios.context import USUAL, ScenarioContext
from harness.scenarios.isolation import EXCLUSIVE, FAULTED, SPOILT
from harness.scenarios.mixed_stimuli import Mixed, refused_among_good
from harness.scenarios.preambles import receives_plainly
from harness.scenarios.registry import EVERYTHING, scenario
from harness.scenarios.successions import succession, take_place
from harness.scenarios.testdata import Document, Peer

_POLLS = 2
# Orphan, empty, mislabelled: these have a requirement of their own.
_ATTACHMENTS = frozenset({"ATT-02", "ATT-05", "ATT-07"})
_SOUND = frozenset(f"ATT-{number:02}" for number in range(1, 10))
# Ordinary documents among those with broken attachments.
_ORDINARY = 3
# Receivers, at most, of a document that is for others.
_ADDRESSED = 3
_LAYOUTS = (
    replace(OPERATOR, prefix="", order=CLAUSE_ORDER),
    replace(OPERATOR, prefix="ns2", root_prefix="ns2", line_end="\n"),
    replace(OPERATOR, order=BUSSINESS_FIRST, indent="", line_end=""),
    replace(OPERATOR, additions=(Addition("MessageHeader", "ApplicationType", "1"),)),
)
_SUBJECT = "V/v tiếp nhận «văn bản» & phụ lục <kèm theo>; Đắk Lắk, ỳ ỵ ỷ ỹ, ‘nháy’ \u00a0 𠮷"
_LARGE = 5 * 1024 * 1024
# The least rate at which a candidate is expected to take in a large file.
_BYTES_PER_SECOND = 500_000
# Characters of a subject, and bytes of a file's name: beyond these a package breaks the standard, or is remarked upon.
_LONGEST_SUBJECT = 500
_LONGEST_NAME = 250
_NAME = "Phụ lục tổng hợp kết quả thực hiện nhiệm vụ chuyển đổi số, cải cách thủ tục hành chính quý "
_ENDS = (" (quyển 1).pdf", " (quyển 2).pdf", " (quyển 2).xlsx")
_OTHER_CONTENT = "RCV-05/other-content"
_FOR_ANOTHER = "RCV-07/for-another"


@scenario("RCV-01", expects=(Polled,))
async def polls(context: ScenarioContext) -> None:
    """Both lists are asked for again and again, within the declared interval."""
    gap = context.times.poll_interval + context.margin
    context.patience_added = _POLLS * (context.times.poll_interval + gap)
    for messagetype in ("edoc", "status"):
        context.expect(Polled(messagetype=messagetype, times=_POLLS, gap=gap, since=context.now))


@scenario("RCV-02", expects=(FetchedByCandidate, Acked, StoredOnce), shows=EVERYTHING)
async def fetched_stored_acknowledged(context: ScenarioContext) -> None:
    """A waiting document is fetched, stored, and acknowledged only then."""
    document = context.document()
    await context.deliver(document)
    context.expect(FetchedByCandidate(document=document.id))
    context.expect(Acked(document=document.id))
    context.expect(StoredOnce(document=document.id, whole=True))


@scenario("RCV-02/closed-sender", expects=(Acked, StoredOnce), awaits=(Acked, StoredOnce), needs=("register",))
async def sender_closed_since(context: ScenarioContext) -> None:
    """A document of an agency whose code has ended since is accepted like any other."""
    await receives_plainly(context)
    ended = succession(context, "sender")
    before = context.document(ended.closed)
    await context.deliver(before)
    await context.until(StoredOnce(document=before.id, whole=True))
    document = context.document(ended.closed)
    take_place(context, ended)
    await context.deliver(document)
    context.expect(Acked(document=document.id))
    context.expect(StoredOnce(document=document.id, whole=True))


@scenario("RCV-03/layouts", expects=(Acked, StoredOnce), awaits=(Acked, StoredOnce), shows=("RCV-10", "RCV-11"))
async def every_way_of_writing(context: ScenarioContext) -> None:
    """Packages are read whatever their prefixes, order and white space, and with optional elements unknown to it."""
    await receives_plainly(context)
    for layout in _LAYOUTS:
        await _delivered_and_kept(context, context.document(layout=layout))


@scenario("RCV-03/senders", expects=(Acked, StoredOnce), awaits=(Acked, StoredOnce), shows=("RCV-10", "RCV-11"))
async def both_identifier_forms(context: ScenarioContext) -> None:
    """Senders are read in the old and in the new form of identifiers, from several levels."""
    await receives_plainly(context)
    for sender in context.peers:
        await _delivered_and_kept(context, context.document(sender))


async def _delivered_and_kept(context: ScenarioContext, document: Document) -> None:
    await context.deliver(document)
    context.expect(Acked(document=document.id))
    context.expect(StoredOnce(document=document.id, whole=True))


@scenario("RCV-04", expects=(StoredAs, StoredOnce), awaits=(Acked,), shows=("RCV-10", "RCV-11"))
async def stored_as_sent(context: ScenarioContext) -> None:
    """Text and attachments are stored bit for bit, zipped ones unpacked, under their original names."""
    await _plainly_kept(context)
    files = (
        context.pdf("Quyết định (bản ký số).pdf"),
        context.file_of("txt"),
        context.file_of("xlsx"),
        context.file_of("zip"),
    )
    await _kept_to_the_letter(context, context.document(files=files, subject=_SUBJECT))


@scenario("RCV-04/limits", expects=(StoredAs, StoredOnce), awaits=(Acked,), isolation=FAULTED)
async def stored_up_to_the_limits(context: ScenarioContext) -> None:
    """A file of five megabytes, a subject of 500 characters, and the longest names a file system allows are kept."""
    await _plainly_kept(context)
    context.patience_added = _LARGE / _BYTES_PER_SECOND
    subject = _filled(_SUBJECT + "; ", _LONGEST_SUBJECT, len)
    first, second, third = (_filled(_NAME, _LONGEST_NAME - len(end.encode()), _bytes) + end for end in _ENDS)
    small = tuple(replace(context.file_of(_kind_of(name)), name=name) for name in (second, third))
    document = await asyncio.to_thread(
        lambda: context.document(files=(context.pdf(first, _LARGE), *small), subject=subject)
    )
    await _kept_to_the_letter(context, document)


async def _plainly_kept(context: ScenarioContext) -> None:
    """Have an ordinary document received: whoever alters even that one fails, as it is what the scenario is about."""
    document = context.document()
    await context.deliver(document, note="preamble")
    await context.until(Acked(document=document.id))
    await context.until(StoredOnce(document=document.id), role="duty")


async def _kept_to_the_letter(context: ScenarioContext, document: Document) -> None:
    await context.deliver(document)
    await context.until(Acked(document=document.id))
    kept = tuple((file.name, len(file.content), file.sha256) for file in document.files)
    context.expect(StoredAs(document=document.id, subject=document.package.subject, files=kept))


def _filled(text: str, size: int, measure: Callable[[str], int]) -> str:
    """Repeat a text until it measures `size` or would measure more."""
    filled = ""
    for letter in itertools.cycle(text):
        if measure(filled + letter) > size:
            return filled.rstrip()
        filled += letter
    return filled


def _bytes(text: str) -> int:
    return len(text.encode())


def _kind_of(name: str) -> str:
    return name.rpartition(".")[2]


@scenario("RCV-05", expects=(Acked, StoredOnce), awaits=(Acked, StoredOnce), shows=("RCV-10", "RCV-11", "ARC"))
async def delivered_again(context: ScenarioContext) -> None:
    """A document that comes again, under the same docId and under a new one, is acknowledged and stays one document."""
    document = context.document()
    delivery = await context.deliver(document)
    await context.until(Acked(document=document.id))
    await context.until(StoredOnce(document=document.id))
    again = await context.redeliver(delivery, document)
    await context.until(Acked(document=document.id, after=again.seq), role="duty")
    await context.until(StoredOnce(document=document.id, after=again.seq), role="duty")
    before = context.now
    renewed = await context.deliver(document, note="redelivery under a new docId")
    context.expect(Acked(document=document.id, after=before, item=renewed.receiver_doc_id))
    context.expect(StoredOnce(document=document.id, after=before))


@scenario("RCV-05/other-content", expects=(RefusedOrFlagged, StoredOnce), awaits=(Acked, StoredOnce))
async def other_content_under_the_same_id(context: ScenarioContext) -> None:
    """Another document under the DocumentId of one that was accepted is refused, and the first stays as it was."""
    first = context.document()
    await context.deliver(first)
    await context.until(Acked(document=first.id))
    await context.until(StoredOnce(document=first.id))
    before, other = context.now, _again(context, first)
    await context.deliver(other, good=False, note="other content under the same DocumentId")
    context.expect(RefusedOrFlagged(document=first.id, why=_OTHER_CONTENT))
    await context.settle()
    context.expect(StoredOnce(document=first.id, after=before))


@scenario("RCV-05/after-refusal", expects=(Acked, StoredOnce), awaits=(RefusedOrFlagged,))
async def mended_and_sent_again(context: ScenarioContext) -> None:
    """A document that was refused because it broke the standard is accepted when it comes again, corrected."""
    mended = context.document()
    other = _again(context, mended)
    broken = replace(other, content=write_package(replace(other.package, to=())))
    await context.deliver(broken, good=False, note="without a receiver")
    await context.until(RefusedOrFlagged(document=mended.id, why="HDR-03.no-to", code=mended.code))
    before = context.now
    delivery = await context.deliver(mended, note="mended")
    context.expect(Acked(document=mended.id, after=before, item=delivery.receiver_doc_id))
    context.expect(StoredOnce(document=mended.id, after=before, beside_refused=True))


def _again(context: ScenarioContext, document: Document) -> Document:
    """Return another document under the number, and so under the DocumentId, of an existing one."""
    one = document.package
    return context.document(code=one.code, document_id=one.document_id, promulgation_info=one.promulgation_info)


@scenario("RCV-07", expects=(Acked, Welcomed, RefusedOrFlagged), awaits=(Acked, StoredOnce))
async def addressed_to_another(context: ScenarioContext) -> None:
    """Documents that are addressed to others are returned with 02; those that are addressed to it too are not."""
    await receives_plainly(context)
    others = [_organization(peer) for role, peer in context.peers.items() if role != USUAL]
    mixed = []
    for count in range(1, _ADDRESSED + 1):
        chosen = tuple(context.chance.sample(others, count))
        foreign, shared = context.document(to=chosen), context.document(to=(*chosen[1:], _organization(context.agency)))
        mixed += [Mixed(foreign, why=_FOR_ANOTHER, note="addressed to others"), Mixed(shared)]
    await refused_among_good(context, mixed, answers=(StatusCode.REFUSED,))


def _organization(peer: Peer) -> Organization:
    return Organization(organ_id=peer.organ_id, organ_name=peer.organ_name)


@scenario("RCV-09", expects=(AllAcked, AllStored), awaits=(Acked, StoredOnce), isolation=EXCLUSIVE)
async def many_waiting(context: ScenarioContext) -> None:
    """A long list of waiting documents is emptied, none skipped, and all of them are stored."""
    await receives_plainly(context)
    made = []
    for _ in range(context.profile.parameters.volumes.waiting_documents):
        made.append(context.document())
        await asyncio.sleep(0)
    documents = [document.id for document in made]
    for document in made:  # without a pause in between: a list that is emptied while it fills never gets long
        await context.deliver(document, note="one of many")
    emptied = await worked_off(context, documents)
    context.expect(AllAcked(documents=tuple(documents)))
    await context.settle()
    if emptied and context.run.driver.attended is None:  # a person cannot check a thousand
        context.expect(AllStored(documents=tuple(documents)))


@scenario("RCV-06", expects=(Acked, Welcomed, RefusedOrFlagged), awaits=(Acked, StoredOnce), isolation=EXCLUSIVE)
async def bad_packages(context: ScenarioContext) -> None:
    """Packages that break the standard, in every way, are answered; the good ones among them are accepted."""
    await receives_plainly(context)
    bad, good = broken(context, but=_ATTACHMENTS), whole(context, but=_ATTACHMENTS)
    mixed = await asyncio.to_thread(lambda: [*mixture(context, bad, good), *operations(context)])
    choice = context.profile.parameters.choices.bad_package
    await refused_among_good(context, mixed, answers=("fail", StatusCode.REFUSED) if choice == "either" else (choice,))


@scenario("RCV-08", expects=(Acked, Welcomed, RefusedOrFlagged), awaits=(Acked, StoredOnce), isolation=SPOILT)
async def bad_attachments(context: ScenarioContext) -> None:
    """Orphan, empty and mislabelled attachments are answered, or flagged for the clerk; good ones are not."""
    await receives_plainly(context)
    bad, good = broken(context, only=_ATTACHMENTS), whole(context, only=_SOUND)
    mixed = await asyncio.to_thread(mixture, context, bad, good, ordinary=_ORDINARY)
    await refused_among_good(context, mixed, flags=("attachment_invalid",))
