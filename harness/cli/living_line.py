"""Lines on standard error, and below them, on a terminal, one that lives; elsewhere a sign of life in long silence."""

import re
import shutil
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import click

_BEAT = 1.0  # seconds
# Seconds for which a line stays as it is: requests may come by the hundred.
_STEADY = 0.2
# Seconds without a line after which the state of the run is printed to a log.
_SILENCE = 30.0
_LOG_WIDTH = 400
_COLOUR = re.compile(r"(\x1b\[[0-9;]*m)")


class LivingLine:
    """Writes lines, and keeps what `state` returns in view from `live` until the block ends.

    On a terminal it is redrawn at least once a second; a log gets it as a line of its own when nothing else was written
    for half a minute, and no control characters.

    Attributes:
        lock: held while `state` is called; who changes what it reads holds it too.
    """

    def __init__(self, state: Callable[[], str], *, quiet: bool) -> None:
        """Be ready to write.

        Args:
            state: returns one line, empty for none; called from a thread of its own too.
            quiet: whether nothing is written at all.
        """
        self._state = state
        self._quiet = quiet
        self._alive = sys.stderr.isatty() and not quiet
        self.lock = threading.RLock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._held = False
        self._last = time.monotonic()
        self._drawn = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        with self.lock:
            self._wipe()

    def live(self) -> None:
        """Keep the state in view from now on, by a separate thread; a fork of this process must happen before."""
        if not self._quiet and self._thread is None:
            self._thread = threading.Thread(target=self._beat, name="progress", daemon=True)
            self._thread.start()

    def write(self, text: str) -> None:
        """Write a line above the living one; nothing while the terminal is used by others."""
        with self.lock:
            if self._quiet or self._held:
                return
            self._wipe()
            click.echo(_fitting(text, self._width), err=True)
            self._last = time.monotonic()
            self._draw()

    def hold(self) -> None:
        """Leave the terminal to a question."""
        with self.lock:
            self._wipe()
            self._held = True

    def go_on(self) -> None:
        """Take the terminal back."""
        with self.lock:
            self._held = False
            self._draw()

    def draw(self) -> None:
        """Draw the living line again, unless that was done just now."""
        with self.lock:
            if time.monotonic() - self._drawn >= _STEADY:
                self._draw()

    def _draw(self) -> None:
        if self._alive and not self._held and not self._over.is_set() and (text := self._state()):
            click.echo(f"\r\x1b[2K{_fitting(text, self._width)}", nl=False, err=True)
            self._drawn = time.monotonic()

    @property
    def _width(self) -> int:
        return shutil.get_terminal_size().columns - 1 if self._alive else _LOG_WIDTH

    def _beat(self) -> None:
        while not self._over.wait(_BEAT):
            with self.lock:
                if self._alive:
                    self.draw()
                elif time.monotonic() - self._last >= _SILENCE and (text := self._state()):
                    self.write(text)

    def _wipe(self) -> None:
        if self._alive:
            click.echo("\r\x1b[2K", nl=False, err=True)


def _fitting(text: str, width: int) -> str:
    """Cut a line that would wrap, and end its colour where it is cut."""
    if len(click.unstyle(text)) <= width:
        return text
    shown, left = "", max(width - 1, 0)
    for part in _COLOUR.split(text):
        colour = _COLOUR.fullmatch(part) is not None
        shown += part if colour else part[:left]
        left -= 0 if colour else len(part[:left])
    return f"{shown}…"
