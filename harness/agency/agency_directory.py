"""The system's own agencies, the hub's directory, and the two forms of an agency's id."""

import asyncio
from collections.abc import Sequence

from harness.agency.component import Component
from harness.agency.core import Core
from harness.agency.hub_connection import HubConnection
from harness.agency.retries import RetryPolicy
from harness.agency.store.organs import DirectoryEntry, OwnAgency
from harness.agency.texts import failed, refused
from harness.edxml.identifiers import new_form, organ_form
from harness.edxml.model import Organization
from harness.vxp.entries import ListedAgency
from harness.vxp.failures import Refused, VxpFailure

_TRIES = 3
_FRESH = 300.0


class AgencyDirectory(Component):
    """Registers agencies and keeps the directory."""

    def __init__(self, core: Core, connection: HubConnection, retries: RetryPolicy) -> None:
        super().__init__(core)
        self.connection = connection
        self.retries = retries

    _read_at: float | None = None
    _rests_until = 0.0
    _reading = False

    async def register(self, agencies: Sequence[OwnAgency]) -> None:
        """Register agencies at the hub, for this system.

        Raises:
            NotDone: the hub refuses, or cannot be reached.
        """
        for agency in agencies:
            await self.register_one(agency)
            with self.store.transaction():
                self.store.own.add(agency)

    async def register_one(self, agency: OwnAgency) -> None:
        """Register one agency."""
        content = {"id": "", "pcode": agency.parent, "code": agency.organ_id, "name": agency.organ_name}
        for tries in range(1, _TRIES + 1):
            try:
                await self.connection.ask(lambda client: client.register_agency(content))
            except Refused as refusal:
                if self.retries.is_final(refusal, tries):
                    raise refused("hub.refused", code=refusal.code, text=refusal.description) from refusal
                failure: VxpFailure = refusal
            except VxpFailure as lost:
                failure = lost
            else:
                return
            if tries == _TRIES:
                raise failed("hub.no-answer", detail=str(failure)) from failure
            await asyncio.sleep(self.retries.wait(failure, tries))

    def refresh(self) -> None:
        """Read the directory again in the background, unless that is under way or was done a moment ago."""
        now = asyncio.get_running_loop().time()
        if not self._reading and now >= self._rests_until:
            self._reading = True
            self.core.spawn(self._refreshed())

    async def _refreshed(self) -> None:
        try:
            await self.read_directory()
        except VxpFailure as failure:
            self.log.info("directory: %s", failure)
        finally:
            self._reading = False

    async def read_directory(self) -> int:
        """Read the hub's directory and return the number of its rows.

        Raises:
            VxpFailure: it could not be read; what was read before stays.
        """
        clock = asyncio.get_running_loop().time
        began = clock()
        listed = await self.connection.ask(lambda client: client.get_agencies_list())
        entries = [_entry(one) for one in self.kept(listed)]
        await asyncio.to_thread(self.store.directory.replace, entries)
        self._read_at = clock()
        # Reading a long directory is work for hub and system: the pause until the next time grows with it.
        self._rests_until = self._read_at + max(self.settings.timing.poll_interval, 3 * (self._read_at - began))
        return len(entries)

    def kept(self, listed: Sequence[ListedAgency]) -> Sequence[ListedAgency]:
        """Return the rows of a directory that are stored: here all of them."""
        return listed

    async def learn(self, organ_ids: Sequence[str]) -> None:
        """Look up in the directory whether one of `organ_ids` is an own agency by another id, if not done lately."""
        now = asyncio.get_running_loop().time()
        if any(self.is_own(organ_id) for organ_id in organ_ids):
            return
        if self._read_at is not None and now - self._read_at < _FRESH:
            return
        try:
            await self.read_directory()
        except VxpFailure as failure:
            self.log.info("directory: %s", failure)

    def own(self) -> Sequence[OwnAgency]:
        """Return the agencies that the system acts for, the configured one first."""
        settings = self.settings
        return [OwnAgency(settings.organ_id, settings.organ_name), *self.store.own.all()]

    def own_id(self, organ_id: str) -> str:
        """Return the id under which the agency `organ_id` is registered for this system; empty for others."""
        return next((one.organ_id for one in self.own() if self.same(organ_id, one.organ_id)), "")

    def is_own(self, organ_id: str) -> bool:
        """Say whether `organ_id` names an own agency, in either form."""
        return bool(self.own_id(organ_id))

    def same(self, first: str, second: str) -> bool:
        """Say whether two ids name one agency; the directory decides where it knows them."""
        if first == second:
            return True
        known = self.store.directory.same_as(first)
        if second in known:
            return True
        if len(known) > 1 or len(self.store.directory.same_as(second)) > 1:
            return False
        return (new_form(first) or first) == (new_form(second) or second)

    def is_organ(self, text: str) -> bool:
        """Say whether a text has the form of an agency's id."""
        return organ_form(text, self.core.profile.parameters.identifiers) in {"old", "new", "enterprise"}

    def organization(self, organ_id: str) -> Organization:
        """Return an own agency as From names it; the configured one if `organ_id` is none of them."""
        found = next((one for one in self.own() if one.organ_id == organ_id), self.own()[0])
        return Organization(organ_id=found.organ_id, organ_name=found.organ_name)


def _entry(listed: ListedAgency) -> DirectoryEntry:
    return DirectoryEntry(listed.code, listed.other_code, listed.name)
