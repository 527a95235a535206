"""What is wrong with a call is known at once, by the judge's own watches, and kept within bounds."""

import asyncio
import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from harness.catalogue.profiles import load_profile
from harness.edxml.model import DocumentPackage, Organization, ResponseFor, StatusPackage
from harness.edxml.packages import read_header, write_package
from harness.vxp.failures import VxpFailure
from tests.hub.hub_rig import MINISTRY, PROVINCE, SECRETS, document, document_id
from tests.workbench.bench_rig import BenchRig, headers_of, with_bench

BODY = document() + b"\r\n"
RIGHT = [("from", "sys.ministry"), ("to", f'"{PROVINCE}"'), ("servicetype", "eDoc"), ("messagetype", "edoc")]


def digest(body: bytes = document()) -> str:
    return hashlib.sha256(body).hexdigest()


def codes(call: dict[str, Any]) -> list[str]:
    return [one["code"] for one in call["findings"]]


def test_a_hub_answers_as_the_real_one_and_tells_the_developer(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        answer = await rig.call("sendEdoc", [*RIGHT[:3], ("hash-file", "00" * 32)], BODY)
        assert answer.json()["status"] == "OK"
        call = await rig.last_call()
        assert {"VXP-02.missing-parameter", "VXP-06.mismatch", "HDR-09.no-document-type"} <= set(codes(call))
        assert call["verdict"] == "fail"
        wrong = next(one for one in call["findings"] if one["code"] == "VXP-06.mismatch")
        assert (wrong["expected"], wrong["received"]) == (digest(), "00" * 32)
        assert wrong["message"]["vi"] != wrong["message"]["en"]
        assert wrong["remedy"]["vi"]
        assert call["package"]["document_id"] == document_id()
        body = await rig.get(f"/harness/calls/{call['n']}/body")
        assert body.content == document()
        assert "attachment" in body.headers["content-disposition"]

    with_bench(tmp_path, play)


def test_a_strict_hub_refuses_it_with_the_sentence(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        answer = (await rig.call("sendEdoc", [*RIGHT[:3], ("hash-file", digest())], BODY)).json()
        assert answer["status"] == "FAIL"
        assert answer["ErrorCode"] != "0"
        assert "[VXP-02.missing-parameter]" in answer["ErrorDesc"]
        assert "XroadVnpt-messagetype" in answer["ErrorDesc"]
        assert answer["ErrorDesc"].isascii()
        assert await rig.province.count_receive_edoc() == 0
        with pytest.raises(VxpFailure, match="HDR-09"):
            await rig.ministry.send_edoc(document(), "edoc")
        sound = await rig.province.get_received_edoc_list("edoc")
        assert sound.items == ()
        unknown = await rig.call("noSuchOperation", [])
        assert unknown.status_code == 404
        assert "VXP-01.unknown-operation" in unknown.json()["ErrorDesc"]

    with_bench(tmp_path, play, strict=True)


def test_a_strict_hub_takes_what_a_certification_would_pass(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        (made,) = await rig.deliver(kind="document")
        await rig.province.get_edoc(made["receiver_doc_id"])
        await rig.province.update_status(made["receiver_doc_id"], "done")
        assert [line["verdict"] for line in await rig.calls()] == ["pass", "pass"]

    with_bench(tmp_path, play, strict=True)


def test_a_strict_hub_still_says_first_that_it_does_not_know_the_caller(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        answer = (await rig.call("sendEdoc", RIGHT, BODY, hash_header="0" * 64)).json()
        assert "hash-mismatch" in answer["ErrorDesc"]
        assert "VXP-" not in answer["ErrorDesc"]

    with_bench(tmp_path, play, strict=True)


def _mistaken(mistake: str, secret: bytes, signed: bytes) -> str:
    def mac(content: bytes, key: bytes = secret, algorithm: str = "sha256") -> str:
        return hmac.new(key, content, algorithm).hexdigest()

    made = {
        "upper-case": mac(signed).upper(),
        "base64": base64.b64encode(bytes.fromhex(mac(signed))).decode(),
        "line-break": mac(signed + b"\n"),
        "secret-line-break": mac(signed, secret + b"\n"),
        "spaces": mac(json.dumps(json.loads(signed), ensure_ascii=False).encode()),
        "escaped": mac(signed.replace(b"/", b"\\/")),
        "no-key": hashlib.sha256(signed).hexdigest(),
        "secret-before": hashlib.sha256(secret + signed).hexdigest(),
        "sha1": mac(signed, algorithm="sha1"),
        "sha512": mac(signed, algorithm="sha512"),
        "body": mac(document()),
        "": mac(signed, b"another secret"),
    }
    return made[mistake]


@pytest.mark.parametrize(
    "mistake",
    ["upper-case", "base64", "line-break", "secret-line-break", "spaces", "escaped", "no-key", "secret-before", "sha1",
     "sha512", "body", ""],
)  # fmt: skip
def test_a_wrong_hmac_tells_by_which_mistake_it_came_about(tmp_path: Path, mistake: str) -> None:
    async def play(rig: BenchRig) -> None:
        lines = headers_of(RIGHT)
        signed = dict(lines)[b"XroadVnpt-sign-header"]
        hashed = _mistaken(mistake, SECRETS["sys.ministry"].encode(), signed)
        sent = [(name, hashed.encode() if name == b"XroadVnpt-hash-header" else value) for name, value in lines]
        await rig.web.post(f"{rig.base}/vxp/sendEdoc", headers=sent, content=BODY)
        signature = (await rig.last_call())["signature"]
        assert signature["given_hash_header"] == hashed
        assert signature["differs_at"] is None
        assert signature["mistake"] == (mistake or None)
        page = await rig.get("/harness/page/calls/1?lang=en")
        assert "Signature" in page.text

    with_bench(tmp_path, play)


def test_a_wrong_hmac_shows_where_what_was_signed_parts_from_the_headers(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        lines = headers_of(RIGHT)
        sent = dict(lines)[b"XroadVnpt-sign-header"]
        other = sent.replace(b'"eDoc"', b'"e\xc4\x90oc"')
        changed = [(name, other if name == b"XroadVnpt-sign-header" else value) for name, value in lines]
        await rig.web.post(f"{rig.base}/vxp/sendEdoc", headers=changed, content=BODY)
        signature = (await rig.last_call())["signature"]
        assert signature["signed"] == other.decode()
        assert signature["from_headers"] == sent.decode()
        assert signature["differs_at"] == sent.index(b'"eDoc"') + 2
        assert signature["mistake"] == "other-text"
        assert signature["signed_there"].startswith("Đoc")
        assert signature["from_headers_there"].startswith("Doc")
        assert signature["same_before"].endswith('"e')
        assert {"code": "hash-mismatch", "key": "hash-header"} in signature["problems"]

    with_bench(tmp_path, play)


def test_only_the_last_calls_are_kept_and_their_bodies_go_with_them(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        first = document("100")
        await rig.call("sendEdoc", [*RIGHT, ("hash-file", digest(first))], first + b"\r\n")
        assert (await rig.get("/harness/calls/1/body")).content == first
        for _ in range(6):
            await rig.province.count_receive_edoc()
        listed = [call["n"] for call in await rig.calls()]
        assert listed == [7, 6, 5]
        assert (await rig.get("/harness/calls/1")).status_code == 404
        kept = {path.name for path in (tmp_path / "calls").iterdir()}
        assert digest(first) not in kept
        assert len(kept) == 2  # of three equal calls, what was sent and what was answered
        assert [call["n"] for call in (await rig.get("/harness/calls?after=6")).json()["calls"]] == [7]
        await rig.web.delete(f"{rig.base}/harness/calls")
        assert await rig.calls() == []
        assert list((tmp_path / "calls").iterdir()) == []

    with_bench(tmp_path, play, most=3)


def test_secrets_are_never_shown_and_their_place_is(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        secret = SECRETS["sys.ministry"]
        await rig.get(f"/vxp/countReceiveEdoc?key={secret}", headers={"X-Note": secret})
        call = await rig.last_call()
        assert codes(call).count("VXP-10.secret-exposed") == 2
        shown = json.dumps(call) + (await rig.get(f"/harness/page/calls/{call['n']}")).text
        assert secret not in shown
        assert "[secret]" in shown

    with_bench(tmp_path, play)


def test_what_is_no_http_is_listed_as_well(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", rig.server.port)
        writer.write(b"\x16\x03\x01<script>\r\n\r\n")
        await reader.read()
        writer.close()
        call = await rig.last_call()
        assert codes(call) == ["VXP-01.unreadable"]
        assert (await rig.get(f"/harness/page/calls/{call['n']}")).status_code == 200

    with_bench(tmp_path, play)


def test_the_page_is_no_call_and_a_system_that_calls_the_root_is_reported(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        for path in ("/", "/harness", "/harness/page/", "/openapi.json"):
            answer = await rig.get(path, headers={"Accept": "text/html"})
            assert answer.status_code == 200, path
        assert await rig.calls() == []
        await rig.get("/")
        await rig.post("/", headers={"Accept": "text/html"})
        assert [call["codes"] for call in await rig.calls()] == [["VXP-01.unknown-operation"]] * 2

    with_bench(tmp_path, play)


def _refusal(of: bytes, document_id: str, code: str = "") -> bytes:
    """Return a status that refuses a package and repeats the day it was promulgated on, whatever that is."""
    package = read_header(of, load_profile().parameters.limits)
    assert isinstance(package, DocumentPackage)
    day = package.promulgation_info.promulgation_date
    named_code = code or f"{package.code.code_number}/{package.code.code_notation}"
    named = ResponseFor(MINISTRY, named_code, day, document_id)
    sender = Organization(PROVINCE, "UBND tỉnh Nghệ An")
    return write_package(
        StatusPackage(sender, named, status_code="02", description="Ngày sai", timestamp="2026/11/20 09:00:00")
    )


def test_a_status_may_repeat_what_was_wrong_on_purpose_in_the_package_it_answers(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> tuple[list[str], list[str]]:
        (made,) = await rig.deliver(vector="HDR-07/thirtieth-of-february")
        fetched = await rig.province.get_edoc(made["receiver_doc_id"])
        await rig.province.send_edoc(_refusal(fetched, made["document_id"]), "status")
        answered = codes(await rig.last_call())
        await rig.province.send_edoc(_refusal(fetched, document_id("77"), "77/VPCP-TTĐT"), "status")
        return answered, codes(await rig.last_call())

    answered, unprovoked = with_bench(tmp_path, play)
    assert not any(code.startswith("STP-02") for code in answered)
    assert any(code.startswith("STP-02") for code in unprovoked)


def test_a_client_that_signs_right_has_nothing_wrong_with_its_calls(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        await rig.ministry.send_edoc(document(), "edoc")
        assert not any(code.startswith("VXP-") for code in codes(await rig.last_call()))

    with_bench(tmp_path, play)
