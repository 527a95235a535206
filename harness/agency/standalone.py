"""Running one agency as a program: until it is interrupted, or its standard input ends."""

import asyncio
import hashlib
import shutil
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from harness.agency.gallery import build
from harness.agency.server import DriverServer
from harness.agency.settings import AgencySettings
from harness.agency.stdio import serve_lines

_ENDING = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class StandardStreams:
    """The streams of a driver over standard input and output.

    Attributes:
        lines: standard input.
        output: standard output.
        token: names the driver that started this program, empty where none did; the same for each of its starts.
    """

    lines: BinaryIO
    output: BinaryIO
    token: str = ""


def serve(
    kind: str | None,
    settings: AgencySettings,
    *,
    host: str,
    port: int,
    stdio: StandardStreams | None,
    announce: Callable[[str], None],
) -> None:
    """Run an agency and its driver.

    Args:
        kind: a defect or variant, None for the reference agency.
        settings: those it starts with.
        host, port: where its driver listens.
        stdio: its driver is these streams instead, where there are any.
        announce: called with the driver's url once it listens.

    Raises:
        OSError: the address cannot be listened on, or the folder not written.
    """
    folder = _folder_of_the_run(stdio.token) if stdio and settings.data is None else None
    if folder is not None:
        settings = replace(settings, data=folder)
    try:
        asyncio.run(_serve(kind, settings, (host, port), stdio, announce))
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _folder_of_the_run(token: str) -> Path | None:
    """Return a folder that is the same for every start by one driver, so that a killed program finds its data again.

    It is removed when the program ends normally.
    """
    if not token:
        return None
    folder = Path(tempfile.gettempdir()) / f"lienthong-agency-{hashlib.sha256(token.encode()).hexdigest()[:32]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


async def _serve(
    kind: str | None,
    settings: AgencySettings,
    listen: tuple[str, int],
    stdio: StandardStreams | None,
    announce: Callable[[str], None],
) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        loop.add_signal_handler(number, ended.set)
    async with build(kind, settings) as agency:
        if stdio is not None:
            lines = asyncio.create_task(serve_lines(agency, stdio.lines, stdio.output))
            lines.add_done_callback(lambda _: ended.set())
            await ended.wait()
            lines.cancel()
            return
        async with DriverServer(agency, *listen) as server:
            announce(server.url)
            await ended.wait()
