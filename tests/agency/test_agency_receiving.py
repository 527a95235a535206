"""What must happen to packages that are late, twice, broken, misdirected or hostile."""

import base64
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.edxml.model import Attachment, Bussiness, DocumentPackage, Organization
from harness.edxml.packages import write_package
from harness.hub.interception import AnswerPlan, Replace, RequestFacts
from harness.journal import events_of
from harness.journal.events import RequestReceived
from tests.agency.agency_rig import DATE, MINISTRY, OTHER, PROVINCE, Rig, document, next_second, status, until, with_rig


def test_a_redelivery_is_acknowledged_and_stored_once() -> None:
    async def play(rig: Rig) -> None:
        package = document()
        delivery = rig.deliver(package)
        await rig.until_acked(package.document_id)
        rig.hub.redeliver(delivery.receiver_doc_id)
        await rig.until_acked(package.document_id, 2)
        rig.deliver(package)
        await rig.until_acked(package.document_id, 3)
        assert rig.acks(package.document_id) == ["done"] * 3
        assert await rig.state(package.document_id) == "arrived"
        assert rig.statuses(package.document_id) == ["01"]

    with_rig(play)


def test_other_content_under_a_known_id_is_a_new_attempt_only_after_a_refusal() -> None:
    async def play(rig: Rig) -> None:
        first, second = document(), document(subject="Nội dung khác hẳn")
        rig.deliver(first)
        await rig.until_state(first.document_id, "arrived")
        rig.deliver(second)
        await rig.until_acked(first.document_id, 2)
        assert rig.acks(first.document_id) == ["done", "fail"]
        (row,) = await rig.rows("inbox", first.document_id)
        assert row["subject"] == first.subject
        await rig.ask("decide", document_id=first.document_id, action="refuse", reason="Thiếu phụ lục")
        await next_second()
        rig.deliver(replace(second, subject="Lần gửi thứ hai"))
        await rig.until_statuses(first.document_id, "01", "02", "01")
        (row,) = await rig.rows("inbox", first.document_id)
        assert (row["state"], row["subject"]) == ("arrived", "Lần gửi thứ hai")

    with_rig(play)


@pytest.mark.parametrize(
    ("broken", "reported"),
    [
        (document("2", subject=""), True),
        (document("2", attachments=()), True),
        (replace(document("2"), from_=Organization("", "Ai đó")), False),
        (write_package(document("2")).replace(b"<edXML:Subject>", b"<edXML:Subject>&nobody;"), False),
        (write_package(document("2")).replace(b"?>", b'?><!DOCTYPE edXML [<!ENTITY a "b">]>', 1), False),
        (b"1212" + write_package(document("2")), False),
        (write_package(document("2")) + b"1212", False),
        (write_package(document("2")).replace(b"edXMLEnvelope", b"edXMLenvelope"), None),
    ],
)
def test_a_package_that_breaks_the_standard_is_answered_and_the_next_is_served(
    broken: DocumentPackage | bytes, reported: bool | None
) -> None:
    async def play(rig: Rig) -> None:
        name = document("2").document_id
        rig.deliver(broken, document=name)
        await rig.until_acked(name)
        assert rig.acks(name) == ["fail"]
        assert rig.notes.requests("updateStatus")[0]["parameters"]["description"].isascii()
        if reported:
            await rig.until_statuses(name, "02")
        if reported is not None:
            assert await rig.state(name if reported else None) == "rejected" or not reported
        assert len(rig.notes.effects("fetched")) == 2
        await rig.served()
        assert rig.statuses(name) == (["02"] if reported else rig.statuses(name))

    with_rig(play)


def test_a_broken_status_is_answered_fail_and_stored_nowhere() -> None:
    async def play(rig: Rig) -> None:
        data = write_package(status("03", "x")).replace(b"MessageHeader>", b"Status>")
        rig.hub.deliver(data, sender=MINISTRY, receivers=[PROVINCE], messagetype="status", document_id="x")
        await rig.until_acked("x")
        assert rig.acks("x") == ["fail"]
        assert (await rig.ask("inbox"))["documents"] == []
        await rig.served()

    with_rig(play)


def test_a_document_for_another_agency_is_sent_back() -> None:
    async def play(rig: Rig) -> None:
        package = document(to=(OTHER,))
        rig.deliver(package)
        await rig.until_statuses(package.document_id, "02")
        await rig.until_acked(package.document_id)
        assert rig.acks(package.document_id) == ["done"]
        assert await rig.state(package.document_id) == "refused"
        await rig.served()

    with_rig(play)


def test_both_forms_of_the_own_id_are_known() -> None:
    async def play(rig: Rig) -> None:
        rig.hub.add_agency(PROVINCE, "UBND tỉnh Nghệ An", "sys.province", code102="H41.99")
        for number, form in (("1", PROVINCE), ("2", "H41.99")):
            package = document(number, to=(form,))
            rig.deliver(package)
            await rig.until_statuses(package.document_id, "01")
        unknown = document("3", to=("H41",))
        rig.deliver(unknown)
        await rig.until_statuses(unknown.document_id, "02")

    with_rig(play)


def test_without_a_directory_the_forms_correspond() -> None:
    async def play(rig: Rig) -> None:
        package = document(to=("H41",))
        rig.deliver(package)
        await rig.until_statuses(package.document_id, "01")

    with_rig(play)


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x.pdf", "a\nb.pdf"])
def test_attachment_names_never_become_paths(name: str) -> None:
    async def play(rig: Rig) -> None:
        package = document(files=((name, b"%PDF-1.7 x"),))
        rig.deliver(package)
        await rig.until_statuses(package.document_id, "02")
        kept = [path for path in rig.agency.folder.rglob("*") if path.is_file()]
        assert all(path.parent.parent.name == "files" or path.parent == rig.agency.folder for path in kept)

    with_rig(play)


def _bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.txt", b"\0" * 80_000_000)
    return made.getvalue()


def test_a_zip_bomb_is_refused_and_the_next_is_served() -> None:
    async def play(rig: Rig) -> None:
        package = document(attachments=(Attachment("cid:1", "a.txt", "application/zip", _bomb()),))
        rig.deliver(package)
        await rig.until_statuses(package.document_id, "02")
        (row,) = await rig.rows("inbox", package.document_id)
        assert row["flags"] == ["attachment_invalid"]
        await rig.served()

    with_rig(play)


@pytest.mark.parametrize(
    "shape",
    [
        lambda body: body[: len(body) // 2],
        lambda body: b"",
        lambda body: b"<html>503</html>",
        lambda body: json.dumps({**json.loads(body), "data": None}).encode(),
        lambda body: json.dumps({key: value for key, value in json.loads(body).items() if key != "data"}).encode(),
        lambda body: json.dumps({**json.loads(body), "data": json.loads(body)["data"][:400]}).encode(),
        lambda body: json.dumps({**json.loads(body), "data": json.loads(body)["data"][:401]}).encode(),
        lambda body: json.dumps({**json.loads(body), "data": "PGh0bWw+PC9odG1sPg=="}).encode(),
        lambda body: json.dumps({"status": "FAIL", "ErrorCode": "21", "ErrorDesc": "Loi", "data": ""}).encode(),
        lambda body: json.dumps({"status": "FAIL", "ErrorCode": "10", "ErrorDesc": "Loi", "data": ""}).encode(),
    ],
)
def test_what_did_not_come_whole_is_fetched_again_and_not_acknowledged(shape: Callable[[bytes], bytes]) -> None:
    async def play(rig: Rig) -> None:
        package, other = document(), document("2")
        spoilt: list[RequestFacts] = []

        async def interceptor(facts: RequestFacts) -> AnswerPlan | None:
            wanted = facts.operation == "getEdoc" and facts.document_id == package.document_id
            if not wanted or facts.moment != "after" or facts.answer is None or len(spoilt) >= 3:
                return None
            spoilt.append(facts)
            return AnswerPlan("spoilt", Replace(shape(facts.answer)))

        rig.hub.interceptor = interceptor
        rig.deliver(package)
        rig.deliver(other)
        await rig.until_acked(package.document_id)
        assert rig.acks(package.document_id) == ["done"]
        orders = [one for one in rig.notes.effects("fetched") if one["document_id"] == package.document_id]
        assert len(orders) == 4
        assert await rig.state(package.document_id) == "arrived"
        assert await rig.state(other.document_id) == "arrived"

    with_rig(play)


def test_the_content_of_another_item_is_not_taken_for_this_one() -> None:
    async def play(rig: Rig) -> None:
        before, package = document("7"), document("8")
        rig.deliver(before)
        await rig.until_acked(before.document_id)
        foreign = json.dumps(
            {
                "status": "OK",
                "ErrorCode": "0",
                "ErrorDesc": "",
                "data": base64.b64encode(write_package(before)).decode(),
            }
        ).encode()
        plans = [AnswerPlan("foreign", Replace(foreign))] * 2

        async def interceptor(facts: RequestFacts) -> AnswerPlan | None:
            wanted = facts.operation == "getEdoc" and facts.moment == "after"
            return plans.pop() if wanted and plans else None

        rig.hub.interceptor = interceptor
        rig.deliver(package)
        await rig.until_state(package.document_id, "arrived")
        assert rig.acks(before.document_id) == ["done"]

    with_rig(play)


@pytest.mark.parametrize(
    "hostile", ["../../x", "a" * 10_000, "<script>", "a\r\nX: y", "ă", " ", "' OR 1=1 --", "", "a b", "\x00"]
)
def test_hostile_ids_in_a_list_do_no_harm(hostile: str) -> None:
    async def play(rig: Rig) -> None:
        row = {"docId": hostile, "messageType": "edoc", "from": MINISTRY, "to": PROVINCE}
        listed: list[RequestFacts] = []

        async def interceptor(facts: RequestFacts) -> AnswerPlan | None:
            wanted = (
                facts.operation == "getReceivedEdocList" and facts.moment == "after" and facts.messagetype == "edoc"
            )
            if not wanted or facts.answer is None or len(listed) > 4:
                return None
            listed.append(facts)
            answer = json.loads(facts.answer)
            answer["data"] = [row, {"docId": None}, *answer["data"] * 2]
            return AnswerPlan("hostile", Replace(json.dumps(answer).encode()))

        rig.hub.interceptor = interceptor
        package = document()
        rig.deliver(package)
        await until(lambda: len(listed) > 4, "listed")
        await rig.until_acked(package.document_id)
        await rig.served()
        assert all(not one.what.signature.problems for one in events_of(rig.notes.events, RequestReceived))
        assert all(one["parameters"]["docId"] != hostile for one in rig.notes.requests("getEdoc"))
        assert rig.acks(package.document_id) == ["done"]

    with_rig(play)


def test_two_own_agencies_share_one_document_and_each_speaks_for_itself() -> None:
    async def play(rig: Rig) -> None:
        await rig.ask("register", agencies=[{"organ_id": "H41.12", "organ_name": "Huyện", "parent": PROVINCE}])
        package = document(to=(PROVINCE, "H41.12"))
        rig.hub.deliver(write_package(package), sender=MINISTRY, receivers=[PROVINCE, "H41.12"], messagetype="edoc")
        await rig.until_statuses(package.document_id, "01", "01")
        await rig.until_acked(package.document_id, 2)
        assert await rig.state(package.document_id) == "arrived"
        senders = {one["package"]["from_organ"] for one in rig.notes.requests("sendEdoc")}
        assert senders == {PROVINCE, "H41.12"}

    with_rig(play)


def test_an_operation_that_the_rules_know_but_not_we_is_a_document_like_any_other() -> None:
    async def play(rig: Rig) -> None:
        package = document(bussiness=Bussiness(doc_type="0", reason=f"Mới {DATE}"))
        rig.deliver(package)
        await rig.until_statuses(package.document_id, "01")

    with_rig(play)
