"""A correct agency system: polls, fetches, stores, acknowledges, answers, sends, and obeys a driver."""

import asyncio
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from harness import __version__
from harness.agency.components import AssembledComponents, Components
from harness.agency.core import Core
from harness.agency.driver_api import DriverApi
from harness.agency.driver_requests import DriverRequests
from harness.agency.settings import AgencySettings
from harness.agency.settings_file import remember, remembered
from harness.agency.store import AgencyStore
from harness.agency.tasks import Tasks
from harness.catalogue.profiles import Profile, load_profile
from harness.crypto.chains.trust import Trust
from harness.journal.recorder import VIETNAM

NAME = "lienthong reference agency"


class AgencySystem:
    """One agency system, inside the running asyncio loop.

    Use it as an async context manager, or call `start` and at the end `close`. `stop` is like killing the
    program: what is under way ends at once and only the store survives; `start` begins again from it.
    """

    _core: Core
    _tasks: Tasks
    _assembled: AssembledComponents

    def __init__(
        self, settings: AgencySettings | None = None, *, components: Components | None = None, name: str = NAME
    ) -> None:
        """Make a system that does nothing yet.

        Args:
            settings: who it is and which hub it uses; incomplete ones wait for `configure`.
            components: the classes it is made of.
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
        self._components = components or Components()
        self._temporary: Path | None = None
        self._requests = DriverRequests(self)

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
        trust = Trust.of_pem(anchors.encode()) if anchors.strip() else Trust()
        self._tasks = Tasks()
        self._core = Core(
            settings=self.settings,
            profile=self.profile,
            store=AgencyStore(self.folder),
            folder=self.folder,
            trust=trust,
            now=self.now,
            spawn=self._tasks.spawn,
            stop=self.stop,
        )
        self._assembled = self._components.assembled(self._core)
        await self._assembled.connection.open()
        self.running = True
        if self.settings.complete:
            self._assembled.sender.start()
            self._assembled.fetcher.start()
            self._assembled.poller.start()

    async def stop(self) -> None:
        """End everything at once, as if the program were killed."""
        if not self.running:
            return
        self.running = False
        await self._tasks.cancel()
        await self._assembled.connection.close()
        self._core.store.close()

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
        return await self._requests.handle(request)

    @property
    def commands(self) -> DriverApi | None:
        """What carries out the driver's commands; None while the system is stopped."""
        return self._assembled.driver if self.running else None

    @property
    def store(self) -> AgencyStore:
        """The store of the last start; open while the system runs."""
        return self._core.store

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
