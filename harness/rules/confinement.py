"""Examines packages in a process of its own, which is ended when a package costs too much time or memory.

Limits on what a package may hold bound what is known to be expensive; this bounds the rest, from outside: whatever the
readers of XML, zip, PDF and signatures do with a hostile package, the judge goes on. One process serves for as long as
it lives, so that a package costs no more than the way there and back; what cannot cost much goes nowhere.
"""

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Literal, get_args

from harness.catalogue.declared_codes import codes_of
from harness.catalogue.findings import Finding
from harness.catalogue.parameters import Budget
from harness.catalogue.profiles import Profile
from harness.crypto.chains.trust import Trust
from harness.rules.check import PackageReport, check_package
from harness.rules.unreadable import UNEXAMINED

Excess = Literal["time", "memory"]
EXCESS_CODES = codes_of("PKG-10", get_args(Excess))
"""Codes of the findings about packages that take too much to examine."""
Rules = tuple[Profile, Trust]

# What costs more than its size is in attachments and signatures; names in XML cannot be written otherwise.
_COSTLY = (b"Attachment", b"Signature")
_HARMLESS = 64 * 1024
_LOOK = 0.05  # seconds between two looks at what the process costs
# Where processor time cannot be read, or the process waits for something, elapsed time ends it at last.
_PATIENCE = 20
_TRIES = 2
_MEGABYTE = 1 << 20
_POSIX = hasattr(os, "fork")


class _Lost(Exception):
    """The process ended by itself, or by somebody else's hand."""


@dataclass(frozen=True, slots=True)
class _Usage:
    """What a process has used so far: seconds of processor time, bytes of memory."""

    cpu: float
    memory: int


@dataclass(frozen=True, slots=True)
class _Worker:
    """A process that examines, the way to it, and how to wait for its end."""

    pid: int
    connection: Connection
    wait: Callable[[], object]

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            self.wait()
        self.connection.close()


def examine(data: bytes, profile: Profile, at: datetime, trust: Trust) -> PackageReport:
    """Check one package as `check_package` does, within the profile's budget.

    A package that exceeds it gets a finding that says so, and nothing else is said of it.

    Args:
        data: the package as received.
        profile: its parameters hold.
        at: time of judgement, with a zone.
        trust: anchors, intermediates and revocation data for signatures, besides the profile's.
    """
    harmless = len(data) <= _HARMLESS and not any(mark in data for mark in _COSTLY)
    if harmless or not _POSIX:
        return check_package(data, profile, at, trust=trust)
    return _shared.examine(data, (profile, trust), at)


def prepare() -> None:
    """Start the process now, where that is cheap: this one has a single thread, and nothing open that others wait for.

    Without this call it starts when it is needed, as a program of its own, which takes longer.
    """
    if _POSIX:
        _shared.prepare()


class _Confinement:
    """One process at a time, used by one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._owner = 0
        self._known: Rules | None = None
        self._greeted = False

    def prepare(self) -> None:
        with self._lock:
            if self._worker is None or self._owner != os.getpid():
                self._keep(_copy() if threading.active_count() == 1 else _program())

    def examine(self, data: bytes, rules: Rules, at: datetime) -> PackageReport:
        with self._lock:
            for _ in range(_TRIES):
                try:
                    return self._examined(data, rules, at)
                except _Lost:
                    self.end()
        unknown = UNEXAMINED
        return PackageReport("unknown", (), None, (unknown,), frozenset({unknown.requirement}))

    def end(self) -> None:
        """End the process, unless it is that of the process which this one is a copy of."""
        if self._worker is not None and self._owner == os.getpid():
            self._worker.end()
        self._worker = self._known = None

    def _keep(self, worker: _Worker) -> _Worker:
        self._worker, self._owner, self._known, self._greeted = worker, os.getpid(), None, False
        return worker

    def _examined(self, data: bytes, rules: Rules, at: datetime) -> PackageReport:
        worker = self._worker if self._owner == os.getpid() else None
        worker = worker or self._keep(_program())
        known = self._known is not None and self._known[0] is rules[0] and self._known[1] is rules[1]
        budget = rules[0].parameters.budget
        try:
            if not self._greeted:
                self._greeted = bool(worker.connection.recv())
            before = _usage(worker.pid)
            worker.connection.send((None if known else rules, at))
            worker.connection.send_bytes(data)
            self._known = rules
            excess = _watched(worker, before, budget)
            found: PackageReport | str = worker.connection.recv() if excess is None else _over(excess, budget)
        except (EOFError, OSError) as error:
            raise _Lost from error
        if excess is not None:
            self.end()
        if isinstance(found, str):
            raise RuntimeError(found)
        return found


def _copy() -> _Worker:
    """Start the process as a copy of this one, which must have a single thread."""
    ours, theirs = Pipe()
    pid = os.fork()
    if pid == 0:
        try:
            ours.close()
            _serve(theirs)
        finally:
            os._exit(0)
    theirs.close()
    return _Worker(pid, ours, lambda: os.waitpid(pid, 0))


def _program() -> _Worker:
    """Start the process as a program of its own, which holds nothing that this one has open."""
    ours, theirs = Pipe()
    handle = theirs.fileno()
    paths = [path for path in sys.path if path]
    program = f"import sys; sys.path[:] = {paths!r}; from {__name__} import serve_at; serve_at({handle})"
    started = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        pass_fds=[handle],
        stdin=subprocess.DEVNULL,
    )
    theirs.close()
    return _Worker(started.pid, ours, started.wait)


def serve_at(handle: int) -> None:
    """Examine packages for who holds the other end of a pipe; what a process of its own does.

    Args:
        handle: of this end.
    """
    _serve(Connection(handle))


def _serve(connection: Connection) -> None:
    """Examine one package after the other until nobody is there any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started this
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(EOFError, OSError):
        connection.send(True)  # from here on what it costs is the package's
        rules: Rules | None = None
        while True:
            told, at = connection.recv()
            rules = told or rules
            connection.send(_examined_here(connection.recv_bytes(), rules, at))


def _examined_here(data: bytes, rules: Rules | None, at: datetime) -> PackageReport | str:
    try:
        if rules is None:
            return "no rules were told"
        return check_package(data, rules[0], at, trust=rules[1])
    except Exception as error:  # the judge shall meet what it would have met without this process
        return f"{type(error).__name__}: {error}"


def _watched(worker: _Worker, before: _Usage | None, budget: Budget) -> Excess | None:
    """Wait for an answer; return what was exceeded instead, None when there is one."""
    ends = time.monotonic() + budget.cpu * _PATIENCE
    while not worker.connection.poll(_LOOK):
        now = _usage(worker.pid)
        if now is not None and before is not None:
            if now.cpu - before.cpu > budget.cpu:
                return "time"
            if now.memory - before.memory > budget.memory:
                return "memory"
        if time.monotonic() > ends:
            return "time"
    return None


def _over(excess: Excess, budget: Budget) -> PackageReport:
    bound = f"{budget.cpu:g} s" if excess == "time" else f"{budget.memory // _MEGABYTE} MB"
    finding = Finding(f"PKG-10.{excess}", expected=bound, received=f"> {bound}")
    return PackageReport("unknown", (finding,), None, spoken_of=frozenset({finding.requirement}))


def _usage(pid: int) -> _Usage | None:
    """Return what a process has used, None where this system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(") ")[2].split()
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        ticks = int(fields[11]) + int(fields[12])
    except (OSError, ValueError, IndexError):
        return None
    return _Usage(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE"))


_shared = _Confinement()
atexit.register(_shared.end)
