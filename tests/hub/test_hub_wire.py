"""Bytes on the wire: what is no HTTP, what is too much, what comes too slowly; the hub goes on serving."""

import asyncio
import json
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.catalogue.codes import RefusalReason
from harness.vxp.answers import read_answer
from harness.vxp.operations import OPERATIONS
from harness.vxp.signing import signed_headers
from tests.hub.hub_rig import SECRETS, Rig, document, with_rig

COUNT = "countReceiveEdoc"


async def exchanged(rig: Rig, *parts: bytes, end: bool = False) -> bytes:
    """Send bytes on one connection, and its end if wanted; return all that comes back until it ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", rig.server.port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if end:
            writer.write_eof()
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def serves(rig: Rig) -> None:
    """Fail unless the hub serves the next good call."""
    assert await rig.province.count_receive_edoc() == 0


def signed(name: str = COUNT, target: str | None = None, body: bytes = b"{}", *more: str) -> bytes:
    operation = OPERATIONS[name]
    headers = signed_headers(
        [],
        system_id="sys.province",
        secret=SECRETS["sys.province"],
        timestamp="23112026T155521+0244",
        content_type=operation.content_type,
    )
    """Return a signed call; unless it says how the connection goes on, that ends with the answer."""
    if not any(line.startswith("Connection") for line in more):
        more = (*more, "Connection: close")
    lines = [f"POST {target or '/vxp/' + name} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *more]
    lines += [f"{key}: {value}" for key, value in headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answer(response: bytes) -> dict[str, object]:
    content: dict[str, object] = json.loads(response.rpartition(b"\r\n\r\n")[2])
    return content


@pytest.mark.parametrize("target", ["/vxp/", "/vxp//", "//vxp//", "/", "//"])
def test_any_number_of_slashes_before_the_operation(target: str) -> None:
    async def play(rig: Rig) -> None:
        response = await exchanged(rig, signed(target=target + COUNT, body=b"{}"))
        assert answer(response)["ErrorCode"] == "0"

    with_rig(play)


def test_no_answer_reveals_the_software_of_the_server() -> None:
    async def play(rig: Rig) -> None:
        for request in (signed(), b"garbage\r\n\r\n", b"POST /vxp/nothing HTTP/1.0\r\n\r\n"):
            head = (await exchanged(rig, request)).lower()
            assert head.startswith(b"http/1.1 ")
            for word in (b"server:", b"uvicorn", b"python", b"traceback", b"starlette"):
                assert word not in head

    with_rig(play)


def test_a_client_that_waits_for_100_continue_gets_it() -> None:
    async def play(rig: Rig) -> None:
        request = signed(COUNT, None, b"{}", "Expect: 100-continue", "Connection: close")
        reader, writer = await asyncio.open_connection("127.0.0.1", rig.server.port)
        writer.write(request[:-2])
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"{}")
        assert answer(await reader.read())["status"] == "OK"
        writer.close()
        assert rig.notes.of("request")[-1]["framing"]["expect"] == "100-continue"

    with_rig(play)


def test_a_body_over_the_limit_is_not_taken() -> None:
    async def play(rig: Rig) -> None:
        waiting = signed("sendEdoc", None, b"x" * 3000, "Expect: 100-continue")[:-3000]
        refused = await exchanged(rig, waiting)
        assert refused.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close" in refused
        assert answer(refused)["status"] == "FAIL"
        sent = await exchanged(rig, signed("sendEdoc", None, b"x" * 3000))
        assert sent.startswith(b"HTTP/1.1 413 ")
        chunked = b"POST /vxp/sendEdoc HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        parts = [b"400\r\n" + b"x" * 1024 + b"\r\n"] * 4 + [b"0\r\n\r\n"]
        assert (await exchanged(rig, chunked, *parts)).startswith(b"HTTP/1.1 413 ")
        assert rig.notes.last_answer["http_status"] == 413
        assert rig.notes.last_answer["effect"]["refused"]["reason"] == "bad-request"
        await serves(rig)

    with_rig(play, body_bytes=2000)


@pytest.mark.parametrize(
    "flood",
    [
        b"".join(b"X-%d: y\r\n" % number for number in range(300)),
        b"X: " + b"y" * 300_000,
    ],
)
def test_too_many_and_too_large_header_lines(flood: bytes) -> None:
    async def play(rig: Rig) -> None:
        response = await exchanged(rig, b"POST /vxp/sendEdoc HTTP/1.1\r\n", flood, b"\r\n\r\n")
        assert response.startswith(b"HTTP/1.1 431 ")
        request = rig.notes.of("request")[-1]
        assert (request["method"], request["operation"]) == ("", None)
        assert rig.notes.blobs[request["body"]["blob"]].startswith(b"POST /vxp/sendEdoc")
        await serves(rig)

    with_rig(play)


def test_a_flood_in_the_target_is_refused() -> None:
    async def play(rig: Rig) -> None:
        assert (await exchanged(rig, b"POST /", b"a" * 400_000)).startswith(b"HTTP/1.1 4")
        assert (await exchanged(rig, b"POST / HTTP/1.1\r\n", b"a" * 400_000)).startswith(b"HTTP/1.1 4")
        await serves(rig)

    with_rig(play)


def test_header_lines_that_never_end_are_given_up() -> None:
    async def play(rig: Rig) -> None:
        assert await exchanged(rig, b"POST /vxp/sendEdoc HTTP/1.1\r\nX: y") == b""
        assert await exchanged(rig) == b""

    with_rig(play, header_seconds=0.1)


def test_a_body_that_never_ends_is_given_up() -> None:
    async def play(rig: Rig) -> None:
        response = await exchanged(rig, signed(body=b"x" * 10)[:-5])
        assert response.startswith(b"HTTP/1.1 408 ")
        assert rig.notes.of("request")[-1]["body"]["complete"] is False
        assert rig.notes.last_answer["http_status"] == 408

    with_rig(play, body_seconds=0.1)


def test_a_peer_that_leaves_in_its_body_has_done_nothing() -> None:
    async def play(rig: Rig) -> None:
        package = document()
        reader, writer = await asyncio.open_connection("127.0.0.1", rig.server.port)
        writer.write(signed("sendEdoc", None, package)[:-20])
        await writer.drain()
        writer.transport.abort()
        await rig.province.count_receive_edoc()
        await rig.notes.until(lambda: len(rig.notes.of("answer")) == 2)
        left = next(data for data in rig.notes.of("request") if data["operation"] == "sendEdoc")
        assert left["body"]["complete"] is False
        assert "package" not in left
        assert await rig.province.count_receive_edoc() == 0
        assert reader is not None

    with_rig(play)


def test_two_requests_in_one_packet_are_both_answered() -> None:
    async def play(rig: Rig) -> None:
        response = await exchanged(rig, signed(COUNT, None, b"{}", "Connection: keep-alive") + signed())
        assert response.count(b"HTTP/1.1 200 OK") == 2

    with_rig(play)


def test_a_connection_that_is_kept_gets_the_same_answers_as_one_that_is_not() -> None:
    """A whole call is answered in one piece; one that comes in parts, `HEAD` and the last one are not."""

    async def play(rig: Rig) -> None:
        kept = signed(COUNT, None, b"{}", "Connection: keep-alive")
        parts = (kept, kept[:-1], kept[-1:] + kept.replace(b"POST", b"HEAD", 1), signed())
        heads = (await exchanged(rig, *parts)).split(b"HTTP/1.1 ")[1:]
        assert len(heads) == 4
        names = [[line.partition(b":")[0] for line in head.partition(b"\r\n\r\n")[0].split(b"\r\n")] for head in heads]
        assert names[0] == names[1] == names[2] == [b"200 OK", b"date", b"content-type", b"content-length"]
        assert names[3] == [*names[0], b"connection"]
        bodies = [head.partition(b"\r\n\r\n")[2] for head in heads]
        assert bodies[0] == bodies[1] == bodies[3] != bodies[2] == b""

    with_rig(play)


def test_bytes_behind_a_request_do_not_spoil_its_answer() -> None:
    async def play(rig: Rig) -> None:
        response = await exchanged(rig, signed() + b"\x00\x01garbage\r\n\r\n")
        assert response.count(b"HTTP/1.1 200 OK") == 1
        await serves(rig)

    with_rig(play)


def test_a_client_that_asks_for_http_2_is_served_all_the_same() -> None:
    async def play(rig: Rig) -> None:
        lines = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQ")
        last = signed(COUNT, None, b"{}", "Connection: close")
        response = await exchanged(rig, signed(COUNT, None, b"{}", *lines)[:-1], b"}", last)
        assert response.count(b"HTTP/1.1 200 OK") == 2
        chunked = signed(COUNT, None, b"", *lines, "Transfer-Encoding: chunked").replace(b"Content-Length: 0", b"A: b")
        response = await exchanged(rig, chunked, b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n" + last)
        assert response.count(b"HTTP/1.1 200 OK") == 2
        assert [data["body"]["size"] for data in rig.notes.of("request")] == [2, 2, 2, 2]
        response = await exchanged(rig, b"CONNECT x:1 HTTP/1.1\r\n\r\n")
        assert response.startswith(b"HTTP/1.1 4")
        await serves(rig)

    with_rig(play)


def test_small_answers_are_not_held_back() -> None:
    seen: list[int] = []

    async def play(rig: Rig) -> None:
        server = rig.server._server
        assert server is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", rig.server.port)
        writer.write(signed(COUNT, None, b"{}", "Connection: keep-alive"))
        await reader.readuntil(b"\r\n\r\n")
        (connection,) = server.server_state.connections
        handle = connection.transport.get_extra_info("socket")
        seen.append(handle.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with_rig(play)
    assert seen == [1]


def test_every_method_is_answered() -> None:
    async def play(rig: Rig) -> None:
        for method in (b"GET", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"TRACE"):
            response = await exchanged(rig, signed().replace(b"POST", method, 1))
            assert answer(response)["status"] == "OK"
            assert rig.notes.of("request")[-1]["method"] == method.decode()
        assert (await exchanged(rig, signed().replace(b"POST", b"HEAD", 1))).startswith(b"HTTP/1.1 200")

    with_rig(play)


PIECES = st.sampled_from(
    [
        b"POST /vxp/sendEdoc HTTP/1.1\r\n", b"GET // HTTP/1.0\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"Content-Length: 99999999999999999999\r\n",
        b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n", b"Upgrade: websocket\r\n",
        b"Connection: upgrade\r\n", b"XroadVnpt-systemid: sys.province\r\n", b"XroadVnpt-sign-header: {\r\n",
        b"\r\n", b"\r\n\r\n", b"5\r\nhello\r\n", b"ffffffffffffffff\r\n", b"0\r\n\r\n", b": no name\r\n",
        b"\x16\x03\x01\x02\x00", b"X: \xff\xfe\x00\r\n", b"GET http://x:y@z:1/%ff%00 HTTP/1.1\r\n",
    ]
)  # fmt: skip


def test_garbage_never_stops_the_hub() -> None:
    async def play(rig: Rig) -> None:
        loop = asyncio.get_running_loop()

        @settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
        @given(st.lists(PIECES | st.binary(max_size=40), max_size=8))
        def throw(parts: list[bytes]) -> None:
            asyncio.run_coroutine_threadsafe(exchanged(rig, *parts, end=True), loop).result(20)

        await asyncio.to_thread(throw)
        await serves(rig)
        for data in rig.notes.of("answer"):
            assert data["error_code"] != rig.hub.error(RefusalReason.INTERNAL).code

    with_rig(play, body_seconds=1.0)


def test_the_answer_to_garbage_is_an_answer_of_the_hub() -> None:
    async def play(rig: Rig) -> None:
        response = await exchanged(rig, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert response.startswith(b"HTTP/1.1 400 ")
        assert read_answer(response.partition(b"\r\n\r\n")[2]).error_code == "10"
        assert rig.notes.of("request")[-1]["target"] == ""
        assert rig.notes.last_answer["effect"]["refused"]["code"] == "10"

    with_rig(play)
