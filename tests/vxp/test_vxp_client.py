"""The client against a scripted peer on a real socket: every failure is typed, nothing is followed."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import pytest

from harness.crypto.testpki.pki import Pki
from harness.crypto.testpki.tls_server import server_context
from harness.vxp.client import VxpClient
from harness.vxp.exchange import ExchangeLimits, http_client
from harness.vxp.failures import AnswerFailed, HttpFailed, Refused, TransportFailed, Unsendable, VxpFailure
from harness.vxp.hashing import hash_file_form, without_trailer
from harness.vxp.headers import HeaderParameters, RawHeaders, header
from harness.vxp.signing import verify

T = TypeVar("T")
SECRET = "a-secret-of-the-test"
OK = {"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong"}
LIMITS = ExchangeLimits(connect=5, whole=5, answer_bytes=10_000)


class Peer:
    """Answers every connection with the same bytes and remembers what it was sent."""

    def __init__(self, answer: bytes, *, hold: bool = False) -> None:
        self.answer = answer
        self.hold = hold
        self.lines: list[bytes] = []
        self.headers: RawHeaders = ()
        self.body = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line, *rest = head[:-4].split(b"\r\n")
        self.lines.append(line)
        self.headers = [(name, value) for name, _, value in (text.partition(b": ") for text in rest)]
        self.body = await reader.readexactly(int(header(self.headers, "content-length") or 0))
        writer.write(self.answer)
        if self.hold:
            await reader.read()
        writer.close()


def http(status: str, body: bytes, *more: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *more])
    return head.encode() + b"\r\n\r\n" + body


def answered(**members: object) -> bytes:
    return http("200 OK", json.dumps({**OK, **members}).encode())


def talk(peer: Peer, call: Callable[[VxpClient], Awaitable[T]], limits: ExchangeLimits = LIMITS) -> T:
    async def run() -> T:
        server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, http_client(limits) as client:
            endpoint = f"http://127.0.0.1:{port}/vxp/"
            return await call(VxpClient(endpoint, "sys.test.01", SECRET, http=client, limits=limits))

    return asyncio.run(run())


def failed(answer: bytes, call: Callable[[VxpClient], Awaitable[object]], **how: ExchangeLimits) -> VxpFailure:
    with pytest.raises(VxpFailure) as caught:
        talk(Peer(answer), call, **how)
    return caught.value


def test_send_carries_the_file_and_its_digest() -> None:
    peer = Peer(answered(DocId="0123456789abcdef01234567"))
    doc_id = talk(peer, lambda client: client.send_edoc(b"<edXML/>", "edoc", to=["000.00.00.H41", "Đ"]))
    assert doc_id == "0123456789abcdef01234567"
    assert peer.lines == [b"POST /vxp/sendEdoc HTTP/1.1"]
    assert without_trailer(peer.body) == (b"<edXML/>", True)
    parameters = HeaderParameters(peer.headers)
    assert hash_file_form(b"<edXML/>", parameters["hash-file"]) in ("padded", "both")
    assert json.loads(parameters["to"]) == ["000.00.00.H41", "Đ"]
    assert parameters["from"] == "sys.test.01"
    assert verify(peer.headers, SECRET).valid
    assert header(peer.headers, "content-type") == b"application/octet-stream"


def test_empty_calls_say_so() -> None:
    peer = Peer(answered(data=[{"docId": "a", "to": "x", "extra": {"deep": 1}}, {"to": "no id"}]))
    waiting = talk(peer, lambda client: client.get_received_edoc_list("status"))
    assert header(peer.headers, "content-length") == b"0"
    assert [item.doc_id for item in waiting.items] == ["a"]
    assert waiting.unusable == 1


def test_fetching_decodes_strictly() -> None:
    whole = base64.b64encode(b"<edXML/>").decode()
    assert talk(Peer(answered(data=whole)), lambda client: client.get_edoc("a")) == b"<edXML/>"
    for data in (whole[:-1], whole + "!", "", "é", whole[:3] + "\n" + whole[3:]):
        failure = failed(answered(data=data), lambda client: client.get_edoc("a"))
        assert isinstance(failure, AnswerFailed)
        assert failure.code == "base64"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_failures(status: int) -> None:
    peer = Peer(http(f"{status} Moved", b"", "Location: http://127.0.0.1:1/elsewhere"))
    with pytest.raises(HttpFailed) as caught:
        talk(peer, lambda client: client.send_edoc(b"x", "edoc"))
    assert caught.value.http_status == status
    assert len(peer.lines) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http("200 OK", b"<html>"), "html"),
        (http("200 OK", b""), "empty"),
        (http("200 OK", b'{"status":"OK"'), "cut"),
        (answered(), "missing-member"),
        (answered(data=None), "null-member"),
    ],
)
def test_answers_that_are_none(answer: bytes, code: str) -> None:
    failure = failed(answer, lambda client: client.get_received_edoc_list("edoc"))
    assert isinstance(failure, AnswerFailed)
    assert failure.code == code


def test_a_refusal_keeps_the_id_and_the_words() -> None:
    body = json.dumps({"status": "FAIL", "ErrorCode": "18", "ErrorDesc": "không", "DocId": "00"}).encode()
    for status in ("200 OK", "503 Unavailable"):
        failure = failed(http(status, body, "Retry-After: 7"), lambda client: client.send_edoc(b"x", "edoc"))
        assert isinstance(failure, Refused)
        assert (failure.code, failure.description, failure.doc_id) == ("18", "không", "00")
        assert failure.retry_after == 7


def test_failing_statuses_with_retry_after() -> None:
    date = "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT"
    failure = failed(http("503 Unavailable", b"<html>", date), lambda client: client.count_receive_edoc())
    assert isinstance(failure, HttpFailed)
    assert failure.retry_after == 0
    failure = failed(http("429 Slow", b"", "Retry-After: soon"), lambda client: client.count_receive_edoc())
    assert failure.retry_after is None
    assert failure.http_status == 429


def test_success_in_the_body_of_a_failing_status_is_no_success() -> None:
    body = json.dumps({**OK, "count": 1}).encode()
    assert isinstance(failed(http("500 Error", body), lambda client: client.count_receive_edoc()), HttpFailed)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", "lost"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "cut"),
        (b"garbage\r\n\r\n", "lost"),
        (http("200 OK", b"x" * 10_001), "too-large"),
    ],
)
def test_losses(answer: bytes, code: str) -> None:
    failure = failed(answer, lambda client: client.count_receive_status())
    assert isinstance(failure, TransportFailed)
    assert failure.code == code


def test_silence_ends_in_time() -> None:
    peer = Peer(b"HTTP/1.1 200 OK\r\n", hold=True)
    with pytest.raises(TransportFailed) as caught:
        talk(peer, lambda client: client.count_receive_edoc(), ExchangeLimits(connect=5, whole=0.05))
    assert caught.value.code == "timeout"


def test_nobody_listens() -> None:
    async def run() -> None:
        async with http_client(LIMITS) as client:
            await VxpClient("http://127.0.0.1:1", "s", SECRET, http=client).count_receive_edoc()

    with pytest.raises(TransportFailed) as caught:
        asyncio.run(run())
    assert caught.value.code == "refused"


async def _hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _speaks_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


@pytest.mark.parametrize(
    ("identity", "serve"),
    [
        ("hub", _hangs_up),
        ("hub-expired", _hangs_up),
        (None, _speaks_plainly),
        (None, _hangs_up),
    ],
)
def test_tls_that_cannot_be_had_is_reported_as_such(
    identity: str | None, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
) -> None:
    pki = Pki(datetime.now(UTC))
    context = server_context(pki.identity(identity)) if identity else None

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        async with server, http_client(LIMITS) as client:
            await VxpClient(f"https://127.0.0.1:{port}", "s", SECRET, http=client).count_receive_edoc()

    with pytest.raises(TransportFailed) as caught:
        asyncio.run(run())
    assert caught.value.code == "tls"


@pytest.mark.parametrize("doc_id", ["a\r\nb", "a\nb", "\0"])
def test_hostile_ids_are_not_sent(doc_id: str) -> None:
    peer = Peer(answered(data="AA=="))
    with pytest.raises(Unsendable):
        talk(peer, lambda client: client.get_edoc(doc_id))
    assert peer.lines == []


def test_an_id_outside_ascii_is_signed_all_the_same() -> None:
    peer = Peer(answered())
    talk(peer, lambda client: client.update_status("mã-số", "fail", "hỏng \U0001f4c4"))
    assert HeaderParameters(peer.headers)["description"] == "hỏng \U0001f4c4"
    assert verify(peer.headers, SECRET).valid


def test_download_takes_the_raw_file_and_no_error_page() -> None:
    assert talk(Peer(http("200 OK", b"<edXML/>")), lambda client: client.download_edoc("a")) == b"<edXML/>"
    refusal = json.dumps({"status": "FAIL", "ErrorCode": "10", "ErrorDesc": "x"}).encode()
    assert isinstance(failed(http("200 OK", refusal), lambda client: client.download_edoc("a")), Refused)
    failure = failed(http("502 Bad", b"<html>"), lambda client: client.download_edoc("a"))
    assert isinstance(failure, HttpFailed)


def test_directory_entries() -> None:
    row = {"id": "7", "pid": "1", "code": "H41.1", "name": "Sở", "mail": "", "code102": "000.00.01.H41"}
    agencies = talk(Peer(answered(data=[row, {}])), lambda client: client.get_agencies_list_qd20("1"))
    assert [(agency.code, agency.other_code) for agency in agencies] == [("H41.1", "000.00.01.H41")]


def test_registration_sends_every_member() -> None:
    peer = Peer(answered())
    talk(peer, lambda client: client.register_agency({"code": "H41.1", "name": "Sở"}))
    assert json.loads(peer.body) == {
        "id": "", "pcode": "", "code": "H41.1", "name": "Sở", "mail": "", "mobile": "", "fax": "",
    }  # fmt: skip
