"""STS: business statuses, sent and received."""

from harness.catalogue.codes import StatusCode
from harness.drivers.protocol import DriverError
from harness.expectations import (
    Accepted,
    Acked,
    FetchedByCandidate,
    OnlyGiven,
    Shown,
    StatusNames,
    StatusSent,
    StoredOnce,
)
from harness.scenarios.context import ScenarioContext
from harness.scenarios.registry import EVERYTHING, scenario
from harness.scenarios.successions import succession, take_place
from harness.scenarios.testdata import Document

_PEER = "ministry"
_UNKNOWN_CODE = "99"
_ANY = ("done", "fail")
_REASON = "Không đúng thẩm quyền: «phòng Tổng hợp» & <Văn thư>, đề nghị gửi lại UBND xã Mỹ Đức – ỳ ỵ ẵ"


@scenario("STS-01", expects=(StatusSent,), awaits=(FetchedByCandidate,), shows=EVERYTHING)
async def arrival_is_reported(context: ScenarioContext) -> None:
    """Status 01 is sent automatically after the arrival of a document, in time."""
    document = context.document()
    await context.deliver(document)
    await context.until(FetchedByCandidate(document=document.id))
    within = context.times.reaction + context.margin + context.crowding
    context.expect(StatusSent(document=document.id, codes=(StatusCode.ARRIVED,), within=within))


@scenario("STS-01/closed-sender", expects=(StatusSent,), awaits=(FetchedByCandidate, StatusSent), needs=("register",))
async def closed_sender_is_answered(context: ScenarioContext) -> None:
    """The arrival of its document is reported to an agency whose code has ended since, as to any other."""
    ended = succession(context, "answered")
    before = context.document(ended.closed)
    await context.deliver(before)
    await context.until(StatusSent(document=before.id, codes=(StatusCode.ARRIVED,)))
    document = context.document(ended.closed)
    take_place(context, ended)
    await context.deliver(document)
    await context.until(FetchedByCandidate(document=document.id))
    context.expect(StatusSent(document=document.id, codes=(StatusCode.ARRIVED,)))


async def _decided(context: ScenarioContext, document: Document, action: str, reason: str = "") -> None:
    """Have the clerk take a step; its status is expected even if the system refuses the step."""
    try:
        await context.decide(document, action, reason)
    except DriverError as error:
        if error.kind != "refused":
            raise


@scenario(
    "STS-02",
    expects=(StatusSent,),
    awaits=(StoredOnce,),
    shows=("STP-02", "STP-03", "STP-04", "STP-05", "STP-06", "STS-04", "ARC"),
)
async def decision_is_reported(context: ScenarioContext) -> None:
    """Accepting a document sends 03, refusing one sends 02."""
    accepted, refused = context.document(), context.document("province")
    for document in (accepted, refused):
        await context.deliver(document)
    for document in (accepted, refused):
        await context.until(StoredOnce(document=document.id))
    await _decided(context, accepted, "accept")
    await _decided(context, refused, "refuse", _REASON)
    context.expect(StatusSent(document=accepted.id, codes=(StatusCode.REGISTERED,)))
    context.expect(StatusSent(document=refused.id, codes=(StatusCode.REFUSED,), reason=_REASON))


@scenario("STS-05", expects=(StatusNames,))
async def status_names_the_document(context: ScenarioContext) -> None:
    """A status names the document it is about exactly: sender, code, date, id."""
    document = context.document("department")
    await context.deliver(document)
    context.expect(
        StatusNames(
            document=document.id,
            organ_id=document.sender.organ_id,
            code=document.code,
            promulgation_date=document.package.promulgation_info.promulgation_date,
        )
    )


@scenario("STS-06", expects=(Acked, Shown), awaits=(Accepted,))
async def statuses_come_back(context: ScenarioContext) -> None:
    """Statuses for a document of its own are fetched, acknowledged and shown to the clerk."""
    peer = context.peers[_PEER]
    sent = await context.send(context.outgoing(to=(_PEER,)))
    await context.until(Accepted(document=sent.document_id))
    await context.answer_status(sent, peer, StatusCode.ARRIVED, "Văn bản đã đến")
    context.expect(Acked(document=sent.document_id, messagetype="status"))
    context.expect(
        Shown(document=sent.document_id, receiver=peer.organ_id, statuses=(StatusCode.ARRIVED, StatusCode.REGISTERED))
    )
    await context.settle()
    again = context.now
    await context.answer_status(sent, peer, StatusCode.REGISTERED, "Đã tiếp nhận")
    context.expect(Acked(document=sent.document_id, messagetype="status", after=again))
    context.expect(Shown(document=sent.document_id, receiver=peer.organ_id, statuses=(StatusCode.REGISTERED,)))


async def _handled(context: ScenarioContext, document: Document, action: str, code: str) -> None:
    await _decided(context, document, action)
    await context.until(StatusSent(document=document.id, codes=(code,)), role="duty")


@scenario(
    "STS-03",
    expects=(StatusSent,),
    awaits=(StoredOnce, StatusSent),
    needs=("handling",),
    shows=("STP-02", "STP-03", "STP-04", "STP-05", "STP-06", "STS-04"),
)
async def handling_is_reported(context: ScenarioContext) -> None:
    """Assigning, processing and finishing a document sends 04, 05 and 06, each when the clerk does so."""
    document = context.document()
    await context.deliver(document)
    await context.until(StoredOnce(document=document.id))
    await _decided(context, document, "accept")
    await context.until(StatusSent(document=document.id, codes=(StatusCode.REGISTERED,)))
    for action, code in (
        ("assign", StatusCode.ASSIGNED),
        ("process", StatusCode.PROCESSING),
        ("finish", StatusCode.FINISHED),
    ):
        await _handled(context, document, action, code)


@scenario("STS-04", awaits=(StatusSent, StoredOnce, Acked), alive=(Acked,))
async def order_is_legal(context: ScenarioContext) -> None:
    """Arrival, re-delivery, decision and decision again: statuses keep their order and are not repeated."""
    accepted, refused = context.document(), context.document("department")
    deliveries = [(await context.deliver(document), document) for document in (accepted, refused)]
    for document in (accepted, refused):
        await context.until(StoredOnce(document=document.id))
        await context.until(StatusSent(document=document.id, codes=(StatusCode.ARRIVED,)))
    again = [await context.redeliver(delivery, document) for delivery, document in deliveries]
    for event, document in zip(again, (accepted, refused), strict=True):
        await context.until(Acked(document=document.id, statuses=_ANY, after=event.seq))
    await _decided(context, accepted, "accept")
    await _decided(context, refused, "refuse", "Không thuộc thẩm quyền giải quyết")
    await context.until(StatusSent(document=accepted.id, codes=(StatusCode.REGISTERED,)))
    await context.until(StatusSent(document=refused.id, codes=(StatusCode.REFUSED,)))
    for document, action in ((accepted, "accept"), (refused, "accept"), (refused, "refuse")):
        await context.tolerated("decide", {"document_id": document.id, "action": action, "reason": "Lặp lại"})
    await context.linger(context.times.reaction)
    await context.probe()


@scenario("STS-07", expects=(OnlyGiven, Acked, Shown), awaits=(Accepted, Shown))
async def strange_statuses_do_no_harm(context: ScenarioContext) -> None:
    """A status about an unknown document, or with an unknown code, changes no other; a good one is still shown."""
    peer = context.peers[_PEER]
    sent = await context.send(context.outgoing(to=(_PEER,)))
    await context.until(Accepted(document=sent.document_id))
    await context.answer_status(sent, peer, StatusCode.ARRIVED, "Văn bản đã đến")
    await context.until(Shown(document=sent.document_id, receiver=peer.organ_id, statuses=(StatusCode.ARRIVED,)))
    stranger, strange = context.document(), context.now
    await context.deliver_status(stranger, peer, StatusCode.REGISTERED, "Đã tiếp nhận")
    await context.answer_status(sent, peer, _UNKNOWN_CODE, "Mã lạ")
    for document in (stranger.id, sent.document_id):
        await context.until(Acked(document=document, statuses=_ANY, messagetype="status", after=strange), role="duty")
    await context.linger(context.times.reaction)
    context.expect(OnlyGiven(document=sent.document_id, receiver=peer.organ_id, since=strange, after=context.now))
    await context.settle()
    again = context.now
    await context.answer_status(sent, peer, StatusCode.REGISTERED, "Đã tiếp nhận")
    context.expect(Acked(document=sent.document_id, messagetype="status", after=again))
    context.expect(Shown(document=sent.document_id, receiver=peer.organ_id, statuses=(StatusCode.REGISTERED,)))
