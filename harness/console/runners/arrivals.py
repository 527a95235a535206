"""What runners send of their runs: every line and every file is checked before the console keeps it.

The console's copy of the journal only grows, by whole events whose chain holds, so that pages follow a remote run as
they follow a local one. Files are kept whole or not at all; what was kept is never changed.
"""

import hashlib
import os
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.findings import clipped
from harness.console.runners.safe_path import digest_in, safe_path
from harness.console.runners.shapes import LONGEST_LINE
from harness.journal.bodies import LARGEST_BODY, read_body
from harness.journal.reader import JournalBroken, LineReader
from harness.journal.recorder import JOURNAL_FILE
from harness.seal.manifest import SEAL_FILES, digests_of, is_rendering
from harness.seal.run_files import REPORT_FILE

ARRIVING = "arriving"
"""Folder beside that of a run: files that are not whole yet."""
_LARGEST_RUN = 16 * 1024**3
_MOST_FILES = 200_000


class Displaced(Exception):
    """What was sent does not go on where the console's copy ends.

    Attributes:
        offset: bytes that the console has.
    """

    def __init__(self, offset: int) -> None:
        super().__init__(str(offset))
        self.offset = offset


@dataclass(slots=True)
class _Copy:
    """The console's copy of one run, as far as it arrived."""

    folder: Path
    lines: LineReader
    offset: int
    size: int
    files: int
    closed: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def arriving(self) -> Path:
        return self.folder.parent / ARRIVING


class RunArrivals:
    """Takes in what runners send, run by run."""

    def __init__(self) -> None:
        self._copies: dict[Path, _Copy] = {}
        self._closed: set[Path] = set()
        self._lock = threading.Lock()

    def arrived(self, folder: Path) -> tuple[int, list[str]]:
        """Return bytes of the journal and names of the whole files that the console has of a run.

        Args:
            folder: of the run.
        """
        copy = self._copy(folder)
        with copy.lock:
            found = (path for path in copy.folder.rglob("*") if path.is_file())
            names = (path.relative_to(copy.folder).as_posix() for path in found)
            return copy.offset, sorted(name for name in names if name != JOURNAL_FILE)

    def add_lines(self, folder: Path, offset: int, content: bytes) -> int:
        """Add events to the console's copy of a journal, and return its bytes.

        Args:
            folder: of the run.
            offset: bytes before them.
            content: whole lines.

        Raises:
            Displaced: the copy ends elsewhere.
            ConfigurationError: they do not follow what is there, or the run is too large.
        """
        copy = self._copy(folder)
        with copy.lock:
            if offset != copy.offset:
                raise Displaced(copy.offset)
            _check_room(copy, len(content))
            if not content.endswith(b"\n"):
                raise ConfigurationError("runner.journal", detail="\\n")
            try:
                for line in content.split(b"\n")[:-1]:
                    _follow(copy.lines, line)
                with (copy.folder / JOURNAL_FILE).open("ab") as file:
                    file.write(content)
            except (ConfigurationError, OSError):
                self.forget(folder)  # the reader has gone too far: it begins anew
                raise
            copy.offset += len(content)
            copy.size += len(content)
            return copy.offset

    def add_piece(self, folder: Path, name: str, offset: int, size: int, digest: str, content: bytes) -> int:
        """Add a piece of a file, which appears once it is whole, and return how many bytes of it there are.

        Args:
            folder: of the run.
            name: of the file within it.
            offset: bytes before the piece.
            size: of the whole file.
            digest: SHA-256 of the whole file.
            content: of the piece.

        Raises:
            Displaced: what arrived of the file ends elsewhere.
            ConfigurationError: the name is none of a run's file, it is too large, is there with another content, or is
                not what its digest says.
        """
        copy = self._copy(folder)
        with copy.lock:
            path = safe_path(copy.folder, name)
            if path.exists():
                return _same(path, name, digest, size)
            if not offset + len(content) <= size <= LARGEST_BODY + LONGEST_LINE or copy.files >= _MOST_FILES:
                raise ConfigurationError("runner.large", name=clipped(name))
            _check_room(copy, size)
            part = _part(copy, name, digest)
            there = part.stat().st_size if part.exists() else 0
            if there == size and part.exists() and hashlib.sha256(part.read_bytes()).hexdigest() != digest:
                part.unlink()
                raise Displaced(0)
            # A console that was killed may have written the last piece without putting the file in its place.
            if there != size or not part.exists():
                if offset != there:
                    raise Displaced(there)
                with part.open("ab") as file:
                    file.write(content)
            if part.stat().st_size == size:
                _keep(part, path, name, digest)
                copy.files, copy.size = copy.files + 1, copy.size + size
                return size
            return offset + len(content)

    def missing(self, folder: Path, files: Mapping[str, str]) -> list[str]:
        """Return which files of a run did not arrive.

        Args:
            folder: of the run.
            files: SHA-256 of all that it left, by path.

        Raises:
            ConfigurationError: something else arrived as well, or has another content.
        """
        kept = all_digests(folder)
        wrong = [name for name, digest in kept.items() if files.get(name) != digest]
        # A journal that is not there to its end is no other journal.
        if [name for name in wrong if name != JOURNAL_FILE or name not in files]:
            raise ConfigurationError("runner.differs", names=clipped(", ".join(sorted(wrong)[:5])))
        return sorted(name for name, digest in files.items() if kept.get(name) != digest)

    def forget(self, folder: Path) -> None:
        """Read what there is of a run again when something arrives next."""
        with self._lock:
            self._copies.pop(folder, None)

    def over(self, folder: Path) -> None:
        """Take in nothing of a run any more."""
        with self._lock:
            self._closed.add(folder)
            copy = self._copies.pop(folder, None)
        if copy is not None:
            with copy.lock:  # what is just arriving is kept; who waits for the lock is turned away
                copy.closed = True
        shutil.rmtree(folder.parent / ARRIVING, ignore_errors=True)

    def _copy(self, folder: Path) -> _Copy:
        with self._lock:
            if folder in self._closed:
                raise ConfigurationError("runner.not-yours", run=folder.parent.name)
            found = self._copies.get(folder)
            if found is None:
                found = self._copies[folder] = _read(folder)
            return found


def all_digests(folder: Path) -> dict[str, str]:
    """Return path and SHA-256 of every file in the folder of a run, those of its seal included.

    Raises:
        ConfigurationError: it holds something that is not a plain file.
    """
    seal = (folder / name for name in SEAL_FILES)
    sealed = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in seal if path.is_file()}
    return {**digests_of(folder), **sealed}


def unjudged(folder: Path) -> None:
    """Remove reports and seal of a run that did not arrive whole: what arrived of its record is judged here."""
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.name in {REPORT_FILE, *SEAL_FILES} or is_rendering(path.name):
            path.unlink()


def _read(folder: Path) -> _Copy:
    """Read what there is of a run; the cut line of a console that was killed while it wrote is taken away."""
    folder.mkdir(parents=True, exist_ok=True)
    journal = folder / JOURNAL_FILE
    lines, offset = LineReader(folder), 0
    if journal.exists():
        with journal.open("r+b") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                _follow(lines, line[:-1])
                offset += len(line)
            file.truncate(offset)
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return _Copy(folder, lines, offset, sum(sizes), len(sizes))


def _follow(lines: LineReader, line: bytes) -> None:
    """Read the next line of a journal.

    Raises:
        ConfigurationError: it does not follow the one before.
    """
    try:
        lines.event(line)
    except JournalBroken as error:
        raise ConfigurationError("runner.journal", detail=clipped(str(error))) from error


def _part(copy: _Copy, name: str, digest: str) -> Path:
    """Return where the pieces of a file are put together; a body has its name there already, to be read by."""
    folder = copy.arriving / digest
    folder.mkdir(parents=True, exist_ok=True)
    return folder / (name.rpartition("/")[2] if digest_in(name) else "file")


def _check_room(copy: _Copy, more: int) -> None:
    if copy.closed:
        raise ConfigurationError("runner.not-yours", run=copy.folder.parent.name)
    if copy.size + more > _LARGEST_RUN:
        raise ConfigurationError("runner.large", name=copy.folder.parent.name)


def _same(path: Path, name: str, digest: str, size: int) -> int:
    """Return the size of a file that is there already, which is what is sent once more.

    Raises:
        ConfigurationError: it has another content.
    """
    if path.stat().st_size != size or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise ConfigurationError("runner.differs", names=clipped(name))
    return size


def _keep(part: Path, path: Path, name: str, digest: str) -> None:
    """Move a file that is whole to its place.

    Raises:
        ConfigurationError: it is not what its digest says, or the body in it is not what its name says.
    """
    body = digest_in(name)
    try:
        fit = hashlib.sha256(part.read_bytes()).hexdigest() == digest
        fit = fit and (body is None or hashlib.sha256(read_body(part.parent, body)).hexdigest() == body)
    except ValueError:
        fit = False
    if not fit:
        part.unlink()
        raise ConfigurationError("runner.digest", name=clipped(name))
    with part.open("rb") as file:
        os.fsync(file.fileno())
    path.parent.mkdir(parents=True, exist_ok=True)
    part.replace(path)
    part.parent.rmdir()
