"""Finds the project's data folders, in a checkout and in an installed wheel alike."""

import os
from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent


def folder(name: Literal["profiles", "fixtures", "reports"]) -> Path:
    """Return the folder of data called `name`.

    An installed wheel carries the folders below `harness/data`; a checkout has them beside the package.
    """
    installed = _PACKAGE / "data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def kept(kind: str) -> Path:
    """Return the folder of what is kept for this user between calls: the user's cache, wherever the system has it."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or str(Path.home() / ".cache")
    return Path(base) / "lienthong" / kind
