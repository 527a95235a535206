"""Ports at which the hubs of runs listen."""

import socket
from collections.abc import Sequence

from harness.catalogue.errors import ConfigurationError


def free_port(host: str, ports: Sequence[int], given: set[int]) -> int:
    """Return a port at which a hub can listen, 0 where any will do.

    Args:
        host: address of the hub.
        ports: that it may have.
        given: ports of runs that go on.

    Raises:
        ConfigurationError: all are taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in (one for one in ports if one == 0 or one not in given):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise ConfigurationError("console.no-port", ports=f"{ports[0]}-{ports[-1]}")
