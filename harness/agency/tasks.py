"""What runs in the background of an agency system."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

_LOG = logging.getLogger("lienthong.agency")


class Tasks:
    """The background tasks of an agency system between one start and the next stop."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._ended = False

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` until it ends or the system stops; after the stop nothing is begun any more."""
        if self._ended:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._done)

    async def cancel(self) -> None:
        """Cancel all tasks and wait until they have ended."""
        self._ended = True
        tasks, self._running = self._running, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOG.error("a task of the agency system failed", exc_info=error)
