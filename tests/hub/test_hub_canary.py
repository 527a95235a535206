"""The canary: whatever comes to it is recorded and answered as if all were well."""

import asyncio
import hashlib
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from harness.crypto.testpki.pki import Pki
from harness.crypto.testpki.tls_server import server_context
from harness.hub.canary import Canary
from harness.journal.recorder import VIETNAM
from harness.vxp.answers import read_answer
from tests.hub.hub_rig import Notes

Play = Callable[[Canary, Notes], Awaitable[None]]


def with_canary(play: Play, **settings: Any) -> None:
    async def run() -> None:
        notes = Notes()
        async with Canary(notes, **settings) as canary:
            await asyncio.wait_for(play(canary, notes), 30)

    asyncio.run(run())


async def raw(canary: Canary, data: bytes, *, end: bool = True) -> bytes:
    where = urlsplit(canary.url("t", "raw"))
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(data)
    if end:
        writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PROPFIND"])
def test_every_method_is_recorded_and_answered(method: str) -> None:
    async def play(canary: Canary, notes: Notes) -> None:
        async with httpx2.AsyncClient(trust_env=False) as client:
            answer = await client.request(method, canary.url("token", "label") + "?q=1", headers={"X-A": "b"})
        assert answer.status_code == 200
        if method != "HEAD":
            assert read_answer(answer.content).accepted
        (visit,) = notes.of("canary")
        assert (visit["method"], visit["path"], visit["token"]) == (method, "/token/label?q=1", "token")
        assert ["X-A", "b"] in visit["headers"]
        assert visit["peer"] == "127.0.0.1"

    with_canary(play)


@pytest.mark.parametrize("chunked", [False, True])
def test_bodies_are_counted_and_digested(chunked: bool) -> None:
    body = b"x" * 300_000

    async def pieces() -> Any:
        yield body

    async def play(canary: Canary, notes: Notes) -> None:
        async with httpx2.AsyncClient(trust_env=False) as client:
            sent = await client.post(canary.url("t", "l"), content=pieces() if chunked else body)
        assert sent.status_code == 200
        (visit,) = notes.of("canary")
        assert visit["body"]["size"] >= len(body)
        if not chunked:
            assert visit["body"]["sha256"] == hashlib.sha256(body).hexdigest()
        assert len(notes.blobs[visit["body"]["blob"]]) == 64 * 1024

    with_canary(play)


def test_a_client_that_waits_for_100_continue_gets_it() -> None:
    async def play(canary: Canary, notes: Notes) -> None:
        head = b"POST /t/l HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc"
        assert (await raw(canary, head)).startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200")
        assert notes.of("canary")[0]["body"]["size"] == 3

    with_canary(play)


@pytest.mark.parametrize("data", [b"\x16\x03\x01 no http", b"GET /t/x", b"GET /t\r\n\r\n", b"A" * 100_000])
def test_what_is_no_http_is_recorded_too(data: bytes) -> None:
    async def play(canary: Canary, notes: Notes) -> None:
        await raw(canary, data)
        (visit,) = notes.of("canary")
        assert (visit["method"], visit["token"]) == ("", None)
        assert data.startswith(notes.blobs[visit["body"]["blob"]][:10])

    with_canary(play)


def test_a_connection_without_a_byte_is_no_visit() -> None:
    async def play(canary: Canary, notes: Notes) -> None:
        await raw(canary, b"")
        assert notes.of("canary") == []

    with_canary(play)


def test_a_visitor_that_leaves_early_is_recorded_and_does_no_harm() -> None:
    async def play(canary: Canary, notes: Notes) -> None:
        await raw(canary, b"POST /t/l HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc")
        assert notes.of("canary")[0]["body"]["size"] == 3
        await raw(canary, b"GET /t/second HTTP/1.1\r\n\r\n")
        assert len(notes.of("canary")) == 2

    with_canary(play)


def test_leaving_ends_visits_under_way() -> None:
    async def run() -> None:
        notes = Notes()
        async with Canary(notes) as canary:
            where = urlsplit(canary.url("t", "l"))
            _, writer = await asyncio.open_connection(where.hostname, where.port)
            writer.write(b"POST /t/l HTTP/1.1\r\nContent-Length: 100\r\n\r\n")
            await writer.drain()
        writer.close()

    asyncio.run(asyncio.wait_for(run(), 4))


@pytest.fixture(scope="module")
def pki() -> Pki:
    return Pki(datetime.now(VIETNAM))


@pytest.mark.parametrize("kind", ["hub", "hub-untrusted", "hub-expired", "hub-wrong-host"])
def test_tls_tells_who_greets_from_who_sends(pki: Pki, kind: str) -> None:
    good = kind == "hub"

    async def play(canary: Canary, notes: Notes) -> None:
        trusting = ssl.create_default_context(cadata=pki.anchors_pem().decode())
        async with httpx2.AsyncClient(verify=trusting, trust_env=False) as client:
            if good:
                assert (await client.get(canary.url("t", "l"))).status_code == 200
            else:
                with pytest.raises(httpx2.ConnectError):
                    await client.get(canary.url("t", "l"))
        assert notes.of("canary.greeted") == [{"name": kind}]
        assert len(notes.of("canary")) == (1 if good else 0)

    with_canary(play, tls=server_context(pki.identity(kind)), name=kind)


def test_a_bad_certificate_does_not_keep_the_careless_out(pki: Pki) -> None:
    async def play(canary: Canary, notes: Notes) -> None:
        careless = ssl.create_default_context()
        careless.check_hostname, careless.verify_mode = False, ssl.CERT_NONE
        async with httpx2.AsyncClient(verify=careless, trust_env=False) as client:
            await client.post(canary.url("t", "vxp/sendEdoc"), content=b"van ban")
        (visit,) = notes.of("canary")
        assert visit["body"]["size"] == len(b"van ban")

    with_canary(play, tls=server_context(pki.identity("hub-untrusted")), name="hub-untrusted")


def test_a_server_at_another_address_gets_a_certificate_that_fits() -> None:
    pki = Pki(datetime.now(VIETNAM))
    shown = pki.server("hub", "10.20.30.40").certificate
    assert "10.20.30.40" in str(shown.extensions)
    assert pki.server("hub", "127.0.0.1") is pki.identity("hub")
    assert pki.server("hub-wrong-host", "10.20.30.40") is pki.identity("hub-wrong-host")


def test_a_secret_that_is_brought_along_is_reported_by_its_place() -> None:
    async def play(canary: Canary, notes: Notes) -> None:
        notes.holds_secret = lambda content: b"geheim" in content  # type: ignore[method-assign]
        async with httpx2.AsyncClient(trust_env=False) as client:
            await client.post(canary.url("t", "x") + "?k=geheim", content=b"a=geheim")
            await client.get(canary.url("t", "x"), headers={"X-Key": "geheim"})
            await client.get(canary.url("t", "x"))
        assert [visit["secret_in"] for visit in notes.of("canary")] == [["url", "body"], ["headers"], []]

    with_canary(play)
