"""Recall, take-back, update and replacement: for the original sender, on the right document, answered."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.edxml.model import (
    Bussiness,
    BussinessDocumentInfo,
    DocumentPackage,
    Organization,
    Receiver,
    ReplacementInfo,
)
from tests.agency.agency_rig import (
    MINISTRY,
    OTHER,
    PROVINCE,
    CommandFailed,
    Rig,
    answer_for,
    document,
    status,
    with_rig,
)

Operation = Callable[[str, DocumentPackage], DocumentPackage]


def recall(number: str, target: DocumentPackage) -> DocumentPackage:
    return document(
        number,
        response_for=(answer_for(target),),
        bussiness=Bussiness(doc_type="1", reason="Gửi nhầm", document_id=target.document_id),
    )


def update(number: str, target: DocumentPackage, info: str = "1", *receivers: Receiver) -> DocumentPackage:
    changes = BussinessDocumentInfo(info, "1" if receivers else "0", receivers)
    bussiness = Bussiness(doc_type="2", reason="Sửa", document_id=target.document_id, document_info=changes)
    return document(number, subject="Trích yếu đã sửa", bussiness=bussiness)


def replacement(number: str, target: DocumentPackage) -> DocumentPackage:
    replaced = (ReplacementInfo(target.document_id, (PROVINCE,)),)
    return document(number, bussiness=Bussiness(doc_type="3", reason="Thay thế", replacements=replaced))


async def arrived(rig: Rig, number: str = "1") -> DocumentPackage:
    package = document(number)
    rig.deliver(package)
    await rig.until_statuses(package.document_id, "01")
    return package


def test_a_recall_cancels_the_document() -> None:
    async def play(rig: Rig) -> None:
        target = await arrived(rig)
        await rig.ask("decide", document_id=target.document_id, action="accept")
        asking = recall("2", target)
        rig.deliver(asking)
        await rig.until_statuses(target.document_id, "01", "03", "15")
        assert await rig.state(target.document_id) == "cancelled"
        assert rig.statuses(asking.document_id) == ["01"]
        for action in ("process", "agree"):
            with pytest.raises(CommandFailed, match="refused"):
                await rig.ask("decide", document_id=target.document_id, action=action)
        again = recall("3", target)
        rig.deliver(again)
        await rig.until_statuses(again.document_id, "01")
        await rig.served()
        assert rig.statuses(target.document_id) == ["01", "03", "15"]

    with_rig(play)


def test_a_finished_document_is_not_cancelled() -> None:
    async def play(rig: Rig) -> None:
        target = await arrived(rig)
        for action in ("accept", "finish"):
            await rig.ask("decide", document_id=target.document_id, action=action)
        rig.deliver(recall("2", target))
        await rig.until_statuses(target.document_id, "01", "03", "06", "16")
        assert await rig.state(target.document_id) == "finished"

    with_rig(play)


def test_an_update_changes_the_information_and_nothing_else() -> None:
    async def play(rig: Rig) -> None:
        target = await arrived(rig)
        rig.deliver(update("2", target))
        await rig.until_statuses(target.document_id, "01", "15")
        (row,) = await rig.rows("inbox", target.document_id)
        assert (row["subject"], row["state"], row["flags"]) == ("Trích yếu đã sửa", "arrived", ["updated"])

    with_rig(play)


def test_an_update_that_marks_only_receivers_leaves_the_information() -> None:
    async def play(rig: Rig) -> None:
        target = await arrived(rig)
        rig.deliver(update("2", target, "0", Receiver(OTHER, "1")))
        await rig.until_statuses(target.document_id, "01", "15")
        (row,) = await rig.rows("inbox", target.document_id)
        assert row["subject"] == target.subject

    with_rig(play)


def test_an_update_that_removes_us_is_a_recall() -> None:
    async def play(rig: Rig) -> None:
        target = await arrived(rig)
        rig.deliver(update("2", target, "0", Receiver(PROVINCE, "0"), Receiver(OTHER, "1")))
        await rig.until_statuses(target.document_id, "01", "15")
        assert await rig.state(target.document_id) == "cancelled"

    with_rig(play)


def test_an_update_that_adds_us_is_a_new_document_that_can_be_recalled() -> None:
    async def play(rig: Rig) -> None:
        target = document()
        adding = update("2", target, "0", Receiver(PROVINCE, "1"))
        rig.deliver(adding)
        await rig.until_statuses(adding.document_id, "01")
        assert await rig.state(adding.document_id) == "arrived"
        rig.deliver(recall("3", target))
        await rig.until_state(adding.document_id, "cancelled")

    with_rig(play)


def test_a_replacement_is_a_new_document_and_cancels_the_old() -> None:
    async def play(rig: Rig) -> None:
        target = await arrived(rig)
        new = replacement("2", target)
        rig.deliver(new)
        await rig.until_statuses(target.document_id, "01", "15")
        await rig.until_statuses(new.document_id, "01")
        assert await rig.state(target.document_id) == "cancelled"
        await rig.ask("decide", document_id=new.document_id, action="accept")
        await rig.until_statuses(new.document_id, "01", "03")

    with_rig(play)


def test_a_take_back_cancels_the_document() -> None:
    async def play(rig: Rig) -> None:
        target = await arrived(rig)
        asking = replace(status("13", target.document_id), response_for=replace(answer_for(target), organ_id=PROVINCE))
        rig.deliver(asking)
        await rig.until_statuses(target.document_id, "01", "15")
        assert await rig.state(target.document_id) == "cancelled"

    with_rig(play)


def test_a_take_back_of_an_unknown_document_is_refused() -> None:
    async def play(rig: Rig) -> None:
        unknown = document("77").document_id
        rig.deliver(status("13", unknown))
        await rig.until_statuses(unknown, "16")

    with_rig(play)


def test_a_take_back_by_another_agency_is_not_applied() -> None:
    async def play(rig: Rig) -> None:
        target = await arrived(rig)
        rig.deliver(status("13", target.document_id, sender=OTHER), sender=OTHER)
        await rig.served()
        assert await rig.state(target.document_id) == "arrived"
        assert rig.statuses(target.document_id) == ["01"]

    with_rig(play)


@pytest.mark.parametrize("operation", [recall, update, replacement])
def test_an_operation_on_an_unknown_document_is_refused(operation: Operation) -> None:
    async def play(rig: Rig) -> None:
        bystander = await arrived(rig)
        asking = operation("2", document("77"))
        rig.deliver(asking)
        await rig.until_statuses(asking.document_id, "02")
        await rig.served()
        assert await rig.state(bystander.document_id) == "arrived"
        assert await rig.state(asking.document_id) == "refused"

    with_rig(play)


@pytest.mark.parametrize("operation", [recall, update, replacement])
def test_an_operation_by_another_agency_is_not_applied(operation: Operation) -> None:
    async def play(rig: Rig) -> None:
        target = await arrived(rig)
        asking = operation("2", target)
        name = asking.document_id.replace(MINISTRY, OTHER)
        traces = tuple(replace(one, organ_id=OTHER) for one in asking.trace_headers)
        asking = replace(asking, from_=Organization(OTHER, "Kẻ khác"), document_id=name, trace_headers=traces)
        rig.deliver(asking, sender=OTHER)
        await rig.until_statuses(name, "02")
        await rig.served()
        (row,) = await rig.rows("inbox", target.document_id)
        assert (row["state"], row["subject"]) == ("arrived", target.subject)
        assert rig.statuses(target.document_id) == ["01"]

    with_rig(play)


def test_own_operations_go_out_after_the_document_they_act_on() -> None:
    async def play(rig: Rig) -> None:
        first = await rig.send("1")
        for operation, number in (("update", "2"), ("replace", "3"), ("recall", "4")):
            sent = await rig.send(
                number, operation=operation, target=first, reason="Có sai sót", attachments=None, to=(),
                receivers_added=[OTHER] if operation == "update" else None,
            )  # fmt: skip
            await rig.until_state(sent, "sent", "outbox")
        packages = [one["package"] for one in rig.notes.requests("sendEdoc")]
        assert [one["doc_type"] for one in packages] == ["0", "2", "3", "1"]
        assert packages[1]["to_organs"] == [MINISTRY, OTHER]
        with pytest.raises(CommandFailed, match="refused"):
            await rig.send("5", operation="recall", target=first, reason="x")
        with pytest.raises(CommandFailed, match="refused"):
            await rig.send("6", operation="recall", target="000.00.00.H41,2026/01/01,99/X", reason="x")
        with pytest.raises(CommandFailed, match="failed"):
            await rig.send("7", operation="recall")

    with_rig(play)


def test_an_own_take_back_turns_the_roles() -> None:
    async def play(rig: Rig) -> None:
        sent = await rig.send()
        await rig.until_state(sent, "sent", "outbox")
        for wrong in ({"organ_id": OTHER, "reason": "x"}, {"organ_id": MINISTRY, "reason": ""}):
            with pytest.raises(CommandFailed):
                await rig.ask("take_back", document_id=sent, **wrong)
        await rig.ask("take_back", document_id=sent, organ_id=MINISTRY, reason="Gửi nhầm")
        await rig.until_statuses(sent, "13")
        package = rig.notes.requests("sendEdoc")[-1]["package"]
        assert package["from_organ"] == PROVINCE
        assert package["response_for"]["organ_id"] == MINISTRY

    with_rig(play)
