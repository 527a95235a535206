"""Large bodies: of callers that are not known hardly anything is read, of others they wait on disk."""

import asyncio
import json
import os
import resource
import time
from pathlib import Path

import pytest

from harness.hub.interception import AnswerPlan, Hold, RequestFacts
from harness.hub.spool import IN_MEMORY, Spool
from harness.vxp.failures import VxpFailure
from tests.hub.hub_rig import Rig, document, with_rig
from tests.hub.test_hub_wire import serves

_HUGE = 250_000_000
_PART = b"x" * 65536
_SOON = 3.0  # seconds


def unsigned(size: int = _HUGE, system_id: str = "sys.province") -> bytes:
    """Return the header lines of a large package that nobody signed."""
    lines = (
        "POST /vxp/sendEdoc HTTP/1.1",
        "Host: hub",
        "Content-Type: application/octet-stream",
        f"Content-Length: {size}",
        f"XroadVnpt-systemid: {system_id}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def answered(rig: Rig, *parts: bytes) -> tuple[int, dict[str, str], float]:
    """Send bytes and wait for an answer without sending the rest; return status, JSON and seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", rig.server.port)
    began = time.monotonic()
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[16:]) for line in head.lower().splitlines() if line.startswith(b"content-length: "))
        body = json.loads(await reader.readexactly(length))
    finally:
        writer.close()
    return int(head.split()[1]), body, time.monotonic() - began


@pytest.mark.parametrize("system_id", ["sys.province", "nobody"])
def test_of_an_unsigned_body_64_kilobytes_are_read(system_id: str) -> None:
    async def play(rig: Rig) -> None:
        status, body, seconds = await answered(rig, unsigned(system_id=system_id), _PART)
        assert status == 401
        assert body["ErrorCode"] == "15"
        assert seconds < _SOON
        await rig.notes.until(lambda: bool(rig.notes.of("answer")))
        (request,) = rig.notes.of("request")
        assert request["body"]["size"] == 65536
        assert request["body"]["complete"] is False
        assert request["signature"]["problems"]
        await serves(rig)

    with_rig(play)


def test_a_chunked_body_of_an_unknown_caller_is_no_way_around() -> None:
    async def play(rig: Rig) -> None:
        head = unsigned().replace(b"Content-Length: 250000000", b"Transfer-Encoding: chunked")
        chunk = b"10000\r\n" + _PART + b"\r\n"
        status, _, _ = await answered(rig, head, chunk, chunk)
        assert status == 401

    with_rig(play)


def test_a_small_unsigned_call_is_answered_as_ever() -> None:
    async def play(rig: Rig) -> None:
        status, body, _ = await answered(rig, unsigned(4), b"<a/>")
        assert status == 200
        assert body["ErrorCode"] == "15"

    with_rig(play)


def test_a_flood_of_unsigned_bodies_takes_no_memory_and_blocks_no_other() -> None:
    async def flood(rig: Rig) -> None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", rig.server.port)
            writer.write(unsigned())
            for _ in range(320):  # 20 MB, as long as somebody takes it
                writer.write(_PART)
                await writer.drain()
            writer.close()
        except ConnectionError:
            return

    async def play(rig: Rig) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        floods = [asyncio.create_task(flood(rig)) for _ in range(12)]
        while not all(one.done() for one in floods):
            began = time.monotonic()
            await serves(rig)
            assert time.monotonic() - began < _SOON
            await asyncio.sleep(0.05)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
        assert grown < 60, f"{grown} MB"

    with_rig(play)


def test_large_packages_of_known_callers_arrive_whole(tmp_path: Path) -> None:
    package = document(content=os.urandom(3 * IN_MEMORY))

    async def play(rig: Rig) -> None:
        await asyncio.gather(*(rig.ministry.send_edoc(package, "edoc") for _ in range(3)))
        (item,) = (await rig.province.get_received_edoc_list("edoc")).items
        assert await rig.province.get_edoc(item.doc_id) == package

    with_rig(play, data=tmp_path)
    assert list(tmp_path.glob("tmp*")) == []


def test_a_body_is_the_same_in_memory_and_on_disk() -> None:
    for size in (0, 1, IN_MEMORY, IN_MEMORY + 1, 2 * IN_MEMORY):
        spool, content = Spool(), os.urandom(size)
        for start in range(0, size, 700_000):
            spool.write(content[start : start + 700_000])
        assert spool.content() == content
        assert spool.on_disk is (size > IN_MEMORY)
        spool.close()
        spool.close()


def test_large_packages_come_into_memory_one_at_a_time_for_every_reader(tmp_path: Path) -> None:
    package = document(content=os.urandom(3 * IN_MEMORY))
    inside = most = 0

    async def looks(facts: RequestFacts) -> AnswerPlan | None:
        nonlocal inside, most
        inside += facts.moment == "before"
        most = max(most, inside)
        await asyncio.sleep(0.1)
        inside -= facts.moment == "after"
        return None

    async def play(rig: Rig) -> None:
        rig.hub.interceptor = looks
        await asyncio.gather(*(rig.ministry.send_edoc(package, "edoc") for _ in range(4)))

    with_rig(play, data=tmp_path)
    assert (inside, most) == (0, 1)


def test_a_large_package_that_is_held_back_on_purpose_holds_up_no_other(tmp_path: Path) -> None:
    package = document(content=os.urandom(3 * IN_MEMORY))
    lifted = asyncio.Event()
    plans = iter([AnswerPlan("held", Hold(), lifted=lifted), None, None])

    async def holds_the_first(facts: RequestFacts) -> AnswerPlan | None:
        return next(plans)

    async def play(rig: Rig) -> None:
        rig.hub.interceptor = holds_the_first
        held = asyncio.create_task(rig.ministry.send_edoc(package, "edoc"))
        await asyncio.sleep(0.5)
        await asyncio.wait_for(rig.ministry.send_edoc(package, "edoc"), 30)
        assert not held.done()
        lifted.set()
        with pytest.raises(VxpFailure):
            await held

    with_rig(play, data=tmp_path)
