"""Reading a journal back: every link checked, blobs checked when they are used."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.journal.bodies import BLOB_FOLDER, read_body
from harness.journal.chain import FIRST, link, written
from harness.journal.event import Event, JournalLine, event_of
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
        if not _BLOB_NAME.fullmatch(name):
            raise JournalBroken("blob-missing", detail=name[:_SHOWN])
        try:
            content = read_body(self.directory / BLOB_FOLDER, name)
        except OSError as error:
            raise JournalBroken("blob-missing", detail=name) from error
        except ValueError as error:
            raise JournalBroken("blob-edited", detail=f"{name} ({error})") from error
        if hashlib.sha256(content).hexdigest() != name:
            raise JournalBroken("blob-edited", detail=name)
        return content


def read_record(directory: Path) -> Record:
    """Read the journal in `directory` and check its chain.

    Raises:
        JournalBroken: missing, a line was edited, removed, added or moved, or says what no event of its kind says.
    """
    try:
        content = (directory / JOURNAL_FILE).read_bytes()
    except OSError as error:
        raise JournalBroken("missing", detail=JOURNAL_FILE) from error
    *lines, rest = content.split(b"\n")
    events: list[Event] = []
    last = FIRST
    for number, line in enumerate(lines, 1):
        events.append(next_event(line, number, last))
        last = events[-1].hash
    return Record(tuple(events), directory, cut=bool(rest))


def next_event(line: bytes, number: int, last: str) -> Event:
    """Return the event in line `number` of a journal, from 1, that follows the one whose digest is `last`.

    Raises:
        JournalBroken: it was edited or moved, or says what no event of its kind says.
    """
    entry = _line(line, number)
    if entry.seq != number - 1 or entry.prev != last:
        raise JournalBroken("order", number)
    content = msgspec.to_builtins(entry)
    if written(content) != line or link(content) != entry.hash:
        raise JournalBroken("edited", number)
    return _event(entry, number)


def _line(line: bytes, number: int) -> JournalLine:
    try:
        return msgspec.json.decode(line, type=JournalLine)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise JournalBroken("unreadable", number, str(error)) from error


def _event(line: JournalLine, number: int) -> Event:
    """Return the event in a line; a chain can be right although no harness would have written what it holds."""
    try:
        return event_of(line)
    except msgspec.ValidationError as error:
        raise JournalBroken("unreadable", number, f"{line.kind}: {error}") from error
