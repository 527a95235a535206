"""One POST to a checked address: no redirect is followed, time and answer are bounded, and only the status is read."""

import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import h11

from harness.console.webhooks.target import HookTarget

LONGEST = 10.0  # seconds for everything: connection, TLS, request, answer
_LARGEST_HEAD = 16 * 1024
_PIECE = 4096
_MOST_ADDRESSES = 3


class PostTrouble(StrEnum):
    """Why there was no answer."""

    ADDRESS = "address"
    NAME = "name"
    CONNECTION = "connection"
    TLS = "tls"
    SLOW = "slow"
    NO_HTTP = "no-http"


@dataclass(frozen=True, slots=True)
class PostOutcome:
    """What came of it: a status, or why there is none."""

    status: int | None = None
    trouble: PostTrouble | None = None

    @property
    def taken(self) -> bool:
        """Whether the receiver took it: any status from 200 to 299."""
        return self.status is not None and 200 <= self.status < 300


def post(
    target: HookTarget, headers: Mapping[str, str], body: bytes, longest: float = LONGEST,
    trust: ssl.SSLContext | None = None,
) -> PostOutcome:  # fmt: skip
    """Send a body, and return what was answered.

    Args:
        target: where to.
        headers: besides `Host` and `Content-Length`.
        body: bytes.
        longest: seconds for everything.
        trust: authorities that are trusted; None for those of the system.
    """
    end = time.monotonic() + longest
    try:
        with _connected(target, end) as plain:
            if not target.tls:
                return _asked(plain, target, headers, body, end)
            context = trust or ssl.create_default_context()
            with context.wrap_socket(plain, server_hostname=target.host) as sealed:
                return _asked(sealed, target, headers, body, end)
    except TimeoutError:
        return PostOutcome(trouble=PostTrouble.SLOW)
    except ssl.SSLError:
        return PostOutcome(trouble=PostTrouble.TLS)
    except (OSError, UnicodeError):
        return PostOutcome(trouble=PostTrouble.CONNECTION)
    except h11.ProtocolError:
        return PostOutcome(trouble=PostTrouble.NO_HTTP)


def _connected(target: HookTarget, end: float) -> socket.socket:
    """Connect to the first checked address that answers."""
    last: OSError = ConnectionError(target.host)
    for address in target.addresses[:_MOST_ADDRESSES]:
        try:
            connection = socket.create_connection((address, target.port), timeout=_left(end))
        except OSError as error:
            last = error
            continue
        connection.settimeout(_left(end))
        return connection
    raise last


def _asked(
    connection: socket.socket, target: HookTarget, headers: Mapping[str, str], body: bytes, end: float
) -> PostOutcome:
    talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LARGEST_HEAD)
    lines = [("host", _host(target)), ("content-length", str(len(body))), ("connection", "close"), *headers.items()]
    request = h11.Request(method="POST", target=target.path, headers=lines)
    sent = [talk.send(request), talk.send(h11.Data(data=body)), talk.send(h11.EndOfMessage())]
    connection.settimeout(_left(end))
    connection.sendall(b"".join(piece for piece in sent if piece))
    size = 0
    while True:
        event = talk.next_event()
        if isinstance(event, h11.Response):
            return PostOutcome(status=event.status_code)
        if event is not h11.NEED_DATA:
            if isinstance(event, h11.InformationalResponse):
                continue
            return PostOutcome(trouble=PostTrouble.NO_HTTP)
        connection.settimeout(_left(end))
        piece = connection.recv(_PIECE)
        size += len(piece)
        if size > _LARGEST_HEAD:
            return PostOutcome(trouble=PostTrouble.NO_HTTP)
        talk.receive_data(piece)


def _host(target: HookTarget) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == (443 if target.tls else 80) else f"{host}:{target.port}"


def _left(end: float) -> float:
    """Return the seconds that are left.

    Raises:
        TimeoutError: none.
    """
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
