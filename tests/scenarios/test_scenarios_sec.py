"""Whole runs of group SEC: the reference agency passes, every defective agency fails for its own requirement."""

from pathlib import Path

import pytest

from harness.agency.gallery import defects
from harness.catalogue.verdicts import Verdict
from harness.engine.certification import CertificationOrder
from harness.journal import read_record
from harness.judge.report_schema import Judgement
from tests.engine.engine_rig import certified

ALL = tuple(f"SEC-{number:02}" for number in range(1, 9))
DEFECTS = {name: entry.breaks for name, entry in defects().items() if (entry.breaks or "").startswith("SEC-")}
REBUILDING = """
schema: lienthong.profile/1
extends: qcvn102-2022
id: rebuilding
version: "1"
title: {vi: "Trục dựng lại gói tin", en: "A hub that rebuilds packages"}
parameters:
  hub: {mode: rebuild}
"""


def judged(directory: Path, candidate: str, only: tuple[str, ...], profile: str = "qcvn102-2022") -> Judgement:
    order = CertificationOrder(
        candidate=candidate,
        profile=profile,
        only=list(only),
        directory=directory,
        language="en",
        seed=5,
        formats=(),
    )
    return certified(order).judgement


def verdicts(judgement: Judgement) -> dict[str, Verdict]:
    return {entry.id: entry.verdict for entry in judgement.requirements if entry.id in ALL and entry.required}


@pytest.mark.slow
def test_the_reference_agency_survives_all_of_it(tmp_path: Path) -> None:
    judgement = judged(tmp_path, "reference", ALL)
    assert verdicts(judgement) == dict.fromkeys(ALL, Verdict.PASS)
    assert judgement.verdict == "pass"
    record = read_record(tmp_path)
    notes = {event.members["note"] for event in record.events if event.kind == "stimulus"}
    assert len([note for note in notes if note.startswith("SEC-")]) > 40
    assert not [event for event in record.events if event.kind in {"canary", "trespass", "deadline", "harness.error"}]
    assert {event.members["name"] for event in record.events if event.kind == "canary.greeted"} == {
        "hub-untrusted", "hub-expired", "hub-wrong-host",
    }  # fmt: skip


# One of each requirement; the others are played by the whole self-test, and before a release.
FIRST = {breaks: name for name, breaks in reversed(DEFECTS.items())}.values()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "breaks"),
    [pytest.param(*one, marks=() if one[0] in FIRST else pytest.mark.release) for one in DEFECTS.items()],
)
def test_every_defect_is_caught_for_its_own_requirement(name: str, breaks: str, tmp_path: Path) -> None:
    judgement = judged(tmp_path, f"reference:{name}", (breaks,))
    assert verdicts(judgement) == {breaks: Verdict.FAIL}
    failed = [entry.id for entry in judgement.requirements if entry.verdict is Verdict.FAIL]
    assert failed == [breaks]
    shown = {found.code for scenario in judgement.scenarios for found in scenario.findings}
    assert all(code.startswith(f"{breaks}.") for code in shown)


def test_every_requirement_has_two_ways_to_be_broken() -> None:
    assert {requirement: list(DEFECTS.values()).count(requirement) >= 2 for requirement in ALL} == dict.fromkeys(
        ALL, True
    )


@pytest.mark.slow
def test_a_hub_that_rebuilds_packages_is_not_asked_to_keep_signatures(tmp_path: Path) -> None:
    profile = tmp_path / "rebuilding.yaml"
    profile.write_text(REBUILDING, encoding="utf-8")
    judgement = judged(tmp_path / "run", "reference", ("SEC-05", "SEC-06"), str(profile))
    scenarios = {entry.id: entry.verdict for entry in judgement.scenarios if entry.id.startswith("SEC-")}
    assert scenarios == {
        "SEC-05/package": Verdict.NOT_APPLICABLE,
        "SEC-05/pdf": Verdict.PASS,
        "SEC-06/package": Verdict.NOT_APPLICABLE,
        "SEC-06/pdf": Verdict.PASS,
    }
    assert verdicts(judgement) == {"SEC-05": Verdict.PASS, "SEC-06": Verdict.PASS}
