"""Runs side by side, each in a process of its own: one that dies takes no other with it."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing.connection import Connection
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


class Pool(Generic[T, R]):
    """Does one kind of work on many things, at most `jobs` at a time."""

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
        self._alive: set[BaseProcess] = set()
        self._ended = False

    def each(self, things: Sequence[T]) -> Iterator[tuple[T, R | Died]]:
        """Yield every thing with what came of it, in the order in which they are done.

        Whoever stops listening before the last one ends the processes that are still at work.
        """
        with ThreadPoolExecutor(self._jobs, thread_name_prefix="selftest") as threads:
            futures: dict[Future[R | Died], T] = {threads.submit(self._apart, thing): thing for thing in things}
            try:
                for future in as_completed(futures):
                    yield futures[future], future.result()
            finally:
                self._ended = True
                threads.shutdown(wait=False, cancel_futures=True)
                for process in tuple(self._alive):
                    process.terminate()

    def _apart(self, thing: T) -> R | Died:
        receiving, sending = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_child, args=(sending, self._work, thing), daemon=True)
        if self._ended:
            return Died(None)
        process.start()
        self._alive.add(process)
        sending.close()
        try:
            return self._awaited(receiving, process)
        finally:
            process.join()
            self._alive.discard(process)

    def _awaited(self, receiving: Connection, process: BaseProcess) -> R | Died:
        if not receiving.poll(self._limit):
            process.terminate()
            return Died(None)
        try:
            result: R = receiving.recv()
        except EOFError:
            process.join()
            return Died(process.exitcode)
        return result


def _child(sending: Connection, work: Callable[[T], R], thing: T) -> None:
    sending.send(work(thing))
    sending.close()
