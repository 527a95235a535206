"""To which addresses a run may go: a vendor names the driver's address, and this machine may reach hosts that the
vendor must not."""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from harness.catalogue.errors import ConfigurationError

LOOPBACK = "127.0.0.0/8 ::1 localhost"


def checked_list(text: str) -> str:
    """Return a list of addresses as it is kept: networks (`10.1.0.0/16`), addresses, names, `.suffix` for all below it.

    Raises:
        ConfigurationError: an entry is none of these.
    """
    entries = text.replace(",", " ").split()
    for entry in entries:
        if _network(entry) is None and not _is_name(entry):
            raise ConfigurationError("console.address-entry", entry=entry)
    return " ".join(entry.lower() for entry in entries)


def check_allowed(url: str, allowed: str) -> None:
    """Check that a driver's address is one to which runs may go.

    A name must be on the list itself, whatever it resolves to now: it may resolve to something else later.

    Raises:
        ConfigurationError: it is not, or it is no address.
    """
    try:
        host = (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError as error:
        raise ConfigurationError("console.address-refused", host=url) from error
    if not host or not _matches(host, allowed.split()):
        raise ConfigurationError("console.address-refused", host=host or url)


def is_listed(host: str, allowed: str) -> bool:
    """Return whether a name or address is on a list of addresses.

    Args:
        host: in small letters.
        allowed: as `checked_list` returns it.
    """
    return _matches(host, allowed.split())


def _matches(host: str, entries: Sequence[str]) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # Forms such as 2130706433 or 0x7f.1, which resolvers take for addresses, are names here and on no list.
        return any(host == entry or (entry.startswith(".") and host.endswith(entry)) for entry in entries)
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    networks = (_network(entry) for entry in entries)
    return any(
        network is not None and address.version == network.version and address in network for network in networks
    )


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None


def _is_name(entry: str) -> bool:
    labels = entry.lstrip(".").split(".")
    return len(entry) < 254 and all(
        label and len(label) < 64 and label.replace("-", "").replace("_", "").isalnum() and not label.isdigit()
        for label in labels
    )
