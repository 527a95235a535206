"""The address at which a candidate reaches the hub, when the hub listens on all of the machine's addresses."""

import socket
from urllib.parse import urlsplit, urlunsplit

from harness.catalogue.candidate import Candidate, HttpDriverDeclaration

_EVERYWHERE = {"0.0.0.0", "::", "[::]"}  # noqa: S104 - compared with, not listened on
# Reserved for documentation: nothing is sent there, only the route is asked for.
_SOMEWHERE = "192.0.2.1"


def reachable(endpoint: str, candidate: Candidate) -> str:
    """Return `endpoint` with an address that the candidate can reach.

    A hub that listens on one address is reached there. One that listens on all is reached at the address from which
    this machine reaches the candidate's driver, or the internet where the driver is not an HTTP one.

    Args:
        endpoint: url of the hub.
        candidate: the declaration.
    """
    parts = urlsplit(endpoint)
    if parts.hostname not in _EVERYWHERE:
        return endpoint
    driver = candidate.driver
    towards = urlsplit(driver.url).hostname if isinstance(driver, HttpDriverDeclaration) else None
    host = _own_address(towards or _SOMEWHERE)
    return urlunsplit(parts._replace(netloc=f"{host}:{parts.port}"))


def _own_address(towards: str) -> str:
    """Return the address that packets to `towards` leave from; loopback when there is no route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((towards, 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
