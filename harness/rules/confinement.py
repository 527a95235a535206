"""Examines packages in a process of its own, which is ended when a package costs too much time or memory.

Limits on the content of a package bound what is known to be expensive. This bounds the rest from outside: whatever the
readers of XML, zip, PDF and signatures do with a hostile package, the judge goes on. One process serves for as long as
it lives, so that a package costs only the transfer; a package that cannot be expensive is checked here.
"""

import atexit
import contextlib
import os
import threading
from datetime import datetime
from multiprocessing.connection import Connection
from typing import get_args

from harness.catalogue.declared_codes import codes_of
from harness.catalogue.findings import Finding
from harness.catalogue.parameters import Budget
from harness.catalogue.profiles import Profile
from harness.crypto.chains.trust import Trust
from harness.rules.bounded_process import CONFINES, LOOK, BoundedProcess, Excess, copy_of_this, program, serve_program
from harness.rules.check import PackageReport, check_package
from harness.rules.unreadable import UNEXAMINED

EXCESS_CODES = codes_of("PKG-10", get_args(Excess))
"""Codes of the findings about packages that take too much to examine."""
Rules = tuple[Profile, Trust]

# Only attachments and signatures can cost more than their size; their element names have one spelling in XML.
_COSTLY = (b"Attachment", b"Signature")
_HARMLESS = 64 * 1024
_TRIES = 2
_MEGABYTE = 1 << 20


class _Lost(Exception):
    """The process ended by itself, or was killed from outside."""


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
    if harmless or not CONFINES:
        return check_package(data, profile, at, trust=trust)
    return _shared.examine(data, (profile, trust), at)


def prepare() -> None:
    """Start the process now, where that is cheap: this one has a single thread, and nothing open that others wait for.

    Without this call it starts when it is needed, as a program of its own, which takes longer.
    """
    if CONFINES:
        _shared.prepare()


class _Confinement:
    """One process at a time, used by one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: BoundedProcess | None = None
        self._owner = 0
        self._known: Rules | None = None
        self._greeted = False

    def prepare(self) -> None:
        with self._lock:
            if self._worker is None or self._owner != os.getpid():
                self._keep(copy_of_this(_serve) if threading.active_count() == 1 else program(__name__))

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

    def _keep(self, worker: BoundedProcess) -> BoundedProcess:
        self._worker, self._owner, self._known, self._greeted = worker, os.getpid(), None, False
        return worker

    def _examined(self, data: bytes, rules: Rules, at: datetime) -> PackageReport:
        worker = self._worker if self._owner == os.getpid() else None
        worker = worker or self._keep(program(__name__))
        known = self._known is not None and self._known[0] is rules[0] and self._known[1] is rules[1]
        budget = rules[0].parameters.budget
        try:
            if not self._greeted:
                self._greeted = bool(worker.connection.recv())
            worker.begin()
            worker.connection.send((None if known else rules, at))
            worker.connection.send_bytes(data)
            self._known = rules
            excess = _watched(worker, budget)
            found: PackageReport | str = worker.connection.recv() if excess is None else over_budget(excess, budget)
        except (EOFError, OSError) as error:
            raise _Lost from error
        if excess is not None:
            self.end()
        if isinstance(found, str):
            raise RuntimeError(found)
        return found


def serve_at(handle: int) -> None:
    """Examine packages for the process at the other end of a pipe; the main function of the separate process.

    Args:
        handle: of this end.
    """
    serve_program(handle, _serve)


def _serve(connection: Connection) -> None:
    """Examine packages one after the other until the connection closes."""
    with contextlib.suppress(EOFError, OSError):
        connection.send(True)  # from here on the cost is counted for the package
        rules: Rules | None = None
        while True:
            changed, at = connection.recv()
            rules = changed or rules
            connection.send(_examined_here(connection.recv_bytes(), rules, at))


def _examined_here(data: bytes, rules: Rules | None, at: datetime) -> PackageReport | str:
    try:
        if rules is None:
            return "no rules were given"
        return check_package(data, rules[0], at, trust=rules[1])
    except Exception as error:  # the judge reports it as it would without this process
        return f"{type(error).__name__}: {error}"


def _watched(worker: BoundedProcess, budget: Budget) -> Excess | None:
    """Wait for an answer; return what was exceeded instead, None when there is one."""
    while not worker.connection.poll(LOOK):
        excess = worker.excess(budget)
        if excess is not None:
            return excess
    return None


def over_budget(excess: Excess, budget: Budget) -> PackageReport:
    """Return what is said of a package that took too much to examine."""
    bound = f"{budget.cpu:g} s" if excess == "time" else f"{budget.memory // _MEGABYTE} MB"
    finding = Finding(f"PKG-10.{excess}", expected=bound, received=f"> {bound}")
    return PackageReport("unknown", (finding,), None, spoken_of=frozenset({finding.requirement}))


_shared = _Confinement()
atexit.register(_shared.end)
