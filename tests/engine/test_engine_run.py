"""Runs of candidates that behave, that do not, and that are not there."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from harness.drivers.protocol import DriverError, DriverLost
from harness.journal import read_record
from harness.journal.redaction import MARK
from tests.engine.engine_rig import BASIC, SECRET, Meddling, causes, judged_run, verdicts


def test_the_reference_agency_passes(tmp_path: Path) -> None:
    judgement = judged_run(tmp_path)
    assert verdicts(judgement) == dict.fromkeys(BASIC, "pass")
    assert (judgement.verdict, judgement.narrowed) == ("pass", True)


class WrongSecret(Meddling):
    async def meddled(self, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return {**arguments, "secret": "not-the-secret-it-was-given"} if command == "configure" else arguments


def test_a_candidate_that_signs_wrong_fails_for_that_alone(tmp_path: Path) -> None:
    judgement = judged_run(tmp_path, WrongSecret, (*BASIC, "VXP-03"))
    found = verdicts(judgement)
    assert found.pop("VXP-03") == "fail"
    assert set(found.values()) == {"inconclusive"}
    assert judgement.verdict == "fail"
    assert ending(tmp_path) == "unserved"
    (reported,) = {entry.detail.en for entry in judgement.scenarios if entry.id in BASIC and entry.detail}
    assert "could serve none of them; it answered: " in reported


def ending(directory: Path) -> str:
    """Return why a run ended."""
    return str(read_record(directory).events[-1].members["reason"])


class Deaf(Meddling):
    """Answers its driver and does nothing: it never gets the hub's address."""

    async def meddled(self, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return {**arguments, "endpoint": "http://127.0.0.1:9/vxp"} if command == "configure" else arguments


def test_a_candidate_that_does_nothing_is_never_passed_nor_failed(tmp_path: Path) -> None:
    judgement = judged_run(tmp_path, Deaf)
    assert set(verdicts(judgement).values()) == {"inconclusive"}
    assert causes(judgement) == {"network"}
    assert judgement.verdict == "inconclusive"


class Mortal(Meddling):
    """Dies at the command to send, once it has been polling for a while."""

    async def meddled(self, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if command == "send":
            await anyio.sleep(1)
            await self.close()
            raise DriverLost("unreachable", "test", "gone")
        return arguments


def test_a_candidate_that_dies_half_way_is_inconclusive(tmp_path: Path) -> None:
    judgement = judged_run(tmp_path, Mortal, ("SND-01", "SND-02"))
    assert (judgement.verdict, set(verdicts(judgement).values())) == ("inconclusive", {"inconclusive"})
    assert causes(judgement) == {"candidate"}


class Absent(Meddling):
    async def meddled(self, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
        raise DriverLost("unreachable", "test", "nobody there")


def test_a_candidate_that_is_not_there_ends_the_run(tmp_path: Path) -> None:
    judgement = judged_run(tmp_path, Absent)
    assert judgement.verdict == "inconclusive"
    assert causes(judgement) == {"network"}
    assert ending(tmp_path) == "driver"
    (reported,) = {entry.detail.en for entry in judgement.scenarios if entry.detail}
    assert reported == "The driver test cannot be reached: nobody there."


class Unwilling(Meddling):
    async def meddled(self, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if command == "configure":
            raise DriverError("refused", "this licence allows one system only")
        return arguments


def test_a_candidate_that_refuses_its_configuration_is_quoted(tmp_path: Path) -> None:
    judgement = judged_run(tmp_path, Unwilling)
    assert causes(judgement) == {"candidate"}
    assert ending(tmp_path) == "refused"
    (reported,) = {entry.detail.en for entry in judgement.scenarios if entry.detail}
    assert "this licence allows one system only" in reported


def test_no_secret_is_in_the_record(tmp_path: Path) -> None:
    judged_run(tmp_path, only=("SND-01", "RCV-02"))
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert SECRET.encode() not in everything
    assert MARK.encode() in everything  # it was there to be concealed: `configure` hands it over


def test_scenarios_are_distinguished_in_the_record(tmp_path: Path) -> None:
    judged_run(tmp_path, only=("RCV-02", "RCV-05"))
    events = read_record(tmp_path).events
    own = {event.scenario for event in events if event.kind == "stimulus"}
    assert {str(name).partition("/")[0] for name in own} == {"opening", "RCV-02", "RCV-05"}


@pytest.mark.parametrize("seed_of_both", [(1, 1, True), (1, 2, False)])
def test_equal_seeds_make_equal_subjects(seed_of_both: tuple[int, int, bool], tmp_path: Path) -> None:
    from datetime import datetime

    from harness.crypto.testpki.pki import Pki
    from harness.edxml.model import Organization
    from harness.journal.recorder import VIETNAM
    from harness.scenarios.testdata import SeededData, peers

    first, second, equal = seed_of_both
    pki = Pki(datetime.now(VIETNAM))
    made = []
    for seed in (first, second):
        material = SeededData(seed, pki, "X")
        document = material.document(material.choice("RCV-02"), peers()["ministry"], Organization("H41", "Y"), ())
        made.append((document.package.subject, document.package.code, document.package.signer_info))
    assert (made[0] == made[1]) is equal
