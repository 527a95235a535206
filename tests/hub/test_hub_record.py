"""The record: every request leaves what was received, and what was answered and done."""

import hashlib

import httpx2
import pytest

from harness.vxp.failures import Refused
from harness.vxp.headers import header
from harness.vxp.signing import verify
from tests.hub.hub_rig import MINISTRY, PROVINCE, SECRETS, Rig, document, document_id, status, with_rig


def test_a_sent_document() -> None:
    async def play(rig: Rig) -> None:
        package = document()
        hub_id = await rig.ministry.send_edoc(package, "edoc")
        (request,), (answer,) = rig.notes.of("request"), rig.notes.of("answer")
        assert (request["n"], request["method"], request["target"]) == (1, "POST", "/vxp/sendEdoc")
        assert (request["operation"], request["system_id"]) == ("sendEdoc", "sys.ministry")
        assert request["parameters"]["hash-file"] == hashlib.sha256(package).hexdigest()
        assert ["XroadVnpt-systemid", "sys.ministry"] in request["headers"]
        body = request["body"]
        assert (body["size"], body["complete"], body["blob"]) == (len(package) + 2, True, None)
        assert body["sha256"] == hashlib.sha256(package + b"\r\n").hexdigest()
        assert request["framing"] == {
            "content_length": str(len(package) + 2),
            "transfer_encoding": None,
            "content_type": "application/octet-stream",
            "expect": None,
        }
        assert request["signature"]["problems"] == []
        assert request["signature"]["expected_hash_header"] == request["signature"]["given_hash_header"]
        assert request["secret_in"] == []
        facts = request["package"]
        assert rig.notes.blobs[facts["blob"]] == package
        assert facts["sha256"] == facts["blob"]
        assert facts["hash_file_form"] in ("padded", "both")
        assert (facts["kind"], facts["trailing_crlf"], facts["doc_type"]) == ("document", True, "0")
        assert (facts["document_id"], facts["from_organ"]) == (document_id(), MINISTRY)
        assert (facts["to_organs"], facts["subject"]) == ([PROVINCE], "V/v kết nối")
        assert (answer["request"], answer["operation"], answer["http_status"]) == (0, "sendEdoc", 200)
        assert (answer["error_code"], answer["error_desc"]) == ("0", "Thanh cong")
        assert (answer["complete"], answer["fault"]) == (True, None)
        assert answer["effect"] == {
            "accepted": {
                "hub_id": hub_id,
                "document_id": document_id(),
                "kind": "document",
                "from_organ": MINISTRY,
                "receivers": [PROVINCE],
                "duplicate": False,
            }
        }

    with_rig(play)


def test_a_status_is_delivered_and_acknowledged() -> None:
    async def play(rig: Rig) -> None:
        await rig.province.send_edoc(status("01"), "status")
        facts = rig.notes.of("request")[-1]["package"]
        assert (facts["kind"], facts["status_code"], facts["document_id"]) == ("status", "01", document_id())
        assert facts["response_for"] == {
            "organ_id": MINISTRY,
            "code": "1/VPCP-TTĐT",
            "promulgation_date": "2026/11/20",
            "document_id": document_id(),
        }
        (item,) = (await rig.ministry.get_received_edoc_list("status")).items
        (entry,) = rig.notes.last_answer["effect"]["listed"]
        assert (entry["receiver_doc_id"], entry["document_id"]) == (item.doc_id, document_id())
        assert (entry["messagetype"], entry["status"]) == ("status", "initial")
        await rig.ministry.get_edoc(item.doc_id)
        fetched = rig.notes.last_answer["effect"]["fetched"]
        assert fetched["complete"] is True
        assert fetched["sha256"] == hashlib.sha256(status("01")).hexdigest()
        assert rig.notes.last_answer["body"]["blob"] is None
        await rig.ministry.update_status(item.doc_id, "fail", "không đọc được")
        acked = rig.notes.last_answer["effect"]["acked"]
        assert (acked["document_id"], acked["messagetype"]) == (document_id(), "status")
        assert (acked["status"], acked["description"]) == ("fail", "không đọc được")

    with_rig(play)


def test_secrets_are_found_anywhere_in_a_call() -> None:
    async def play(rig: Rig) -> None:
        secret = SECRETS["sys.ministry"]
        url = f"{rig.server.endpoint}/countReceiveEdoc?key={secret}"
        async with httpx2.AsyncClient() as http:
            await http.post(url, content=f"x {secret}", headers={"X-Key": secret, "Authorization": "none"})
        assert rig.notes.of("request")[-1]["secret_in"] == ["url", "body", "header:X-Key"]

    with_rig(play)


def test_headers_stay_as_received() -> None:
    async def play(rig: Rig) -> None:
        with pytest.raises(Refused):
            await rig.province.update_status("mã", "fail", "hỏng \U0001f4c4")
        request = rig.notes.of("request")[-1]
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in request["headers"]]
        assert verify(raw, SECRETS["sys.province"]).valid
        assert header(raw, "xroadvnpt-description") == "hỏng \U0001f4c4".encode()
        assert request["parameters"]["docId"] == "mã"
        assert rig.notes.last_answer["error_code"] == "10"

    with_rig(play)


def test_unreadable_packages_are_recorded_as_they_are() -> None:
    async def play(rig: Rig) -> None:
        async with httpx2.AsyncClient() as http:
            await http.post(f"{rig.server.endpoint}//sendEdoc", content=b"\xff\xfegarbage")
        request = rig.notes.of("request")[-1]
        assert request["operation"] == "sendEdoc"
        assert request["package"]["kind"] == "unknown"
        assert request["package"]["unreadable"] == "encoding"
        assert request["package"]["hash_file_form"] is None
        assert request["package"]["document_id"] is None
        assert rig.notes.blobs[request["package"]["blob"]] == b"\xff\xfegarbage"
        assert request["signature"] == {
            "sign_header_present": False,
            "expected_hash_header": None,
            "given_hash_header": None,
            "problems": [
                {"code": "missing", "key": "sign-header-key"},
                {"code": "missing", "key": "hash-header"},
                {"code": "missing", "key": "sign-header"},
            ],
        }
        assert rig.notes.last_answer["error_code"] == "15"

    with_rig(play)
