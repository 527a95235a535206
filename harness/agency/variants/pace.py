"""Correct agencies that do one thing after the other, or slowly, or rarely."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from harness.agency.core import Core
from harness.agency.fetcher import Fetcher
from harness.agency.gallery import variant
from harness.agency.hub_connection import HubConnection
from harness.agency.listed import Listed
from harness.agency.poller import Poller
from harness.agency.receiver import DocumentReceiver, NotYet
from harness.agency.retries import RetryPolicy
from harness.agency.sender import Sender
from harness.agency.store.queue import QueuedPackage
from harness.catalogue.candidate import DeclaredTiming
from harness.vxp.client import MessageType, VxpClient
from harness.vxp.entries import ReceivedItem
from harness.vxp.failures import VxpFailure

T = TypeVar("T")

_STREAM = "everything"
_SLOW = 1.0  # seconds for each document
_SELDOM = 1.0  # seconds from one poll to the next, ten times as long as the reference agency's


@variant("one-loop", touches=("RCV-03", "RTY-10", "RTY-12", "STS"))
class OneLoop(Poller):
    """One loop polls both lists in turn, and one call is made at a time: a slow answer delays everything else."""

    def start(self) -> None:
        self._asked["both"] = asyncio.Event()
        self.core.spawn(self._loop())

    async def _loop(self) -> None:
        clock, failures = asyncio.get_running_loop().time, 0
        while True:
            pause, failed = 0.0, False
            for messagetype in self.message_types():
                began = clock()
                try:
                    items = await self.look(messagetype)
                except VxpFailure as failure:
                    failed, pause = True, max(pause, self.after(failure, failures + 1))
                else:
                    self.fetcher.notice(messagetype, items, began)
            failures = failures + 1 if failed else 0
            await self._rest(max(pause, self.settings.timing.poll_interval))

    async def _rest(self, seconds: float) -> None:
        asked = self._asked["both"]
        asked.clear()
        try:
            await asyncio.wait_for(asked.wait(), seconds)
        except TimeoutError:
            return


@variant("one-loop")
class OneThread(HubConnection):
    """Makes one call at a time."""

    async def open(self) -> None:
        self._thread = asyncio.Lock()
        await super().open()

    async def ask(self, call: Callable[[VxpClient], Awaitable[T]], *, size: int = 0) -> T:
        async with self._thread:
            return await super().ask(call, size=size)


@variant("serial-sender", touches=("SND", "RTY-03", "RTY-08"))
class SerialSender(Sender):
    """Sends everything, documents and statuses, from one queue: the first package delays all others."""

    def queue(self, *, messagetype: str, stream: str, document_id: str, organ_id: str, package: bytes) -> int:
        return super().queue(
            messagetype=messagetype, stream=_STREAM, document_id=document_id, organ_id=organ_id, package=package
        )


@variant("serial-receiver", touches=("RCV-03", "RTY-10", "RTY-12"))
class SerialReceiver(Fetcher):
    """Works through each list item by item; what fails is left for the next poll."""

    def __init__(self, core: Core, connection: HubConnection, retries: RetryPolicy, receiver: DocumentReceiver) -> None:
        super().__init__(core, connection, retries, receiver)
        self._waiting: dict[str, Listed] = {}
        self._at_work = False

    def start(self) -> None:
        self._begin_again()

    def notice(self, messagetype: MessageType, items: Sequence[ReceivedItem], asked_at: float) -> None:
        super().notice(messagetype, items, asked_at)
        self._begin_again()

    def _begin_again(self) -> None:
        """Begin with items that are stored and not acknowledged: the hub may not list them any more."""
        for item in self.store.items.unacked():
            self._begin(Listed(item.receiver_doc_id, item.messagetype))

    def _begin(self, listed: Listed) -> None:
        self._waiting[listed.receiver_doc_id] = listed
        if not self._at_work:
            self._at_work = True
            self.core.spawn(self._through())

    async def _through(self) -> None:
        try:
            while self._waiting:
                listed = self._waiting.pop(next(iter(self._waiting)))
                await self._once(listed)
        finally:
            self._at_work = False

    async def _once(self, listed: Listed) -> None:
        if self.must_fetch(listed) and await self._fetch(listed, 1) is not None:
            return
        item = self.store.items.get(listed.receiver_doc_id)
        if item is not None and not item.acked and await self._try_to_acknowledge(item, 1) is None:
            self.store.items.set_acked(item.receiver_doc_id)
            self._settled[item.receiver_doc_id] = asyncio.get_running_loop().time()


@variant("polls-seldom", touches=("RCV-01", "RCV-03", "STS"), timing=DeclaredTiming(poll_interval=_SELDOM))
class PollsSeldom(Poller):
    """Polls its lists ten times less often than the reference agency, as it has declared."""

    def interval(self, messagetype: MessageType) -> float:
        return max(super().interval(messagetype), _SELDOM)


@variant("slow-but-right", touches=("RCV-03", "SND"), timing=DeclaredTiming(reaction=4.0))
class TakesItsTime(DocumentReceiver):
    """Needs a second for every document that comes in, and for every one that goes out."""

    async def receive(self, listed: Listed, data: bytes) -> NotYet | None:
        await asyncio.sleep(_SLOW)
        return await super().receive(listed, data)


@variant("slow-but-right", timing=DeclaredTiming(reaction=4.0))
class SendsSlowly(Sender):
    """Needs a second for every document that it sends."""

    async def send(self, outgoing: QueuedPackage) -> float | None:
        if outgoing.messagetype == "edoc":
            await asyncio.sleep(_SLOW)
        return await super().send(outgoing)
