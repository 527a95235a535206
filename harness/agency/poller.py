"""Polls the hub's lists, one for documents and one for statuses, independently of each other."""

import asyncio

from harness.agency.component import Component
from harness.agency.core import Core
from harness.agency.fetcher import Fetcher
from harness.agency.hub_connection import HubConnection
from harness.agency.retries import NoRetry, RetryPolicy
from harness.vxp.client import MessageType
from harness.vxp.entries import ReceivedItem
from harness.vxp.failures import VxpFailure

MESSAGE_TYPES: tuple[MessageType, ...] = ("edoc", "status")


class Poller(Component):
    """Polls both lists and hands what they hold to the fetcher."""

    def __init__(self, core: Core, connection: HubConnection, retries: RetryPolicy, fetcher: Fetcher) -> None:
        super().__init__(core)
        self.connection = connection
        self.retries = retries
        self.fetcher = fetcher
        self._asked: dict[str, asyncio.Event] = {}

    def start(self) -> None:
        """Begin to poll, at once."""
        for messagetype in self.message_types():
            self._asked[messagetype] = asyncio.Event()
            self.core.spawn(self._run(messagetype))

    def now(self) -> None:
        """Poll without waiting for the interval to end."""
        for asked in self._asked.values():
            asked.set()

    def message_types(self) -> tuple[MessageType, ...]:
        """Return the lists that are polled."""
        return MESSAGE_TYPES

    def interval(self, messagetype: MessageType) -> float:
        """Return the seconds from one poll of a list to the next."""
        return self.settings.timing.poll_interval

    async def _run(self, messagetype: MessageType) -> None:
        clock = asyncio.get_running_loop().time
        failures = 0
        while True:
            began = clock()
            try:
                items = await self.look(messagetype)
            except VxpFailure as failure:
                failures += 1
                pause = max(self.after(failure, failures), self.interval(messagetype))
            else:
                failures = 0
                self.fetcher.notice(messagetype, items, began)
                pause = self.interval(messagetype) - (clock() - began)
            await self._sleep(messagetype, pause)

    async def look(self, messagetype: MessageType) -> tuple[ReceivedItem, ...]:
        """Return what waits.

        Raises:
            VxpFailure: the list could not be read.
        """
        waiting = await self.connection.ask(lambda client: client.get_received_edoc_list(messagetype))
        return waiting.items

    def after(self, failure: VxpFailure, failures: int) -> float:
        """Return the seconds to wait after the list failed `failures` times in a row. A list is never given up."""
        reaction = self.retries.reaction(failure, failures)
        return self.retries.pause(failures) if isinstance(reaction, NoRetry) else reaction.seconds

    async def _sleep(self, messagetype: MessageType, seconds: float) -> None:
        asked = self._asked[messagetype]
        asked.clear()
        try:
            await asyncio.wait_for(asked.wait(), max(seconds, 0.0))
        except TimeoutError:
            return
