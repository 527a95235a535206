"""What a driver handed over as an export, taken in with care: a path of this machine, or the content itself."""

import base64
import binascii
import io
import os
import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from harness.catalogue.findings import clipped

UnusableReason = Literal["shape", "base64", "elsewhere", "relative", "missing", "link", "large", "secret", "not-kept"]

_LONGEST_NAME = 100
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = (stat.S_IFREG | 0o644) << 16
_LINK = (stat.S_IFLNK | 0o777) << 16
_UNIX = 3


class ExportUnusable(Exception):
    """What was handed over cannot be kept as an export.

    Attributes:
        reason: stable word for what is wrong.
        detail: fit to be shown.
    """

    def __init__(self, reason: UnusableReason, detail: object = "") -> None:
        self.reason = reason
        self.detail = clipped(str(detail))
        super().__init__(f"{reason} {self.detail}".strip())


@dataclass(frozen=True, slots=True)
class HandedExport:
    """An export as it is kept: what it is called, fit to be shown, and its bytes; of a folder, those of a zip."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ExportBounds:
    """The size limits of an export: bytes in all, and files of a folder."""

    size: int
    files: int


def taken_in(result: Mapping[str, Any], bounds: ExportBounds, *, local: bool) -> HandedExport:
    """Take in the answer to `export_records` or `export_sip`.

    No link is followed, no device is opened, and more than the bounds allow is not read. A driver on another machine
    must hand over the content: it has no say in which files of this machine are read.

    Args:
        result: of the command.
        bounds: how much is taken.
        local: whether the driver is on this machine.

    Raises:
        ExportUnusable: it cannot be kept.
    """
    content, path = result.get("content_base64"), result.get("path")
    if isinstance(content, str):
        return HandedExport(_shown(str(result.get("name") or "export")), _decoded(content, bounds.size))
    if not isinstance(path, str) or not path:
        raise ExportUnusable("shape", ", ".join(map(str, result))[:_LONGEST_NAME])
    if not local:
        raise ExportUnusable("elsewhere", path)
    place = Path(path)
    if not place.is_absolute():
        raise ExportUnusable("relative", path)
    try:
        return _read(place, bounds)
    except (OSError, ValueError) as error:  # a name with NUL is a ValueError
        raise ExportUnusable("missing", f"{path}: {getattr(error, 'strerror', None) or error}") from error


def _read(path: Path, bounds: ExportBounds) -> HandedExport:
    mode = path.lstat().st_mode
    if stat.S_ISDIR(mode):
        return HandedExport(_shown(f"{path.name}.zip"), _packed(path, bounds))
    if not stat.S_ISREG(mode):
        raise ExportUnusable("link", path)
    return HandedExport(_shown(path.name), _content(path, bounds.size))


def _decoded(content: str, most: int) -> bytes:
    if len(content) > most * 4 // 3 + 4:
        raise ExportUnusable("large", f"> {most}")
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ExportUnusable("base64", error) from error


def _content(path: Path, most: int) -> bytes:
    """Return the content of a plain file; what has replaced it in the meantime is not opened, and cannot block."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise ExportUnusable("link", path)
        content = stream.read(most + 1)
    if len(content) > most:
        raise ExportUnusable("large", f"{path}: > {most}")
    return content


def _packed(folder: Path, bounds: ExportBounds) -> bytes:
    """Pack a folder into a zip of one fixed form: sorted, stored, without times; links lead nowhere."""
    left = bounds.size
    above = _only_folder_in(folder) or folder.parent
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for number, path in enumerate(_files(folder)):
            if number >= bounds.files:
                raise ExportUnusable("large", f"{folder}: > {bounds.files}")
            plain = stat.S_ISREG(path.lstat().st_mode)
            content = _content(path, left) if plain else b""
            left -= len(content)
            info = zipfile.ZipInfo(_entry_name(path.relative_to(above)), _EARLIEST)
            info.external_attr = _PLAIN_FILE if plain else _LINK
            info.create_system = _UNIX
            archive.writestr(info, content)
    return packed.getvalue()


def _only_folder_in(folder: Path) -> Path | None:
    """Return the export in a folder: the folder itself, or the only folder in it where there is nothing else."""
    inside = list(folder.iterdir())
    return folder if len(inside) == 1 and inside[0].is_dir() and not inside[0].is_symlink() else None


def _files(folder: Path) -> Iterator[Path]:
    """Yield everything in a folder but folders, in a fixed order; a link to a folder is not followed."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        here = Path(place)
        linked = [name for name in folders if (here / name).is_symlink()]
        yield from (here / name for name in sorted((*linked, *names)))


def _entry_name(path: Path) -> str:
    """Return a name as a zip can hold it; what is not text gets a backslash, which every rule refuses."""
    return path.as_posix().encode("utf-8", "backslashreplace").decode()


def _shown(name: str) -> str:
    return clipped(name.replace("\\", "/").rpartition("/")[2][-_LONGEST_NAME:]) or "export"
