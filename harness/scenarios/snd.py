"""SND: what a candidate does with the documents its clerks send."""

from harness.judge.expectations import (
    Accepted,
    Carries,
    DistinctIds,
    NotReached,
    SentWithin,
    Shown,
    Sound,
)
from harness.scenarios.material import File
from harness.scenarios.orders import ordered
from harness.scenarios.preambles import sends_plainly
from harness.scenarios.registry import EXCLUSIVE, scenario
from harness.scenarios.stage import Stage
from harness.scenarios.strikes import failure, struck

_URGENT = 3
# The least rate at which a candidate is expected to move a large file, from its clerk to the hub.
_BYTES_PER_SECOND = 1_000_000
# Legal letters that careless systems change: signs of XML, a non-breaking space, rare tones, a letter beyond 16 bits.
_SUBJECT = 'V/v «kết nối» & liên thông <văn bản> "đi – đến"; Đắk Lắk, Krông Pắc, ỳ ỵ ỷ ỹ ẵ ẳ ỡ ự\u00a0‘100 %’ 𠮷'
_CONTENT = "Dòng một; dấu ' và \" cùng ]]> và &amp; giữ nguyên. Ủy ban nhân dân xã Mỹ Đức, ngày 01/02."
_SECRET_GRADES = ("mat", "toi_mat", "tuyet_mat")


@scenario("SND-01")
async def new_document(stage: Stage) -> None:
    """A new document, sent by a clerk, is a sound package and is accepted by the hub."""
    sent = await ordered(stage, stage.outgoing())
    await stage.until(Accepted(document=sent.document_id), role="duty")
    stage.expect(Sound(document=sent.document_id), role="precondition")


@scenario("SND-02")
async def several_receivers(stage: Stage) -> None:
    """One document to receivers of four levels travels in one package that names them all."""
    await sends_plainly(stage)
    sent = await ordered(stage, stage.outgoing(to=("ministry", "department", "district", "commune")))
    stage.expect(Accepted(document=sent.document_id, receivers=sent.receivers))


@scenario("SND-03")
async def both_identifier_forms(stage: Stage) -> None:
    """Receivers are named in the old and in the new form of identifiers."""
    await sends_plainly(stage)
    sent = await ordered(stage, stage.outgoing(to=("ministry", "province", "department")))
    stage.expect(Accepted(document=sent.document_id, receivers=sent.receivers))


@scenario("SND-04")
async def text_and_files_unchanged(stage: Stage) -> None:
    """Vietnamese text and attachments arrive bit for bit as the clerk gave them."""
    await sends_plainly(stage)
    files = (stage.signed_pdf("Tờ trình số 12 (bản ký).pdf"), File("ghi chú.txt", "Điều 1. Nội dung…\r\n".encode()))
    sent = await ordered(stage, stage.outgoing(subject=_SUBJECT, content=_CONTENT, files=files))
    carried = tuple((file.name, file.sha256) for file in files)
    stage.expect(Carries(document=sent.document_id, texts={"subject": _SUBJECT, "content": _CONTENT}, files=carried))


@scenario("SND-05/sizes", isolation=EXCLUSIVE)
async def large_attachments(stage: Stage) -> None:
    """Attachments of every size the profile names arrive whole."""
    await sends_plainly(stage)
    for size in stage.profile.parameters.volumes.attachment_bytes:
        stage.patience_added = size / _BYTES_PER_SECOND
        file = stage.pdf(f"phu-luc-{size}.pdf", size)
        sent = await ordered(stage, stage.outgoing(files=(stage.signed_pdf("to-trinh.pdf"), file)))
        await stage.until(Carries(document=sent.document_id, texts={}, files=((file.name, file.sha256),)), role="duty")


@scenario("SND-05/types")
async def attachment_types(stage: Stage) -> None:
    """Attachments of the usual types arrive whole under their own names."""
    await sends_plainly(stage)
    kinds = (stage.file_of(kind) for kind in stage.profile.parameters.volumes.attachment_types)
    files = (stage.signed_pdf("Công văn.pdf"), *kinds)
    sent = await ordered(stage, stage.outgoing(files=files))
    carried = tuple((file.name, file.sha256) for file in files)
    await stage.until(Sound(document=sent.document_id))  # what cannot be decoded is a matter of ATT
    stage.expect(Carries(document=sent.document_id, texts={}, files=carried))


@scenario("SND-06")
async def urgent_document(stage: Stage) -> None:
    """An urgent document says so and leaves at once; its time begins with the clerk's order."""
    await sends_plainly(stage)
    outgoing, limit = stage.outgoing(priority=_URGENT), stage.profile.parameters.timing.urgent
    order = stage.note("ordered", {"document_id": outgoing.document_id})
    sent = await ordered(stage, outgoing)
    stage.expect(SentWithin(document=sent.document_id, since=order.seq, seconds=limit))
    stage.expect(Carries(document=sent.document_id, texts={"priority": str(_URGENT)}))


@scenario("SND-07")
async def state_secrets_stay(stage: Stage) -> None:
    """A document of any grade of state secrecy is refused, and nothing of it reaches the hub."""
    for grade in _SECRET_GRADES:
        outgoing = stage.outgoing(classification=grade, files=(stage.pdf("to-trinh.pdf"),))
        stage.expect(NotReached(subject=outgoing.subject))
        await stage.tolerated("send", outgoing.arguments)
    await stage.linger(stage.times.reaction)
    after = await stage.send(stage.outgoing())
    await stage.until(Accepted(document=after.document_id), role="liveness")


@scenario("SND-08")
async def refusal_is_shown(stage: Stage) -> None:
    """A document that the hub refuses for good is shown to the clerk as failed, not as sent."""
    await sends_plainly(stage)
    outgoing = stage.outgoing()
    refusal = failure(stage, stage.profile.parameters.hub.codes["receiver-unknown"])
    stage.fault("sendEdoc", refusal, document=outgoing.document_id, lasting=True, to_the_end=True)
    sent = await stage.send(outgoing)
    await struck(stage, "sendEdoc", [sent.document_id])
    stage.expect(Shown(document=sent.document_id, states=("failed",)))


@scenario("SND-09")
async def identifiers_are_unique(stage: Stage) -> None:
    """Asked to send another document under a number already used, the system refuses, or gives another id."""
    first = stage.outgoing()
    await stage.until(Accepted(document=(await stage.send(first)).document_id))
    number, notation = first.arguments["code_number"], first.arguments["code_notation"]
    stage.expect(DistinctIds())
    await stage.tolerated("send", stage.outgoing(code_number=number, code_notation=notation).arguments)
    await stage.linger(stage.times.reaction)
    after = await stage.send(stage.outgoing())
    await stage.until(Accepted(document=after.document_id), role="liveness")
