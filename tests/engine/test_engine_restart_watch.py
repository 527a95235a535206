"""A restart of the candidate is noticed: its driver is back, has another version, or its program file changed."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from harness.agency.server import DriverServer
from harness.agency.settings import AgencySettings
from harness.agency.system import AgencySystem
from harness.catalogue.errors import ConfigurationError
from harness.engine.restart_watch import check_watchable, restarted

PROFILE = "qcvn102-2022"
DECLARATION = """
schema: lienthong.candidate/1
candidate: {{name: Hệ thống}}
agency: {{organ_id: 000.00.00.H41, organ_name: UBND tỉnh Nghệ An}}
driver: {driver}
"""


def declared(folder: Path, driver: str) -> str:
    path = folder / "candidate.yaml"
    path.write_text(DECLARATION.format(driver=driver), encoding="utf-8")
    return str(path)


async def _gone_and_back(folder: Path) -> None:
    async with AgencySystem(AgencySettings(), name="first") as system:
        async with DriverServer(system, "127.0.0.1", 0) as server:
            port = int(server.url.rpartition(":")[2].partition("/")[0])
            candidate = declared(folder, f"{{kind: http, url: {server.url}}}")
            watching = asyncio.create_task(restarted(candidate, PROFILE, "en", os.environ))
            await asyncio.sleep(0.8)
            assert not watching.done()
        await asyncio.sleep(0.8)
        assert not watching.done()
        async with DriverServer(system, "127.0.0.1", port):
            await asyncio.wait_for(watching, 10)


def test_a_driver_that_was_away_and_is_back_was_restarted(tmp_path: Path) -> None:
    asyncio.run(_gone_and_back(tmp_path))


async def _another(folder: Path) -> None:
    async with (
        AgencySystem(AgencySettings(), name="first") as system,
        DriverServer(system, "127.0.0.1", 0) as server,
    ):
        candidate = declared(folder, f"{{kind: http, url: {server.url}}}")
        watching = asyncio.create_task(restarted(candidate, PROFILE, "en", os.environ))
        await asyncio.sleep(0.8)
        system.version = "2"
        await asyncio.wait_for(watching, 10)


def test_a_driver_with_another_version_was_restarted_between_two_looks(tmp_path: Path) -> None:
    asyncio.run(_another(tmp_path))


async def _saved(folder: Path) -> None:
    program = folder / "adapter.py"
    program.write_text("one", encoding="utf-8")
    candidate = declared(folder, f"{{kind: command, argv: ['{sys.executable}', adapter.py]}}")
    watching = asyncio.create_task(restarted(candidate, PROFILE, "en", os.environ))
    await asyncio.sleep(0.8)
    assert not watching.done()
    program.unlink()
    await asyncio.sleep(0.4)
    program.write_text("two", encoding="utf-8")
    await asyncio.wait_for(watching, 10)


def test_a_program_file_that_was_saved_again_counts_as_a_restart(tmp_path: Path) -> None:
    asyncio.run(_saved(tmp_path))


@pytest.mark.parametrize("driver", ["{kind: manual}", "{kind: passive}"])
def test_a_manual_driver_cannot_be_watched_for_restarts(tmp_path: Path, driver: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        check_watchable(declared(tmp_path, driver), PROFILE, {})
    assert refused.value.code == "watch.kind"
