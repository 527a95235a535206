"""The driver protocol over standard input and output: one JSON line in, one out, in any order."""

import asyncio
import json
import sys
from typing import BinaryIO

from harness.agency.server import LONGEST_REQUEST, parsed
from harness.agency.system import AgencySystem


async def serve_lines(agency: AgencySystem, output: BinaryIO | None = None) -> None:
    """Answer the lines of standard input until it ends.

    Args:
        agency: the system to be driven.
        output: where the answers go; None: standard output.
    """
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LONGEST_REQUEST)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    written = output or sys.stdout.buffer
    answering: set[asyncio.Task[None]] = set()
    while line := await reader.readline():
        if line.strip():
            task = asyncio.create_task(_answer(agency, line, written))
            answering.add(task)
            task.add_done_callback(answering.discard)
    await asyncio.gather(*answering)


async def _answer(agency: AgencySystem, line: bytes, output: BinaryIO) -> None:
    answer = await agency.handle(parsed(line))
    output.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    output.flush()
