"""Driver `command`: a program of the vendor's, JSON lines on its standard input and output, answers in any order."""

import asyncio
import contextlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from harness.drivers.protocol import LONGEST_ANSWER, DriverLost, read_answer

_ENDING = 5.0


class _Id(msgspec.Struct):
    id: str | int | None = None


class CommandDriver:
    """Starts the adapter program when it is first called; it belongs to this driver and ends with it."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._argv = tuple(argv)
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._waiting: dict[str, asyncio.Future[bytes]] = {}
        self._starting = asyncio.Lock()

    async def call(self, command: str, arguments: Mapping[str, Any], limit: float) -> dict[str, Any]:
        """Write one line, wait for the line that answers it; see `Driver`."""
        process = await self._running()
        call_id = uuid.uuid4().hex
        line = msgspec.json.encode({"id": call_id, "command": command, "arguments": dict(arguments)}) + b"\n"
        answer = self._waiting[call_id] = asyncio.get_running_loop().create_future()
        try:
            _input(process).write(line)
            await _input(process).drain()
            return read_answer(await asyncio.wait_for(answer, limit), call_id)
        except (OSError, TimeoutError) as error:
            raise DriverLost(f"{self._argv[0]}: {type(error).__name__} {error}") from error
        finally:
            self._waiting.pop(call_id, None)

    async def kill(self) -> None:
        """Kill the adapter program at once; the next call starts it again."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        await self._end_reader()

    async def close(self) -> None:
        """Close the program's standard input and give it a moment to end by itself."""
        process = self._process
        if process is not None and process.returncode is None:
            _input(process).close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _ENDING)
        await self.kill()

    async def _running(self) -> asyncio.subprocess.Process:
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                await self._end_reader()
                try:
                    self._process = await asyncio.create_subprocess_exec(
                        *self._argv,
                        stdin=asyncio.subprocess.PIPE,
                        stdout=asyncio.subprocess.PIPE,
                        limit=LONGEST_ANSWER,
                    )
                except OSError as error:
                    raise DriverLost(f"{self._argv[0]}: {error.strerror or error}") from error
                self._reader = asyncio.create_task(self._read(self._process))
            return self._process

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        """Hand every line to the call it answers; when the program ends, tell all that still wait."""
        try:
            while process.stdout is not None and (line := await process.stdout.readline()):
                self._hand_over(line)
        except ValueError:
            process.kill()  # a line longer than any answer may be
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(DriverLost(f"{self._argv[0]}: the program ended"))

    def _hand_over(self, line: bytes) -> None:
        try:
            call_id = str(msgspec.json.decode(line, type=_Id).id)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return  # programs print other things too; an answer that never comes is noticed by its caller
        future = self._waiting.get(call_id)
        if future is not None and not future.done():
            future.set_result(line)

    async def _end_reader(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
            self._reader = None


def _input(process: asyncio.subprocess.Process) -> asyncio.StreamWriter:
    """Return the program's standard input.

    Raises:
        DriverLost: it has none, which only a program started elsewhere can have.
    """
    if process.stdin is None:
        raise DriverLost("the program has no standard input")
    return process.stdin
