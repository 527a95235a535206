"""The driver protocol over HTTP: POST to any path, one JSON object in, one out."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from harness.agency.system import AgencySystem

LONGEST_REQUEST = 512 * 1024 * 1024
PATH = "/driver"


class _DriverHttpServer(uvicorn.Server):
    """A server that installs no signal handlers: the program around it does."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class DriverServer:
    """Serves the driver of one agency system; an async context manager.

    Attributes:
        url: address of the driver, known once the server runs.
    """

    def __init__(self, agency: AgencySystem, host: str = "127.0.0.1", port: int = 0) -> None:
        """Prepare a server; port 0 takes any that is free."""
        self._address = (host, port)
        self._server = _DriverHttpServer(
            uvicorn.Config(
                application(agency), log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
            )
        )
        self._serving: asyncio.Task[None] | None = None
        self.url = ""

    async def __aenter__(self) -> "DriverServer":
        """Listen.

        Raises:
            OSError: the address cannot be listened on.
        """
        listener = _listener(*self._address)
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{port}{PATH}"
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        await self._server.listening.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving


def application(agency: AgencySystem) -> Starlette:
    """Return the driver as an ASGI application."""

    async def driver(request: Request) -> Response:
        return await _answered(request, agency.handle)

    return Starlette(routes=[Route("/{path:path}", driver, methods=["POST"])])


async def _answered(request: Request, handle: Callable[[Any], Awaitable[dict[str, Any]]]) -> Response:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_REQUEST:
            return JSONResponse({"error": "too large"}, status_code=413)
    return JSONResponse(await handle(parsed(bytes(body))))


def parsed(text: bytes) -> Any:
    """Return the JSON value in `text`, None when it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _listener(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener
