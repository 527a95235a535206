"""Driver `command`: a program of the vendor's, JSON lines on its standard input and output, answers in any order."""

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from harness.agency.settings import RUN_VARIABLE
from harness.catalogue.findings import clipped
from harness.drivers.program import Program
from harness.drivers.protocol import DriverError, DriverLost, read_answer

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# The harness's own keys, folders and settings have names that begin so; a vendor's program must not see them.
_OURS = "LIENTHONG_"


class _Id(msgspec.Struct):
    id: str | int | None = None


class CommandDriver:
    """Starts the adapter program when it is first called; it belongs to this driver and ends with it.

    A program that ended is started again for the next call and configured first as it was: a new process need not
    remember its configuration.
    """

    def __init__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        *,
        folder: Path | None = None,
        complain: Callable[[str], None] | None = None,
    ) -> None:
        """Prepare the driver.

        Args:
            argv: the program and its arguments.
            environment: the variables that it inherits; those of the harness are left out.
            folder: where it is started; relative paths are those of this folder. None for the working directory.
            complain: is given every line of its standard error, fit to be shown; None where they are dropped.
        """
        self._complain = complain
        self._argv = tuple(argv)
        self._folder = folder
        inherited = {name: value for name, value in environment.items() if not name.startswith(_OURS)}
        self._environment = {**inherited, RUN_VARIABLE: uuid.uuid4().hex}
        self._stray = ""
        self._program: Program | None = None
        self._waiting: dict[str, asyncio.Future[bytes]] = {}
        self._starting = asyncio.Lock()
        self._configuration: dict[str, Any] | None = None

    async def call(self, command: str, arguments: Mapping[str, Any], limit: float) -> dict[str, Any]:
        """Write one line, wait for the line that answers it; see `Driver`."""
        try:
            # The limit is for starting, writing and waiting together: a program that does not read blocks the writing.
            async with asyncio.timeout(limit):
                result = await self._called(command, arguments)
        except TimeoutError as error:
            stray = f"; stdout: {clipped(self._stray)}" if self._stray else ""
            raise DriverLost("silent", self._argv[0], f"{limit:g} s{stray}") from error
        if command == "configure":
            self._configuration = dict(arguments)
        return result

    async def close(self) -> None:
        """Close the program's standard input, give it a moment to end by itself, then end it."""
        program, self._program = self._program, None
        if program is not None:
            await program.end()

    async def kill(self) -> None:
        """Kill the program at once, and what it started; the next call starts it again and configures it first."""
        program, self._program = self._program, None
        if program is not None:
            await program.end(at_once=True)

    async def _called(self, command: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        async with self._starting:
            program = self._program
            if program is None or program.ended:
                program = await self._started(command)
        return await self._exchange(program, command, arguments)

    async def _started(self, command: str) -> Program:
        if self._program is not None:
            await self._program.end()
        self._program = program = await Program.start(
            self._argv,
            self._hand_over,
            self._tell_lost,
            self._environment,
            self._complain,
            self._folder,
        )
        if self._configuration is not None and command not in {"hello", "configure"}:
            await self._configured_again(program, self._configuration)
        return program

    async def _configured_again(self, program: Program, configuration: Mapping[str, Any]) -> None:
        configured = False
        try:
            await self._exchange(program, "configure", configuration)
            configured = True
        except DriverError as error:
            raise DriverLost("ended", self._argv[0], f"configure: {error}") from error
        finally:
            program.ended = program.ended or not configured

    async def _exchange(self, program: Program, command: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        call_id = uuid.uuid4().hex
        line = msgspec.json.encode({"id": call_id, "command": command, "arguments": dict(arguments)}) + b"\n"
        answer = self._waiting[call_id] = asyncio.get_running_loop().create_future()
        try:
            await program.write(line)
            return read_answer(await answer, call_id, self._argv[0])
        finally:
            self._waiting.pop(call_id, None)

    def _hand_over(self, line: bytes) -> None:
        """Give a line to the call that it answers; anything else that a program prints is ignored."""
        line = line.removeprefix(_BYTE_ORDER_MARK)
        try:
            call_id = str(msgspec.json.decode(line, type=_Id).id)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            call_id = ""
        future = self._waiting.get(call_id)
        if future is None:
            self._stray = line.decode("utf-8", "replace").strip()
        elif not future.done():
            future.set_result(line)

    def _tell_lost(self, lost: DriverLost) -> None:
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(lost)
