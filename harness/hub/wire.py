"""The HTTP connection of the hub: uvicorn's, with limits on header lines, names kept as written, and an end.

uvicorn with httptools puts no limit on header lines, and ASGI offers no way to break a connection; both are
needed here. What is no HTTP is answered, recorded and forgotten: the hub goes on serving.
"""

import asyncio
import logging
import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

EXTENSION = "lienthong.wire"
_LOG = logging.getLogger("harness.hub.http")
_LOG.addHandler(logging.NullHandler())
_KEPT = 64 * 1024
_IGNORED = 1024 * 1024
_FAREWELL = 2.0
_BAD_REQUEST = 400
_HEADERS_TOO_LARGE = 431
_FRAMING = (b"content-length", b"transfer-encoding")
_NO_LINGER = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


@dataclass(frozen=True, slots=True)
class WireLimits:
    """Limits on header lines: how many, how many bytes in all, and seconds until they must be complete."""

    headers: int
    header_bytes: int
    header_seconds: float


@dataclass(slots=True)
class Wire:
    """One request's way to its connection.

    Attributes:
        transport: of the connection.
        names: header names as written, in order.
        target: of the request, as written.
        whole: whether all of the request has come.
        cycle: the server's own state of the request; None until its head has come.
    """

    transport: asyncio.Transport
    names: list[bytes] = field(default_factory=list)
    target: bytes = b""
    whole: bool = False
    cycle: RequestResponseCycle | None = None

    def answered(self, status: int, head: bytes, body: bytes) -> bool:
        """Send a whole answer at once, in the usual case; in others nothing is sent, and the application sends it.

        Args:
            status: HTTP status.
            head: header lines, each with its end; they are not looked at.
            body: as long as the header lines say.
        """
        cycle = self.cycle
        if cycle is None or cycle.response_started or cycle.disconnected or cycle.flow.write_paused:
            return False
        if not cycle.keep_alive or cycle.default_headers or cycle.scope["method"] == "HEAD":
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        self.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[status], head, body))
        cycle.message_event.set()
        cycle.on_response()
        return True

    def close(self, *, reset: bool = False) -> None:
        """End the connection: what was written is sent first, unless the peer is to see a reset."""
        if not reset:
            self.transport.close()
            return
        handle = self.transport.get_extra_info("socket")
        if handle is not None:
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()


@dataclass(frozen=True, slots=True)
class Malformed:
    """What came instead of a request.

    Attributes:
        status: HTTP status of the answer.
        beginning: first bytes of the connection since its last request, at most 64 kB.
    """

    status: int
    beginning: bytes


Complaint = Callable[[Malformed], bytes]


class HubProtocol(HttpToolsProtocol):
    """One connection.

    Args:
        limits: on header lines.
        complain: called for what is not a request; returns the JSON body of the answer.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: WireLimits,
        complain: Complaint,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.logger = _LOG
        self.access_log = False
        self._limits = limits
        self._complain = complain
        self._wire: Wire
        self._most_head_bytes = 2 * limits.header_bytes
        self._in_head = True
        self._head_bytes = 0
        self._beginning = bytearray()
        self._fresh = True
        self._timer: asyncio.TimerHandle | None = None
        self._refused = _BAD_REQUEST
        self._broken = False
        self._ignored = 0
        self._upgrading = False
        self._resuming = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a new connection; small answers are to leave at once."""
        super().connection_made(transport)
        handle = transport.get_extra_info("socket")
        if handle is not None and handle.family in (socket.AF_INET, socket.AF_INET6):
            handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._allow(self._limits.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes, within the limits on header lines."""
        if self._broken:
            self._ignored += len(data)
            if self._ignored > _IGNORED:
                self.transport.close()
            return
        if self._fresh:
            self._beginning.clear()
            self._fresh = False
        self._beginning += data[: _KEPT - len(self._beginning)]
        if self._in_head:
            self._head_bytes += len(data)
        self._unset_keepalive_if_required()
        self._feed(data)
        if self._in_head and not self._fresh and self._timer is None and not self._broken:
            self._allow(self._limits.header_seconds)
        if self._in_head and self._head_bytes > self._limits.header_bytes and not self._broken:
            self._refused = _HEADERS_TOO_LARGE
            self.send_400_response("")

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._decline_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("")

    def _decline_upgrade(self, rest: bytes) -> None:
        """Go on in HTTP/1.1 with a request that asked for another protocol, as clients of HTTP/2 do.

        The parser leaves out the body of such a request. A new parser gets the framing of the body and reads it.
        """
        framing = [line for line in self.headers if line[0] in _FRAMING]
        head = b"".join(b"%b: %b\r\n" % line for line in framing)
        self.parser = httptools.HttpRequestParser(self)
        self._resuming, self._upgrading = True, False
        self._feed(b"POST / HTTP/1.1\r\n" + head + b"\r\n")
        self._resuming = False
        if rest:
            self._feed(rest)

    def on_message_begin(self) -> None:
        """Begin a request; the application finds its connection in the scope."""
        if self._resuming:
            return
        super().on_message_begin()
        self._wire = Wire(self.transport)
        self.scope["extensions"] = {EXTENSION: self._wire}  # type: ignore[dict-item]
        self._in_head = True
        self._head_bytes = 0

    def on_url(self, url: bytes) -> None:
        """Take a part of the request's target."""
        if not self._resuming:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header line; its name is kept as written.

        Raises:
            ValueError: there are too many, or they are too long together; the parser ends the request.
        """
        if self._resuming:
            return
        self._wire.names.append(name)
        self._head_bytes += len(name) + len(value)
        if len(self.headers) >= self._limits.headers or self._head_bytes > self._most_head_bytes:
            self._refused = _HEADERS_TOO_LARGE
            raise ValueError("too many header lines")
        lowered = name.lower()  # as the overridden method does
        if lowered == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((lowered, value))

    def on_headers_complete(self) -> None:
        """Hand the request to the application."""
        if self._resuming:
            return
        self._in_head = False
        self._head_bytes = 0
        self._upgrading = self.parser.should_upgrade()
        self._wire.target = bytes(self.url)
        self._disarm()
        super().on_headers_complete()
        self._wire.cycle = self.cycle  # the application begins later than this

    def on_message_complete(self) -> None:
        """End a request; what comes next begins another."""
        if self._upgrading:
            return
        self._in_head = True
        self._fresh = True
        self._wire.whole = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request, then let the peer read the answer before the connection ends."""
        self._broken = True
        self._disarm()
        status, self._refused = self._refused, _BAD_REQUEST
        body = self._complain(Malformed(status, bytes(self._beginning)))
        if self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body:
            # An earlier request on this connection is whole and still to be answered: its answer ends it.
            self.cycle.keep_alive = False
            return
        lines = [
            STATUS_LINE[status].rstrip(),
            b"content-type: application/json",
            b"content-length: %d" % len(body),
            b"connection: close",
        ]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._allow(_FAREWELL)

    def _allow(self, seconds: float) -> None:
        """Close the connection after `seconds` unless something happens before."""
        self._disarm()
        self._timer = self.loop.call_later(seconds, self.transport.close)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
