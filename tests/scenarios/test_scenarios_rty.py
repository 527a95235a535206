"""Runs of group RTY by a profile of one's own: its codes are the ones that are played, and those that are obeyed."""

import asyncio
import time
from pathlib import Path

import pytest

from harness.catalogue.verdicts import Verdict
from harness.engine.certification import CertificationOrder
from harness.hub.server import HubServer
from harness.journal import Record, read_record
from harness.judge.report_schema import Judgement
from tests.engine.engine_rig import certified

OWN = """
schema: lienthong.profile/1
extends: qcvn102-2022
id: own-codes
version: "1"
title: {vi: "Mã lỗi của một bộ", en: "A ministry's own codes"}
parameters:
  hub:
    error_codes:
      "10": {kind: transient, text: Tam thoi}
      "20": {kind: final, text: Dut khoat}
      "77": {kind: transient, text: Ban}
  retries: {final_watch: 1}
"""


def run(directory: Path, candidate: str, only: tuple[str, ...], profile: Path) -> tuple[Judgement, Record]:
    order = CertificationOrder(
        candidate=candidate,
        profile=str(profile),
        only=list(only),
        directory=directory / "run",
        language="en",
        seed=5,
        formats=(),
    )
    return certified(order).judgement, read_record(directory / "run")


def played(record: Record, scenario: str) -> set[str]:
    """Return the codes that a scenario's faults answered with."""
    faults = (event for event in record.events if event.kind == "fault" and event.scenario == scenario)
    return {plan.removeprefix("fail-") for fault in faults for plan in fault.members["plans"]}


@pytest.mark.slow
def test_the_profile_says_which_codes_are_final_and_which_pass(tmp_path: Path) -> None:
    profile = tmp_path / "own.yaml"
    profile.write_text(OWN, encoding="utf-8")
    judgement, record = run(tmp_path, "reference", ("RTY-07", "RTY-08"), profile)
    verdicts = {entry.id: entry.verdict for entry in judgement.requirements if entry.id in {"RTY-07", "RTY-08"}}
    assert verdicts == dict.fromkeys(verdicts, Verdict.PASS)
    assert played(record, "RTY-07") == {"18", "19", "20", "22", "23"}
    assert played(record, "RTY-08") == {"10", "21", "77", "78"}


@pytest.mark.slow
def test_a_fault_that_no_call_ever_met_tells_nothing(tmp_path: Path) -> None:
    """What never left is another requirement's failure: nothing is known of how it would have been tried again."""
    profile = tmp_path / "own.yaml"
    profile.write_text(OWN, encoding="utf-8")
    judgement, _ = run(tmp_path, "reference:keeps-documents-in-the-drawer", ("RTY-08",), profile)
    (entry,) = (one for one in judgement.scenarios if one.id == "RTY-08")
    assert (entry.verdict, entry.findings) == (Verdict.INCONCLUSIVE, ())
    assert entry.detail is not None
    assert "RTY-08.fault-not-met" in entry.detail.en


@pytest.mark.slow
def test_an_outage_with_a_stall_of_the_harness_is_played_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The candidate's polls fail first, and it holds back what is ordered then: it would be seen to give nothing up."""
    profile = tmp_path / "own.yaml"
    profile.write_text(OWN, encoding="utf-8")
    stop, stopped = HubServer.stop_listening, 0

    async def stops_slowly(server: HubServer) -> None:
        nonlocal stopped
        await stop(server)
        stopped += 1
        if stopped == 1:
            await asyncio.sleep(1)
            time.sleep(1.5)  # noqa: ASYNC251 - as a machine without time for it makes it stand still

    monkeypatch.setattr(HubServer, "stop_listening", stops_slowly)
    judgement, record = run(tmp_path, "reference:gives-up-when-the-hub-is-down", ("RTY-01",), profile)
    (entry,) = (one for one in judgement.scenarios if one.id == "RTY-01")
    assert entry.verdict is Verdict.FAIL
    assert len([event for event in record.events if event.kind == "hub.down"]) == 2
