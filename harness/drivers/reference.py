"""Driver `reference`: the reference agency, or one of its variants and defects, in this very process."""

import asyncio
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from harness.agency.gallery import build, defects, variants
from harness.agency.settings import AgencySettings, AgencyTiming
from harness.catalogue.candidate import DeclaredTiming
from harness.catalogue.profiles import DEFAULT_PROFILE, Profile
from harness.drivers.protocol import DriverLost, read_answer

_WHERE = "reference"


def kinds() -> frozenset[str]:
    """Return the names of all defects and correct variants."""
    return frozenset(defects()) | frozenset(variants())


def lacking(kind: str | None) -> frozenset[str]:
    """Return the capabilities that a defect or variant does not have; None: the reference agency has them all."""
    return frozenset() if kind is None else frozenset({**variants(), **defects()}[kind].lacks)


def declared_timing(kind: str | None) -> DeclaredTiming:
    """Return the times, in seconds, that a defect or variant declares to differ from the reference agency's."""
    return DeclaredTiming() if kind is None else {**variants(), **defects()}[kind].timing


class ReferenceDriver:
    """Moves a reference agency that starts and ends with this driver; it talks to the hub over real HTTP."""

    def __init__(self, kind: str | None, give_up: float, profile: str | Profile = DEFAULT_PROFILE) -> None:
        """Make the agency.

        Args:
            kind: a defect or a variant, None for the reference agency itself.
            give_up: seconds after which it gives up a call.
            profile: its code lists hold: those of the run, as for a product that is set up for the same ministry.
        """
        self._api = build(kind, AgencySettings(timing=AgencyTiming(give_up=give_up), profile=profile))

    async def call(self, command: str, arguments: Mapping[str, Any], limit: float) -> dict[str, Any]:
        """Hand one command to the agency; see `Driver`."""
        call_id = uuid.uuid4().hex
        request = {"id": call_id, "command": command, "arguments": dict(arguments)}
        try:
            async with asyncio.timeout(limit):
                answer = await self._api.handle(request)
        except TimeoutError as error:
            raise DriverLost("silent", _WHERE, f"{limit:g} s") from error
        return read_answer(msgspec.json.encode(answer), call_id, _WHERE)

    async def close(self) -> None:
        """End the agency."""
        await self._api.close()
