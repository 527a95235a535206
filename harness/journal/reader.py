"""Reading a journal back: every link checked, blobs checked when they are used."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.journal.bodies import BLOB_FOLDER, read_body
from harness.journal.chain import FIRST, is_link, is_written
from harness.journal.event import Event, JournalLine, event_of
from harness.journal.large_answers import LargeAnswers
from harness.journal.recorder import JOURNAL_FILE

_BLOB_NAME = re.compile("[0-9a-f]{64}")
_SHOWN = 64


class JournalBroken(Exception):
    """The journal is not what was written.

    Attributes:
        code: `missing`, `unreadable`, `edited`, `order`, `blob-missing` or `blob-edited`.
        line: line of the journal, from 1, or None.
        detail: name of the blob, or what the reader said.
    """

    def __init__(self, code: str, line: int | None = None, detail: str = "") -> None:
        super().__init__(f"{code} at line {line}: {detail}" if line else f"{code}: {detail}")
        self.code = code
        self.line = line
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Record:
    """A journal as read: its events in order, and access to its blobs.

    Attributes:
        events: all events.
        directory: where the blobs are.
        cut: True when the last line was not whole, as a killed run leaves it; that line is left out.
    """

    events: Sequence[Event]
    directory: Path
    cut: bool = False

    def blob(self, name: str) -> bytes:
        """Return the blob called `name` (SHA-256 in hex).

        Raises:
            JournalBroken: it is missing, or its content is not what its name says.
        """
        return _blob(self.directory, name)


def read_record(directory: Path) -> Record:
    """Read the journal in `directory` and check its chain.

    Raises:
        JournalBroken: missing, a line was edited, removed, added or moved, or says what no event of its kind says.
    """
    try:
        content = (directory / JOURNAL_FILE).read_bytes()
    except OSError as error:
        raise JournalBroken("missing", detail=JOURNAL_FILE) from error
    end = content.rfind(b"\n") + 1
    lines = LineReader(directory)
    events = tuple(lines.event(line) for line in _lines(content, end))
    return Record(events, directory, cut=end < len(content))


class LineReader:
    """Reads the lines of a journal one after the other, from the first, and checks every link."""

    def __init__(self, directory: Path) -> None:
        """Begin before the first line.

        Args:
            directory: of the run, where the blobs are.
        """
        self._answers = LargeAnswers(lambda name: _blob(directory, name))
        self._number = 0
        self._last = FIRST

    def event(self, line: bytes) -> Event:
        """Return the event in the next line.

        Args:
            line: without its end.

        Raises:
            JournalBroken: it was edited or moved, says what no event of its kind says, or its blob is not as it was.
        """
        self._number += 1
        entry = _line(line, self._number)
        if entry.seq != self._number - 1 or entry.prev != self._last:
            raise JournalBroken("order", self._number)
        content = {name: getattr(entry, name) for name in JournalLine.__struct_fields__}
        if not is_written(content, line) or not is_link(content, entry.hash):
            raise JournalBroken("edited", self._number)
        self._last = entry.hash
        return self._event(entry)

    def _event(self, line: JournalLine) -> Event:
        """Return the event in a line; a chain can be right although no harness would have written what it holds."""
        try:
            return event_of(line, self._answers.whole(line.kind, line.data))
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise JournalBroken("unreadable", self._number, f"{line.kind}: {error}") from error


def _lines(content: bytes, end: int) -> Iterator[bytes]:
    """Yield the lines of a journal up to a line end, one at a time: there may be many."""
    start = 0
    while start < end:
        stop = content.index(b"\n", start)
        yield content[start:stop]
        start = stop + 1


def _blob(directory: Path, name: str) -> bytes:
    if not _BLOB_NAME.fullmatch(name):
        raise JournalBroken("blob-missing", detail=name[:_SHOWN])
    try:
        content = read_body(directory / BLOB_FOLDER, name)
    except OSError as error:
        raise JournalBroken("blob-missing", detail=name) from error
    except ValueError as error:
        raise JournalBroken("blob-edited", detail=f"{name} ({error})") from error
    if hashlib.sha256(content).hexdigest() != name:
        raise JournalBroken("blob-edited", detail=name)
    return content


def _line(line: bytes, number: int) -> JournalLine:
    try:
        return msgspec.json.decode(line, type=JournalLine)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise JournalBroken("unreadable", number, str(error)) from error
