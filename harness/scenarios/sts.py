"""STS: business statuses, sent and received."""

from harness.judge.expectations import Accepted, Acked, Shown, StatusNames, StatusSent, StoredOnce
from harness.scenarios.material import peers
from harness.scenarios.registry import scenario
from harness.scenarios.stage import Stage

_PEER = "ministry"


@scenario("STS-01")
async def arrival_is_reported(stage: Stage) -> None:
    """Status 01 follows the arrival of a document by itself, in time."""
    document = stage.document()
    await stage.deliver(document)
    within = stage.times.reaction + stage.profile.parameters.timing.margin
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
    peer = peers()[_PEER]
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
