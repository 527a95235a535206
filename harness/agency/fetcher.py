"""Fetches, stores and acknowledges each listed item, and repeats each step with growing pauses until it succeeds."""

import asyncio
import re
from collections.abc import Sequence

from harness.agency.component import Component
from harness.agency.core import Core
from harness.agency.hub_connection import HubConnection
from harness.agency.listed import Listed
from harness.agency.receiver import DocumentReceiver, NotYet
from harness.agency.retries import NoRetry, RetryLater, RetryPolicy
from harness.agency.store.items import ListedItem
from harness.agency.texts import ascii_words
from harness.vxp.client import MessageType, TransportState
from harness.vxp.entries import ReceivedItem
from harness.vxp.failures import VxpFailure

# Ids from the hub are sent back in header lines; valid ones are hex digits or UUIDs. Items with other ids are ignored.
_USABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Fetcher(Component):
    """Works on the items of the lists, several at a time, so that a bad one does not hold up the others."""

    def __init__(
        self,
        core: Core,
        connection: HubConnection,
        retries: RetryPolicy,
        receiver: DocumentReceiver,
    ) -> None:
        super().__init__(core)
        self.connection = connection
        self.retries = retries
        self.receiver = receiver
        self._busy: set[str] = set()
        self._listed: dict[str, frozenset[str]] = {}
        self._settled: dict[str, float] = {}
        self._lane = asyncio.Semaphore(self.lanes())

    def start(self) -> None:
        """Report what was stored but not reported before the system stopped."""
        for item in self.store.items.unacked():
            self._begin(Listed(item.receiver_doc_id, item.messagetype))

    def lanes(self) -> int:
        """Return how many items are worked on at a time."""
        return self.settings.calls_at_once

    def notice(self, messagetype: MessageType, items: Sequence[ReceivedItem], asked_at: float) -> None:
        """Take in a list; an item that was acknowledged after the list was asked for is not begun again."""
        usable = [item for item in items if self.is_usable(item.doc_id)]
        self._listed[messagetype] = frozenset(item.doc_id for item in usable)
        self._settled = {name: at for name, at in self._settled.items() if at > asked_at}
        for item in usable:
            if item.doc_id not in self._settled:
                self._begin(Listed(item.doc_id, messagetype, item.from_, item.to))

    def is_usable(self, receiver_doc_id: str) -> bool:
        """Say whether an id has the form of an id of the hub."""
        return _USABLE.fullmatch(receiver_doc_id) is not None

    def _begin(self, listed: Listed) -> None:
        if listed.receiver_doc_id not in self._busy:
            self._busy.add(listed.receiver_doc_id)
            self.core.spawn(self._work(listed))

    async def _work(self, listed: Listed) -> None:
        try:
            if await self._stored(listed):
                rest = await self._acknowledged(listed)
                self._settled[listed.receiver_doc_id] = asyncio.get_running_loop().time() + rest
        finally:
            self._busy.discard(listed.receiver_doc_id)

    async def _stored(self, listed: Listed) -> bool:
        """Fetch an item until it is stored; False when the hub has taken it off the list meanwhile."""
        failures = 0
        while self.must_fetch(listed):
            async with self._lane:
                pause = await self._fetch(listed, failures + 1)
            if pause is None:
                return True
            failures += 1
            await asyncio.sleep(pause)
            if listed.receiver_doc_id not in self._listed.get(listed.messagetype, frozenset()):
                return False
        return True

    def must_fetch(self, listed: Listed) -> bool:
        """Say whether an item must be fetched: not when it is stored and only its acknowledgement is missing."""
        item = self.store.items.get(listed.receiver_doc_id)
        return item is None or item.acked

    async def _fetch(self, listed: Listed, tries: int) -> float | None:
        """Fetch an item once and take it in; return the seconds to wait if that must be repeated, else None."""
        try:
            data = await self.fetch(listed)
        except VxpFailure as failure:
            return self.after(failure, tries)
        try:
            outcome = await self.receiver.receive(listed, data)
        except Exception:
            # A package that breaks the reader must not stop the other items; it is tried again later.
            self.log.exception("item %s", listed.receiver_doc_id)
            return self.retries.pause(tries)
        if isinstance(outcome, NotYet):
            self.log.info("item %s: %s", listed.receiver_doc_id, outcome.why)
            return self.retries.pause(tries)
        return None

    async def fetch(self, listed: Listed) -> bytes:
        """Return the package of an item.

        Raises:
            VxpFailure: it could not be fetched.
        """
        return await self.connection.ask(lambda client: client.get_edoc(listed.receiver_doc_id))

    def after(self, failure: VxpFailure, tries: int) -> float:
        """Return the seconds to wait before the next try, after an item could not be fetched; it is never given up."""
        return self.retries.wait(failure, tries)

    async def _acknowledged(self, listed: Listed) -> float:
        """Report an item until the hub has taken the report, or refuses it for good.

        Returns:
            Seconds in which the item is not begun again, even if it is still listed.
        """
        failures = 0
        while (item := self.store.items.get(listed.receiver_doc_id)) is not None and not item.acked:
            async with self._lane:
                reaction = await self._try_to_acknowledge(item, failures + 1)
            if isinstance(reaction, RetryLater):
                failures += 1
                await asyncio.sleep(reaction.seconds)
                continue
            self.store.items.set_acked(item.receiver_doc_id)
            if reaction is not None:
                self.log.warning("item %s: %s", item.receiver_doc_id, reaction.error)
                return self.settings.timing.longest_pause
        return 0.0

    async def _try_to_acknowledge(self, item: ListedItem, tries: int) -> RetryLater | NoRetry | None:
        try:
            await self.acknowledge(item)
        except VxpFailure as failure:
            return self.retries.reaction(failure, tries)
        return None

    async def acknowledge(self, item: ListedItem) -> None:
        """Report what was done with an item.

        Raises:
            VxpFailure: the hub did not take the report.
        """
        await self.report(item.receiver_doc_id, self.answer(item), item.description)

    def answer(self, item: ListedItem) -> TransportState:
        """Return the transport status to be reported."""
        return "fail" if item.answer == "fail" else "done"

    async def report(self, receiver_doc_id: str, answer: TransportState, description: str) -> None:
        """Set the transport status of an item at the hub.

        Raises:
            VxpFailure: the hub did not take it.
        """
        await self.connection.ask(
            lambda client: client.update_status(receiver_doc_id, answer, self.header_text(description))
        )

    def header_text(self, description: str) -> str:
        """Return a reason in the form that a header line allows: ASCII without control characters, not too long."""
        return ascii_words(description)
