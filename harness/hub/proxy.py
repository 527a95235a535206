"""A TCP proxy in front of a hub, for what a server cannot do to itself: faults of the wire, and TLS of any certificate.

Bytes pass both ways as they come. A fault meets one connection; other connections pass unchanged.
"""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections import deque
from dataclasses import dataclass
from types import TracebackType

_PIECE = 64 * 1024
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class ResetAtOnce:
    """Accept the connection and reset it."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Refuse this connection, as far as that can still be done, and all further ones for some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class CutRequest:
    """Pass on the first `at` bytes of what the client sends, then end the connection; `reset` resets it."""

    at: int
    reset: bool = False


@dataclass(frozen=True, slots=True)
class CutAnswer:
    """Pass on the first `at` bytes of what the hub answers, then end the connection; `reset` resets it."""

    at: int
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Garbage:
    """Answer the first bytes of the client with `data`, which need not be HTTP, and end the connection."""

    data: bytes


WireFault = ResetAtOnce | Refuse | CutRequest | CutAnswer | Garbage


class TcpProxy:
    """A proxy to one address; use it as an asynchronous context manager.

    Attributes:
        due: faults for the connections to come, one each; None lets one pass.
    """

    def __init__(self, target: tuple[str, int], host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen on `host` and `port` (0: any free one) and pass connections on to `target`."""
        self.due: deque[WireFault | None] = deque()
        self._target = target
        self._address = (host, port)
        self._tls: ssl.SSLContext | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def with_tls(self, context: ssl.SSLContext) -> "TcpProxy":
        """Speak TLS with clients and plain TCP with the hub; call it before listening."""
        self._tls = context
        return self

    @property
    def address(self) -> tuple[str, int]:
        """Host and port; complete once it listens."""
        return self._address

    def endpoint(self, path: str) -> str:
        """Return the address for clients; `path` begins with a slash."""
        host, port = self._address
        shown = f"[{host}]" if ":" in host else host
        return f"{'https' if self._tls else 'http'}://{shown}:{port}{path}"

    async def __aenter__(self) -> "TcpProxy":
        """Listen.

        Raises:
            OSError: the address is taken, or not this machine's.
        """
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and end every connection."""
        await self.refuse()

    async def listen(self) -> None:
        """Accept connections, again at the same port after `refuse`; while listening, nothing changes.

        Raises:
            OSError: the address is taken, or not this machine's.
        """
        if self._server is not None:
            return
        host, port = self._address
        self._server = await asyncio.start_server(self._came, host, port, ssl=self._tls)
        self._address = (host, self._server.sockets[0].getsockname()[1])

    async def refuse(self) -> None:
        """Refuse connections from now on, and end those there are. Refusing twice is harmless."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _away(self, seconds: float) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
            await asyncio.sleep(seconds)
            await self.listen()

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        fault = self.due.popleft() if self.due else None
        try:
            await self._serve(fault, reader, writer)
        except OSError:
            _end(writer, reset=True)  # one of the two sides has closed: so does the other
        except asyncio.CancelledError:
            return  # by `refuse`, which waits for this; asyncio would log it as a failure
        finally:
            _end(writer, reset=False)

    async def _serve(self, fault: WireFault | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if isinstance(fault, ResetAtOnce | Refuse):
            _end(writer, reset=True)
            if isinstance(fault, Refuse):
                await self._away(fault.seconds)
            return
        if isinstance(fault, Garbage):
            await reader.read(_PIECE)
            writer.write(fault.data)
            await writer.drain()
            return
        up_reader, up_writer = await asyncio.open_connection(*self._target)
        try:
            await self._pass(fault, (reader, up_writer), (up_reader, writer))
        finally:
            _end(up_writer, reset=False)

    async def _pass(
        self,
        fault: CutRequest | CutAnswer | None,
        request: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        answer: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        """Pass bytes both ways until the hub has ended, or a fault ends it."""
        there = asyncio.create_task(_flow(*request, fault.at if isinstance(fault, CutRequest) else None))
        back = asyncio.create_task(_flow(*answer, fault.at if isinstance(fault, CutAnswer) else None))
        try:
            done, _ = await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            if there in done and not there.result():
                await back  # the client has only ended its own half
            if fault is not None and any(task.done() and task.result() for task in (there, back)):
                _end(answer[1], reset=fault.reset)
        finally:
            for task in (there, back):
                task.cancel()
            await asyncio.gather(there, back, return_exceptions=True)


async def _flow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: int | None) -> bool:
    """Pass bytes on to the end, or to the limit; say whether it was the limit."""
    passed = 0
    while piece := await reader.read(_PIECE):
        if limit is not None and passed + len(piece) >= limit:
            writer.write(piece[: limit - passed])
            await writer.drain()
            return True
        passed += len(piece)
        writer.write(piece)
        await writer.drain()
    if writer.can_write_eof():
        with contextlib.suppress(OSError):  # the other side has closed first
            writer.write_eof()
    return False


def _end(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    if not reset:
        writer.close()
        return
    handle = writer.get_extra_info("socket")
    if handle is not None and not writer.is_closing():
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    writer.transport.abort()
