"""A request as it came: everything about it that is recorded, read within the hub's limits."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.hub.settings import HubSettings
from harness.hub.wire import EXTENSION, Wire
from harness.vxp.headers import header

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Lines = Sequence[tuple[bytes, bytes]]

_DRAINED = 64 * 1024 * 1024
_DRAIN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Incoming:
    """One request.

    Attributes:
        n: its number at this hub, from 1.
        method: HTTP method, empty for what is no HTTP.
        target: path and query as written.
        name: last part of the path; empty when the path is not one of the hub's.
        http_version: e.g. `1.1`.
        headers: header lines as written, in order.
        body: as received.
        complete: whether all of the body came.
        too_large: whether the body is over the limit; then it is not kept.
    """

    n: int
    method: str
    target: str
    name: str
    http_version: str
    headers: Lines
    body: bytes
    complete: bool = True
    too_large: bool = False


def wire_of(scope: Scope) -> Wire | None:
    """Return the request's connection, None when another server than the hub's own runs the application."""
    wire = (scope.get("extensions") or {}).get(EXTENSION)
    return wire if isinstance(wire, Wire) else None


async def read_request(n: int, scope: Scope, receive: Receive, settings: HubSettings) -> Incoming:
    """Read a request to its end, or to the hub's limits.

    Args:
        n: its number.
        scope, receive: of the ASGI application.
        settings: limits, and the path of the operations.
    """
    headers = _as_written(scope)
    body, complete, too_large = await _body(headers, receive, settings)
    wire = wire_of(scope)
    target: bytes = wire.target if wire is not None else scope["raw_path"]
    return Incoming(
        n=n,
        method=scope["method"],
        target=target.decode("latin-1"),
        name=_operation_name(scope["path"], settings.path),
        http_version=scope["http_version"],
        headers=headers,
        body=body,
        complete=complete,
        too_large=too_large,
    )


def _as_written(scope: Scope) -> Lines:
    lines: Lines = scope["headers"]
    wire = wire_of(scope)
    if wire is None or len(wire.names) != len(lines):
        return list(lines)
    return [(name, value) for name, (_, value) in zip(wire.names, lines, strict=True)]


def _operation_name(path: str, prefix: str) -> str:
    """Return the operation's name; any number of slashes may stand before it, and the prefix may be left out."""
    parts = [part for part in path.split("/") if part]
    before, name = parts[:-1], parts[-1] if parts else ""
    return name if before in ([], [part for part in prefix.split("/") if part]) else path[-200:]


async def _body(headers: Lines, receive: Receive, settings: HubSettings) -> tuple[bytes, bool, bool]:
    announced = header(headers, "content-length") or b"0"
    if announced.isdigit() and int(announced) > settings.body_bytes:
        if header(headers, "expect") is None:
            await _drain(receive)
        return b"", False, True
    body = bytearray()
    while True:
        part = await _part(receive, settings.body_seconds)
        if part is None:
            return bytes(body), False, False
        content, more = part
        body += content
        if len(body) > settings.body_bytes:
            if more:
                await _drain(receive)
            return b"", False, True
        if not more:
            return bytes(body), True, False


async def _part(receive: Receive, patience: float) -> tuple[bytes, bool] | None:
    """Return the next part of a body and whether more follows; None when the peer left or fell silent."""
    try:
        async with asyncio.timeout(patience):
            message = await receive()
    except TimeoutError:
        return None
    if message["type"] != "http.request":
        return None
    return message.get("body", b""), message.get("more_body", False)


async def _drain(receive: Receive) -> None:
    """Read on a little, so that a peer in the middle of sending can read the refusal."""
    drained = 0
    while drained < _DRAINED:
        part = await _part(receive, _DRAIN_SECONDS)
        if part is None or not part[1]:
            return
        drained += len(part[0])
