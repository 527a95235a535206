"""`lienthong.findings/2`: one JSON document, or one file object per line."""

import shutil
import tempfile
from typing import Any, BinaryIO

import msgspec

from harness.validation.rows import SCHEMA, FileRow
from harness.validation.summary import CheckSummary

_IN_MEMORY = 16 * 1024 * 1024


class JsonLines:
    """One file object per line, as soon as the file is checked."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._encoder = msgspec.json.Encoder()

    def add(self, row: FileRow, *, named: bool) -> None:
        """Write one line."""
        self._stream.write(self._encoder.encode(_published(row)) + b"\n")

    def finish(self, summary: CheckSummary) -> None:
        """Write nothing more."""
        self._stream.flush()


class JsonWhole:
    """One document; the files wait on disk until the verdict that is before them is known."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._encoder = msgspec.json.Encoder()
        self._files = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed in finish
        self._first = True

    def add(self, row: FileRow, *, named: bool) -> None:
        """Put one file by."""
        self._files.write(b"\n " if self._first else b",\n ")
        self._files.write(self._encoder.encode(_published(row)))
        self._first = False

    def finish(self, summary: CheckSummary) -> None:
        """Write the document."""
        head = (SCHEMA.encode(), summary.verdict.encode(), b"true" if summary.complete else b"false")
        self._stream.write(b'{"schema":"%b","verdict":"%b","complete":%b,"files":[' % head)
        self._files.seek(0)
        shutil.copyfileobj(self._files, self._stream)
        self._stream.write(b"]}\n" if self._first else b"\n]}\n")
        self._files.close()
        self._stream.flush()


def _published(row: FileRow) -> object:
    """Return a file in the shape of the schema: its findings point at no event, and each says itself what it names."""
    if not row.findings and not row.undecided:
        return row
    shape: dict[str, Any] = msgspec.to_builtins(row)
    for finding in (*shape["findings"], *shape["undecided"]):
        del finding["where"]["event"]
    for finding in shape["findings"]:
        del finding["occurrences"], finding["parameters"]
    return shape
