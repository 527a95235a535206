"""The password of the hub's page: from a file or the environment, never from the command line, which others can see."""

import os
from pathlib import Path

from harness.catalogue.errors import ConfigurationError

VARIABLE = "LIENTHONG_HUB_PASSWORD"
_SHORTEST = 8


def page_password(path: Path | None) -> str | None:
    """Return the password, None where there is none.

    Args:
        path: of a file whose first line it is; None looks into the environment.

    Raises:
        ConfigurationError: the file cannot be read, or the password is too short.
    """
    given = os.environ.get(VARIABLE) if path is None else first_line(path)
    if given is None or (path is None and not given):
        return None
    if len(given) < _SHORTEST:
        raise ConfigurationError("hub.short-password", path=path, least=_SHORTEST, variable=VARIABLE)
    return given


def first_line(path: Path) -> str:
    """Return the first line of a file, which is a password.

    Raises:
        ConfigurationError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        detail = error.strerror if isinstance(error, OSError) else error
        raise ConfigurationError("file.unreadable", path=path, detail=detail) from error
