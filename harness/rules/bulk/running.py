"""Runs the check of many units, on one processor or on several, the outcomes in the order of the units."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

from harness.catalogue.profiles import Profile
from harness.rules.bulk.units import Unit
from harness.rules.bulk.working import Outcome, Task, Worker, start, unpacked, work

if TYPE_CHECKING:
    from concurrent.futures import Future

FEW = 64
"""Fewer units than these are not worth the start of processes."""

_BATCH = 48
_BATCH_BYTES = 4 * 1024 * 1024
_AHEAD = 4  # batches per process that wait for it
_CARRIED = 128 * 1024 * 1024  # bytes that wait with them


def outcomes(units: Iterable[Unit], task: Task, profile: Profile, jobs: int) -> Iterator[Outcome]:
    """Yield the outcome of every unit, in order.

    Args:
        units: taken as they are needed, never far ahead.
        task: how to check.
        profile: the task's profile.
        jobs: processes to use; 1 checks in this one.
    """
    stream = iter(units)
    first = list(islice(stream, FEW)) if jobs > 1 else []
    if len(first) < FEW:
        worker = Worker(task, profile)
        yield from map(worker.check, chain(first, stream))
    else:
        yield from _shared(chain(first, stream), task, jobs)


def _shared(units: Iterator[Unit], task: Task, jobs: int) -> Iterator[Outcome]:
    # Imported here, as the check of one file has no use for them and would wait for them.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([work.__module__])
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=start, initargs=(task,))
    waiting: deque[tuple[Future[bytes], int]] = deque()
    carried = 0
    try:
        for batch in _batches(units):
            size = sum(unit.size for unit in batch)
            carried += size
            waiting.append((pool.submit(work, batch), size))
            while len(waiting) > jobs * _AHEAD or (carried > _CARRIED and len(waiting) > 1):
                future, size = waiting.popleft()
                carried -= size
                yield from unpacked(future.result())
        for future, _ in waiting:
            yield from unpacked(future.result())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _batches(units: Iterator[Unit]) -> Iterator[list[Unit]]:
    batch: list[Unit] = []
    size = 0
    for unit in units:
        batch.append(unit)
        size += unit.size
        if len(batch) >= _BATCH or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
