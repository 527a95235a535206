"""Large packages are handed out part by part, as fast as they are taken."""

import asyncio
from collections.abc import Iterator, MutableMapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from harness.hub import retrieval
from harness.hub.blobs import FolderBlobs
from harness.hub.call_results import Deferred
from harness.hub.transmission import Transmission
from harness.journal.recorder import VIETNAM
from harness.vxp.failures import VxpFailure
from harness.vxp.signing import signed_headers
from harness.vxp.timestamps import timestamp
from tests.hub.hub_rig import MINISTRY, PROVINCE, SECRETS, Rig, document, with_rig

LARGE = document(content=b"%PDF" * 400_000)


async def _nothing() -> MutableMapping[str, Any]:
    return {"type": "http.disconnect"}


def test_no_more_than_one_part_is_made_before_it_can_be_sent() -> None:
    asyncio.run(_taken_slowly())


async def _taken_slowly() -> None:
    made: list[int] = []
    taken = asyncio.Semaphore(0)
    bodies: list[bytes] = []

    def parts() -> Iterator[bytes]:
        for number in range(5):
            made.append(number)
            yield b"%d" % number

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.body":
            await taken.acquire()
            bodies.append(message["body"])

    sending = asyncio.create_task(Transmission(_nothing, send, None).streamed(200, "text/plain", Deferred(5, parts)))
    for number in range(4):
        while len(made) < number + 2:  # noqa: ASYNC110 - parts are made in a thread
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert made == list(range(number + 2))
        taken.release()
    taken.release()  # the last part waits until the peer has taken the others
    taken.release()
    sent = await sending
    assert b"".join(bodies) == b"01234"
    assert (sent.size, sent.complete) == (5, True)


@pytest.mark.parametrize("kept", ["memory", "folder"])
def test_a_large_package_comes_as_it_was_sent(kept: str, tmp_path: Path) -> None:
    async def play(rig: Rig) -> None:
        (delivery,) = rig.hub.deliver(LARGE, sender=MINISTRY, receivers=[PROVINCE], messagetype="edoc")
        assert await rig.province.get_edoc(delivery.receiver_doc_id) == LARGE
        answer = rig.notes.last_answer  # recorded before the receiver can call again
        assert answer["complete"] is True
        assert answer["body"] == {"size": len(retrieval._BEFORE) + (len(LARGE) + 2) // 3 * 4 + 2, "blob": None}
        assert answer["effect"]["fetched"]["complete"] is True
        assert await rig.province.download_edoc(delivery.receiver_doc_id) == LARGE

    with_rig(play, data=tmp_path if kept == "folder" else None)


def test_a_package_that_cannot_be_read_on_ends_the_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = FolderBlobs.parts

    def failing(self: FolderBlobs, name: str, size: int) -> Iterator[bytes]:
        parts = whole(self, name, size)
        yield next(parts)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(FolderBlobs, "parts", failing)

    async def play(rig: Rig) -> None:
        (delivery,) = rig.hub.deliver(LARGE, sender=MINISTRY, receivers=[PROVINCE], messagetype="edoc")
        with pytest.raises(VxpFailure):
            await rig.province.get_edoc(delivery.receiver_doc_id)
        await rig.notes.until(lambda: bool(rig.notes.of("answer")))
        answer = rig.notes.last_answer
        assert answer["complete"] is False
        assert answer["effect"]["fetched"]["complete"] is False

    with_rig(play, data=tmp_path)


def test_a_receiver_that_leaves_in_the_middle_did_not_fetch_it(tmp_path: Path) -> None:
    large = document(content=b"%PDF" * 3_000_000)  # more than any socket takes at once

    async def play(rig: Rig) -> None:
        (delivery,) = rig.hub.deliver(large, sender=MINISTRY, receivers=[PROVINCE], messagetype="edoc")
        await _left_in_the_middle(rig, delivery.receiver_doc_id)
        await rig.notes.until(lambda: bool(rig.notes.of("answer")))
        assert rig.notes.last_answer["complete"] is False

    with_rig(play, data=tmp_path)


async def _left_in_the_middle(rig: Rig, item: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", rig.server.port)
    lines = signed_headers(
        [("docId", item)],
        system_id="sys.province",
        secret=SECRETS["sys.province"],
        timestamp=timestamp(datetime.now(VIETNAM)),
        content_type="application/json",
    )
    head = "".join(f"{key}: {value}\r\n" for key, value in (*lines, ("Host", "h"), ("Content-Length", "2")))
    writer.write(f"POST /vxp/getEdoc HTTP/1.1\r\n{head}\r\n{{}}".encode())
    await reader.readexactly(2000)
    writer.transport.abort()
