"""The skeleton that vendors are given: as it is, and with a few commands filled in."""

import asyncio
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.drivers.command import CommandDriver
from harness.drivers.protocol import COMMANDS, DriverError
from harness.resources import folder
from tests.drivers import little_system

LIMIT = 30.0
ADAPTER = folder("fixtures") / "adapter" / "adapter.py"


def called(argv: list[str], *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    results: list[Any] = []

    async def run() -> None:
        driver = CommandDriver([sys.executable, *argv], os.environ)
        try:
            for command, arguments in calls:
                try:
                    results.append(await driver.call(command, arguments, LIMIT))
                except DriverError as error:
                    results.append(error)
        finally:
            await driver.close()

    asyncio.run(run())
    return results


def test_an_unchanged_skeleton_only_answers_hello() -> None:
    others = [command for command in COMMANDS if command != "hello"]
    hello, *rest = called([str(ADAPTER)], ("hello", {}), *((command, {}) for command in others))
    assert hello == {"name": "Adapter skeleton", "version": "0", "commands": ["hello"]}
    assert [error.kind for error in rest] == ["unsupported"] * len(others)


def test_it_knows_every_command_of_the_protocol() -> None:
    assert little_system.skeleton().COMMANDS == COMMANDS


def test_every_stub_says_what_to_fill_in() -> None:
    kit = little_system.skeleton()
    for command in COMMANDS:
        assert len(getattr(kit.Adapter, command).__doc__) > 60, command


def test_what_is_filled_in_is_announced_and_works(tmp_path: Path) -> None:
    secret_document = {"classification": "mat"}
    argv = [little_system.__file__, str(tmp_path)]
    hello, inbox, refused, failed, rest = called(
        argv, ("hello", {}), ("inbox", {}), ("send", secret_document), ("send", {}), ("outbox", {})
    )
    assert hello["commands"] == ["hello", "configure", "send", "inbox"]
    assert inbox == {"documents": []}
    assert (refused.kind, failed.kind, rest.kind) == ("refused", "failed", "unsupported")
    assert failed.message == "OSError: no clerk here"


@pytest.mark.parametrize(
    "line", [b"no json", b"[]", b"7", b'"x"', b'{"id": 1}', b'{"id": 1, "command": ["x"]}', b"\xff"]
)
def test_no_line_is_left_without_an_answer(line: bytes) -> None:
    kit = little_system.skeleton()
    answers = io.BytesIO()
    kit.serve(kit.Adapter(), io.BytesIO(line + b"\n\n"), answers)
    (answer,) = [json.loads(one) for one in answers.getvalue().splitlines()]
    assert answer["error"]["code"] in {"unsupported", "failed"}


def test_its_program_ends_with_its_input() -> None:
    async def run() -> None:
        driver = CommandDriver([sys.executable, str(ADAPTER)], os.environ)
        await driver.call("hello", {}, LIMIT)
        program = driver._program
        await driver.close()
        assert program is not None
        assert program._process.returncode == 0

    asyncio.run(run())
