"""The address that other machines use to reach a server, also one that listens on all addresses of its machine."""

import socket

_EVERYWHERE = {"0.0.0.0": "192.0.2.1", "::": "2001:db8::1"}  # noqa: S104 - compared here, not listened on
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
_ANY_PORT = 9


def outward(host: str) -> str:
    """Return an address by which other machines reach one that listens on `host`.

    That is `host` itself, or, for one that stands for all of the machine's addresses, the one it uses towards the
    outside; where it has none, the loopback address.
    """
    if host not in _EVERYWHERE:
        return host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # A datagram socket that is connected chooses its own address by the routes, and sends nothing.
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((_EVERYWHERE[host], _ANY_PORT))
            own: str = probe.getsockname()[0]
    except OSError:
        return _LOOPBACK[host]
    return own
