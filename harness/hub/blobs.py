"""Where the hub keeps packages: by SHA-256, in its database, in a folder or in memory."""

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from harness.hub.durability import write_through
from harness.hub.store import HubStore

# Bytes; larger packages would swell the log of the database.
LARGE = 256 * 1024


class Blobs(Protocol):
    """Content kept under its SHA-256."""

    def keep(self, content: bytes, name: str = "") -> str:
        """Keep `content` for good and return its name, which may be given where it is known."""
        ...

    def content(self, name: str) -> bytes:
        """Return what is kept under `name`.

        Raises:
            KeyError: nothing is.
        """
        ...

    def parts(self, name: str, size: int) -> Iterator[bytes]:
        """Yield what is kept under `name` in parts of `size` bytes, the last of which may be smaller.

        Raises:
            KeyError: nothing is.
        """
        ...


class MemoryBlobs:
    """Blobs of a hub that keeps nothing."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    def keep(self, content: bytes, name: str = "") -> str:
        """Keep `content` and return its name."""
        name = name or hashlib.sha256(content).hexdigest()
        self._contents.setdefault(name, content)
        return name

    def content(self, name: str) -> bytes:
        """Return what is kept under `name`.

        Raises:
            KeyError: nothing is.
        """
        return self._contents[name]

    def parts(self, name: str, size: int) -> Iterator[bytes]:
        """Yield what is kept under `name` in parts; see `Blobs`."""
        yield from _sliced(self._contents[name], size)


class FolderBlobs:
    """Blobs in a folder; what `keep` returned for survives a crash of the machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for unfinished in folder.glob("*.part"):
            unfinished.unlink()

    def keep(self, content: bytes, name: str = "") -> str:
        """Keep `content`, written through to the disk, and return its name.

        Raises:
            OSError: the disk is full or not writable.
        """
        name = name or hashlib.sha256(content).hexdigest()
        path = self._folder / name
        if path.exists():
            return name
        part = self._folder / f"{name}.{os.getpid()}.{threading.get_ident()}.part"
        with part.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
        self._sync_folder()
        return name

    def content(self, name: str) -> bytes:
        """Return what is kept under `name`.

        Raises:
            KeyError: nothing is.
            OSError: it cannot be read.
        """
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError as error:
            raise KeyError(name) from error

    def parts(self, name: str, size: int) -> Iterator[bytes]:
        """Yield what is kept under `name` in parts, read one by one; see `Blobs`.

        Raises:
            KeyError: nothing is.
            OSError: it cannot be read.
        """
        try:
            stream = (self._folder / name).open("rb")
        except FileNotFoundError as error:
            raise KeyError(name) from error
        with stream:
            while part := stream.read(size):
                yield part

    def _sync_folder(self) -> None:
        """Write the folder's entries through; only then does a new name survive a crash."""
        if os.name == "posix":
            write_through((self._folder,))


class StoredBlobs:
    """Blobs of a usual size in the database, written through with it, and large ones in a folder."""

    def __init__(self, store: HubStore, folder: Path) -> None:
        self._store = store
        self._large = FolderBlobs(folder)

    def keep(self, content: bytes, name: str = "") -> str:
        """Keep `content` and return its name; a small one is on the disk when the store is `durable`.

        Raises:
            OSError: the disk is full or not writable.
        """
        if len(content) > LARGE:
            return self._large.keep(content, name)
        name = name or hashlib.sha256(content).hexdigest()
        self._store.change("INSERT OR IGNORE INTO blobs (name, content) VALUES (?, ?)", bytes.fromhex(name), content)
        return name

    def content(self, name: str) -> bytes:
        """Return what is kept under `name`.

        Raises:
            KeyError: nothing is.
            OSError: it cannot be read.
        """
        content = self._small(name)
        return self._large.content(name) if content is None else content

    def parts(self, name: str, size: int) -> Iterator[bytes]:
        """Yield what is kept under `name` in parts; see `Blobs`.

        Raises:
            KeyError: nothing is.
            OSError: it cannot be read.
        """
        content = self._small(name)
        yield from self._large.parts(name, size) if content is None else _sliced(content, size)

    def _small(self, name: str) -> bytes | None:
        row = self._store.row("SELECT content FROM blobs WHERE name = ?", bytes.fromhex(name))
        return None if row is None else bytes(row["content"])


def _sliced(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))
