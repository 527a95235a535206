"""The driver `passive`: it tells the operator how to connect the product, and does nothing else."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from harness.drivers.passive import PassiveDriver
from harness.drivers.protocol import COMMANDS, OperatorError
from harness.drivers.recorded import RecordedDriver
from tests.drivers.operator_desk import LIMIT, Script, recorded, workplace

CONFIGURE = {
    "endpoint": "http://192.0.2.1:8080/vxp",
    "system_id": "vxp.1",
    "secret": "top-secret-made-here",
    "organ_id": "H41",
    "organ_name": "UBND",
    "poll_interval": 5.0,
    "hub_trust_anchors_pem": "-----BEGIN CERTIFICATE-----\n",
    "signer_trust_anchors_pem": "",
}


def call(directory: Path, *calls: tuple[str, dict[str, Any]], made: bool = True) -> tuple[list[Any], Script]:
    script = Script()
    results: list[Any] = []
    place = workplace(directory, secret_made=made)

    async def run() -> None:
        driver = RecordedDriver(PassiveDriver(place, script), place.recorder)
        for command, arguments in calls:
            try:
                results.append(await driver.call(command, arguments, LIMIT))
            except OperatorError as error:
                results.append(error)
        await driver.close()

    asyncio.run(run())
    return results, script


def test_the_operator_is_asked_once_how_to_connect_the_product(tmp_path: Path) -> None:
    results, person = call(tmp_path, ("hello", {}), ("configure", CONFIGURE), ("configure", CONFIGURE))
    assert results[0]["commands"] == []
    assert results[1:] == [{}, {}]
    (reported,) = person.screen
    for part in ("http://192.0.2.1:8080/vxp", "vxp.1", "top-secret-made-here", "H41"):
        assert part in reported
    anchors = tmp_path / "operator" / "hub_trust_anchors.pem"
    assert str(anchors) in reported
    assert anchors.read_text(encoding="ascii") == CONFIGURE["hub_trust_anchors_pem"]
    assert "top-secret-made-here" not in (tmp_path / "journal.jsonl").read_text(encoding="utf-8")


def test_a_secret_of_the_candidates_own_is_not_told(tmp_path: Path) -> None:
    _, person = call(tmp_path, ("configure", CONFIGURE), made=False)
    assert "top-secret-made-here" not in person.screen[0]


def test_nothing_else_is_done_and_it_is_the_operators_choice(tmp_path: Path) -> None:
    others = [command for command in COMMANDS if command not in {"hello", "configure"}]
    results, person = call(tmp_path, *((command, {}) for command in others), ("configure", {"endpoint": "other"}))
    assert [error.answer for error in results[:-1]] == ["passive"] * len(others)
    assert results[-1] == {}
    unsupported = [event["command"] for event in recorded(tmp_path, "driver.unsupported")]
    assert unsupported == ["directory", "inbox", "outbox"]
    assert len(person.screen) == 1


@pytest.mark.parametrize("change", [{"endpoint": "http://elsewhere"}, {"secret": "another-secret-9876"}])
def test_another_configuration_cannot_be_had(tmp_path: Path, change: dict[str, str]) -> None:
    (_, error), _ = call(tmp_path, ("configure", CONFIGURE), ("configure", {**CONFIGURE, **change}))
    assert error.answer == "passive"
