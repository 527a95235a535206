"""Check of the address that the hub is to listen at, before anything is started."""

import socket

from harness.catalogue.errors import ConfigurationError


def check_address(host: str, port: int) -> None:
    """Check that the hub can listen at an address.

    Raises:
        ConfigurationError: the port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            # Only by listening is a port found at which another program listens.
            probe.listen()
    except (OSError, OverflowError) as error:
        raise ConfigurationError("hub.cannot-listen", address=f"{host}:{port}", detail=error) from error
