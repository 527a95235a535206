"""The connection to the hub: its HTTP clients, and fewer calls while the hub is down."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import httpx2

from harness.agency.component import Component
from harness.agency.core import Core
from harness.agency.retries import RetryPolicy
from harness.vxp.client import VxpClient
from harness.vxp.exchange import ExchangeLimits, http_client
from harness.vxp.failures import Refused, Unsendable, VxpFailure

T = TypeVar("T")

# So many failures in a row, of any calls, mean that the hub itself is in trouble.
_OUTAGE_AFTER = 3
# The hub needs some time before it answers a large package.
_LARGE = 1024 * 1024
_BYTES_A_SECOND = 4 * 1024 * 1024
# A call whose bytes keep coming is given up so many times later than one that is silent.
_TRICKLE = 4


class HubConnection(Component):
    """Makes every call of the system. In an outage one call at a time goes out, after a growing pause."""

    def __init__(self, core: Core, retries: RetryPolicy) -> None:
        super().__init__(core)
        self.retries = retries

    _http: httpx2.AsyncClient
    _patient_http: httpx2.AsyncClient

    async def open(self) -> None:
        """Make the HTTP clients; connections are made by the calls."""
        self._failures = 0
        self._succeeded = asyncio.get_running_loop().time()
        self._until = 0.0
        self._probing = False
        self._changed = asyncio.Event()
        give_up, verify = self.settings.timing.give_up, self.verify()
        largest = self.core.profile.parameters.limits.package_bytes
        self._http = self.http_client(give_up, verify)
        self._patient_http = self.http_client(give_up + largest / _BYTES_A_SECOND, verify)

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()
        await self._patient_http.aclose()

    def http_client(self, silence: float, verify: ssl.SSLContext | None) -> httpx2.AsyncClient:
        """Return an HTTP client that follows no redirects and gives up after so many seconds without a byte."""
        return http_client(ExchangeLimits(connect=self.settings.timing.give_up, whole=silence), verify=verify)

    def verify(self) -> ssl.SSLContext | None:
        """Return how the hub's certificate is checked."""
        anchors = self.settings.hub_trust_anchors_pem
        return ssl.create_default_context(cadata=anchors) if anchors.strip() else None

    def limits(self, size: int) -> ExchangeLimits:
        """Return the limits of a whole call that carries `size` bytes: a large one may take longer."""
        give_up = self.settings.timing.give_up
        return ExchangeLimits(connect=give_up, whole=_TRICKLE * give_up + size / _BYTES_A_SECOND)

    def client(self, size: int, kind: type[VxpClient] = VxpClient) -> VxpClient:
        """Return a client for one call that carries `size` bytes."""
        settings = self.settings
        http = self._patient_http if size > _LARGE else self._http
        return kind(settings.endpoint, settings.system_id, settings.secret, http=http, limits=self.limits(size))

    async def ask(self, call: Callable[[VxpClient], Awaitable[T]], *, size: int = 0) -> T:
        """Make one call.

        Args:
            call: what to ask, given a client.
            size: bytes that the call carries.

        Raises:
            VxpFailure: it did not succeed.
        """
        async with self._turn():
            try:
                answer = await call(self.client(size))
            except VxpFailure as failure:
                self.log.info("%s", failure)
                self._note(failure)
                raise
            self._recovered()
            return answer

    @property
    def in_outage(self) -> bool:
        """Whether several calls in a row failed and none succeeded for a while; a few failures alone are no outage."""
        quiet = asyncio.get_running_loop().time() - self._succeeded
        return self._failures >= _OUTAGE_AFTER and quiet >= self.settings.timing.first_pause

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        probing = await self._admitted()
        try:
            yield
        finally:
            if probing:
                self._probing = False
                self._wake()

    async def _admitted(self) -> bool:
        """Wait until a call may go out; True when it is the one that tests whether the hub is back."""
        loop = asyncio.get_running_loop()
        while self.in_outage:
            if loop.time() >= self._until and not self._probing:
                self._probing = True
                return True
            changed = self._changed
            timeout = None if self._probing else self._until - loop.time()
            try:
                await asyncio.wait_for(changed.wait(), timeout)
            except TimeoutError:
                continue
        return False

    def _note(self, failure: VxpFailure) -> None:
        if isinstance(failure, Unsendable):
            return
        if not self.is_trouble(failure):
            self._recovered()
            return
        self._failures += 1
        beyond = self._failures - _OUTAGE_AFTER + 1
        if beyond > 0:
            pause = max(self.retries.pause(beyond), failure.retry_after or 0.0)
            self._until = asyncio.get_running_loop().time() + min(pause, self.settings.timing.longest_wait)
        self._wake()

    def is_trouble(self, failure: VxpFailure) -> bool:
        """Return whether a failure is trouble of the hub: a refusal by a hub that recognised the caller is not."""
        if not isinstance(failure, Refused) or failure.http_status != httpx2.codes.OK:
            return True
        known = self.core.profile.parameters.hub.error_codes.get(failure.code)
        return known is not None and known.kind == "secret"

    def _recovered(self) -> None:
        self._failures = 0
        self._succeeded = asyncio.get_running_loop().time()
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
