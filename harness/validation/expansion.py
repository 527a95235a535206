"""How far archives may expand: measured against what they were compressed to, and never beyond it expanded."""

import gzip
import io
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

from harness.catalogue.findings import clipped
from harness.catalogue.parameters import Limits

_SLACK = 64  # bytes that a tiny entry may be compressed to without its ratio meaning anything


class ExpandsTooFar(Exception):
    """An archive expands beyond what it may; `detail` tells from how many bytes to how many."""

    def __init__(self, compressed: int, expanded: int, entry: str = "") -> None:
        self.detail = clipped(f"{compressed} → {expanded} {entry}".rstrip())
        super().__init__(self.detail)


def bound(compressed: int, limits: Limits) -> int:
    """Return how many bytes may come out of so many compressed ones of an archive."""
    return limits.expansion_bytes + limits.archive_ratio * compressed


def check_directory(packages: Iterable[zipfile.ZipInfo], compressed: int, limits: Limits) -> None:
    """Look at what a zip's directory says of its packages, before any of them is expanded.

    Args:
        packages: the entries that would be expanded.
        compressed: bytes of the archive.
        limits: the profile's.

    Raises:
        ExpandsTooFar: one of them, or all of them together, would expand beyond measure.
    """
    total = 0
    for info in packages:
        if info.file_size > limits.zip_ratio * (info.compress_size + _SLACK):
            raise ExpandsTooFar(info.compress_size, info.file_size, info.filename)
        # What is longer than a package may be is not expanded at all.
        total += info.file_size if info.file_size <= limits.package_bytes else 0
    if total > bound(compressed, limits):
        raise ExpandsTooFar(compressed, total)


class Gunzipped(io.BufferedIOBase):
    """What is in a gzipped file, as long as its expansion is within the limits.

    Args:
        stream: the gzipped file, at its beginning.
        limits: the profile's.
    """

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream = stream
        self._gzip = gzip.GzipFile(fileobj=stream, mode="rb")
        self._limits = limits
        self._expanded = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to so many bytes.

        Raises:
            ExpandsTooFar: the expansion so far exceeds the limit.
        """
        data = self._gzip.read(size)
        self._expanded += len(data)
        compressed = self._stream.tell()
        if self._expanded > bound(compressed, self._limits):
            raise ExpandsTooFar(compressed, self._expanded)
        return data
