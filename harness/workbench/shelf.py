"""Bodies of calls on disk, kept as long as they are referenced."""

import contextlib
import hashlib
import shutil
import threading
from pathlib import Path


class BodyShelf:
    """Content by its SHA-256, in a folder of its own. Safe to use from several threads.

    The folder is emptied before the first body comes, and not sooner: until then it may be another hub's. A body that
    came twice lies there once, and is taken away when it was given back as often as it was put there.
    """

    def __init__(self, folder: Path) -> None:
        """Be ready; nothing is touched yet."""
        self._folder = folder
        self._ready = False
        self._lock = threading.Lock()
        self._mentions: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes on the shelf."""
        with self._lock:
            return self._size

    def put(self, content: bytes) -> str | None:
        """Put `content` on the shelf and return its name; None when the disk does not take it."""
        name = hashlib.sha256(content).hexdigest()
        with self._lock:
            if name not in self._mentions:
                try:
                    self._prepare()
                    (self._folder / name).write_bytes(content)
                except OSError:
                    with contextlib.suppress(OSError):
                        (self._folder / name).unlink()
                    return None
                self._sizes[name] = len(content)
                self._size += len(content)
            self._mentions[name] = self._mentions.get(name, 0) + 1
        return name

    def _prepare(self) -> None:
        if not self._ready:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True, mode=0o700, exist_ok=True)
            self._ready = True

    def content(self, name: str) -> bytes:
        """Return what lies under `name`.

        Raises:
            KeyError: nothing does, or not any more.
        """
        with self._lock:
            if name not in self._mentions:
                raise KeyError(name)
            try:
                return (self._folder / name).read_bytes()
            except OSError as error:
                raise KeyError(name) from error

    def give_back(self, name: str) -> None:
        """Take one mention of `name` away, and the content with the last one."""
        with self._lock:
            left = self._mentions.get(name, 0) - 1
            if left > 0:
                self._mentions[name] = left
                return
            if self._mentions.pop(name, None) is not None:
                self._size -= self._sizes.pop(name)
                with contextlib.suppress(OSError):
                    (self._folder / name).unlink()
