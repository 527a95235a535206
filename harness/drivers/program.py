"""An adapter program: started, written to, listened to, and ended together with everything that it started."""

import asyncio
import codecs
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from harness.catalogue.findings import clipped
from harness.drivers.protocol import LONGEST_ANSWER, DriverLost

_ENDING = 5.0
_LONGEST_COMPLAINT = 4096
_MOST_SHOWN = 1024 * 1024


class Program:
    """A running adapter program.

    Attributes:
        ended: True when it cannot answer any more.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        name: str,
        on_line: Callable[[bytes], None],
        on_end: Callable[[DriverLost], None],
        on_complaint: Callable[[str], None] | None = None,
    ) -> None:
        self.ended = False
        self._process = process
        self._name = name
        self._on_line = on_line
        self._on_end = on_end
        self._on_complaint = on_complaint
        self._last_complaint = b""
        self._tasks = (asyncio.create_task(self._listen()), asyncio.create_task(self._pass_complaints_on()))

    @classmethod
    async def start(
        cls,
        argv: Sequence[str],
        on_line: Callable[[bytes], None],
        on_end: Callable[[DriverLost], None],
        environment: Mapping[str, str],
        on_complaint: Callable[[str], None] | None = None,
        folder: Path | None = None,
    ) -> "Program":
        """Start the program `argv`.

        Args:
            argv: the program and its arguments.
            on_line: is given every line of its standard output.
            on_end: is called once, when no more lines will come, with the reason.
            environment: all variables that it gets.
            on_complaint: is given every line of its standard error, up to a megabyte, fit to be shown.
            folder: where it works; None for the working directory.

        Raises:
            DriverLost: it cannot be started.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=LONGEST_ANSWER,
                env=environment,
                cwd=folder,
                # A group of its own: a Ctrl-C at the terminal is for the harness, which then ends the program,
                # and what the program started can be ended with it.
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise DriverLost("not-started", argv[0], getattr(error, "strerror", None) or error) from error
        return cls(process, argv[0], on_line, on_end, on_complaint)

    async def write(self, line: bytes) -> None:
        """Write one line to the program's standard input; if it has ended, `on_end` says so."""
        stream = self._process.stdin
        with contextlib.suppress(OSError, RuntimeError):
            if stream is not None:
                stream.write(line)
                await stream.drain()

    async def end(self, *, at_once: bool = False) -> None:
        """Close the program's standard input, give it a moment to end by itself, then kill it and what it started.

        Args:
            at_once: kill it without closing its input first.
        """
        if not at_once:
            if self._process.stdin is not None:
                self._process.stdin.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _ENDING)
        self._kill()
        await self._process.wait()
        await asyncio.wait(self._tasks, timeout=_ENDING)
        for task in self._tasks:
            task.cancel()

    async def _listen(self) -> None:
        stream = self._process.stdout
        lost: DriverLost | None = None
        try:
            while stream is not None and (line := await stream.readline()):
                self._on_line(line)
        except ValueError:
            lost = DriverLost("too-long", self._name, f"> {LONGEST_ANSWER} B")
        self.ended = True
        self._kill()
        await self._process.wait()
        await asyncio.wait(self._tasks[1:], timeout=_ENDING)
        self._on_end(lost or self._lost())

    async def _pass_complaints_on(self) -> None:
        """Pass on what the program writes to its standard error, and keep the end of it for the record."""
        stream = self._process.stderr
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        line, shown = "", 0
        while stream is not None and (part := await stream.read(_LONGEST_COMPLAINT)):
            self._last_complaint = (self._last_complaint + part)[-_LONGEST_COMPLAINT:]
            *whole, line = (line + decoder.decode(part)).split("\n")
            if len(line) > _LONGEST_COMPLAINT:
                whole, line = [*whole, line], ""
            for one in whole if shown < _MOST_SHOWN else ():
                self._complain(one)
            shown += len(part)
        if line and shown < _MOST_SHOWN:
            self._complain(line)

    def _complain(self, line: str) -> None:
        if self._on_complaint is not None:
            self._on_complaint(clipped(line.removesuffix("\r").expandtabs(4), _LONGEST_COMPLAINT))

    def _lost(self) -> DriverLost:
        lines = self._last_complaint.decode("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        status = self._process.returncode
        return DriverLost("ended", self._name, ": ".join(filter(None, ("" if status is None else str(status), last))))

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
