"""Writes a file so that half of it is never seen."""

import os
import re
from pathlib import Path

_LEFT_OVER = re.compile(r"\.[^/]+\.\d+\.part")


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file so that it is never seen half written, and return its path.

    Raises:
        OSError: it cannot be written, as on a full disk; what was there before still is.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error
    return path


def is_left_over(name: str) -> bool:
    """Return whether a file is what a killed process left half written."""
    return _LEFT_OVER.fullmatch(name) is not None


def sweep(directory: Path) -> None:
    """Remove what a killed process left half written in a directory."""
    for path in directory.iterdir():
        if is_left_over(path.name) and path.is_file() and not path.is_symlink():
            path.unlink()
