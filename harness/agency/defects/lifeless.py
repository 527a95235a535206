"""Systems that still answer their driver but have stopped doing their work."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx2

from harness.agency.fetcher import Fetcher
from harness.agency.gallery import defect
from harness.agency.hub_connection import HubConnection
from harness.agency.listed import Listed
from harness.agency.receiver import DocumentReceiver, NotYet
from harness.vxp.client import VxpClient
from harness.vxp.exchange import ExchangeLimits
from harness.vxp.failures import VxpFailure

T = TypeVar("T")

_DAY = 86_400.0
_ONE = 1


@defect("has-no-timeouts", breaks="RTY-04")
class HasNoTimeouts(HubConnection):
    """Waits for every answer as long as the connection is open."""

    def http_client(self, silence: float, verify: ssl.SSLContext | None) -> httpx2.AsyncClient:
        return super().http_client(_DAY, verify)

    def limits(self, size: int) -> ExchangeLimits:
        return ExchangeLimits(connect=super().limits(size).connect, whole=_DAY)


@defect("gives-up-for-ever-after-401", breaks="RTY-13")
class GivesUpForEverAfter401(HubConnection):
    """Makes no further call once one was answered 401."""

    _offended = False

    async def ask(self, call: Callable[[VxpClient], Awaitable[T]], *, size: int = 0) -> T:
        if self._offended:
            await asyncio.Event().wait()
        try:
            return await super().ask(call, size=size)
        except VxpFailure as failure:
            self._offended = self._offended or failure.http_status == httpx2.codes.UNAUTHORIZED
            raise


@defect("stuck-at-a-bad-package", breaks="RCV-06")
class StuckAtABadPackage(DocumentReceiver):
    """Never finishes a package that breaks the standard, and takes no other meanwhile."""

    async def receive(self, listed: Listed, data: bytes) -> NotYet | None:
        examined = await self.acceptance.examine(data)
        if not examined.acceptable and examined.nature not in {"cut", "foreign"}:
            await asyncio.Event().wait()
        return await super().receive(listed, data)


@defect("stuck-at-a-bad-package", breaks="RCV-06")
class OneAfterTheOther(Fetcher):
    """Works on one item at a time."""

    def lanes(self) -> int:
        return _ONE
