"""A run to be checked, as a folder or packed: its files by name, each read only up to the expected size.

Nothing is unpacked to disk, so that a name with a path or a link in an archive does no harm.
"""

import lzma
import stat
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO

from harness.catalogue.errors import ConfigurationError
from harness.journal.bodies import BLOB_FOLDER
from harness.seal.manifest import MANIFEST_FILE
from harness.seal.tampering import SealProblem, Tampering

NOT_PLAIN = "not a plain file of the run"
_MOST_FILES = 500_000
_ENCRYPTED = 0x1
# What the standard library raises for an archive that is damaged, or packed in a way it does not know.
DAMAGED = (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, NotImplementedError)
Opener = Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of a run.

    Attributes:
        name: of the folder or archive.
        files: how to open each plain file, by its path within the run.
        strange: what is not a plain file of the run: links and devices, names that occur twice or lead out of the run,
            encrypted entries, folders that hold nothing, and those that carry content of their own.
    """

    name: str
    files: Mapping[str, Opener]
    strange: tuple[SealProblem, ...]


@dataclass(frozen=True, slots=True)
class _BundleEntry:
    """An entry of an archive: how to open it where it is a plain file, else what is wrong with it."""

    name: str
    opener: Opener | None
    wrong: Tampering | None = None
    folder: bool = False


@contextmanager
def open_bundle(path: Path) -> Iterator[Bundle]:
    """Open a run directory, or a zip or tar archive of one.

    Raises:
        ConfigurationError: there is no such file, or it is neither.
    """
    with ExitStack() as stack:
        try:
            yield _opened(path, stack)
        except DAMAGED as error:
            raise ConfigurationError("verify.bad-archive", path=path, detail=error) from error


def _opened(path: Path, stack: ExitStack) -> Bundle:
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise ConfigurationError("verify.no-run", path=path)
    if zipfile.is_zipfile(path):
        return _zip(path, stack.enter_context(zipfile.ZipFile(path)))
    if tarfile.is_tarfile(path):
        return _tar(path, stack.enter_context(tarfile.open(path)))
    raise ConfigurationError("verify.no-archive", path=path)


def _folder(folder: Path) -> Bundle:
    files: dict[str, Opener] = {}
    strange, folders = [], []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            strange.append(SealProblem(Tampering.FILE_ADDED, name, detail=NOT_PLAIN))
        elif path.is_file():
            files[name] = partial(_binary, path)
        else:
            folders.append(name)
    return Bundle(folder.name, files, (*strange, *_empty(folders, files)))


def _empty(folders: Iterable[str], files: Iterable[str], root: str = "") -> Iterator[SealProblem]:
    """Yield the empty folders: a run leaves none, except the one for bodies where there were none."""
    full = {parent for name in files for parent in _parents(name)}
    for name in sorted(set(folders) - full - {root + BLOB_FOLDER}):
        yield SealProblem(Tampering.FOLDER_EMPTY, name.removeprefix(root))


def _parents(name: str) -> Iterator[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _binary(path: Path) -> IO[bytes]:
    return path.open("rb")


def _zip(path: Path, archive: zipfile.ZipFile) -> Bundle:
    return _packed(path, [_zipped(archive, info) for info in archive.infolist()[: _MOST_FILES + 1]])


def _zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> _BundleEntry:
    if info.flag_bits & _ENCRYPTED:
        return _BundleEntry(info.filename, None, Tampering.ENTRY_ENCRYPTED)
    if info.is_dir():
        wrong = Tampering.FOLDER_WITH_CONTENT if info.file_size or info.compress_size else None
        return _BundleEntry(info.filename.rstrip("/"), None, wrong, folder=True)
    plain = stat.S_IFMT(info.external_attr >> 16) in {0, stat.S_IFREG}
    return _BundleEntry(info.filename, partial(archive.open, info) if plain else None)


def _tar(path: Path, archive: tarfile.TarFile) -> Bundle:
    entries: list[_BundleEntry] = []
    for member in archive:
        if member.isdir():
            wrong = Tampering.FOLDER_WITH_CONTENT if member.size else None
            entries.append(_BundleEntry(member.name.rstrip("/"), None, wrong, folder=True))
        else:
            entries.append(_BundleEntry(member.name, partial(_member, archive, member) if member.isreg() else None))
        if len(entries) > _MOST_FILES:
            break
    return _packed(path, entries)


def _member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    stream = archive.extractfile(member)
    if stream is None:
        raise tarfile.ReadError(member.name)
    return stream


def _packed(path: Path, entries: list[_BundleEntry]) -> Bundle:
    """Take the archive's folder that holds the manifest for the run; what lies beside it is strange."""
    if len(entries) > _MOST_FILES:
        raise ConfigurationError("verify.too-many-files", path=path, limit=_MOST_FILES)
    entries = [replace(entry, name=entry.name.removeprefix("./")) for entry in entries]
    manifests = [entry.name for entry in entries if entry.name.rpartition("/")[2] == MANIFEST_FILE]
    root = min(manifests, key=lambda name: name.count("/"), default=MANIFEST_FILE).removesuffix(MANIFEST_FILE)
    seen = Counter(entry.name for entry in entries if not entry.folder)
    files: dict[str, Opener] = {}
    strange: list[SealProblem] = []
    for entry in entries:
        name = entry.name.removeprefix(root)
        wrong = entry.wrong or (None if entry.folder else _misplaced(entry, root, seen[entry.name]))
        if wrong is not None:
            strange.append(SealProblem(wrong, name, detail=NOT_PLAIN if wrong is Tampering.FILE_ADDED else ""))
        elif entry.opener is not None:
            files[name] = entry.opener
    held = [entry.name for entry in entries if not entry.folder]
    folders = [entry.name for entry in entries if entry.folder and entry.name not in {"", "."}]
    empty = (problem.path for problem in _empty(folders, held))
    strange += [
        SealProblem(Tampering.FOLDER_EMPTY, name.removeprefix(root)) for name in empty if name != root + BLOB_FOLDER
    ]
    return Bundle(path.name, files, tuple(dict.fromkeys(strange)))


def _misplaced(entry: _BundleEntry, root: str, times: int) -> Tampering | None:
    """Say what is wrong with the place of a file in an archive."""
    if times > 1:
        return Tampering.ENTRY_DOUBLED
    parts = entry.name.split("/")
    within = entry.name.startswith(root) and ".." not in parts and "" not in parts
    return None if within and entry.opener is not None else Tampering.FILE_ADDED
