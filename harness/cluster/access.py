"""Where a cluster is, and how it may be reached."""

import ipaddress
import re

import msgspec

from harness.catalogue.errors import ConfigurationError

_LOCAL = re.compile(r"local:([1-9][0-9]?)")
_REMOTE = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})")
_MOST_WORKERS = 64
_MOST_PORT = 65535


class Credentials(msgspec.Struct, frozen=True):
    """Paths of PEM files for TLS: the authority's certificate, one's own, and its key."""

    ca: str | None = None
    certificate: str | None = None
    key: str | None = None

    @property
    def complete(self) -> bool:
        """True when all are named."""
        return all((self.ca, self.certificate, self.key))


class ClusterAccess(msgspec.Struct, frozen=True):
    """How to reach a cluster.

    Attributes:
        address: of its scheduler; empty for one that is started on this machine.
        workers: processes to start on this machine; 0 where there is an address.
        credentials: for TLS.
        as_bytes: contents of files are sent, not their paths.
    """

    address: str
    workers: int
    credentials: Credentials
    as_bytes: bool


def cluster_access(address: str, credentials: Credentials, *, plain: bool, as_bytes: bool) -> ClusterAccess:
    """Return how to reach the cluster at an address that a user wrote.

    Args:
        address: `local:N`, `tcp://host:port` or `tls://host:port`.
        credentials: for TLS.
        plain: an unencrypted connection to another machine is allowed.
        as_bytes: as in the outcome.

    Raises:
        ConfigurationError: it is no such address, or may not be used like this.
    """
    if (local := _LOCAL.fullmatch(address)) and int(local[1]) <= _MOST_WORKERS:
        return ClusterAccess("", int(local[1]), credentials, as_bytes)
    remote = _REMOTE.fullmatch(address)
    if remote is None or not 0 < int(remote[3]) <= _MOST_PORT:
        raise ConfigurationError("cluster.address", address=address)
    if remote[1] == "tls" and not credentials.complete:
        raise ConfigurationError("cluster.tls")
    # Whoever can change what is sent there can run programs on both sides.
    if remote[1] == "tcp" and not plain and not _loopback(remote[2].strip("[]")):
        raise ConfigurationError("cluster.plain", address=address)
    return ClusterAccess(address, 0, credentials, as_bytes)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
