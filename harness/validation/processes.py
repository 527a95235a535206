"""Runs the check of many units, on one processor or on several, the outcomes in the order of the units."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from harness.catalogue.profiles import Profile
from harness.validation.units import Unit
from harness.validation.worker import Outcome, Task, Worker, start, unpacked, work

if TYPE_CHECKING:
    from concurrent.futures import Future

FEW = 64
"""Fewer units than these are not worth the start of processes."""

_BATCH = 48
_BATCH_BYTES = 4 * 1024 * 1024
_AHEAD = 4  # batches per process that wait for it
_CARRIED = 64 * 1024 * 1024  # bytes that wait with them
_LARGE = 16 * 1024 * 1024  # bytes of a unit that is checked in this process: to send it would take its size thrice over


def outcomes(units: Iterable[Unit], task: Task, profile: Profile, jobs: int) -> Iterator[Outcome]:
    """Yield the outcome of every unit, in order.

    Args:
        units: taken as they are needed, never far ahead.
        task: how to check.
        profile: the task's profile.
        jobs: processes to use; 1 checks in this one.
    """
    stream = iter(units)
    first: deque[Unit] = deque()
    if jobs > 1 and _fills(first, stream):
        yield from _shared(_passed_on(first, stream), task, profile, jobs)
    else:
        worker = Worker(task, profile)
        yield from map(worker.check, _passed_on(first, stream))


def _fills(first: deque[Unit], stream: Iterator[Unit]) -> bool:
    """Say whether there is enough to be worth the start of processes; what was taken to find out is in `first`."""
    size = 0
    for unit in stream:
        first.append(unit)
        size += unit.size
        if len(first) >= FEW or size >= _LARGE:
            return True
    return False


def _passed_on(first: deque[Unit], stream: Iterator[Unit]) -> Iterator[Unit]:
    """Yield what is in `first`, keeping none of it, and the rest."""
    while first:
        yield first.popleft()
    yield from stream


def _shared(units: Iterator[Unit], task: Task, profile: Profile, jobs: int) -> Iterator[Outcome]:
    # Imported here, as the check of one file has no use for them and would wait for them.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([work.__module__])
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=start, initargs=(task,))
    own = Worker(task, profile)
    waiting: deque[tuple[Future[bytes], int]] = deque()
    carried = 0
    try:
        for batch in _batches(units):
            large = batch[0].size >= _LARGE
            size = sum(unit.size for unit in batch)
            carried += size
            while waiting and (large or len(waiting) >= jobs * _AHEAD or carried > _CARRIED):
                future, done = waiting.popleft()
                carried -= done
                yield from unpacked(future.result())
            if large:
                yield from map(own.check, batch)
                carried -= size
                batch.clear()  # or it would lie there while the next one is read
            else:
                waiting.append((pool.submit(work, batch), size))
        for future, _ in waiting:
            yield from unpacked(future.result())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _batches(units: Iterator[Unit]) -> Iterator[list[Unit]]:
    """Yield the units in batches; a large one is a batch of its own."""
    batch: list[Unit] = []
    size = 0
    for unit in units:
        large = unit.size >= _LARGE
        if large and batch:
            yield batch
            batch, size = [], 0
        batch.append(unit)
        size += unit.size
        if large or len(batch) >= _BATCH or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
