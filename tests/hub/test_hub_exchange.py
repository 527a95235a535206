"""The exchange through the hub: mailboxes, acknowledgements, statuses, repeats."""

import pytest

from harness.vxp.client import SERVICE
from harness.vxp.failures import Refused
from harness.vxp.hashing import hash_file
from tests.hub.hub_rig import DISTRICT, MINISTRY, PROVINCE, Rig, document, document_id, status, with_rig


def test_a_document_waits_until_it_is_acknowledged() -> None:
    async def play(rig: Rig) -> None:
        package = document()
        hub_id = await rig.ministry.send_edoc(package, "edoc")
        assert len(hub_id) == 24
        assert int(hub_id, 16) > 0
        (item,) = (await rig.province.get_received_edoc_list("edoc")).items
        assert item.doc_id != hub_id
        assert (item.from_, item.to, item.status) == (MINISTRY, PROVINCE, "initial")
        assert await rig.province.get_edoc(item.doc_id) == package
        assert await rig.province.download_edoc(item.doc_id) == package
        await rig.province.update_status(item.doc_id, "processing")
        assert (await rig.province.get_received_edoc_list("edoc")).items[0].status == "processing"
        assert await rig.province.count_receive_edoc() == 1
        await rig.province.update_status(item.doc_id, "done")
        assert not (await rig.province.get_received_edoc_list("edoc")).items
        assert await rig.province.count_receive_edoc() == 0
        assert await rig.province.get_edoc(item.doc_id) == package
        await rig.province.update_status(item.doc_id, "done")

    with_rig(play)


def test_each_receiver_has_an_item_of_its_own() -> None:
    async def play(rig: Rig) -> None:
        hub_id = await rig.ministry.send_edoc(document(to=(PROVINCE, DISTRICT)), "edoc")
        first, second = (await rig.province.get_received_edoc_list("edoc")).items
        assert {first.to, second.to} == {PROVINCE, DISTRICT}
        await rig.province.update_status(first.doc_id, "fail", "tệp hỏng")
        assert [i.doc_id for i in (await rig.province.get_received_edoc_list("edoc")).items] == [second.doc_id]
        states = {item.to_code: item for item in await rig.ministry.get_sent_edoc_list("edoc", hub_id)}
        assert states[first.to].receive_status == "fail"
        assert states[first.to].receive_status_desc == "tệp hỏng"
        assert states[second.to].receive_status == "initial"
        assert states[second.to].sender_doc_id == hub_id
        assert states[second.to].receiver_doc_id == second.doc_id
        assert states[second.to].title == "V/v kết nối"
        assert states[second.to].notation == "1/VPCP-TTĐT"

    with_rig(play)


def test_statuses_come_back_to_the_sender() -> None:
    async def play(rig: Rig) -> None:
        hub_id = await rig.ministry.send_edoc(document(), "edoc")
        package = status("02", text="Sai thẩm quyền")
        await rig.province.send_edoc(package, "status")
        assert await rig.ministry.count_receive_status() == 1
        assert await rig.ministry.count_receive_edoc() == 0
        (item,) = (await rig.ministry.get_received_edoc_list("status")).items
        assert item.message_type == "status"
        assert await rig.ministry.get_edoc(item.doc_id) == package
        (sent,) = await rig.ministry.get_sent_edoc_list("edoc", hub_id)
        assert (sent.receive_status, sent.receive_status_desc) == ("02", "Sai thẩm quyền")

    with_rig(play)


def test_a_take_back_goes_to_the_receiver_it_names() -> None:
    async def play(rig: Rig) -> None:
        await rig.ministry.send_edoc(document(), "edoc")
        await rig.ministry.send_edoc(status("13", sender=MINISTRY, to=PROVINCE), "status")
        (item,) = (await rig.province.get_received_edoc_list("status")).items
        assert (item.from_, item.to) == (MINISTRY, PROVINCE)

    with_rig(play)


def test_a_repeat_arrives_once() -> None:
    async def play(rig: Rig) -> None:
        first = await rig.ministry.send_edoc(document(), "edoc")
        assert await rig.ministry.send_edoc(document(), "edoc") == first
        assert await rig.ministry.send_edoc(document(subject="Đã sửa"), "edoc") == first
        effects = [answer["effect"]["accepted"] for answer in rig.notes.of("answer")]
        assert [effect["duplicate"] for effect in effects] == [False, True, True]
        assert len((await rig.province.get_received_edoc_list("edoc")).items) == 1
        answered = await rig.province.send_edoc(status("01"), "status")
        assert await rig.province.send_edoc(status("01"), "status") == answered
        assert await rig.province.send_edoc(status("03"), "status") != answered
        assert len((await rig.ministry.get_received_edoc_list("status")).items) == 2

    with_rig(play)


def test_a_repeat_for_another_receiver_reaches_that_one_only() -> None:
    async def play(rig: Rig) -> None:
        first = await rig.ministry.send_edoc(document(), "edoc", to=[PROVINCE])
        assert await rig.ministry.send_edoc(document(), "edoc", to=[PROVINCE, DISTRICT]) == first
        items = (await rig.province.get_received_edoc_list("edoc")).items
        assert sorted(item.to for item in items) == sorted([PROVINCE, DISTRICT])

    with_rig(play)


def test_an_operation_on_a_document_is_no_repeat_of_it() -> None:
    async def play(rig: Rig) -> None:
        first = await rig.ministry.send_edoc(document(), "edoc")
        assert await rig.ministry.send_edoc(document(doc_type="1"), "edoc") != first
        assert len((await rig.province.get_received_edoc_list("edoc")).items) == 2

    with_rig(play)


@pytest.mark.parametrize("refused_by", ["status", "acknowledgement"])
def test_other_content_is_a_new_attempt_after_a_refusal(refused_by: str) -> None:
    async def play(rig: Rig) -> None:
        first = await rig.ministry.send_edoc(document(), "edoc")
        (item,) = (await rig.province.get_received_edoc_list("edoc")).items
        if refused_by == "status":
            await rig.province.update_status(item.doc_id, "done")
            await rig.province.send_edoc(status("02", text="Thiếu tệp"), "status")
        else:
            await rig.province.update_status(item.doc_id, "fail")
        assert await rig.ministry.send_edoc(document(), "edoc") == first
        assert not (await rig.province.get_received_edoc_list("edoc")).items
        second = await rig.ministry.send_edoc(document(subject="Đã sửa"), "edoc")
        assert second != first
        assert len((await rig.province.get_received_edoc_list("edoc")).items) == 1
        assert await rig.ministry.send_edoc(document(subject="Đã sửa"), "edoc") == second

    with_rig(play)


def test_both_forms_name_one_agency() -> None:
    async def play(rig: Rig) -> None:
        await rig.province.send_edoc(document(sender=PROVINCE, to=("G22", MINISTRY)), "edoc")
        (item,) = (await rig.ministry.get_received_edoc_list("edoc")).items
        assert item.to == MINISTRY

    with_rig(play)


@pytest.mark.parametrize("to", ['["H41.12"]', '"H41.12"', "H41.12"])
def test_the_to_parameter_comes_before_the_package(to: str) -> None:
    async def play(rig: Rig) -> None:
        client = rig.ministry
        parameters = [("servicetype", "eDoc"), ("messagetype", "edoc"), ("from", "sys.ministry"), ("to", to)]
        await client._answered("sendEdoc", parameters, document() + b"\r\n")
        assert [i.to for i in (await rig.province.get_received_edoc_list("edoc")).items] == [DISTRICT]
        assert rig.notes.last_answer["effect"]["listed"][0]["receiver"] == DISTRICT

    with_rig(play)


@pytest.mark.parametrize("sender", [MINISTRY, "G22", PROVINCE, "sys.other"])
def test_the_sender_is_named_by_the_system_id_alone(sender: str) -> None:
    async def play(rig: Rig) -> None:
        with pytest.raises(Refused) as caught:
            await rig.ministry.send_edoc(document(), "edoc", sender=sender)
        assert caught.value.description == f"Don vi gui {sender} khong dung voi ma da dang ky: sys.ministry"
        assert await rig.province.count_receive_edoc() == 0
        await rig.ministry.send_edoc(document(), "edoc", sender="sys.ministry")
        assert await rig.province.count_receive_edoc() == 1

    with_rig(play)


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("trailer", [b"", b"\r\n"])
def test_a_file_that_ends_in_a_line_end_of_its_own_is_taken_whole(padded: bool, trailer: bytes) -> None:
    async def play(rig: Rig) -> None:
        file = document() + b"\r\n"
        parameters = [
            SERVICE,
            ("messagetype", "edoc"),
            ("from", "sys.ministry"),
            ("hash-file", hash_file(file, padded)),
        ]
        await rig.ministry._answered("sendEdoc", parameters, file + trailer)
        request = next(event.members for event in rig.notes.events if event.kind == "request")
        assert (request["package"]["size"], request["package"]["trailing_crlf"]) == (len(file), bool(trailer))
        assert request["package"]["hash_file_form"] in ({"padded", "both"} if padded else {"unpadded", "both"})
        (item,) = (await rig.province.get_received_edoc_list("edoc")).items
        assert await rig.province.get_edoc(item.doc_id) == file

    with_rig(play)


def test_known_receivers_are_served_when_the_settings_say_so() -> None:
    async def play(rig: Rig) -> None:
        await rig.ministry.send_edoc(document(to=(PROVINCE, "H99")), "edoc")
        assert await rig.province.count_receive_edoc() == 1
        with pytest.raises(Refused) as caught:
            await rig.ministry.send_edoc(document("2", to=("H99",)), "edoc")
        assert caught.value.code == "18"

    with_rig(play, unknown_receivers="deliver-to-known")


def test_the_harness_delivers_any_bytes_under_any_name() -> None:
    async def play(rig: Rig) -> None:
        hostile = b"\x00<!DOCTYPE x>\r\n"
        (delivery,) = rig.hub.deliver(
            hostile, sender="nobody", receivers=[PROVINCE], messagetype="edoc", document_id="its,own/name"
        )
        (item,) = (await rig.province.get_received_edoc_list("edoc")).items
        assert (item.doc_id, item.from_) == (delivery.receiver_doc_id, "nobody")
        assert await rig.province.get_edoc(item.doc_id) == hostile
        assert rig.notes.last_answer["effect"]["fetched"]["document_id"] == "its,own/name"
        await rig.province.update_status(item.doc_id, "done")
        rig.hub.redeliver(delivery.receiver_doc_id)
        assert await rig.province.count_receive_edoc() == 1
        again = rig.hub.deliver(hostile, sender="nobody", receivers=[PROVINCE], messagetype="edoc")
        assert again[0].receiver_doc_id != delivery.receiver_doc_id
        with pytest.raises(KeyError):
            rig.hub.redeliver("no such item")

    with_rig(play)


def test_rebuilding_adds_the_hubs_own_hop() -> None:
    async def play(rig: Rig) -> None:
        package = document()
        await rig.ministry.send_edoc(package, "edoc")
        (item,) = (await rig.province.get_received_edoc_list("edoc")).items
        received = await rig.province.get_edoc(item.doc_id)
        assert received != package
        assert received.count(b"TraceHeader>") == package.count(b"TraceHeader>") + 2
        assert b">00.00.W00<" in received
        assert rig.notes.last_answer["effect"]["fetched"]["document_id"] == document_id()
        unreadable = rig.hub.deliver(b"<a", sender=MINISTRY, receivers=[PROVINCE], messagetype="edoc")
        assert await rig.province.get_edoc(unreadable[0].receiver_doc_id) == b"<a"

    with_rig(play, mode="rebuild")


def test_a_thousand_waiting_documents_are_listed() -> None:
    async def play(rig: Rig) -> None:
        package = document()
        for number in range(1000):
            rig.hub.deliver(package, sender=MINISTRY, receivers=[PROVINCE], messagetype="edoc", document_id=str(number))
        items = (await rig.province.get_received_edoc_list("edoc")).items
        assert len({item.doc_id for item in items}) == 1000
        effect = rig.notes.last_answer["effect"]
        assert effect["rows"] == 1000
        assert [entry["document_id"] for entry in effect["listed"]] == [str(number) for number in range(20)]

    with_rig(play)
