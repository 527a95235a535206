"""STS: business statuses, sent and received."""

from harness.judge.expectations import Accepted, Acked, Fetched, Shown, StatusNames, StatusSent, StoredOnce
from harness.scenarios.material import Document
from harness.scenarios.registry import scenario
from harness.scenarios.stage import Stage

_PEER = "ministry"
_UNKNOWN_CODE = "99"


@scenario("STS-01")
async def arrival_is_reported(stage: Stage) -> None:
    """Status 01 follows the arrival of a document by itself, in time."""
    document = stage.document()
    await stage.deliver(document)
    await stage.until(Fetched(document=document.id))
    within = stage.times.reaction + stage.profile.parameters.timing.margin + stage.crowding
    stage.expect(StatusSent(document=document.id, codes=("01",), within=within))


@scenario("STS-02")
async def decision_is_reported(stage: Stage) -> None:
    """Accepting a document sends 03, refusing one sends 02."""
    accepted, refused = stage.document(), stage.document("province")
    for document in (accepted, refused):
        await stage.deliver(document)
    for document in (accepted, refused):
        await stage.until(StoredOnce(document=document.id))
    await stage.decide(accepted, "accept")
    await stage.decide(refused, "refuse", "Văn bản gửi không đúng thẩm quyền giải quyết")
    stage.expect(StatusSent(document=accepted.id, codes=("03",)))
    stage.expect(StatusSent(document=refused.id, codes=("02",)))


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
    await stage.decide(document, action)
    await stage.until(StatusSent(document=document.id, codes=(code,)), role="duty")


@scenario("STS-03", needs=("handling",))
async def handling_is_reported(stage: Stage) -> None:
    """Assigning, processing and finishing a document sends 04, 05 and 06, each when the clerk does so."""
    document = stage.document()
    await stage.deliver(document)
    await stage.until(StoredOnce(document=document.id))
    await stage.decide(document, "accept")
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
        await stage.until(Acked(document=document.id, statuses=("done", "fail"), after=event.seq))
    await stage.decide(accepted, "accept")
    await stage.decide(refused, "refuse", "Không thuộc thẩm quyền giải quyết")
    await stage.until(StatusSent(document=accepted.id, codes=("03",)))
    await stage.until(StatusSent(document=refused.id, codes=("02",)))
    for document, action in ((accepted, "accept"), (refused, "accept"), (refused, "refuse")):
        await stage.tolerated("decide", {"document_id": document.id, "action": action, "reason": "Lặp lại"})
    await stage.linger(stage.times.reaction)
    await stage.probe()


@scenario("STS-07")
async def strange_statuses_do_no_harm(stage: Stage) -> None:
    """A status about an unknown document, and one with an unknown code, are put aside; a good one is still shown."""
    peer = stage.peers[_PEER]
    stranger = stage.document()
    await stage.deliver_status(stranger, peer, "03", "Văn bản không phải của đơn vị này")
    stage.expect(Acked(document=stranger.id, statuses=("done", "fail"), messagetype="status"))
    sent = await stage.send(stage.outgoing(to=(_PEER,)))
    await stage.until(Accepted(document=sent.document_id))
    await stage.answer_status(sent, peer, _UNKNOWN_CODE, "Mã lạ")
    await stage.until(Acked(document=sent.document_id, statuses=("done", "fail"), messagetype="status"), role="duty")
    after = stage.now
    await stage.answer_status(sent, peer, "03", "Đã tiếp nhận")
    stage.expect(Acked(document=sent.document_id, messagetype="status", after=after))
    stage.expect(Shown(document=sent.document_id, receiver=peer.organ_id, statuses=("03",)))
