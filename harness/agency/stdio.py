"""The driver protocol over standard input and output: one JSON line in, one out, in any order."""

import asyncio
import json
from typing import BinaryIO

from harness.agency.server import LONGEST_REQUEST, parsed
from harness.agency.system import AgencySystem


async def serve_lines(agency: AgencySystem, lines: BinaryIO, output: BinaryIO) -> None:
    """Answer lines until they end.

    Args:
        agency: the system to be driven.
        lines: a pipe or a terminal that they come from: standard input.
        output: where the answers go: standard output.
    """
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LONGEST_REQUEST)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), lines)
    answering: set[asyncio.Task[None]] = set()
    while line := await reader.readline():
        if line.strip():
            task = asyncio.create_task(_answer(agency, line, output))
            answering.add(task)
            task.add_done_callback(answering.discard)
    await asyncio.gather(*answering)


async def _answer(agency: AgencySystem, line: bytes, output: BinaryIO) -> None:
    answer = await agency.handle(parsed(line))
    output.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    output.flush()
