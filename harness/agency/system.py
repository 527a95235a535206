"""A correct agency system: polls, fetches, stores, acknowledges, answers, sends, and obeys a driver."""

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from harness import __version__
from harness.agency.acceptance import Acceptance
from harness.agency.agency_directory import AgencyDirectory
from harness.agency.component import Component
from harness.agency.composer import Composer
from harness.agency.driver_api import DriverApi
from harness.agency.fetcher import Fetcher
from harness.agency.handling import Handling
from harness.agency.hub_connection import HubConnection
from harness.agency.incoming_operations import IncomingOperations
from harness.agency.poller import Poller
from harness.agency.receiver import DocumentReceiver
from harness.agency.retries import RetryPolicy
from harness.agency.sender import Sender
from harness.agency.sending_service import SendingService
from harness.agency.settings import AgencySettings
from harness.agency.settings_file import remember, remembered
from harness.agency.status_receiver import StatusReceiver
from harness.agency.store import AgencyStore
from harness.agency.texts import words
from harness.catalogue.profiles import Profile, load_profile
from harness.crypto.chains.trust import Trust
from harness.journal.recorder import VIETNAM

_LOG = logging.getLogger("lienthong.agency")
NAME = "lienthong reference agency"


@dataclass(frozen=True, slots=True)
class Components:
    """The parts an agency system is made of. A defect or variant puts a class of its own in the place of one."""

    connection: type[HubConnection] = HubConnection
    retries: type[RetryPolicy] = RetryPolicy
    composer: type[Composer] = Composer
    sender: type[Sender] = Sender
    poller: type[Poller] = Poller
    fetcher: type[Fetcher] = Fetcher
    acceptance: type[Acceptance] = Acceptance
    receiver: type[DocumentReceiver] = DocumentReceiver
    operations: type[IncomingOperations] = IncomingOperations
    status_receiver: type[StatusReceiver] = StatusReceiver
    handling: type[Handling] = Handling
    sending_service: type[SendingService] = SendingService
    agency_directory: type[AgencyDirectory] = AgencyDirectory
    driver: type[DriverApi] = DriverApi

    def with_component(self, part: type[Component]) -> "Components":
        """Return these parts with `part` in the place of the one that it derives from.

        Raises:
            TypeError: it derives from none.
        """
        for field in fields(self):
            if issubclass(part, getattr(Components(), field.name)):
                chosen: dict[str, Any] = {field.name: part}
                return replace(self, **chosen)
        raise TypeError(f"{part.__name__} is no part of an agency system")


class AgencySystem:
    """One agency system, inside the running asyncio loop.

    Use it as an async context manager, or call `start` and at the end `close`. `stop` is like killing the
    program: what is under way ends at once and only the store survives; `start` begins again from it.
    """

    settings: AgencySettings
    switching: asyncio.Lock
    store: AgencyStore
    connection: HubConnection
    retries: RetryPolicy
    composer: Composer
    sender: Sender
    poller: Poller
    fetcher: Fetcher
    acceptance: Acceptance
    receiver: DocumentReceiver
    operations: IncomingOperations
    status_receiver: StatusReceiver
    handling: Handling
    sending_service: SendingService
    agency_directory: AgencyDirectory

    def __init__(
        self, settings: AgencySettings | None = None, *, parts: Components | None = None, name: str = NAME
    ) -> None:
        """Make a system that does nothing yet.

        Args:
            settings: what it is told; incomplete ones wait for `configure`.
            parts: the classes it is made of.
            name: how it introduces itself to the driver.

        Raises:
            ConfigurationError: there is no such profile.
        """
        self.settings = remembered(settings or AgencySettings())
        self.name = name
        self.version = __version__
        self.running = False
        self._begun = False
        self.switching = asyncio.Lock()
        chosen = self.settings.profile
        self.profile: Profile = chosen if isinstance(chosen, Profile) else load_profile(chosen)
        self._parts = parts or Components()
        self._tasks: set[asyncio.Task[None]] = set()
        self._temporary: Path | None = None
        self._trust = Trust()
        self._driver = self._parts.driver(self)

    async def __aenter__(self) -> "AgencySystem":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self) -> None:
        """Open the store and, once enough is known to talk to the hub, begin to poll and send."""
        self._begun = True
        if self.running:
            return
        anchors = self.settings.signer_trust_anchors_pem
        self._trust = Trust.of_pem(anchors.encode()) if anchors.strip() else Trust()
        self.store = AgencyStore(self.folder)
        for field in fields(Components):
            if field.name != "driver":
                setattr(self, field.name, getattr(self._parts, field.name)(self))
        await self.connection.open()
        self.running = True
        if self.settings.complete:
            self.sender.start()
            self.fetcher.start()
            self.poller.start()

    async def stop(self) -> None:
        """End everything at once, as if the program were killed."""
        if not self.running:
            return
        self.running = False
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.connection.close()
        self.store.close()

    async def close(self) -> None:
        """End for good; a temporary folder is removed."""
        self._begun = True
        await self.stop()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None

    async def configure(self, settings: AgencySettings) -> None:
        """Go on with other settings; what is stored or waits to be sent stays.

        Raises:
            ssl.SSLError: the trust anchors are not PEM certificates.
        """
        was_running = self.running
        await self.stop()
        self.settings = settings
        remember(settings)
        if was_running:
            await self.start()

    async def handle(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out one request of the driver protocol and return the answer; the first one starts the system."""
        async with self.switching:
            if not self._begun:
                await self.start()
        return await self._driver.handle(request)

    @property
    def folder(self) -> Path:
        """Folder of the store."""
        if self.settings.data is not None:
            self.settings.data.mkdir(parents=True, exist_ok=True)
            return self.settings.data
        if self._temporary is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="lienthong-agency-"))
        return self._temporary

    def now(self) -> datetime:
        """Return the official time."""
        return datetime.now(VIETNAM)

    @property
    def trust(self) -> Trust:
        """Trust anchors of signers besides the profile's."""
        return self._trust

    def words(self, key: str, /, **parameters: object) -> str:
        """Return a sentence of the message file."""
        return words(key, **parameters)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` until it ends or the system stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOG.error("a task of the agency system failed", exc_info=error)
