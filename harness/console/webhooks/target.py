"""Where a webhook goes: its name is resolved once, every address is checked, and one that was checked is connected to.

A subscriber chooses the address, and this machine may reach hosts that the subscriber must not; what a name resolves
to at the next look-up does not matter.
"""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from harness.catalogue.errors import ConfigurationError
from harness.console.subjects.addresses import is_listed

LONGEST_URL = 500
_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[..., list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class HookTarget:
    """An address of a subscriber that may be connected to.

    Attributes:
        host: its name or address, for TLS and the header `Host`.
        port: of TCP.
        tls: whether it is reached by TLS.
        path: with the query.
        addresses: that were checked.
    """

    host: str
    port: int
    tls: bool
    path: str
    addresses: tuple[str, ...]


def check_url(url: str, hosts: str) -> None:
    """Check what can be checked of an address without asking for its name.

    Args:
        url: of the subscriber.
        hosts: names, addresses and networks that are allowed besides public ones.

    Raises:
        ConfigurationError: it is no address of https, or may not be told anything.
    """
    parts, host, _ = _parts(url)
    listed = is_listed(host, hosts)
    if parts.scheme != "https" and not listed:
        raise ConfigurationError("webhook.https")
    if not listed and (("." not in host and ":" not in host) or host.endswith(".localhost")):
        raise ConfigurationError("webhook.address", host=host)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    if not listed and not is_public(address):
        raise ConfigurationError("webhook.address", host=host)


def resolved(url: str, hosts: str, resolve: Resolver = socket.getaddrinfo) -> HookTarget:
    """Resolve the name of an address, once, and check what it resolves to.

    Args:
        url: of the subscriber.
        hosts: names, addresses and networks that are allowed besides public ones.
        resolve: as `socket.getaddrinfo`.

    Raises:
        ConfigurationError: as `check_url`, or one of the addresses may not be connected to.
        OSError: the name does not resolve.
    """
    check_url(url, hosts)
    parts, host, port = _parts(url)
    found = tuple(dict.fromkeys(str(one[4][0]) for one in resolve(host, port, type=socket.SOCK_STREAM)))
    named = is_listed(host, hosts)
    for one in found:
        if not named and not is_public(ipaddress.ip_address(one)) and not is_listed(one, hosts):
            raise ConfigurationError("webhook.address", host=host)
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    return HookTarget(host, port, parts.scheme == "https", path, found)


def is_public(address: _Address) -> bool:
    """Return whether an address is one of the public internet, also where it is wrapped in another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _parts(url: str) -> tuple[SplitResult, str, int]:
    """Return the parts of an address, its host in ASCII, and its port.

    Raises:
        ConfigurationError: it is none, or has a login in it.
    """
    wrong = ConfigurationError("webhook.url")
    if not 0 < len(url) <= LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise wrong
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise wrong from error
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc or parts.fragment or port == 0 or "%" in host:
        raise wrong
    return parts, host, port or _PORTS[parts.scheme]
