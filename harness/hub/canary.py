"""The canary: an address that a correct candidate never calls, so that every request to it is evidence.

Hostile packages and redirects name it. It answers everything with a plausible success of the hub, so that a
candidate that followed one of them carries on normally.
"""

import asyncio
import hashlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType

from harness.hub.addresses import outward
from harness.journal.events import CanaryGreeted, CanaryVisited, Lines, VisitBody
from harness.journal.recorder import Recorder
from harness.vxp.answers import success

_HEAD = 64 * 1024
_BODY = 256 * 1024 * 1024
_PIECE = 64 * 1024
_SILENCE = 5.0  # seconds
_LAST_CHUNK = b"0\r\n\r\n"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_ANSWER = success({"DocId": "0" * 24, "data": [], "count": 0})
_REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (
    len(_ANSWER),
    _ANSWER,
)


@dataclass(frozen=True, slots=True)
class CanaryVisit:
    """One request to the canary.

    Attributes:
        method, target: of the request line; empty for what is no HTTP.
        headers: in order, as latin-1 text.
        size, sha256: of the body.
        beginning: first bytes of the body, or of what is no HTTP.
    """

    method: str
    target: str
    headers: Lines
    size: int
    sha256: str
    beginning: bytes

    @property
    def token(self) -> str | None:
        """First part of the path: the token of the url that led here."""
        return self.target.partition("?")[0].strip("/").partition("/")[0] or None


class Canary:
    """A listener whose every request leaves an event `canary`; use it as an asynchronous context manager.

    With TLS, the greeting of every client that begins a handshake leaves an event `canary.greeted` before: a client
    that then sends nothing has refused the certificate.
    """

    def __init__(
        self,
        recorder: Recorder,
        host: str = "127.0.0.1",
        *,
        tls: ssl.SSLContext | None = None,
        name: str = "canary",
    ) -> None:
        """Be ready to listen at a free port.

        Args:
            recorder: takes the events.
            host: address that the candidate must be able to reach.
            tls: makes it speak TLS; its handshakes are watched from now on.
            name: in events about TLS.
        """
        self._recorder = recorder
        self._host = host
        self._tls = tls
        self._name = name
        self._port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def url(self, token: str, label: str) -> str:
        """Return an address that identifies what comes to it: by `token` its document, by `label` its purpose."""
        named = outward(self._host)
        host = f"[{named}]" if ":" in named else named
        return f"{'https' if self._tls else 'http'}://{host}:{self._port}/{token}/{label}"

    async def __aenter__(self) -> "Canary":
        """Listen.

        Raises:
            OSError: the address is not this machine's.
        """
        if self._tls is not None:
            self._tls.sni_callback = self._greeted
        self._server = await asyncio.start_server(self._came, self._host, 0, limit=_HEAD, ssl=self._tls)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening; visits under way end."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            visit = await _visit(reader, writer)
            if visit is not None:
                self._recorder.record(self._visited(visit, writer))
                writer.write(_REPLY)
                await writer.drain()
        except OSError:
            return  # the visitor left, or refused the certificate; what it sent before is recorded
        except asyncio.CancelledError:
            return  # the canary stops; asyncio would log it as a failure
        finally:
            writer.close()

    def _greeted(self, connection: ssl.SSLObject, host: str | None, context: ssl.SSLContext) -> None:
        self._recorder.record(CanaryGreeted(self._name))

    def _visited(self, visit: CanaryVisit, writer: asyncio.StreamWriter) -> CanaryVisited:
        beginning = self._recorder.keep(visit.beginning) if visit.beginning else None
        return CanaryVisited(
            token=visit.token,
            method=visit.method,
            path=visit.target,
            headers=visit.headers,
            peer=str((writer.get_extra_info("peername") or ("",))[0]),
            body=VisitBody(visit.size, visit.sha256, beginning),
            secret_in=self._secret_in(visit),
        )

    def _secret_in(self, visit: CanaryVisit) -> tuple[str, ...]:
        """Return the places of a visit that contain a secret of the run."""
        lines = "\n".join(value for _, value in visit.headers)
        places = (("url", visit.target.encode()), ("headers", lines.encode()), ("body", visit.beginning))
        return tuple(place for place, content in places if content and self._recorder.holds_secret(content))


async def _visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> CanaryVisit | None:
    """Read what comes, to its end or its limit; None when nothing came at all."""
    head = await _head(reader)
    if not head:
        return None
    first, *rest = head.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if not head.endswith(b"\r\n\r\n") or len(parts) != 3:
        return CanaryVisit("", "", (), len(head), hashlib.sha256(head).hexdigest(), head)
    lines = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in rest if line))
    given = {name.lower(): value for name, value in lines}
    if given.get("expect"):
        writer.write(_CONTINUE)
    body = _Body()
    await body.read(reader, _announced(given), _LAST_CHUNK if "transfer-encoding" in given else b"")
    return CanaryVisit(parts[0], parts[1], lines, body.size, body.digest.hexdigest(), bytes(body.beginning))


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _SILENCE)
    except asyncio.IncompleteReadError as broken:
        return broken.partial
    except (asyncio.LimitOverrunError, TimeoutError):
        return await _piece(reader, _HEAD)


async def _piece(reader: asyncio.StreamReader, most: int) -> bytes:
    """Return the next bytes; none when the visitor closed the connection or was silent for too long."""
    try:
        return await asyncio.wait_for(reader.read(most), _SILENCE)
    except TimeoutError:
        return b""


def _announced(given: Mapping[str, str]) -> int:
    """Return how many bytes of body are read: as announced, or as many as come."""
    length = given.get("content-length", "")
    if length.isascii() and length.isdigit():
        return min(int(length[:12]), _BODY)
    return _BODY if given.get("transfer-encoding") else 0


class _Body:
    """A body as it comes: counted and digested, not kept."""

    def __init__(self) -> None:
        self.size = 0
        self.digest = hashlib.sha256()
        self.beginning = bytearray()

    async def read(self, reader: asyncio.StreamReader, wanted: int, last: bytes) -> None:
        """Read until `wanted` bytes came, a piece ends with `last`, or the visitor ends or falls silent."""
        while self.size < wanted:
            piece = await _piece(reader, min(_PIECE, wanted - self.size))
            self.size += len(piece)
            self.digest.update(piece)
            self.beginning += piece[: _PIECE - len(self.beginning)]
            if not piece or (last and piece.endswith(last)):
                return
