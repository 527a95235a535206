"""Finds the project's data folders, in a checkout and in an installed wheel alike."""

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent


def folder(name: Literal["profiles", "fixtures", "reports"]) -> Path:
    """Return the folder of data called `name`.

    An installed wheel carries the folders below `harness/data`; a checkout has them beside the package.
    """
    installed = _PACKAGE / "data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
