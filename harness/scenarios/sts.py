"""STS: business statuses, sent and received."""

from harness.drivers.protocol import DriverError
from harness.judge.expectations import (
    Accepted,
    Acked,
    Fetched,
    OnlyGiven,
    Shown,
    StatusNames,
    StatusSent,
    StoredOnce,
)
from harness.scenarios.material import Document
from harness.scenarios.registry import scenario
from harness.scenarios.stage import Stage

_PEER = "ministry"
_UNKNOWN_CODE = "99"
_ANY = ("done", "fail")
_REASON = "Không đúng thẩm quyền: «phòng Tổng hợp» & <Văn thư>, đề nghị gửi lại UBND xã Mỹ Đức – ỳ ỵ ẵ"


@scenario("STS-01")
async def arrival_is_reported(stage: Stage) -> None:
    """Status 01 follows the arrival of a document by itself, in time."""
    document = stage.document()
    await stage.deliver(document)
    await stage.until(Fetched(document=document.id))
    within = stage.times.reaction + stage.margin + stage.crowding
    stage.expect(StatusSent(document=document.id, codes=("01",), within=within))


async def _decided(stage: Stage, document: Document, action: str, reason: str = "") -> None:
    """Have the clerk take a step; what the system says of it is due even if it will not take it."""
    try:
        await stage.decide(document, action, reason)
    except DriverError as error:
        if error.kind != "refused":
            raise


@scenario("STS-02")
async def decision_is_reported(stage: Stage) -> None:
    """Accepting a document sends 03, refusing one sends 02."""
    accepted, refused = stage.document(), stage.document("province")
    for document in (accepted, refused):
        await stage.deliver(document)
    for document in (accepted, refused):
        await stage.until(StoredOnce(document=document.id))
    await _decided(stage, accepted, "accept")
    await _decided(stage, refused, "refuse", _REASON)
    stage.expect(StatusSent(document=accepted.id, codes=("03",)))
    stage.expect(StatusSent(document=refused.id, codes=("02",), reason=_REASON))


@scenario("STS-05")
async def status_names_the_document(stage: Stage) -> None:
    """A status names the document it is about exactly: sender, code, date, id."""
    document = stage.document("department")
    await stage.deliver(document)
    stage.expect(
        StatusNames(
            document=document.id,
            organ_id=document.sender.organ_id,
            code=document.code,
            promulgation_date=document.package.promulgation_info.promulgation_date,
        )
    )


@scenario("STS-06")
async def statuses_come_back(stage: Stage) -> None:
    """Statuses for a document of its own are fetched, acknowledged and shown to the clerk."""
    peer = stage.peers[_PEER]
    sent = await stage.send(stage.outgoing(to=(_PEER,)))
    await stage.until(Accepted(document=sent.document_id))
    await stage.answer_status(sent, peer, "01", "Văn bản đã đến")
    stage.expect(Acked(document=sent.document_id, messagetype="status"))
    stage.expect(Shown(document=sent.document_id, receiver=peer.organ_id, statuses=("01", "03")))
    await stage.settle()
    again = stage.now
    await stage.answer_status(sent, peer, "03", "Đã tiếp nhận")
    stage.expect(Acked(document=sent.document_id, messagetype="status", after=again))
    stage.expect(Shown(document=sent.document_id, receiver=peer.organ_id, statuses=("03",)))


async def _handled(stage: Stage, document: Document, action: str, code: str) -> None:
    await _decided(stage, document, action)
    await stage.until(StatusSent(document=document.id, codes=(code,)), role="duty")


@scenario("STS-03", needs=("handling",))
async def handling_is_reported(stage: Stage) -> None:
    """Assigning, processing and finishing a document sends 04, 05 and 06, each when the clerk does so."""
    document = stage.document()
    await stage.deliver(document)
    await stage.until(StoredOnce(document=document.id))
    await _decided(stage, document, "accept")
    await stage.until(StatusSent(document=document.id, codes=("03",)))
    for action, code in (("assign", "04"), ("process", "05"), ("finish", "06")):
        await _handled(stage, document, action, code)


@scenario("STS-04")
async def order_is_legal(stage: Stage) -> None:
    """Arrival, re-delivery, decision and decision again: statuses keep their order and are not repeated."""
    accepted, refused = stage.document(), stage.document("department")
    deliveries = [(await stage.deliver(document), document) for document in (accepted, refused)]
    for document in (accepted, refused):
        await stage.until(StoredOnce(document=document.id))
        await stage.until(StatusSent(document=document.id, codes=("01",)))
    again = [await stage.redeliver(delivery, document) for delivery, document in deliveries]
    for event, document in zip(again, (accepted, refused), strict=True):
        await stage.until(Acked(document=document.id, statuses=_ANY, after=event.seq))
    await _decided(stage, accepted, "accept")
    await _decided(stage, refused, "refuse", "Không thuộc thẩm quyền giải quyết")
    await stage.until(StatusSent(document=accepted.id, codes=("03",)))
    await stage.until(StatusSent(document=refused.id, codes=("02",)))
    for document, action in ((accepted, "accept"), (refused, "accept"), (refused, "refuse")):
        await stage.tolerated("decide", {"document_id": document.id, "action": action, "reason": "Lặp lại"})
    await stage.linger(stage.times.reaction)
    await stage.probe()


@scenario("STS-07")
async def strange_statuses_do_no_harm(stage: Stage) -> None:
    """A status about an unknown document, or with an unknown code, changes no other; a good one is still shown."""
    peer = stage.peers[_PEER]
    sent = await stage.send(stage.outgoing(to=(_PEER,)))
    await stage.until(Accepted(document=sent.document_id))
    await stage.answer_status(sent, peer, "01", "Văn bản đã đến")
    await stage.until(Shown(document=sent.document_id, receiver=peer.organ_id, statuses=("01",)))
    stranger, strange = stage.document(), stage.now
    await stage.deliver_status(stranger, peer, "03", "Đã tiếp nhận")
    await stage.answer_status(sent, peer, _UNKNOWN_CODE, "Mã lạ")
    for document in (stranger.id, sent.document_id):
        await stage.until(Acked(document=document, statuses=_ANY, messagetype="status", after=strange), role="duty")
    await stage.linger(stage.times.reaction)
    stage.expect(OnlyGiven(document=sent.document_id, receiver=peer.organ_id, since=strange, after=stage.now))
    await stage.settle()
    again = stage.now
    await stage.answer_status(sent, peer, "03", "Đã tiếp nhận")
    stage.expect(Acked(document=sent.document_id, messagetype="status", after=again))
    stage.expect(Shown(document=sent.document_id, receiver=peer.organ_id, statuses=("03",)))
