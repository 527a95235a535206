"""Runs do not affect each other, and a candidate that stops calling is noticed during the run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio

from harness.catalogue.candidate import Times
from harness.engine.silence import SilenceWatch
from harness.expectations.evidence import Evidence
from harness.hub.faults import Fault, Faults, FaultTarget
from harness.hub.interception import AnswerPlan, Drop
from harness.journal import Journal, read_record
from harness.journal.events import DriverCalled
from tests.engine.engine_rig import Meddling, judged_run, verdicts
from tests.journal.told_events import fact

LEFT = "000.00.00.H41,2026/11/01,1/CU"


class _LeftOver(Meddling):
    """Shows a document of another run in its outbox, queued for the first few looks."""

    looks = 3

    async def call(self, command: str, arguments: Mapping[str, Any], limit: float) -> dict[str, Any]:
        result = await super().call(command, arguments, limit)
        if command == "outbox":
            self.looks -= 1
            state = "queued" if self.looks > 0 else "sent"
            rows = [*result["documents"], {"document_id": LEFT, "state": state, "error": "", "receivers": []}]
            return {"documents": rows}
        return result


class _NeverEmpty(_LeftOver):
    looks = 10**6


def test_a_queue_from_before_is_waited_for(tmp_path: Path) -> None:
    assert verdicts(judged_run(tmp_path, _LeftOver, ("SND-01",))) == {"SND-01": "pass"}
    events = read_record(tmp_path).events
    shown = [
        (event.seq, row["state"])
        for event in events
        if isinstance(event.what, DriverCalled) and event.what.command == "outbox"
        for row in event.what.documents
        if row["document_id"] == LEFT
    ]
    begun = next(event.seq for event in events if event.kind == "scenario.started")
    assert shown[0][1] == "queued"
    assert next(seq for seq, state in shown if state == "sent") < begun


def test_a_queue_that_never_empties_ends_the_run_undecided(tmp_path: Path) -> None:
    judgement = judged_run(tmp_path, _NeverEmpty, ("SND-01",))
    assert (verdicts(judgement), judgement.verdict) == ({"SND-01": "inconclusive"}, "inconclusive")
    (entry,) = (one for one in judgement.requirements if one.id == "SND-01")
    assert entry.cause == "configuration"
    assert read_record(tmp_path).events[-1].members["reason"] == "unsettled"


def test_silence_is_recorded_when_it_begins_and_when_it_ends(tmp_path: Path) -> None:
    kinds = anyio.run(_watched, tmp_path, None)
    assert kinds == ["candidate.silent", "candidate.back"]


def test_silence_under_a_fault_that_meets_everything_is_none(tmp_path: Path) -> None:
    fault = Fault(FaultTarget(), (AnswerPlan("reset", Drop(reset=True)),), lasting=True)
    assert anyio.run(_watched, tmp_path, fault) == []


async def _watched(directory: Path, fault: Fault | None) -> list[str]:
    """Watch a candidate that makes no request for a while, then one."""
    journal, faults, evidence = Journal(directory), Faults(), Evidence()
    if fault is not None:
        faults.add(fault)
    journal.subscribe(evidence.add)
    times = {"poll_interval": 0.05, "reaction": 0.05, "give_up": 0.05}
    journal.record(fact("run.started", {"times": times}))
    watch = SilenceWatch(evidence, journal, faults, Times(**times))
    async with anyio.create_task_group() as watching:
        watching.start_soon(watch.watch)
        await anyio.sleep(1.0)
        assert watch.silent is (fault is None)
        journal.record(fact("request", {"operation": "getEdoc", "parameters": {}, "package": None}))
        await anyio.sleep(0.6)
        watching.cancel_scope.cancel()
    journal.close()
    return [event.kind for event in read_record(directory).events if event.kind.startswith("candidate.")][:2]
