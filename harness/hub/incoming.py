"""A request as it came: everything about it that is recorded, read within the hub's limits."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.hub.settings import HubSettings
from harness.hub.spool import IN_MEMORY, Spool
from harness.hub.wire import EXTENSION, Wire

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Lines = Sequence[tuple[bytes, bytes]]

_DRAINED = 64 * 1024 * 1024
_DRAIN_SECONDS = 2.0
_LONGEST_NUMBER = 18
_BLANKS = b" \t"


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
        body: as received; empty while it is on disk.
        complete: whether all of the body came.
        too_large: whether the body is over the limit; then it is not kept.
        unread: whether the body is more than is read of a caller whose signed headers are not right; then `body` is
            its beginning.
        spool: a large body on disk, None for a small one.
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
    unread: bool = False
    spool: Spool | None = None

    def loaded(self) -> "Incoming":
        """Return the request with its body in memory."""
        return self if self.spool is None else replace(self, body=self.spool.content(), spool=None)


def wire_of(scope: Scope) -> Wire | None:
    """Return the request's connection, None when another server than the hub's own runs the application."""
    wire = (scope.get("extensions") or {}).get(EXTENSION)
    return wire if isinstance(wire, Wire) else None


async def read_request(
    n: int, scope: Scope, receive: Receive, settings: HubSettings, admits: Callable[[Lines], bool]
) -> Incoming:
    """Read a request to its end, or to the hub's limits; of an unknown caller only the beginning.

    Args:
        n: its number.
        scope, receive: of the ASGI application.
        settings: limits, and the path of the operations.
        admits: whether the header lines are signed by a known system.

    Raises:
        OSError: a large body cannot be kept, as on a full disk.
    """
    wire = wire_of(scope)
    headers = _as_written(scope, wire)
    framing = dict(reversed(scope["headers"]))  # of a line that is there twice the first counts
    taken = await _body(headers, framing, receive, settings, admits, come=wire is not None and wire.whole)
    target: bytes = wire.target if wire is not None else scope["raw_path"]
    return Incoming(
        n=n,
        method=scope["method"],
        target=target.decode("latin-1"),
        name=_operation_name(scope["path"], settings.path),
        http_version=scope["http_version"],
        headers=headers,
        body=taken.body,
        complete=taken.complete,
        too_large=taken.too_large,
        unread=taken.unread,
        spool=taken.spool,
    )


def _as_written(scope: Scope, wire: Wire | None) -> Lines:
    lines: Lines = scope["headers"]
    if wire is None or len(wire.names) != len(lines):
        return list(lines)
    return [(name, value) for name, (_, value) in zip(wire.names, lines, strict=True)]


def _operation_name(path: str, prefix: str) -> str:
    """Return the operation's name; any number of slashes may precede it, and the prefix may be left out."""
    parts = [part for part in path.split("/") if part]
    before, name = parts[:-1], parts[-1] if parts else ""
    return name if before in ([], [part for part in prefix.split("/") if part]) else path[-200:]


@dataclass(frozen=True, slots=True)
class _Taken:
    """What was taken of a body; its members are those of `Incoming`."""

    body: bytes = b""
    complete: bool = False
    too_large: bool = False
    unread: bool = False
    spool: Spool | None = None


async def _body(
    headers: Lines,
    framing: Mapping[bytes, bytes],
    receive: Receive,
    settings: HubSettings,
    admits: Callable[[Lines], bool],
    *,
    come: bool,
) -> _Taken:
    written = framing.get(b"content-length", b"0").strip(_BLANKS)
    announced = int(written) if written.isdigit() and len(written) <= _LONGEST_NUMBER else 0
    # The caller of what may be large is checked first.
    in_chunks = b"transfer-encoding" in framing
    known = not (in_chunks or announced > settings.unsigned_bytes) or admits(headers)
    if known and announced > settings.body_bytes:
        if b"expect" not in framing:
            await drain(receive)
        return _Taken(too_large=True)
    if come and known and not in_chunks and announced <= IN_MEMORY:
        return await _at_once(receive)
    spool = Spool(settings.data)
    taken = _Taken()
    try:
        taken = await _spooled(receive, spool, settings, known=known)
    finally:
        if taken.spool is None:
            spool.close()
    return taken


async def _at_once(receive: Receive) -> _Taken:
    """Return a small body that has come already: nothing is waited for, and nothing kept on the way."""
    message = await receive()
    return _Taken(message["body"], complete=True) if message["type"] == "http.request" else _Taken()


async def _spooled(receive: Receive, spool: Spool, settings: HubSettings, *, known: bool) -> _Taken:
    most = settings.body_bytes if known else settings.unsigned_bytes
    while True:
        part = await _part(receive, settings.body_seconds)
        if part is None:
            return _Taken(spool.content())
        content, more = part
        if spool.size + len(content) > settings.body_bytes:
            if more:
                await drain(receive)
            return _Taken(too_large=True)
        spool.write(content[: most - spool.size])
        if not known and (spool.size == most or not more):
            return _Taken(spool.content(), complete=not more and spool.size < most, unread=spool.size == most)
        if not more:
            whole = spool if spool.on_disk else None
            return _Taken(b"" if whole else spool.content(), complete=True, spool=whole)


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


async def drain(receive: Receive, most: int = _DRAINED) -> None:
    """Read on a little, so that a peer in the middle of sending can read the refusal; nothing of it is kept.

    Args:
        receive: of the ASGI application.
        most: bytes that are read.
    """
    drained = 0
    while drained < most:
        part = await _part(receive, _DRAIN_SECONDS)
        if part is None or not part[1]:
            return
        drained += len(part[0])
