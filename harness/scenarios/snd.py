"""SND: what a candidate does with the documents its clerks send."""

from harness.catalogue.codes import RefusalReason
from harness.expectations import (
    Accepted,
    Carries,
    ClosedCodeShown,
    DistinctIds,
    FaultMet,
    NotReached,
    OrderTaken,
    SentWithin,
    Shown,
    Sound,
)
from harness.journal.events import DocumentOrdered
from harness.scenarios.context import ScenarioContext
from harness.scenarios.fault_contact import failure, struck
from harness.scenarios.isolation import EXCLUSIVE
from harness.scenarios.orders import ordered
from harness.scenarios.preambles import sends_plainly
from harness.scenarios.registry import EVERYTHING, scenario
from harness.scenarios.successions import succession, take_place
from harness.scenarios.testdata import SeededFile
from harness.vxp.operations import HubOperation

_URGENT = 3
# The least rate at which a candidate is expected to move a large file, from its clerk to the hub.
_BYTES_PER_SECOND = 1_000_000
# Legal characters that careless systems change: XML markup, a no-break space, rare tone marks, one beyond 16 bits.
_SUBJECT = 'V/v «kết nối» & liên thông <văn bản> "đi – đến"; Đắk Lắk, Krông Pắc, ỳ ỵ ỷ ỹ ẵ ẳ ỡ ự\u00a0‘100 %’ 𠮷'
_CONTENT = "Dòng một; dấu ' và \" cùng ]]> và &amp; giữ nguyên. Ủy ban nhân dân xã Mỹ Đức, ngày 01/02."
_SECRET_GRADES = ("mat", "toi_mat", "tuyet_mat")


@scenario("SND-01", expects=(OrderTaken, Accepted), awaits=(Sound,), shows=EVERYTHING)
async def new_document(context: ScenarioContext) -> None:
    """A new document, sent by a clerk, is a sound package and is accepted by the hub."""
    sent = await ordered(context, context.outgoing())
    await context.until(Accepted(document=sent.document_id), role="duty")
    context.expect(Sound(document=sent.document_id), role="precondition")


@scenario("SND-02", expects=(Accepted, OrderTaken), awaits=(Accepted,), shows=("SND-10",))
async def several_receivers(context: ScenarioContext) -> None:
    """One document to receivers of several levels is sent in one package that names them all."""
    await sends_plainly(context)
    sent = await ordered(context, context.outgoing(to=("ministry", "department", "branch", "commune")))
    context.expect(Accepted(document=sent.document_id, receivers=sent.receivers))


@scenario("SND-03", expects=(Accepted, OrderTaken), awaits=(Accepted,))
async def both_identifier_forms(context: ScenarioContext) -> None:
    """Receivers are named in the old and in the new form of identifiers."""
    await sends_plainly(context)
    sent = await ordered(context, context.outgoing(to=("ministry", "province", "department")))
    context.expect(Accepted(document=sent.document_id, receivers=sent.receivers))


@scenario("SND-04", expects=(Carries, OrderTaken), awaits=(Accepted,))
async def text_and_files_unchanged(context: ScenarioContext) -> None:
    """Vietnamese text and attachments arrive bit for bit as the clerk entered them."""
    await sends_plainly(context)
    files = (
        context.signed_pdf("Tờ trình số 12 (bản ký).pdf"),
        SeededFile("ghi chú.txt", "Điều 1. Nội dung…\r\n".encode()),
    )
    sent = await ordered(context, context.outgoing(subject=_SUBJECT, content=_CONTENT, files=files))
    carried = tuple((file.name, file.sha256) for file in files)
    context.expect(Carries(document=sent.document_id, texts={"subject": _SUBJECT, "content": _CONTENT}, files=carried))


@scenario("SND-05/sizes", expects=(OrderTaken, Carries), awaits=(Accepted,), isolation=EXCLUSIVE)
async def large_attachments(context: ScenarioContext) -> None:
    """Attachments of every size the profile names arrive whole."""
    await sends_plainly(context)
    for size in context.profile.parameters.volumes.attachment_bytes:
        context.patience_added = size / _BYTES_PER_SECOND
        file = context.pdf(f"phu-luc-{size}.pdf", size)
        sent = await ordered(context, context.outgoing(files=(context.signed_pdf("to-trinh.pdf"), file)))
        await context.until(
            Carries(document=sent.document_id, texts={}, files=((file.name, file.sha256),)), role="duty"
        )


@scenario(
    "SND-05/types",
    expects=(Carries, OrderTaken),
    awaits=(Accepted, Sound),
    shows=("ATT-02", "ATT-03", "ATT-04", "ATT-05", "ATT-06", "ATT-07", "SND-10"),
)
async def attachment_types(context: ScenarioContext) -> None:
    """Attachments of the usual types arrive whole under their own names."""
    await sends_plainly(context)
    kinds = (context.file_of(kind) for kind in context.profile.parameters.volumes.attachment_types)
    files = (context.signed_pdf("Công văn.pdf"), *kinds)
    sent = await ordered(context, context.outgoing(files=files))
    carried = tuple((file.name, file.sha256) for file in files)
    await context.until(Sound(document=sent.document_id))  # the ATT group judges attachments that cannot be decoded
    context.expect(Carries(document=sent.document_id, texts={}, files=carried))


@scenario("SND-06", expects=(SentWithin, Carries, OrderTaken), awaits=(Accepted,), shows=("HDR-13",))
async def urgent_document(context: ScenarioContext) -> None:
    """An urgent document says so and is sent at once; its time begins with the clerk's order."""
    await sends_plainly(context)
    outgoing, limit = context.outgoing(priority=_URGENT), context.profile.parameters.timing.urgent
    order = context.note(DocumentOrdered(document_id=outgoing.document_id))
    sent = await ordered(context, outgoing)
    context.expect(SentWithin(document=sent.document_id, since=order.seq, seconds=limit))
    context.expect(Carries(document=sent.document_id, texts={"priority": str(_URGENT)}))


@scenario("SND-07", expects=(NotReached,), alive=(Accepted,))
async def state_secrets_stay(context: ScenarioContext) -> None:
    """A document of any grade of state secrecy is refused, and nothing of it reaches the hub."""
    for grade in _SECRET_GRADES:
        outgoing = context.outgoing(classification=grade, files=(context.pdf("to-trinh.pdf"),))
        context.expect(NotReached(subject=outgoing.subject))
        await context.tolerated("send", outgoing.arguments)
    await context.linger(context.times.reaction)
    after = await context.send(context.outgoing())
    await context.until(Accepted(document=after.document_id), role="liveness")


@scenario("SND-08", expects=(Shown,), awaits=(Accepted, FaultMet))
async def refusal_is_shown(context: ScenarioContext) -> None:
    """A document that the hub refuses for good is shown to the clerk as failed, not as sent."""
    await sends_plainly(context)
    outgoing = context.outgoing()
    refusal = failure(context, context.profile.parameters.hub.codes[RefusalReason.RECEIVER_UNKNOWN])
    context.fault(HubOperation.SEND_EDOC, refusal, document=outgoing.document_id, lasting=True, to_the_end=True)
    sent = await context.send(outgoing)
    await struck(context, HubOperation.SEND_EDOC, [sent.document_id])
    context.expect(Shown(document=sent.document_id, states=("failed",)))


@scenario("SND-08/closed-receiver", expects=(ClosedCodeShown,), awaits=(Accepted,), needs=("register",))
async def receiver_closed_since(context: ScenarioContext) -> None:
    """A document to a code that has ended is shown as failed; where the hub hands it to the successor, as sent."""
    ended = succession(context, "receiver")
    before = await context.send(context.outgoing(to=(ended.closed,)))
    await context.until(Accepted(document=before.document_id))
    take_place(context, ended)
    outgoing = context.outgoing(to=(ended.closed,))
    states = ("sent",) if context.profile.parameters.hub.closed_receivers == "successor" else ("failed",)
    number, notation = outgoing.arguments["code_number"], outgoing.arguments["code_notation"]
    context.expect(
        ClosedCodeShown(document=outgoing.document_id, code_number=number, code_notation=notation, states=states)
    )
    await context.tolerated("send", outgoing.arguments)


@scenario("SND-09", expects=(DistinctIds,), awaits=(Accepted,), alive=(Accepted,))
async def identifiers_are_unique(context: ScenarioContext) -> None:
    """Asked to send another document under a number already used, the system refuses, or gives another id."""
    first = context.outgoing()
    await context.until(Accepted(document=(await context.send(first)).document_id))
    number, notation = first.arguments["code_number"], first.arguments["code_notation"]
    context.expect(DistinctIds())
    await context.tolerated("send", context.outgoing(code_number=number, code_notation=notation).arguments)
    await context.linger(context.times.reaction)
    after = await context.send(context.outgoing())
    await context.until(Accepted(document=after.document_id), role="liveness")
