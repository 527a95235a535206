"""An address of its own for a workbench, where the hub's is open to others."""

from functools import partial
from types import TracebackType
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.server import Server

from harness.hub.settings import HubSettings
from harness.hub.wire import HubProtocol, Malformed, WireLimits
from harness.workbench.application import WorkbenchApp

_LOOPBACK = "127.0.0.1"


class PageListener:
    """Listens on this machine alone, at a free port; use it as an asynchronous context manager."""

    def __init__(self, app: WorkbenchApp, settings: HubSettings) -> None:
        self._app = app
        self._settings = settings
        self._server: Server | None = None

    @property
    def address(self) -> str:
        """Address of the page; complete once it listens."""
        servers = self._server.servers if self._server else []
        ports = [one.getsockname()[1] for listening in servers for one in listening.sockets]
        return f"http://{_LOOPBACK}:{ports[0] if ports else 0}/"

    async def __aenter__(self) -> "PageListener":
        """Listen.

        Raises:
            OSError: no port is free.
        """
        given = self._settings
        limits = WireLimits(given.headers, given.header_bytes, given.header_seconds)
        protocol = partial(HubProtocol, limits=limits, complain=_complaint)
        config = Config(
            cast(Any, self._app),
            host=_LOOPBACK,
            port=0,
            http=cast(Any, protocol),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
        )
        config.load()
        server = Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        self._server = server
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and close every connection."""
        server, self._server = self._server, None
        if server is None:
            return
        for listening in server.servers:
            listening.close()
        for task in list(server.server_state.tasks):
            task.cancel()
        for connection in list(server.server_state.connections):
            connection.transport.abort()


def _complaint(_: Malformed) -> bytes:
    return b"{}"
