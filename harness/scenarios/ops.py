"""OPS: recall, take-back, update, replacement, sent and received."""

from dataclasses import replace
from datetime import datetime

from harness.drivers.protocol import DriverError, DriverLost, OperatorError
from harness.edxml.identifiers import document_id
from harness.edxml.model import Bussiness, BussinessDocumentInfo, Receiver, ReplacementInfo, ResponseFor
from harness.journal.recording import VIETNAM
from harness.judge.expectations import (
    Accepted,
    Acked,
    AnyStatus,
    Operates,
    OrderTaken,
    StatusSent,
    StatusTo,
    StoredAs,
    StoredOnce,
    Untouched,
    Withdrawn,
)
from harness.judge.expectations.operating import RECALL, REPLACEMENT, UPDATE
from harness.scenarios.material import Document, Outgoing
from harness.scenarios.orders import ordered
from harness.scenarios.registry import scenario
from harness.scenarios.stage import TAKE_BACK, Stage

_ANY = ("done", "fail")
_REASON = "Văn bản có sai sót về thể thức, đề nghị thực hiện"
_NEW_SUBJECT = "V/v đính chính, bổ sung nội dung văn bản đã gửi"


def _named(document: Document) -> ResponseFor:
    package = document.package
    return ResponseFor(
        organ_id=package.from_.organ_id,
        code=document.code,
        promulgation_date=package.promulgation_info.promulgation_date,
        document_id=document.id,
    )


def _recall(stage: Stage, document: Document, sender: str = "ministry") -> Document:
    return stage.document(
        sender, response_for=(_named(document),), bussiness=Bussiness(doc_type=RECALL, reason=_REASON)
    )


def _update(
    stage: Stage, document: Document, info: BussinessDocumentInfo, subject: str, sender: str = "ministry"
) -> Document:
    business = Bussiness(doc_type=UPDATE, reason=_REASON, document_id=document.id, document_info=info)
    return stage.document(sender, subject=subject, bussiness=business)


def _removal(stage: Stage, document: Document, sender: str = "ministry") -> Document:
    """Return an update that removes the candidate's agency from the receivers."""
    removed = (Receiver(stage.agency.organ_id, "0"), Receiver(stage.peers["district"].organ_id, "1"))
    info = BussinessDocumentInfo(document_info="0", document_receiver="1", receivers=removed)
    return _update(stage, document, info, document.package.subject, sender)


def _replacement(stage: Stage, document: Document, sender: str = "ministry") -> Document:
    info = ReplacementInfo(document_id=document.id, organ_ids=(stage.agency.organ_id,))
    return stage.document(sender, bussiness=Bussiness(doc_type=REPLACEMENT, reason=_REASON, replacements=(info,)))


async def _arrived(stage: Stage, sender: str = "ministry") -> Document:
    document = stage.document(sender)
    await stage.deliver(document)
    await stage.until(StoredOnce(document=document.id))
    return document


async def _sent(stage: Stage, to: tuple[str, ...] = ("ministry", "province")) -> Outgoing:
    sent = await stage.send(stage.outgoing(to=to))
    await stage.until(Accepted(document=sent.document_id))
    return sent


async def _agreed(stage: Stage, document: Document, operation: Document) -> None:
    """Give the system its time to take in an operation and to apply it by itself; then let the clerk agree.

    That the clerk is refused means that it is done.
    """
    await stage.await_quietly(Acked(document=operation.id, statuses=_ANY))
    await _agreed_at_once(stage, document)


async def _agreed_at_once(stage: Stage, document: Document) -> None:
    await stage.linger(stage.times.reaction)
    await stage.tolerated("decide", {"document_id": document.id, "action": "agree", "reason": ""})


async def _agreed_if_it_can(stage: Stage, document: Document) -> None:
    """As `_agreed_at_once`, where the answer is due of every candidate, also of one that cannot be moved to give it."""
    try:
        await _agreed_at_once(stage, document)
    except DriverLost:
        return
    except OperatorError as error:
        if error.answer != "cannot":
            raise
    except DriverError as error:
        if error.kind != "unsupported":
            raise


@scenario("OPS-01", needs=("recall",))
async def recall_sent(stage: Stage) -> None:
    """A recall names the document it recalls and is accepted."""
    target = await _sent(stage)
    recall = await ordered(
        stage,
        stage.outgoing(to=("ministry", "province"), operation="recall", target=target.document_id, reason=_REASON),
    )
    stage.expect(Operates(document=recall.document_id, doc_type=RECALL, target=target.document_id))


@scenario("OPS-02")
async def recall_received(stage: Stage) -> None:
    """A recalled document is cancelled and 15 is sent, or 16."""
    document = await _arrived(stage)
    recall = _recall(stage, document)
    await stage.deliver(recall, note="recall")
    await _agreed(stage, document, recall)
    stage.expect(Withdrawn(document=document.id))


@scenario("OPS-03/sent", needs=("take_back",))
async def take_back_sent(stage: Stage) -> None:
    """Taking a document back from one receiver sends it status 13 with turned roles."""
    target = await _sent(stage)
    receiver = stage.peers["ministry"].organ_id
    order = {"document_id": target.document_id, "organ_id": receiver, "reason": _REASON}
    stage.expect(OrderTaken(command="take_back", arguments=order))
    await stage.drive("take_back", order)
    stage.expect(StatusTo(document=target.document_id, code=TAKE_BACK, organ_id=receiver))


@scenario("OPS-03/received")
async def take_back_received(stage: Stage) -> None:
    """A take-back by the original sender is answered with 15 and applied, or with 16."""
    document = await _arrived(stage)
    await stage.deliver_status(document, document.sender, TAKE_BACK, _REASON)
    await stage.await_quietly(Acked(document=document.id, statuses=_ANY, messagetype="status"))
    await _agreed_if_it_can(stage, document)
    stage.expect(Withdrawn(document=document.id))


@scenario("OPS-04/sent", needs=("update",))
async def update_sent(stage: Stage) -> None:
    """An update names its target, and the receivers added and removed."""
    target = await _sent(stage)
    added, removed = stage.peers["department"].organ_id, stage.peers["province"].organ_id
    update = await ordered(
        stage,
        stage.outgoing(
            to=("ministry", "department", "province"),
            operation="update",
            target=target.document_id,
            reason=_REASON,
            receivers_added=[added],
            receivers_removed=[removed],
        ),
    )
    stage.expect(
        Operates(
            document=update.document_id,
            doc_type=UPDATE,
            target=target.document_id,
            added=(added,),
            removed=(removed,),
        )
    )


@scenario("OPS-04/received", needs=("update",))
async def update_received(stage: Stage) -> None:
    """An update of a document's information is applied to it, and answered."""
    document = await _arrived(stage)
    update = _update(stage, document, BussinessDocumentInfo(document_info="1", document_receiver="0"), _NEW_SUBJECT)
    await stage.deliver(update, note="update")
    await _agreed(stage, document, update)
    stage.expect(StatusSent(document=document.id, codes=("15",)))
    stage.expect(StoredAs(document=document.id, subject=_NEW_SUBJECT, files=()))


@scenario("OPS-04/removed", needs=("update",))
async def removed_by_update(stage: Stage) -> None:
    """A receiver that an update removes treats it as a recall."""
    document = await _arrived(stage)
    update = _removal(stage, document)
    await stage.deliver(update, note="update that removes")
    await _agreed(stage, document, update)
    stage.expect(Withdrawn(document=document.id))


@scenario("OPS-05/sent", needs=("replace",))
async def replacement_sent(stage: Stage) -> None:
    """A replacement names the document it replaces."""
    target = await _sent(stage)
    replacement = await ordered(
        stage,
        stage.outgoing(to=("ministry", "province"), operation="replace", target=target.document_id, reason=_REASON),
    )
    stage.expect(Operates(document=replacement.document_id, doc_type=REPLACEMENT, target=target.document_id))


@scenario("OPS-05/received", needs=("replace",))
async def replacement_received(stage: Stage) -> None:
    """The replacing document is treated as a new one; the replaced one is withdrawn, or the refusal is said."""
    document = await _arrived(stage)
    replacement = _replacement(stage, document)
    await stage.deliver(replacement, note="replacement")
    stage.expect(StatusSent(document=replacement.id, codes=("01",)))
    stage.expect(StoredOnce(document=replacement.id))
    await _agreed(stage, document, replacement)
    choices = stage.profile.parameters.choices
    stage.expect(Withdrawn(document=document.id, silence=choices.replaced_silence, answers=choices.replaced))


@scenario("OPS-06")
async def unknown_target(stage: Stage) -> None:
    """A recall of a document it never had is refused, and no other document is touched."""
    bystander = await _arrived(stage, "district")
    today = datetime.now(VIETNAM).strftime("%Y/%m/%d")
    number, notation = stage.around.material.number(stage.chance), bystander.package.code.code_notation
    unknown = replace(
        _named(bystander),
        code=f"{number}/{notation}",
        document_id=document_id(bystander.sender.organ_id, today, number, notation),
    )
    recall = stage.document("district", response_for=(unknown,), bussiness=Bussiness(doc_type=RECALL, reason=_REASON))
    await stage.deliver(recall, note="recall of an unknown document")
    codes = stage.profile.parameters.choices.unknown_target
    stage.expect(AnyStatus(documents=(recall.id, unknown.document_id), codes=codes))
    await stage.settle()
    stage.expect(Untouched(document=bystander.id, after=stage.now))


async def _left_alone(stage: Stage, *documents: Document, subject: bool = False) -> None:
    """Give the system its time to react to what it has acknowledged, and expect that it does nothing to documents.

    With `subject` they must keep theirs, too. A good exchange in the meantime shows that it lives.
    """
    alive = stage.document()
    await stage.deliver(alive, note="liveness")
    await stage.linger(stage.times.reaction + stage.margin)
    for document in documents:
        kept = document.package.subject if subject else ""
        stage.expect(Untouched(document=document.id, after=stage.now, subject=kept))
    await stage.until(Acked(document=alive.id), role="liveness")


@scenario("OPS-07/recall")
async def recall_by_another(stage: Stage) -> None:
    """A recall by anyone but the original sender is not applied."""
    document = await _arrived(stage)
    recall = _recall(stage, document, "province")
    await stage.deliver(recall, note="recall by another")
    await stage.until(Acked(document=recall.id, statuses=_ANY))
    await _left_alone(stage, document)


@scenario("OPS-07/take-back")
async def take_back_by_another(stage: Stage) -> None:
    """A take-back by anyone but the original sender is not applied."""
    document = await _arrived(stage)
    await stage.deliver_status(document, stage.peers["province"], TAKE_BACK, _REASON)
    await stage.until(Acked(document=document.id, statuses=_ANY, messagetype="status"))
    await _left_alone(stage, document)


@scenario("OPS-07/update")
async def update_by_another(stage: Stage) -> None:
    """An update by anyone but the original sender changes nothing and removes nobody."""
    changed, kept = stage.document(), stage.document()
    for document in (changed, kept):
        await stage.deliver(document)
    for document in (changed, kept):
        await stage.until(StoredOnce(document=document.id))
    info = BussinessDocumentInfo(document_info="1", document_receiver="0")
    updates = (_update(stage, changed, info, _NEW_SUBJECT, "province"), _removal(stage, kept, "province"))
    for update in updates:
        await stage.deliver(update, note="update by another")
    for update in updates:
        await stage.until(Acked(document=update.id, statuses=_ANY))
    await _left_alone(stage, changed, kept, subject=True)


@scenario("OPS-07/replacement")
async def replacement_by_another(stage: Stage) -> None:
    """A replacement by anyone but the original sender replaces nothing."""
    document = await _arrived(stage)
    replacement = _replacement(stage, document, "province")
    await stage.deliver(replacement, note="replacement by another")
    await stage.until(Acked(document=replacement.id, statuses=_ANY))
    await _left_alone(stage, document, subject=True)
