"""OPS: recall, take-back, update, replacement, sent and received."""

from dataclasses import replace
from datetime import datetime

from harness.catalogue.codes import BusinessOperation, StatusCode
from harness.drivers.protocol import DriverError, DriverLost, OperatorError
from harness.edxml.identifiers import document_id
from harness.edxml.model import Bussiness, BussinessDocumentInfo, Receiver, ReplacementInfo, ResponseFor
from harness.expectations import (
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
from harness.journal.recorder import VIETNAM
from harness.scenarios.context import ScenarioContext
from harness.scenarios.orders import ordered
from harness.scenarios.registry import scenario
from harness.scenarios.testdata import Document, OutgoingDocument

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


def _recall(context: ScenarioContext, document: Document, sender: str = "ministry") -> Document:
    return context.document(
        sender, response_for=(_named(document),), bussiness=Bussiness(doc_type=BusinessOperation.RECALL, reason=_REASON)
    )


def _update(
    context: ScenarioContext, document: Document, info: BussinessDocumentInfo, subject: str, sender: str = "ministry"
) -> Document:
    business = Bussiness(doc_type=BusinessOperation.UPDATE, reason=_REASON, document_id=document.id, document_info=info)
    return context.document(sender, subject=subject, bussiness=business)


def _removal(context: ScenarioContext, document: Document, sender: str = "ministry") -> Document:
    """Return an update that reoperates the candidate's agency from the receivers."""
    removed = (Receiver(context.agency.organ_id, "0"), Receiver(context.peers["branch"].organ_id, "1"))
    info = BussinessDocumentInfo(document_info="0", document_receiver="1", receivers=removed)
    return _update(context, document, info, document.package.subject, sender)


def _replacement(context: ScenarioContext, document: Document, sender: str = "ministry") -> Document:
    info = ReplacementInfo(document_id=document.id, organ_ids=(context.agency.organ_id,))
    return context.document(
        sender, bussiness=Bussiness(doc_type=BusinessOperation.REPLACEMENT, reason=_REASON, replacements=(info,))
    )


async def _arrived(context: ScenarioContext, sender: str = "ministry") -> Document:
    document = context.document(sender)
    await context.deliver(document)
    await context.until(StoredOnce(document=document.id))
    return document


async def _sent(context: ScenarioContext, to: tuple[str, ...] = ("ministry", "province")) -> OutgoingDocument:
    sent = await context.send(context.outgoing(to=to))
    await context.until(Accepted(document=sent.document_id))
    return sent


async def _agreed(context: ScenarioContext, document: Document, operation: Document) -> None:
    """Give the system time to fetch an operation and to apply it by itself; then let the clerk agree.

    If that is refused, the operation has been applied already.
    """
    await context.await_quietly(Acked(document=operation.id, statuses=_ANY))
    await _agreed_at_once(context, document)


async def _agreed_at_once(context: ScenarioContext, document: Document) -> None:
    await context.linger(context.times.reaction)
    await context.tolerated("decide", {"document_id": document.id, "action": "agree", "reason": ""})


async def _agreed_if_it_can(context: ScenarioContext, document: Document) -> None:
    """As `_agreed_at_once`, but a candidate whose driver cannot make the clerk agree must answer as well."""
    try:
        await _agreed_at_once(context, document)
    except DriverLost:
        return
    except OperatorError as error:
        if error.answer != "cannot":
            raise
    except DriverError as error:
        if error.kind != "unsupported":
            raise


@scenario(
    "OPS-01",
    expects=(Operates, OrderTaken),
    awaits=(Accepted,),
    needs=("recall",),
    shows=("HDR-16", "TRC-04", "TRC-07", "ARC"),
)
async def recall_sent(context: ScenarioContext) -> None:
    """A recall names the document it recalls and is accepted."""
    target = await _sent(context)
    recall = await ordered(
        context,
        context.outgoing(to=("ministry", "province"), operation="recall", target=target.document_id, reason=_REASON),
    )
    context.expect(Operates(document=recall.document_id, doc_type=BusinessOperation.RECALL, target=target.document_id))


@scenario("OPS-02", expects=(Withdrawn,), awaits=(StoredOnce,), shows=("ARC",))
async def recall_received(context: ScenarioContext) -> None:
    """A recalled document is cancelled and 15 is sent, or 16."""
    document = await _arrived(context)
    recall = _recall(context, document)
    await context.deliver(recall, note="recall")
    await _agreed(context, document, recall)
    context.expect(Withdrawn(document=document.id))


@scenario(
    "OPS-03/sent",
    expects=(OrderTaken, StatusTo),
    awaits=(Accepted,),
    needs=("take_back",),
    shows=("STP-02", "STP-03", "STP-04", "STP-05", "STP-06"),
)
async def take_back_sent(context: ScenarioContext) -> None:
    """Taking a document back from one receiver sends it status 13 with reversed roles."""
    target = await _sent(context)
    receiver = context.peers["ministry"].organ_id
    order = {"document_id": target.document_id, "organ_id": receiver, "reason": _REASON}
    context.expect(OrderTaken(command="take_back", arguments=order))
    await context.drive("take_back", order)
    context.expect(StatusTo(document=target.document_id, code=StatusCode.TAKE_BACK, organ_id=receiver))


@scenario("OPS-03/received", expects=(Withdrawn,), awaits=(StoredOnce,))
async def take_back_received(context: ScenarioContext) -> None:
    """A take-back by the original sender is answered with 15 and applied, or with 16."""
    document = await _arrived(context)
    await context.deliver_status(document, document.sender, StatusCode.TAKE_BACK, _REASON)
    await context.await_quietly(Acked(document=document.id, statuses=_ANY, messagetype="status"))
    await _agreed_if_it_can(context, document)
    context.expect(Withdrawn(document=document.id))


@scenario(
    "OPS-04/sent", expects=(Operates, OrderTaken), awaits=(Accepted,), needs=("update",), shows=("TRC-05", "TRC-07")
)
async def update_sent(context: ScenarioContext) -> None:
    """An update names its target, and the receivers added and removed."""
    target = await _sent(context)
    added, removed = context.peers["department"].organ_id, context.peers["province"].organ_id
    update = await ordered(
        context,
        context.outgoing(
            to=("ministry", "department", "province"),
            operation="update",
            target=target.document_id,
            reason=_REASON,
            receivers_added=[added],
            receivers_removed=[removed],
        ),
    )
    context.expect(
        Operates(
            document=update.document_id,
            doc_type=BusinessOperation.UPDATE,
            target=target.document_id,
            added=(added,),
            removed=(removed,),
        )
    )


@scenario("OPS-04/received", expects=(StatusSent, StoredAs), awaits=(StoredOnce,), needs=("update",))
async def update_received(context: ScenarioContext) -> None:
    """An update of a document's information is applied to it, and answered."""
    document = await _arrived(context)
    update = _update(context, document, BussinessDocumentInfo(document_info="1", document_receiver="0"), _NEW_SUBJECT)
    await context.deliver(update, note="update")
    await _agreed(context, document, update)
    context.expect(StatusSent(document=document.id, codes=(StatusCode.AGREED,)))
    context.expect(StoredAs(document=document.id, subject=_NEW_SUBJECT, files=()))


@scenario("OPS-04/removed", expects=(Withdrawn,), awaits=(StoredOnce,), needs=("update",))
async def removed_by_update(context: ScenarioContext) -> None:
    """A receiver that an update removes treats it as a recall."""
    document = await _arrived(context)
    update = _removal(context, document)
    await context.deliver(update, note="update that removes")
    await _agreed(context, document, update)
    context.expect(Withdrawn(document=document.id))


@scenario(
    "OPS-05/sent", expects=(Operates, OrderTaken), awaits=(Accepted,), needs=("replace",), shows=("TRC-06", "TRC-07")
)
async def replacement_sent(context: ScenarioContext) -> None:
    """A replacement names the document it replaces."""
    target = await _sent(context)
    replacement = await ordered(
        context,
        context.outgoing(to=("ministry", "province"), operation="replace", target=target.document_id, reason=_REASON),
    )
    context.expect(
        Operates(document=replacement.document_id, doc_type=BusinessOperation.REPLACEMENT, target=target.document_id)
    )


@scenario("OPS-05/received", expects=(StatusSent, StoredOnce, Withdrawn), awaits=(StoredOnce,), needs=("replace",))
async def replacement_received(context: ScenarioContext) -> None:
    """The replacing document is treated as a new one; the replaced one is withdrawn, or the replacement refused."""
    document = await _arrived(context)
    replacement = _replacement(context, document)
    await context.deliver(replacement, note="replacement")
    context.expect(StatusSent(document=replacement.id, codes=(StatusCode.ARRIVED,)))
    context.expect(StoredOnce(document=replacement.id))
    await _agreed(context, document, replacement)
    choices = context.profile.parameters.choices
    context.expect(Withdrawn(document=document.id, silence=choices.replaced_silence, answers=choices.replaced))


@scenario("OPS-06", expects=(AnyStatus, Untouched), awaits=(StoredOnce,))
async def unknown_target(context: ScenarioContext) -> None:
    """A recall of a document it never had is refused, and no other document is touched."""
    bystander = await _arrived(context, "branch")
    today = datetime.now(VIETNAM).strftime("%Y/%m/%d")
    number, notation = context.run.testdata.number(context.chance), bystander.package.code.code_notation
    unknown = replace(
        _named(bystander),
        code=f"{number}/{notation}",
        document_id=document_id(bystander.sender.organ_id, today, number, notation),
    )
    recall = context.document(
        "branch", response_for=(unknown,), bussiness=Bussiness(doc_type=BusinessOperation.RECALL, reason=_REASON)
    )
    await context.deliver(recall, note="recall of an unknown document")
    codes = context.profile.parameters.choices.unknown_target
    context.expect(AnyStatus(documents=(recall.id, unknown.document_id), codes=codes))
    await context.settle()
    context.expect(Untouched(document=bystander.id, after=context.now))


async def _left_alone(context: ScenarioContext, *documents: Document, subject: bool = False) -> None:
    """Give the system its time to react to what it has acknowledged, and expect that it does nothing to documents.

    With `subject` they must keep their subjects, too. A good exchange in the meantime shows that the system is alive.
    """
    alive = context.document()
    await context.deliver(alive, note="liveness")
    await context.linger(context.times.reaction + context.margin)
    for document in documents:
        kept = document.package.subject if subject else ""
        context.expect(Untouched(document=document.id, after=context.now, subject=kept))
    await context.until(Acked(document=alive.id), role="liveness")


@scenario("OPS-07/recall", expects=(Untouched,), awaits=(StoredOnce, Acked), alive=(Acked,))
async def recall_by_another(context: ScenarioContext) -> None:
    """A recall by anyone but the original sender is not applied."""
    document = await _arrived(context)
    recall = _recall(context, document, "province")
    await context.deliver(recall, note="recall by another")
    await context.until(Acked(document=recall.id, statuses=_ANY))
    await _left_alone(context, document)


@scenario("OPS-07/take-back", expects=(Untouched,), awaits=(StoredOnce, Acked), alive=(Acked,))
async def take_back_by_another(context: ScenarioContext) -> None:
    """A take-back by anyone but the original sender is not applied."""
    document = await _arrived(context)
    await context.deliver_status(document, context.peers["province"], StatusCode.TAKE_BACK, _REASON)
    await context.until(Acked(document=document.id, statuses=_ANY, messagetype="status"))
    await _left_alone(context, document)


@scenario("OPS-07/update", expects=(Untouched,), awaits=(StoredOnce, Acked), alive=(Acked,))
async def update_by_another(context: ScenarioContext) -> None:
    """An update by anyone but the original sender changes nothing and removes no receiver."""
    changed, kept = context.document(), context.document()
    for document in (changed, kept):
        await context.deliver(document)
    for document in (changed, kept):
        await context.until(StoredOnce(document=document.id))
    info = BussinessDocumentInfo(document_info="1", document_receiver="0")
    updates = (_update(context, changed, info, _NEW_SUBJECT, "province"), _removal(context, kept, "province"))
    for update in updates:
        await context.deliver(update, note="update by another")
    for update in updates:
        await context.until(Acked(document=update.id, statuses=_ANY))
    await _left_alone(context, changed, kept, subject=True)


@scenario("OPS-07/replacement", expects=(Untouched,), awaits=(StoredOnce, Acked), alive=(Acked,))
async def replacement_by_another(context: ScenarioContext) -> None:
    """A replacement by anyone but the original sender replaces nothing."""
    document = await _arrived(context)
    replacement = _replacement(context, document, "province")
    await context.deliver(replacement, note="replacement by another")
    await context.until(Acked(document=replacement.id, statuses=_ANY))
    await _left_alone(context, document, subject=True)
