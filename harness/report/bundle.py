"""A run to be checked, as a folder or packed: its files by name, each read no further than expected.

Nothing is unpacked to disk, so that a name with a path or a link in an archive does no harm.
"""

import stat
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from harness.catalogue.errors import ConfigurationError
from harness.report.manifest import MANIFEST_FILE

_MOST_FILES = 500_000
Opener = Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of a run.

    Attributes:
        name: of the folder or archive.
        files: how to open each plain file, by its path within the run.
        strange: what is no plain file of the run: links, devices, names that stand twice or leave the run.
    """

    name: str
    files: Mapping[str, Opener]
    strange: tuple[str, ...]


@contextmanager
def open_bundle(path: Path) -> Iterator[Bundle]:
    """Open a run directory, or a zip or tar archive of one.

    Raises:
        ConfigurationError: there is no such file, or it is neither.
    """
    with ExitStack() as stack:
        try:
            yield _opened(path, stack)
        except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
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
    strange = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            strange.append(name)
        elif path.is_file():
            files[name] = partial(_binary, path)
    return Bundle(folder.name, files, tuple(strange))


def _binary(path: Path) -> IO[bytes]:
    return path.open("rb")


def _zip(path: Path, archive: zipfile.ZipFile) -> Bundle:
    entries: list[tuple[str, Opener | None]] = []
    for info in archive.infolist()[: _MOST_FILES + 1]:
        plain = stat.S_IFMT(info.external_attr >> 16) in {0, stat.S_IFREG}
        if not info.is_dir():
            entries.append((info.filename, partial(archive.open, info) if plain else None))
    return _packed(path, entries)


def _tar(path: Path, archive: tarfile.TarFile) -> Bundle:
    entries: list[tuple[str, Opener | None]] = []
    for member in archive:
        if not member.isdir():
            entries.append((member.name, partial(_member, archive, member) if member.isreg() else None))
        if len(entries) > _MOST_FILES:
            break
    return _packed(path, entries)


def _member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    stream = archive.extractfile(member)
    if stream is None:
        raise tarfile.ReadError(member.name)
    return stream


def _packed(path: Path, entries: list[tuple[str, Opener | None]]) -> Bundle:
    """Take the archive's folder that holds the manifest for the run; what lies beside it is strange."""
    if len(entries) > _MOST_FILES:
        raise ConfigurationError("verify.too-many-files", path=path, limit=_MOST_FILES)
    names = [name.removeprefix("./") for name, _ in entries]
    manifests = [name for name in names if name.rpartition("/")[2] == MANIFEST_FILE]
    root = min(manifests, key=lambda name: name.count("/"), default=MANIFEST_FILE).removesuffix(MANIFEST_FILE)
    seen = Counter(names)
    files: dict[str, Opener] = {}
    strange = []
    for name, (_, opener) in zip(names, entries, strict=True):
        parts = name.split("/")
        within = name.startswith(root) and ".." not in parts and "" not in parts
        if opener is None or not within or seen[name] > 1:
            strange.append(name.removeprefix(root))
        else:
            files[name.removeprefix(root)] = opener
    return Bundle(path.name, files, tuple(dict.fromkeys(strange)))
