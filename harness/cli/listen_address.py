"""Addresses to listen at, as given on the command line."""

from harness.catalogue.errors import ConfigurationError

_LARGEST_PORT = 65535


def address(text: str) -> tuple[str, int]:
    """Return host and port of `HOST:PORT`; port 0 lets the system choose.

    Raises:
        ConfigurationError: it is not of that form.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > _LARGEST_PORT:
        raise ConfigurationError("listen.malformed", value=text)
    return host.strip("[]"), int(port)
