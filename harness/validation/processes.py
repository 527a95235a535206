"""Runs the check of many units in processes that are ended when a package costs too much, in the order of the units."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait

import msgspec

from harness.catalogue.findings import clipped
from harness.catalogue.profiles import Profile
from harness.rules.bounded_process import CONFINES, LOOK, BoundedProcess, Excess, copy_of_this, program
from harness.rules.confinement import over_budget
from harness.validation import worker as workers
from harness.validation.rows import row_of, unexamined_row
from harness.validation.units import Unit
from harness.validation.worker import Done, Failed, Outcome, Task, Worker, packed, serve, unpacked

_BATCH = 16
_BATCH_BYTES = 4 * 1024 * 1024
_AHEAD = 4  # batches per process that are read before they are asked for
_CARRIED = 64 * 1024 * 1024  # bytes that wait with them
_LARGE = 16 * 1024 * 1024  # bytes of a unit that is found by a copy of this process: to send it would take thrice that
_TRIES = 2


def outcomes(units: Iterable[Unit], task: Task, profile: Profile, jobs: int) -> Iterator[Outcome]:
    """Yield the outcome of every unit, in order.

    Args:
        units: taken as they are needed, never far ahead.
        task: how to check.
        profile: the task's profile.
        jobs: processes that check at a time, beside this one, which reads archives and yields the outcomes.
    """
    worker = Worker(task, profile)
    if not CONFINES:
        yield from map(worker.check, units)
        return
    pool = _Pool(worker, task, profile, jobs)
    try:
        yield from pool.outcomes(_batches(iter(units)))
    finally:
        pool.end()


class StandingPool:
    """Processes that stay between calls; not for several threads at a time.

    Args:
        task: how to check.
        profile: the task's profile.
    """

    def __init__(self, task: Task, profile: Profile) -> None:
        self._worker = Worker(task, profile)
        self._pool = _Pool(self._worker, task, profile, 1)

    def outcomes(self, units: Iterable[Unit]) -> list[Outcome]:
        """Return the outcome of every unit, in order, as the function of this name does."""
        if not CONFINES:
            return list(map(self._worker.check, units))
        return list(self._pool.outcomes(_batches(iter(units))))

    def end(self) -> None:
        """End the processes."""
        self._pool.end()


class _Batch(msgspec.Struct, eq=False):
    """Units that are checked by one process; `outcomes` once they are, in their order.

    `tries` is how often a process ended by itself while it was at them.
    """

    units: list[Unit]
    size: int
    outcomes: list[Outcome] | None = None
    tries: int = 0


class _Checker(msgspec.Struct, eq=False):
    """A place for one process, which is started when there is something for it, and the batch that it is at.

    `alone` tells a process that was started for one batch.
    """

    process: BoundedProcess | None = None
    batch: _Batch | None = None
    alone: bool = False


@dataclass
class _Pool:
    """Several processes, and the batches that were taken but whose outcomes were not yielded yet."""

    worker: Worker
    task: Task
    profile: Profile
    jobs: int
    _checkers: list[_Checker] = field(init=False)
    _untold: deque[_Batch] = field(default_factory=deque)
    _unasked: deque[_Batch] = field(default_factory=deque)
    _carried: int = 0

    def __post_init__(self) -> None:
        self._checkers = [_Checker() for _ in range(self.jobs)]

    def outcomes(self, batches: Iterator[_Batch]) -> Iterator[Outcome]:
        """Yield the outcomes of all units of the batches, in order."""
        more = True
        while more or self._untold:
            while more and len(self._untold) <= self.jobs * _AHEAD and self._carried <= _CARRIED:
                more = self._take(next(batches, None))
                self._assign()
            while self._untold and (outcomes := self._untold[0].outcomes) is not None:
                self._carried -= self._untold.popleft().size
                yield from outcomes
            if self._untold:
                self._assign()
                self._attend()

    def end(self) -> None:
        """End all processes."""
        for checker in self._checkers:
            self._lose(checker)

    def _take(self, batch: _Batch | None) -> bool:
        if batch is None:
            return False
        self._untold.append(batch)
        self._unasked.append(batch)
        self._carried += batch.size
        return True

    def _assign(self) -> None:
        """Give every process that has nothing to do the next batch."""
        for checker in self._checkers:
            if self._unasked and checker.batch is None:
                self._ask(checker, self._unasked.popleft())

    def _ask(self, checker: _Checker, batch: _Batch) -> None:
        alone = threading.active_count() == 1
        large = alone and batch.size >= _LARGE
        if large or checker.alone:
            self._lose(checker)
        checker.batch, checker.alone = batch, large
        try:
            if large:
                checker.process = copy_of_this(partial(_check_one_batch, batch, self.worker))
                return
            if checker.process is None:
                checker.process = self._started(alone)
            checker.process.begin()
            checker.process.connection.send(batch.units)
        except (EOFError, OSError) as error:
            self._ended(checker, error)

    def _started(self, alone: bool) -> BoundedProcess:
        if alone:
            process = copy_of_this(partial(serve, worker=self.worker))
        else:
            process = program(workers.__name__)
            process.connection.send(self.task)
        process.connection.recv()
        return process

    def _attend(self) -> None:
        """Wait for an answer, and end what has taken too much."""
        busy = {one.process.connection: one for one in self._checkers if one.process is not None and one.batch}
        answered = wait(list(busy), LOOK)
        for connection in answered:
            if isinstance(connection, Connection):
                self._receive(busy[connection], connection)
        if not answered:
            for checker in busy.values():
                excess = checker.process.excess(self.profile.parameters.budget) if checker.process else None
                if excess is not None:
                    self._exceeded(checker, excess)

    def _receive(self, checker: _Checker, connection: Connection) -> None:
        try:
            outcomes = unpacked(connection.recv_bytes())
        except (EOFError, OSError) as error:
            self._ended(checker, error)
            return
        if checker.batch is not None:
            checker.batch.outcomes = outcomes
            checker.batch.units.clear()  # or they would be kept until all outcomes before them are yielded
        checker.batch = None

    def _exceeded(self, checker: _Checker, excess: Excess) -> None:
        """A batch has taken too much: if it is one package, that is what is found of it."""
        batch = self._lose(checker)
        if batch is not None and not self._split(batch):
            unit = batch.units[0]
            found = over_budget(excess, self.profile.parameters.budget)
            batch.outcomes = [Done(unit.identity, row_of(unit.label, found, self.profile))]

    def _ended(self, checker: _Checker, error: Exception) -> None:
        """A process ended by itself, or was killed: its batch is checked again, package by package."""
        batch = self._lose(checker)
        if batch is None or self._split(batch):
            return
        batch.tries += 1
        if batch.tries < _TRIES:
            self._unasked.appendleft(batch)
        else:
            unit = batch.units[0]
            batch.outcomes = [Failed(unexamined_row(unit.label), clipped(f"{type(error).__name__}: {error}"))]

    def _lose(self, checker: _Checker) -> _Batch | None:
        """End a process, and return the batch that it was at."""
        batch, checker.batch = checker.batch, None
        if checker.process is not None:
            checker.process.end()
        checker.process = None
        return batch

    def _split(self, batch: _Batch) -> bool:
        """Have the units of a batch checked one by one; False when it is one already."""
        if len(batch.units) == 1:
            return False
        single = [_Batch([unit], unit.size) for unit in batch.units]
        place = self._untold.index(batch)
        self._untold.remove(batch)
        for offset, one in enumerate(single):
            self._untold.insert(place + offset, one)
        self._unasked.extendleft(reversed(single))
        return True


def _check_one_batch(batch: _Batch, worker: Worker, connection: Connection) -> None:
    connection.send_bytes(packed(map(worker.check, batch.units)))


def _batches(units: Iterator[Unit]) -> Iterator[_Batch]:
    """Yield the units in batches; a large one is a batch of its own."""
    batch = _Batch([], 0)
    for unit in units:
        if batch.units and unit.size >= _LARGE:
            yield batch
            batch = _Batch([], 0)
        batch.units.append(unit)
        batch.size += unit.size
        if len(batch.units) >= _BATCH or batch.size >= _BATCH_BYTES:
            yield batch
            batch = _Batch([], 0)
    if batch.units:
        yield batch
