"""Processes that examine packages, and are killed when one package costs too much time or memory."""

import contextlib
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Literal

import msgspec

from harness.catalogue.parameters import Budget

Excess = Literal["time", "memory"]
CONFINES = hasattr(os, "fork")
"""Whether this system has what it takes; where not, packages are examined where they are met."""
LOOK = 0.05
"""Seconds between two looks at what a process costs."""

# Where processor time cannot be read, or the process waits for something, elapsed time ends it at last.
_PATIENCE = 20


class _Usage(msgspec.Struct, frozen=True):
    """What a process has used so far: seconds of processor time, bytes of memory."""

    cpu: float
    memory: int


@dataclass(slots=True)
class BoundedProcess:
    """A process that examines, the way to it, and how to wait for its end; what it costs is counted from its start."""

    pid: int
    connection: Connection
    wait: Callable[[], object]
    _before: _Usage | None = field(init=False)
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Count what it costs from now on."""
        self._before = _usage(self.pid)
        self._began = time.monotonic()

    def excess(self, budget: Budget) -> Excess | None:
        """Return what it took too much of since `begin`, None while it keeps within `budget`."""
        now = _usage(self.pid)
        if now is not None and self._before is not None:
            if now.cpu - self._before.cpu > budget.cpu:
                return "time"
            if now.memory - self._before.memory > budget.memory:
                return "memory"
        return "time" if time.monotonic() > self._began + budget.cpu * _PATIENCE else None

    def end(self) -> None:
        """End it, whatever it is doing."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            self.wait()
        self.connection.close()


def copy_of_this(serve: Callable[[Connection], None]) -> BoundedProcess:
    """Fork this process, which must have a single thread and hold nothing open that others wait for.

    Args:
        serve: what the copy does with its end of the pipe, before it ends.
    """
    ours, theirs = Pipe()
    pid = os.fork()
    if pid == 0:
        try:
            ours.close()
            gc.freeze()  # to look at what was there before for garbage would copy all of it into this process
            _attended_elsewhere()
            serve(theirs)
        finally:
            os._exit(0)
    theirs.close()
    return BoundedProcess(pid, ours, lambda: os.waitpid(pid, 0))


def program(module: str) -> BoundedProcess:
    """Start a program of its own, which holds nothing that this process has open, and takes longer to start.

    Args:
        module: its `serve_at` is called with the handle of the program's end of the pipe.
    """
    ours, theirs = Pipe()
    handle = theirs.fileno()
    paths = [path for path in sys.path if path]
    source = f"import sys; sys.path[:] = {paths!r}; from {module} import serve_at; serve_at({handle})"
    started = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", source],
        pass_fds=[handle],
        stdin=subprocess.DEVNULL,
        process_group=0,  # Ctrl-C at the terminal, which may come before it is ignored, concerns this process only
    )
    theirs.close()
    return BoundedProcess(started.pid, ours, started.wait)


def serve_program(handle: int, serve: Callable[[Connection], None]) -> None:
    """Do what a program of its own is for, at its end of the pipe, whose handle is given."""
    _attended_elsewhere()
    serve(Connection(handle))


def _attended_elsewhere() -> None:
    """Ignore Ctrl-C: the process that started this one handles it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _usage(pid: int) -> _Usage | None:
    """Return what a process has used, None where this system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(") ")[2].split()
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        ticks = int(fields[11]) + int(fields[12])
    except (OSError, ValueError, IndexError):
        return None
    return _Usage(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE"))
