"""Packages out of zip and tar archives, however hostile the archive is.

Entries are read into memory one at a time and never further than a package may be long; what says that it expands
beyond measure is not expanded. An archive inside an archive is not opened.
"""

import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from harness.catalogue.findings import clipped
from harness.catalogue.parameters import Limits
from harness.rules.bulk.units import BytesUnit, ProblemUnit, SkippedUnit, Unit

_PACKAGES = (".edxml", ".xml")
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".gz")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b"
_TAR, _TAR_AT = b"ustar", 257
_LABEL = 1000
_END = struct.Struct("<4s4H2LH")
_TAIL = _END.size + 0xFFFF
_LARGEST_DIRECTORY = 256 * 1024 * 1024  # bytes; some two million entries
_BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


def looks_like_archive(head: bytes) -> bool:
    """Say whether the first 512 bytes are those of a zip, a tar or a gzipped file."""
    return head.startswith(_ZIP) or head.startswith(_GZIP) or head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR


def entries(stream: BinaryIO, label: str, identity: str, limits: Limits) -> Iterator[Unit]:
    """Yield the packages in an archive; what is wrong with it, or with one entry, is a unit too.

    Args:
        stream: the archive; a seekable file.
        label: what it is called.
        identity: tells it from any other archive; empty where that cannot be told.
        limits: the profile's.
    """
    head = stream.read(512)
    stream.seek(0)
    read = _zip_entries if head.startswith(_ZIP) else _tar_entries
    try:
        yield from read(stream, label, identity, limits)
    except _BROKEN as error:
        yield ProblemUnit(label, "PKG-01.archive-damaged", clipped(str(error) or type(error).__name__))


def _zip_entries(stream: BinaryIO, label: str, identity: str, limits: Limits) -> Iterator[Unit]:
    if _directory_size(stream) > _LARGEST_DIRECTORY:
        yield ProblemUnit(label, "PKG-10.member", "> 2,000,000")
        return
    with zipfile.ZipFile(stream) as archive:
        for number, info in enumerate(archive.infolist()):
            if info.is_dir():
                continue
            name = _label(label, info.filename)
            judged = _by_name(name, info.filename)
            if judged is not None:
                yield judged
            elif info.file_size > limits.package_bytes or info.file_size > limits.zip_ratio * (info.compress_size + 64):
                yield ProblemUnit(name, "PKG-10.member", f"{info.compress_size} → {info.file_size}")
            else:
                yield _zip_entry(archive, info, name, _member(identity, number))


def _zip_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, identity: str) -> Unit:
    try:
        with archive.open(info) as content:
            return BytesUnit(name, content.read(), identity)
    except _BROKEN as error:
        return ProblemUnit(name, "PKG-01.archive-damaged", clipped(str(error) or type(error).__name__))


def _tar_entries(stream: BinaryIO, label: str, identity: str, limits: Limits) -> Iterator[Unit]:
    with tarfile.open(fileobj=stream, mode="r|*", tarinfo=_TarInfo) as archive:
        for number, info in enumerate(archive):
            if not info.isfile():
                continue
            name = _label(label, info.name)
            judged = _by_name(name, info.name)
            if judged is not None:
                yield judged
            elif info.size > limits.package_bytes:
                yield ProblemUnit(name, "PKG-10.member", str(info.size))
            else:
                content = archive.extractfile(info)
                yield BytesUnit(name, content.read() if content is not None else b"", _member(identity, number))


class _TarInfo(tarfile.TarInfo):
    """A header that does not believe a name to be a gigabyte long, which the library would read into memory."""

    _LONGEST = 1024 * 1024

    def _proc_member(self, tarfile_: tarfile.TarFile) -> tarfile.TarInfo:
        if not self.isreg() and self.size > self._LONGEST:
            raise tarfile.ReadError(f"header of {self.size} bytes")
        return super()._proc_member(tarfile_)  # type: ignore[misc,no-any-return]


def _directory_size(stream: BinaryIO) -> int:
    """Return the bytes of a zip's directory, which the library would read into memory as a whole."""
    end = stream.seek(0, 2)
    stream.seek(max(end - _TAIL, 0))
    tail = stream.read(_TAIL)
    stream.seek(0)
    place = tail.rfind(b"PK\5\6")
    if place < 0 or place + _END.size > len(tail):
        return 0
    size: int = _END.unpack_from(tail, place)[5]
    return end if size == 0xFFFFFFFF else size


def _by_name(name: str, own: str) -> Unit | None:
    """Return what an entry's name alone decides; None for a package."""
    lowered = own.lower()
    if lowered.endswith(_ARCHIVES):
        return ProblemUnit(name, "PKG-01.archive-nested", "")
    return None if lowered.endswith(_PACKAGES) else SkippedUnit(name)


def _member(identity: str, number: int) -> str:
    return f"{identity}|{number}" if identity else ""


def _label(archive: str, name: str) -> str:
    return clipped(f"{archive}!/{name}", _LABEL)
