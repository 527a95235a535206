"""Runs side by side, each in a process of its own: the crash of one does not affect the others."""

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

# Where processes can be forked, all imports are made once and shared by all runs.
_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


@dataclass(frozen=True, slots=True)
class Died:
    """A process that left nothing: it ended by itself with `status`, or did not end within its limit (None)."""

    status: int | None


@dataclass(frozen=True, slots=True)
class _Run(Generic[T]):
    """A process at work on a thing, and when it is ended at the latest (monotonic seconds)."""

    thing: T
    process: BaseProcess
    ends: float


class Pool(Generic[T, R]):
    """Does one kind of work on many things, at most `jobs` at a time.

    One thread watches all processes: how a process ended can be read only once, and a second thread that starts
    another process would read it away.
    """

    def __init__(self, work: Callable[[T], R], jobs: int, limit: float, preload: str = "") -> None:
        """Prepare; nothing is started yet.

        Args:
            work: a function of a module, its argument and result made to be pickled.
            jobs: processes at a time.
            limit: seconds after which a process is ended.
            preload: name of a module that brings all that the work needs, imported once where that is possible.
        """
        self._work = work
        self._jobs = jobs
        self._limit = limit
        self._context: Any = multiprocessing.get_context(_METHOD)
        if _METHOD == "forkserver":
            self._context.set_forkserver_preload([preload or work.__module__])

    def each(self, things: Sequence[T]) -> Iterator[tuple[T, R | Died]]:
        """Yield every thing with what came of it, in the order in which they are done.

        When the caller stops iterating before the last one, the processes still at work are ended.
        """
        waiting = deque(things)
        running: dict[Connection, _Run[T]] = {}
        try:
            while waiting or running:
                while waiting and len(running) < self._jobs:
                    connection, run = self._started(waiting.popleft())
                    running[connection] = run
                for connection in _ready(running):
                    run = running.pop(connection)
                    yield run.thing, _result(connection, run.process)
        finally:
            for connection, run in running.items():
                run.process.terminate()
                run.process.join()
                connection.close()

    def _started(self, thing: T) -> tuple[Connection, _Run[T]]:
        receiving, sending = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_child, args=(sending, self._work, thing), daemon=True)
        process.start()
        sending.close()
        return receiving, _Run(thing, process, time.monotonic() + self._limit)


def _ready(running: dict[Connection, _Run[T]]) -> list[Connection]:
    """Wait until a process has something to say, is gone or has had its time; return those."""
    first_end = min(run.ends for run in running.values())
    ready = [one for one in wait(list(running), max(0.0, first_end - time.monotonic())) if isinstance(one, Connection)]
    now = time.monotonic()
    return ready or [connection for connection, run in running.items() if run.ends <= now]


def _result(connection: Connection, process: BaseProcess) -> R | Died:
    with connection:
        if not connection.poll():
            process.terminate()
            process.join()
            return Died(None)
        try:
            result: R = connection.recv()
        except EOFError:
            process.join()
            return Died(process.exitcode)
        process.join()
        return result


def _child(sending: Connection, work: Callable[[T], R], thing: T) -> None:
    sending.send(work(thing))
    sending.close()
