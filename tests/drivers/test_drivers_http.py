"""The driver `http` against real sockets that behave well, badly, and not at all."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from harness.drivers import http
from harness.drivers.http import HttpDriver
from harness.drivers.protocol import DriverError, DriverLost

LIMIT = 10.0
Reply = Callable[[dict[str, Any], asyncio.StreamWriter], Awaitable[None]]


async def _serve(reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        size = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        await reply(json.loads(await reader.readexactly(size)), writer)
        await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass  # the driver went away, as some of these tests want it to
    finally:
        writer.close()


@asynccontextmanager
async def adapter(reply: Reply, path: str = "/driver") -> AsyncIterator[HttpDriver]:
    server = await asyncio.start_server(lambda r, w: _serve(reply, r, w), "127.0.0.1", 0, limit=2**24)
    port = server.sockets[0].getsockname()[1]
    driver = HttpDriver(f"http://127.0.0.1:{port}{path}")
    try:
        yield driver
    finally:
        await driver.close()
        server.close()


def send(writer: asyncio.StreamWriter, body: bytes, status: str = "200 OK", headers: str = "") -> None:
    writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body)


def answering(**members: Any) -> Reply:
    async def reply(request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        send(writer, json.dumps({"id": request["id"], **members}).encode())

    return reply


def raw(content: bytes) -> Reply:
    async def reply(request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        writer.write(content)

    return reply


async def lost(reply: Reply, limit: float = LIMIT) -> DriverLost:
    async with adapter(reply) as driver:
        with pytest.raises(DriverLost) as caught:
            await driver.call("inbox", {}, limit)
        return caught.value


def test_the_request_is_the_protocols_and_the_result_comes_back() -> None:
    seen: list[dict[str, Any]] = []

    async def reply(request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        seen.append(request)
        send(writer, json.dumps({"id": request["id"], "result": {"document_id": "số 1"}}).encode())

    async def run() -> None:
        async with adapter(reply) as driver:
            assert await driver.call("send", {"subject": "Về việc"}, LIMIT) == {"document_id": "số 1"}

    asyncio.run(run())
    assert (seen[0]["command"], seen[0]["arguments"]) == ("send", {"subject": "Về việc"})
    assert seen[0]["id"]


def test_calls_side_by_side_get_their_own_answers() -> None:
    async def reply(request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.02 if request["arguments"]["n"] % 2 else 0)
        send(writer, json.dumps({"id": request["id"], "result": request["arguments"]}).encode())

    async def run() -> None:
        async with adapter(reply) as driver:
            answers = await asyncio.gather(*(driver.call("poll", {"n": n}, LIMIT) for n in range(150)))
        assert answers == [{"n": n} for n in range(150)]

    asyncio.run(run())


def test_an_error_is_an_error_of_its_kind() -> None:
    async def run() -> None:
        async with adapter(answering(error={"code": "refused", "message": "mật"})) as driver:
            with pytest.raises(DriverError) as caught:
                await driver.call("send", {}, LIMIT)
            assert caught.value.kind == "refused"

    asyncio.run(run())


def test_an_answer_to_another_call_is_none() -> None:
    body = b'{"id": "somebody else", "result": {}}'
    reply = raw(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
    assert asyncio.run(lost(reply)).reason == "other-call"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n<html/>", "not-protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "not-protocol"),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "http-status"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "http-status"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 70\r\n\r\n{", "unreachable"),
        (b"garbage\r\n\r\n", "unreachable"),
        (b"", "unreachable"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd", "unreachable"),
    ],
)
def test_what_is_no_answer_is_a_lost_driver_with_its_reason(content: bytes, reason: str) -> None:
    assert asyncio.run(lost(raw(content))).reason == reason


def test_a_silent_adapter_is_given_up_in_time() -> None:
    async def reply(request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(LIMIT)

    assert asyncio.run(lost(reply, limit=0.1)).reason == "silent"


def test_a_trickling_adapter_is_given_up_in_time_too() -> None:
    async def reply(request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.01)

    assert asyncio.run(lost(reply, limit=0.2)).reason == "silent"


def test_a_huge_answer_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST_ANSWER", 100_000)

    async def reply(request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    assert asyncio.run(lost(reply)).reason == "too-long"


def test_no_listener_is_unreachable_and_no_login_is_reported() -> None:
    async def run() -> DriverLost:
        server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        driver = HttpDriver(f"http://tester:pass-word@127.0.0.1:{port}/")
        with pytest.raises(DriverLost) as caught:
            await driver.call("hello", {}, LIMIT)
        await driver.close()
        return caught.value

    error = asyncio.run(run())
    assert error.reason == "unreachable"
    assert "pass-word" not in str(error)


@pytest.mark.parametrize("url", ["http://[::1/driver", "not a url", "ftp://127.0.0.1/", "http://\x00/", ""])
def test_a_url_that_is_none_is_unreachable(url: str) -> None:
    async def run() -> None:
        driver = HttpDriver(url)
        with pytest.raises(DriverLost):
            await driver.call("hello", {}, LIMIT)
        await driver.close()

    asyncio.run(run())


@pytest.mark.parametrize(("date", "reported"), [(True, True), (False, False)])
def test_the_other_clock_is_read_from_the_answer(date: bool, reported: bool) -> None:
    there = format_datetime(datetime.now(UTC) + timedelta(hours=7), usegmt=True) if date else "yesterday"

    async def reply(request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        send(writer, json.dumps({"id": request["id"], "result": {}}).encode(), headers=f"Date: {there}\r\n")

    async def run() -> float | None:
        async with adapter(reply) as driver:
            await driver.call("hello", {}, LIMIT)
            return driver.skew

    skew = asyncio.run(run())
    assert (skew is not None) is reported
    assert skew is None or abs(skew - 7 * 3600) < 60
