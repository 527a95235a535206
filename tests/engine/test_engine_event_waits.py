"""Waiting by event, where what was met may open again."""

import time
from pathlib import Path

import anyio

from harness.engine.event_waits import EventWaits
from harness.expectations import Acked, FaultMet, StoredOnce
from harness.expectations.evidence import Evidence
from harness.journal import Journal
from tests.journal.told_events import fact

DOCUMENT = "000.00.00.G22,2026/01/20,1/VPCP-TTĐT"
ITEM = "item-1"


def test_a_wait_ends_only_when_everything_holds_at_once(tmp_path: Path) -> None:
    """Shown before it is acknowledged, a document has to be shown once more afterwards."""
    shown = {"documents": [{"document_id": DOCUMENT, "state": "arrived"}]}

    async def play() -> None:
        journal = Journal(tmp_path)
        waits = EventWaits(Evidence())
        journal.subscribe(waits.add)

        def answered(operation: str, effect: str, **more: object) -> None:
            parameters = {"docid": ITEM}
            request = journal.record(fact("request", {"operation": operation, "parameters": parameters, "headers": []}))
            named = {"receiver_doc_id": ITEM, "document_id": DOCUMENT, "messagetype": "edoc", **more}
            facts = {"request": request.seq, "operation": operation, "http_status": 200, "error_code": "0"}
            journal.record(fact("answer", {**facts, "complete": True, "fault": None, "effect": {effect: named}}))

        def look() -> None:
            journal.record(fact("driver", {"command": "inbox", "arguments": {}, "result": shown, "seconds": 0.0}))

        stated = [(Acked(document=DOCUMENT), "RCV-02"), (StoredOnce(document=DOCUMENT), "RCV-02")]
        ended: list[bool] = []

        async def wait() -> None:
            ended.append(await waits.settled(list(stated), 10.0))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait)
            await anyio.sleep(0.05)
            answered("getEdoc", "fetched", complete=True)
            look()
            await anyio.sleep(0.1)
            assert waits.wanted_views() == frozenset()
            answered("updateStatus", "acked", status="done", description="")
            await anyio.sleep(0.1)
            assert (ended, waits.wanted_views()) == ([], frozenset({"inbox"}))
            look()
        assert ended == [True]

    anyio.run(play)


def test_time_of_a_stall_is_given_back_before_a_wait_ends(tmp_path: Path) -> None:
    """A deadline during a stall is not over when the stall ends: no progress was possible meanwhile."""

    async def play() -> None:
        journal = Journal(tmp_path)
        waits = EventWaits(Evidence())
        journal.subscribe(waits.add)
        ended: list[bool] = []

        async def wait() -> None:
            ended.append(await waits.settled([(FaultMet(after=0), "RTY-01")], 0.6))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(waits.keep_time, journal)
            tasks.start_soon(wait)
            await anyio.sleep(0.005)
            journal.record(fact("note", {}))  # the wait looks up for a moment, sooner than the stall is noticed
            await anyio.sleep(0.002)
            time.sleep(1.5)  # noqa: ASYNC251 - the stall
            await anyio.sleep(0.15)
            assert ended == []
            journal.record(fact("request", {"operation": "countReceiveEdoc", "parameters": {}, "headers": []}))
            await anyio.sleep(0.15)
            tasks.cancel_scope.cancel()
        assert ended == [True]

    anyio.run(play)


def waited(directory: Path, effect: str, until: float) -> float:
    """Return for how long 0.4 seconds are waited while the candidate has such an effect at the hub until then."""

    async def play() -> float:
        journal = Journal(directory)
        waits = EventWaits(Evidence())
        journal.subscribe(waits.add)
        began = time.monotonic()

        async def work() -> None:
            while time.monotonic() - began < until:
                await anyio.sleep(0.05)
                request = journal.record(fact("request", {"operation": "updateStatus"}))
                facts = {"request": request.seq, "operation": "updateStatus", "http_status": 200, "error_code": "0"}
                done = {effect: {"receiver_doc_id": "another", "document_id": "another", "messagetype": "edoc"}}
                journal.record(fact("answer", {**facts, "complete": True, "fault": None, "effect": done}))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(work)
            assert not await waits.until(Acked(document=DOCUMENT), "RCV-02", 0.4)
            lasted = time.monotonic() - began
            tasks.cancel_scope.cancel()
        return lasted

    return anyio.run(play)


def test_a_candidate_that_gets_things_done_is_given_more_time_within_bounds(tmp_path: Path) -> None:
    assert 0.8 <= waited(tmp_path / "busy", "acked", 0.7) < 1.4
    assert 1.5 <= waited(tmp_path / "endless", "acked", 30.0) < 2.5


def test_a_candidate_that_only_calls_is_not(tmp_path: Path) -> None:
    assert 0.4 <= waited(tmp_path / "idle", "fetched", 30.0) < 0.8
