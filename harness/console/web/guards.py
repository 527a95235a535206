"""Protection of every request and answer: header lines, size of bodies, the origin of changes."""

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

Message = MutableMapping[str, Any]
Receiving = Callable[[], Awaitable[Message]]
Sending = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receiving, Sending], Awaitable[None]]
Turned = Callable[[Request, str, int], Response]

LARGEST_BODY = 1024 * 1024
_FILES = "/static/"
_POLICY = "content-security-policy"
_HEADERS = {
    _POLICY: "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_OWN_SITE = frozenset({"same-origin", "none"})


class ConsoleGuards:
    """ASGI middleware in front of the application."""

    def __init__(self, app: Application, larger: Mapping[re.Pattern[str], int], turned: Turned) -> None:
        """Prepare.

        Args:
            app: the application.
            larger: bytes of a body that may have more than `LARGEST_BODY`, by what its address matches.
            turned: makes the answer to who is turned away, of the request, a word for why, and a status.
        """
        self._app = app
        self._larger = larger
        self._turned = turned

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receiving, send: Sending) -> None:
        """Pass a request on, unless it is too large or a change that comes from a page of another site."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _completed(message.get("headers", ()), scope["path"])
            await send(message)

        request = Request(scope)
        if request.method in _CHANGING and not _from_here(request):
            await self._turned(request, "elsewhere", 403)(scope, receive, guarded)
            return
        most = next((size for place, size in self._larger.items() if place.match(scope["path"])), LARGEST_BODY)
        if _announced(request) > most:
            await self._turned(request, "too-large", 413)(scope, receive, guarded)
            return
        await self._app(scope, _bounded(receive, most), guarded)


def _completed(given: Any, path: str) -> list[tuple[bytes, bytes]]:
    """Return header lines with ours; what a page sets itself stays."""
    headers = list(given)
    present = {name.lower() for name, _ in headers}
    added = [(name.encode(), value.encode()) for name, value in _HEADERS.items() if name.encode() not in present]
    kept = b"max-age=3600" if path.startswith(_FILES) else b"no-store"
    if b"cache-control" not in present:
        added.append((b"cache-control", kept))
    return headers + added


def _bounded(receive: Receiving, most: int) -> Receiving:
    """Return what receives a body, and breaks off where it goes on for too long."""
    size = 0

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        return {"type": "http.disconnect"} if size > most else message

    return bounded


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length[:18]) if length.isascii() and length.isdigit() else 0


def _from_here(request: Request) -> bool:
    """Return whether a change comes from a page of this address, or from a program, which sends no origin."""
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    if origin is not None and origin.lower().partition("://")[2] != host.lower():
        return False
    return request.headers.get("sec-fetch-site", "none") in _OWN_SITE
