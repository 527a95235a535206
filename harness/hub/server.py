"""The hub on a socket: uvicorn inside the running event loop, started and stopped by `async with`."""

import asyncio
import socket
import ssl
from functools import partial
from types import TracebackType
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.server import Server

from harness.hub.addresses import outward
from harness.hub.app import Annex, HubApp, create_app
from harness.hub.call_recorder import CallLog
from harness.hub.service import Hub
from harness.hub.settings import HubSettings
from harness.hub.wire import HubProtocol, WireLimits

_BACKLOG = 2048
_PROBE = 5.0  # seconds


class AddressUnavailable(Exception):
    """The hub cannot listen at its address.

    Attributes:
        host, port: the address.
        detail: what the system said.
    """

    def __init__(self, host: str, port: int, detail: str) -> None:
        super().__init__(f"{host}:{port}: {detail}")
        self.host = host
        self.port = port
        self.detail = detail


class HubServer:
    """A reference hub that listens; use it as an asynchronous context manager.

    Attributes:
        hub: the service; it may be set up before the server listens.
        annex: something else at the same address, to be set before the server listens; None for nothing.
    """

    def __init__(
        self,
        settings: HubSettings,
        log: CallLog | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        stop_seconds: float = 2.0,
    ) -> None:
        """Open the hub's data.

        Args:
            settings: of the hub.
            log: takes the calls, None for none.
            tls: makes the endpoint https.
            stop_seconds: seconds that calls under way have to end when the server stops.

        Raises:
            StoreUnusable: the data folder holds something that cannot be used.
            OSError: the data folder cannot be made.
        """
        self.hub = Hub(settings)
        self.annex: Annex | None = None
        self._settings = settings
        self._tls = tls
        self._stop_seconds = stop_seconds
        self._app = HubApp(self.hub, log)
        self._server: Server | None = None
        self._port = 0

    @property
    def endpoint(self) -> str:
        """Address for clients, without a slash at the end; complete once the server listens."""
        scheme = "https" if self._tls else "http"
        named = outward(self._settings.host)
        host = f"[{named}]" if ":" in named else named
        return f"{scheme}://{host}:{self._port}{self._settings.path}"

    @property
    def port(self) -> int:
        """Port listened on."""
        return self._port

    async def __aenter__(self) -> "HubServer":
        """Listen; see `listen`."""
        await self.listen()
        return self

    async def listen(self) -> None:
        """Listen, for the first time or again at the same port.

        Raises:
            AddressUnavailable: the port is taken, or the address is not this machine's.
        """
        listener = self._listener()
        config = Config(
            cast(Any, create_app(self._app, self.hub, self.annex)),
            http=cast(Any, self._protocol()),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=self._settings.keep_alive_seconds,
            backlog=_BACKLOG,
        )
        config.load()
        config.ssl = self._tls
        self._server = Server(config)
        self._server.lifespan = config.lifespan_class(config)
        await self._server.startup(sockets=[listener])

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening, let calls under way end, close every connection and the data."""
        await self.stop_listening()
        self.hub.close()

    async def reachable(self) -> bool:
        """Tell whether a connection to the hub can be made from this machine."""
        try:
            async with asyncio.timeout(_PROBE):
                _, writer = await asyncio.open_connection(outward(self._settings.host), self._port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True

    async def stop_listening(self) -> None:
        """Stop listening and close every connection; the data stays open. Stopping twice is harmless."""
        server, self._server = self._server, None
        if server is None:
            return
        for listening in server.servers:
            listening.close()
        state = server.server_state
        for connection in list(state.connections):
            connection.shutdown()
        if state.tasks:
            await asyncio.wait(set(state.tasks), timeout=self._stop_seconds)
        for task in list(state.tasks):
            task.cancel()
        for connection in list(state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)

    def _listener(self) -> socket.socket:
        host, port = self._settings.host, self._settings.port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, self._port or port))
            listener.listen(_BACKLOG)
        except (OSError, OverflowError) as error:
            listener.close()
            raise AddressUnavailable(host, port, str(error)) from error
        listener.setblocking(False)
        self._port = listener.getsockname()[1]
        return listener

    def _protocol(self) -> partial[HubProtocol]:
        settings = self._settings
        limits = WireLimits(settings.headers, settings.header_bytes, settings.header_seconds)
        return partial(HubProtocol, limits=limits, complain=self._app.malformed)
