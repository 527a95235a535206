"""Group commit: a call is answered only after its data is on the disk, and calls that wait together share one sync."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path


def write_through(paths: Iterable[Path]) -> None:
    """Wait until what was written to these files and folders is on the disk; those that were removed are skipped.

    Raises:
        OSError: the disk failed.
    """
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


class GroupCommit:
    """Writes a database through for all calls that wait for it; used within one event loop.

    A call that comes while the disk is being waited for is served by the next round, which begins when this one ends:
    only a round that began after the call wrote covers it.
    """

    def __init__(self, files: Iterable[Path], settle: Callable[[], None] = lambda: None) -> None:
        """Prepare for one database.

        Args:
            files: that are written through.
            settle: writes into them, in another thread, what the calls have left open; may raise OSError.
        """
        self._files = tuple(files)
        self._settle = settle
        self._next: asyncio.Future[None] | None = None
        self._round: asyncio.Task[None] | None = None

    async def done(self) -> None:
        """Return when everything written before this call is on the disk.

        Raises:
            OSError: the disk failed.
        """
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        waiting = self._next
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._rounds())
        await asyncio.shield(waiting)

    async def _rounds(self) -> None:
        while self._next is not None:
            served, self._next = self._next, None
            try:
                await asyncio.to_thread(self._written_through)
            except OSError as error:
                served.set_exception(error)
                served.exception()  # the caller was cancelled meanwhile
            else:
                served.set_result(None)

    def _written_through(self) -> None:
        self._settle()
        write_through(self._files)
