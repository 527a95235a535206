"""The terminal at which a person is asked: questions to standard error, answers from standard input."""

import asyncio
import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import TextIO

from harness.catalogue.texts import Language, text
from harness.drivers.manual.words import AREA

_READ = 65_536
_TICK = 1.0
# Where the line with the time left cannot be overwritten, it is written again at these seconds before the end.
_REMINDERS = (600.0, 300.0, 60.0, 30.0, 10.0)


class Terminal:
    """Standard error and standard input, whatever they are: a terminal, a pipe, a file, or nothing at all."""

    def __init__(self, language: Language, source: int | None = None, screen: TextIO | None = None) -> None:
        """Prepare the terminal; nothing is read before the first question.

        Args:
            language: of the time left.
            source: file descriptor of the answers, standard input if not given.
            screen: where to write, standard error if not given.
        """
        self._language = language
        self._source = _standard_input() if source is None else source
        self._screen = screen or sys.stderr
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._reading = False
        self._gone = self._source is None

    @property
    def attended(self) -> bool:
        """True when the answers come from a terminal, so that a person sits there."""
        return self._source is not None and os.isatty(self._source)

    def tell(self, lines: str) -> None:
        """Show text that needs no answer."""
        self._screen.write(lines + "\n")
        self._screen.flush()

    async def ask(self, question: int, command: str, document: str | None, lines: str, limit: float) -> str | None:
        """Show a question, count the time down, and return the line that answers it; see `Operator`."""
        self._start_reading()
        self._forget_what_was_typed_ahead()
        if self._gone:
            return None
        self.tell(lines)
        line = await self._counted_down(limit)
        self._gone = line is None
        return line

    async def _counted_down(self, limit: float) -> str | None:
        end = time.monotonic() + limit
        alive = self._screen.isatty()
        self._prompt(self._left(limit))
        while True:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                return await asyncio.wait_for(self._lines.get(), min(left, self._pause(left, alive)))
            except TimeoutError:
                self._show_left(max(end - time.monotonic(), 0), alive)

    def _pause(self, left: float, alive: bool) -> float:
        if alive:
            return _TICK
        return next((left - mark for mark in _REMINDERS if left > mark), left)

    def _prompt(self, left: str) -> None:
        self._screen.write(f"  {left}\n> ")
        self._screen.flush()

    def _show_left(self, left: float, alive: bool) -> None:
        """Write the time left on its line above the prompt, and leave the cursor where the person types."""
        if alive:
            self._screen.write(f"\x1b7\x1b[1A\r\x1b[2K  {self._left(left)}\x1b8")
        else:
            self._screen.write(f"\n  {self._left(left)}\n> ")
        self._screen.flush()

    def _left(self, left: float) -> str:
        minutes, seconds = divmod(round(left), 60)
        return text(AREA, "left", self._language, minutes=minutes, seconds=f"{seconds:02d}")

    def _forget_what_was_typed_ahead(self) -> None:
        """Drop what was typed before the question; the lines of a pipe are all answers."""
        if self.attended:
            while not self._lines.empty() and not self._gone:
                self._gone = self._lines.get_nowait() is None

    def _start_reading(self) -> None:
        if not self._reading and self._source is not None:
            self._reading = True
            # A thread of its own, ended with the process: a read cannot be cancelled, and must not delay the end.
            arguments = (self._source, asyncio.get_running_loop())
            threading.Thread(target=self._read, args=arguments, daemon=True).start()

    def _read(self, source: int, loop: asyncio.AbstractEventLoop) -> None:
        def hand_over(line: bytes | None) -> None:
            said = None if line is None else line.decode("utf-8", "replace").strip()
            # The run may have ended, and its loop be closed, while this thread waited for a line.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._lines.put_nowait, said)

        for line in _lines_of(source):
            hand_over(line)
        hand_over(None)


def _lines_of(source: int) -> Iterator[bytes]:
    rest = b""
    while part := _read(source):
        *whole, rest = (rest + part).split(b"\n")
        yield from whole
    if rest.strip():
        yield rest


def _read(source: int) -> bytes:
    try:
        return os.read(source, _READ)
    except OSError:
        return b""  # the terminal was closed: no more answers


def _standard_input() -> int | None:
    """Return the descriptor of standard input, None when the process has none."""
    try:
        return sys.stdin.fileno() if sys.stdin is not None else None
    except (OSError, ValueError):
        return None
