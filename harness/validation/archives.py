"""Packages out of zip and tar archives, however hostile the archive is.

Entries are read into memory one at a time and never further than a package may be long; an entry whose declared
expansion is beyond the limits is not expanded, and reading stops at one that exceeds them. An archive inside an archive
is skipped.
Nothing is written, so that a path that leads out of the archive does no harm; it is reported, as other software that
unpacks the archive may be less careful.
"""

import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from harness.catalogue.findings import Finding, clipped
from harness.catalogue.parameters import Limits
from harness.validation.archive_marks import GZIP, ZIP
from harness.validation.expansion import ExpandsTooFar, Gunzipped, check_directory
from harness.validation.file_names import is_archive, is_package
from harness.validation.units import BytesUnit, ProblemUnit, SkippedUnit, Unit

_LABEL = 1000
_END = struct.Struct("<4s4H2LH")
_TAIL = _END.size + 0xFFFF
_LARGEST_DIRECTORY = 256 * 1024 * 1024  # bytes; some two million entries
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # the others cannot be expanded by halves
_TAR_BUFFER = 256 * 1024
leads_out = re.compile(r"[/\\]|[A-Za-z]:|(?:.*[/\\])?\.\.(?:[/\\]|$)", re.DOTALL).match
_BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


def entries(stream: BinaryIO, label: str, identity: str, limits: Limits) -> Iterator[Unit]:
    """Yield the packages in an archive; what is wrong with it, or with one entry, is a unit too.

    Args:
        stream: the archive; a seekable file.
        label: what it is called.
        identity: identifies the archive; empty where that is not possible.
        limits: the profile's.
    """
    head = stream.read(512)
    stream.seek(0)
    read = _zip_entries if head.startswith(ZIP) else _tar_entries
    try:
        yield from read(stream, label, identity, limits)
    except ExpandsTooFar as error:
        yield ProblemUnit(label, "PKG-10.archive", error.detail)
    except _BROKEN as error:
        yield ProblemUnit(label, "PKG-01.archive-damaged", clipped(str(error) or type(error).__name__))


def _zip_entries(stream: BinaryIO, label: str, identity: str, limits: Limits) -> Iterator[Unit]:
    if directory_size(stream) > _LARGEST_DIRECTORY:
        yield ProblemUnit(label, "PKG-10.member", "> 2,000,000")
        return
    compressed = stream.seek(0, 2)
    with zipfile.ZipFile(stream) as archive:
        packages = (info for info in archive.infolist() if is_package(info.filename))
        check_directory(packages, compressed, limits)
        for number, info in enumerate(archive.infolist()):
            name = _label(label, info.filename)
            mode = info.external_attr >> 16
            special = stat.filemode(mode)[0] if stat.S_ISLNK(mode) else ""
            judged = _by_name(name, info.filename, special, folder=info.is_dir())
            if judged is not None:
                yield from judged
            elif info.file_size > limits.package_bytes:
                yield ProblemUnit(name, "PKG-10.member", f"{info.compress_size} → {info.file_size}")
            else:
                yield _zip_entry(archive, info, name, _member(identity, number))


def _zip_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, identity: str) -> Unit:
    if info.compress_type not in _METHODS:
        return ProblemUnit(name, "PKG-01.archive-damaged", f"method {info.compress_type}")
    try:
        with archive.open(info) as content:
            # Asked for everything, the library would expand all that is there before it looks at the length.
            return BytesUnit(name, content.read(info.file_size + 1), identity, _aside(info.filename))
    except _BROKEN as error:
        return ProblemUnit(name, "PKG-01.archive-damaged", clipped(str(error) or type(error).__name__))


def _tar_entries(stream: BinaryIO, label: str, identity: str, limits: Limits) -> Iterator[Unit]:
    gzipped = stream.read(len(GZIP)) == GZIP
    stream.seek(0)
    plain = Gunzipped(stream, limits) if gzipped else stream
    with tarfile.open(fileobj=plain, mode="r|", bufsize=_TAR_BUFFER, tarinfo=_TarInfo) as archive:
        for number, info in enumerate(archive):
            archive.members.clear()  # type: ignore[attr-defined]  # kept by the library for what is never asked of it
            name = _label(label, info.name)
            judged = _by_name(name, info.name, _special(info), folder=not info.isfile())
            if judged is not None:
                yield from judged
            elif info.size > limits.package_bytes:
                yield ProblemUnit(name, "PKG-10.member", str(info.size))
            else:
                content = archive.extractfile(info)
                data = content.read() if content is not None else b""
                yield BytesUnit(name, data, _member(identity, number), _aside(info.name))


def _special(info: tarfile.TarInfo) -> str:
    """Return what a tar's entry is instead of a plain file or a folder, as `tar -tv` shows it; empty for these."""
    if info.issym() or info.islnk():
        return f"{'l' if info.issym() else 'h'} → {info.linkname}"
    if info.issparse():
        return "S"  # its bytes are not all in the archive, so that a header is enough for gigabytes
    kinds = {tarfile.CHRTYPE: "c", tarfile.BLKTYPE: "b", tarfile.FIFOTYPE: "p"}
    return kinds.get(info.type, "")


class _TarInfo(tarfile.TarInfo):
    """A header that limits the length of names: the library would read a name of a gigabyte into memory."""

    _LONGEST = 1024 * 1024

    def _proc_member(self, tarfile_: tarfile.TarFile) -> tarfile.TarInfo:
        if not self.isreg() and self.size > self._LONGEST:
            raise tarfile.ReadError(f"header of {self.size} bytes")
        return super()._proc_member(tarfile_)  # type: ignore[misc,no-any-return]


def directory_size(stream: BinaryIO) -> int:
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


def _by_name(label: str, own: str, special: str, *, folder: bool) -> tuple[Unit, ...] | None:
    """Return what an entry's name and kind alone decide; None for a package."""
    if special:
        return (ProblemUnit(label, "PKG-01.entry-special", clipped(special)),)
    if is_package(own) and not folder:
        return None
    if leads_out(own):
        return (ProblemUnit(label, "PKG-01.entry-path", clipped(own)),)
    if folder:
        return ()
    return (SkippedUnit(label, archive=is_archive(own)),)


def _aside(own: str) -> tuple[Finding, ...]:
    """Return the findings about a package's name in the archive."""
    return (Finding("PKG-01.entry-path", received=clipped(own)),) if leads_out(own) else ()


def _member(identity: str, number: int) -> str:
    return f"{identity}|{number}" if identity else ""


def _label(archive: str, name: str) -> str:
    return clipped(f"{archive}!/{name}", _LABEL)
