"""Certifications of the adapter skeleton that vendors start from: unchanged, and with a few commands filled in."""

import os
import sys
from pathlib import Path

import pytest

from harness.engine.certification import CertificationOrder
from harness.journal import Event
from harness.judge.report_schema import Judgement
from harness.resources import folder
from tests.drivers import little_system
from tests.engine import engine_rig

DECLARATION = """
schema: lienthong.candidate/1
candidate: {{name: Hệ thống nhỏ}}
agency: {{organ_id: 000.00.00.H41, organ_name: UBND tỉnh Nghệ An{more}}}
driver: {{kind: command, argv: {argv}}}
timing: {{poll_interval: 0.2, reaction: 0.5, give_up: 2}}
"""
YES = """
import json, sys
for line in sys.stdin:
    print(json.dumps({"id": json.loads(line)["id"], "result": {}}), flush=True)
"""


def certified(directory: Path, argv: list[str], only: list[str] | None = None, more: str = "") -> Judgement:
    declaration = directory / "candidate.yaml"
    declaration.write_text(DECLARATION.format(argv=[sys.executable, *argv], more=more), encoding="utf-8")
    order = CertificationOrder(
        candidate=str(declaration),
        profile="qcvn102-2022",
        only=only,
        directory=directory / "run",
        language="vi",
        seed=5,
        environment=os.environ,
    )
    events: list[Event] = []
    return engine_rig.certified(order, events.append).judgement


@pytest.mark.slow
def test_the_skeleton_is_never_a_pass_and_never_a_failure(tmp_path: Path) -> None:
    judgement = certified(tmp_path, [str(folder("fixtures") / "adapter" / "adapter.py")])
    assert {entry.verdict for entry in judgement.requirements} == {"inconclusive", "not_applicable"}
    assert {entry.cause for entry in judgement.requirements if entry.required} <= {"configuration", "network"}
    assert judgement.verdict == "inconclusive"


@pytest.mark.slow
def test_a_little_system_passes_what_it_can_and_leaves_the_rest_open(tmp_path: Path) -> None:
    only = ["RCV-01", "RCV-02", "RCV-04", "SND-01", "SND-07", "STS-01"]
    judgement = certified(tmp_path, [little_system.__file__, str(tmp_path / "store")], only)
    verdicts = {entry.id: entry.verdict for entry in judgement.requirements if entry.id in only}
    shown = [(one.id, one.verdict, one.detail, [found.code for found in one.findings]) for one in judgement.scenarios]
    assert {key: verdicts[key] for key in ("RCV-01", "RCV-02", "RCV-04")} == dict.fromkeys(
        ("RCV-01", "RCV-02", "RCV-04"), "pass"
    ), shown
    assert verdicts["SND-01"] == "inconclusive"
    assert verdicts["STS-01"] == "fail"


def test_a_candidate_that_never_calls_ends_the_run_soon(tmp_path: Path) -> None:
    program = tmp_path / "yes.py"
    program.write_text(YES, encoding="utf-8")
    judgement = certified(tmp_path, [str(program)], ["RCV-02", "VXP-03"])
    assert {entry.cause for entry in judgement.requirements if entry.required} == {"network"}


def test_a_candidate_that_signs_wrongly_is_detected_by_its_requests(tmp_path: Path) -> None:
    judgement = certified(tmp_path, [little_system.__file__, str(tmp_path / "store"), "slip"], ["RCV-02", "VXP-03"])
    found = {entry.id: (entry.verdict, entry.cause) for entry in judgement.requirements if entry.required}
    assert found == {"VXP-03": ("fail", None), "RCV-02": ("inconclusive", "candidate")}
