"""Sends queued packages: one after the other in each stream, and each until the hub has taken or refused it."""

import asyncio

from harness.agency.component import Component
from harness.agency.core import Core
from harness.agency.hub_connection import HubConnection
from harness.agency.retries import NoRetry, RetryPolicy
from harness.agency.store.queue import QueuedPackage
from harness.vxp.client import MessageType, VxpClient
from harness.vxp.failures import VxpFailure


class Sender(Component):
    """Empties the queue of outgoing packages. All that concern one document are one stream and keep their order."""

    def __init__(self, core: Core, connection: HubConnection, retries: RetryPolicy) -> None:
        super().__init__(core)
        self.connection = connection
        self.retries = retries
        self._active: set[str] = set()
        self._lane = asyncio.Semaphore(self.settings.calls_at_once)

    def start(self) -> None:
        """Begin to send every waiting package."""
        for head in self.store.queue.heads():
            self._go_on(head.stream)

    def queue(self, *, messagetype: str, stream: str, document_id: str, organ_id: str, package: bytes) -> int:
        """Queue a package, inside the caller's transaction, and return its row."""
        row = self.store.queue.add(
            messagetype=messagetype,
            stream=stream,
            document_id=document_id,
            sender=organ_id,
            package=self.store.keep(package),
        )
        # The transaction of the caller ends before the loop runs anything else.
        asyncio.get_running_loop().call_soon(self._go_on, stream)
        return row

    def _go_on(self, stream: str) -> None:
        if stream not in self._active:
            self._active.add(stream)
            self.core.spawn(self._empty(stream))

    async def _empty(self, stream: str) -> None:
        try:
            while (head := self.store.queue.next_of(stream)) is not None:
                async with self._lane:
                    pause = await self.send(head)
                if pause is not None:
                    await asyncio.sleep(pause)
        finally:
            self._active.discard(stream)

    async def send(self, outgoing: QueuedPackage) -> float | None:
        """Try once to send a package and note the result; return the seconds to wait before the next try, or None."""
        package = self.store.content(self.package_of(outgoing))
        try:
            hub_id = await self.connection.ask(lambda client: self.call(client, outgoing, package), size=len(package))
        except VxpFailure as failure:
            return self.after(outgoing, failure)
        self.store.queue.sent(outgoing.id, hub_id)
        return None

    def package_of(self, outgoing: QueuedPackage) -> str:
        """Return the name of the bytes to be sent: always those that were queued."""
        return outgoing.package

    async def call(self, client: VxpClient, outgoing: QueuedPackage, package: bytes) -> str:
        """Make the call that sends a package and return the hub's id of it."""
        return await client.send_edoc(package, self.messagetype(outgoing))

    def messagetype(self, outgoing: QueuedPackage) -> MessageType:
        """Return the message type that a package is sent as."""
        return "status" if outgoing.messagetype == "status" else "edoc"

    def after(self, outgoing: QueuedPackage, failure: VxpFailure) -> float | None:
        """Note a failed try; return the seconds to wait before the next one, None when there will be none."""
        reaction = self.retries.reaction(failure, outgoing.tries + 1)
        if isinstance(reaction, NoRetry):
            self.store.queue.failed(outgoing.id, reaction.error)
            return None
        self.store.queue.tried(outgoing.id, reaction.error)
        return reaction.seconds
