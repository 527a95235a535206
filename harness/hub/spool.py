"""A request body on its way in: small ones in memory, large ones on disk, so that many at once need no memory."""

import tempfile
from pathlib import Path
from typing import IO

IN_MEMORY = 1024 * 1024


class Spool:
    """Takes a body part by part.

    Attributes:
        size: bytes taken so far.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Prepare to take a body; a large one goes to a nameless file in `folder`, by default the system's own."""
        self.size = 0
        self._folder = folder
        self._memory = bytearray()
        self._file: IO[bytes] | None = None

    @property
    def on_disk(self) -> bool:
        """Whether the body was too large for memory."""
        return self._file is not None

    def write(self, part: bytes) -> None:
        """Take the next part.

        Raises:
            OSError: the disk is full.
        """
        self.size += len(part)
        if self._file is None and self.size > IN_MEMORY:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed by `close`
            self._file.write(self._memory)
            self._memory = bytearray()
        if self._file is None:
            self._memory += part
        else:
            self._file.write(part)

    def content(self) -> bytes:
        """Return all that was taken."""
        if self._file is None:
            return bytes(self._memory)
        self._file.seek(0)
        return self._file.read()

    def close(self) -> None:
        """Let go of what was taken; closing twice is harmless."""
        if self._file is not None:
            self._file.close()
        self._memory = bytearray()
