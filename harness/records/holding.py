"""The files of an export, in a folder, in a zip or alone: named, measured and opened, never unpacked to disk."""

import hashlib
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO, Literal, cast

from harness.catalogue.findings import clipped
from harness.catalogue.parameters import Limits
from harness.validation.archive_marks import looks_like_archive
from harness.validation.archives import directory_size, leads_out
from harness.validation.expansion import ExpandsTooFar, check_directory

_STEP = 1024 * 1024
_LARGEST_DIRECTORY = 64 * 1024 * 1024  # bytes
_HEAD = 512
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
"""What reading a damaged file or archive may raise."""

FlawKind = Literal["unsafe", "link", "expands", "damaged", "twice"]


@dataclass(frozen=True, slots=True)
class HoldingFlaw:
    """Something that is no plain file of an export; `detail` is fit to be shown."""

    kind: FlawKind
    detail: str


@dataclass(frozen=True, slots=True)
class HeldFile:
    """One file of an export.

    Attributes:
        name: path within the export, with `/`.
        size: bytes.
        opener: opens it for reading.
        made: digests made before: a hostile list may name one large file a hundred thousand times.
    """

    name: str
    size: int
    opener: Callable[[], IO[bytes]]
    made: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def content(self, most: int) -> bytes:
        """Return its first bytes, at most `most` and one more, so that a longer file is noticed.

        Raises:
            OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError: it is damaged (`BROKEN`).
        """
        with self.opener() as stream:
            return stream.read(most + 1)

    def digest(self, name: str = "sha256") -> str:
        """Return a digest in hex, read piece by piece, once; `name` as hashlib knows it.

        Raises:
            OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError: it is damaged (`BROKEN`).
        """
        if name not in self.made:
            digest = hashlib.new(name, usedforsecurity=False)
            with self.opener() as stream:
                while piece := stream.read(_STEP):
                    digest.update(piece)
            self.made[name] = digest.hexdigest()
        return self.made[name]


@dataclass(frozen=True, slots=True)
class ExportFiles:
    """The files of one export.

    Attributes:
        label: what it is called.
        files: by their path, without the folder that holds all of them.
        flaws: what is no plain file.
        folder: the folder that holds all of them, empty where there is none.
        alone: it is one file, so that nothing can be said of files beside it.
    """

    label: str
    files: Mapping[str, HeldFile]
    flaws: tuple[HoldingFlaw, ...] = ()
    folder: str = ""
    alone: bool = False


@dataclass(slots=True)
class _Matched:
    files: dict[str, HeldFile] = field(default_factory=dict)
    flaws: list[HoldingFlaw] = field(default_factory=list)

    def add(self, file: HeldFile) -> None:
        if file.name in self.files:
            self.flaws.append(HoldingFlaw("twice", clipped(file.name)))
        self.files[file.name] = file

    def flaw(self, kind: FlawKind, detail: str) -> None:
        self.flaws.append(HoldingFlaw(kind, clipped(detail)))


@contextmanager
def open_holding(path: Path, limits: Limits) -> Iterator[ExportFiles]:
    """Open an export.

    Args:
        path: a folder, a zip, or one file.
        limits: the profile's; a zip that would expand beyond them is not expanded.

    Raises:
        OSError: it cannot be read.
    """
    if path.is_dir():
        yield _rooted(str(path), _of_folder(path, limits), path.resolve().name)
        return
    with path.open("rb") as stream:
        file = HeldFile(path.name, stream.seek(0, 2), partial(_opened, path))
        yield from _of_stream(stream, str(path), file, limits)


@contextmanager
def open_content(name: str, content: bytes, limits: Limits) -> Iterator[ExportFiles]:
    """Open an export whose content is given.

    Args:
        name: its file name; the ending tells the kind of table.
        content: a zip, or one file.
        limits: the profile's; a zip that would expand beyond them is not expanded.
    """
    file = HeldFile(name, len(content), partial(io.BytesIO, content))
    yield from _of_stream(io.BytesIO(content), name, file, limits)


def _of_stream(stream: BinaryIO, label: str, file: HeldFile, limits: Limits) -> Iterator[ExportFiles]:
    stream.seek(0)
    head = stream.read(_HEAD)
    stream.seek(0)
    if head.startswith(b"PK") and looks_like_archive(head):
        yield from _of_zip(stream, label, limits)
    else:
        yield ExportFiles(label, {file.name: file}, alone=True)


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def _of_folder(folder: Path, limits: Limits) -> _Matched:
    found = _Matched()
    for place, folders, names in os.walk(folder):
        folders.sort()
        here = Path(place)
        linked = [name for name in folders if (here / name).is_symlink()]
        for name in (*linked, *sorted(names)):
            path = here / name
            own = path.relative_to(folder).as_posix()
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode):
                found.flaw("link", own)
            elif len(found.files) >= limits.elements:
                found.flaw("expands", f"> {limits.elements}")
                return found
            else:
                found.add(HeldFile(own, status.st_size, partial(_opened, path)))
    return found


def _of_zip(stream: BinaryIO, label: str, limits: Limits) -> Iterator[ExportFiles]:
    found = _Matched()
    compressed = stream.seek(0, 2)
    if directory_size(stream) > _LARGEST_DIRECTORY:
        found.flaw("expands", f"> {_LARGEST_DIRECTORY}")
        yield ExportFiles(label, {}, tuple(found.flaws))
        return
    try:
        with zipfile.ZipFile(stream) as archive:
            check_directory(archive.infolist(), compressed, limits)
            for info in archive.infolist():
                _entry(archive, info, found, limits)
            yield _rooted(label, found, "")
    except ExpandsTooFar as error:
        yield ExportFiles(label, {}, (HoldingFlaw("expands", error.detail),))
    except zipfile.BadZipFile as error:
        yield ExportFiles(label, {}, (HoldingFlaw("damaged", clipped(str(error))),))


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, found: _Matched, limits: Limits) -> None:
    name = info.filename
    if leads_out(name) or "\\" in name:
        found.flaw("unsafe", name)
    elif stat.S_ISLNK(info.external_attr >> 16):
        found.flaw("link", name)
    elif info.is_dir():
        return
    elif info.file_size > limits.package_bytes or len(found.files) >= limits.elements:
        found.flaw("expands", f"{info.compress_size} → {info.file_size} {name}")
    elif info.compress_type not in _METHODS or info.flag_bits & 1:
        found.flaw("damaged", f"{name} (method {info.compress_type}, flags {info.flag_bits})")
    else:
        opener = cast("Callable[[], IO[bytes]]", partial(archive.open, info))
        found.add(HeldFile(name, info.file_size, opener))


def _rooted(label: str, found: _Matched, own: str) -> ExportFiles:
    """Take off the folder that holds everything, as most programs that make a zip put one around it."""
    first = next(iter(found.files), "")
    top = first.partition("/")[0] if "/" in first else ""
    if not top or any(not name.startswith(f"{top}/") for name in found.files):
        return ExportFiles(label, found.files, tuple(found.flaws), own)
    inner = {
        own: replace(file, name=own) for name, file in found.files.items() if (own := name.removeprefix(f"{top}/"))
    }
    return ExportFiles(label, inner, tuple(found.flaws), top)
