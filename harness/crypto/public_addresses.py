"""Addresses in foreign certificates: which of them may be called, and where such a call really goes.

A certificate may name any address, also one behind the firewall of the machine that reads it. So a name is
resolved once, every one of its addresses must be of the public network, and the call goes to exactly the address that
was checked: a different answer of the name server a moment later has no effect.
"""

import ipaddress
import socket
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urlsplit, urlunsplit

Refused = Literal["private", "unresolved", "malformed"]

_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_FOUR_BYTES = 0xFFFF_FFFF

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Exception):
    """An address is not called; `reason` says why, `detail` is fit to be shown."""

    def __init__(self, reason: Refused, detail: str) -> None:
        super().__init__(f"{reason} {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class PinnedAddress:
    """Where a call goes: `url` with a number in the place of the name, which `host` and `server_name` still say."""

    url: str
    host: str
    server_name: str


def pinned(url: str) -> PinnedAddress:
    """Resolve the name in an address of http or https.

    Raises:
        AddressRefused: it is no such address, its name is not known, or leads into a network that is not public.
    """
    parts, port = _parts(url)
    name = parts.hostname or ""
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefused("unresolved", f"{name}: {error}") from error
    numbers = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    hidden = [number for number in numbers if not is_public(number)]
    if hidden or not numbers:
        raise AddressRefused("private", f"{name} → {hidden[0] if hidden else '-'}")
    shown = f"[{numbers[0]}]" if numbers[0].version == 6 else str(numbers[0])
    target = urlunsplit((parts.scheme, f"{shown}:{port}", parts.path, parts.query, ""))
    return PinnedAddress(target, parts.netloc, name)


def is_public(number: Address) -> bool:
    """Tell whether an IP address is one of the public network, also where it carries another in itself."""
    if isinstance(number, ipaddress.IPv6Address):
        inner = number.ipv4_mapped or number.sixtofour or (number.teredo or (None, None))[1]
        if inner is None and number in _NAT64:
            inner = ipaddress.IPv4Address(int(number) & _FOUR_BYTES)
        if inner is not None:
            return is_public(inner)
    return number.is_global and not number.is_multicast


def _parts(url: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise AddressRefused("malformed", url) from error
    if not port or not parts.hostname or "@" in parts.netloc:
        raise AddressRefused("malformed", url)
    return parts, port
