"""The ways in which a sealed run can have been changed, one code for each, and how a changed journal is analysed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from harness.journal.chain import FIRST, link


class Tampering(StrEnum):
    """What is wrong with a seal; the codes are stable.

    The stand-alone verifier has the same codes except the last, as it cannot judge; of time stamps it only notices one
    without a signature.
    """

    MANIFEST_MISSING = "manifest-missing"
    MANIFEST_UNREADABLE = "manifest-unreadable"
    SIGNATURE_MISSING = "signature-missing"
    SIGNATURE_INVALID = "signature-invalid"
    SIGNATURE_RESPELLED = "signature-respelled"
    WRONG_KEY = "wrong-key"
    UNSIGNED = "unsigned"
    FILE_EDITED = "file-edited"
    FILE_REMOVED = "file-removed"
    FILE_ADDED = "file-added"
    FOLDER_EMPTY = "folder-empty"
    FOLDER_WITH_CONTENT = "folder-with-content"
    ENTRY_DOUBLED = "entry-doubled"
    ENTRY_ENCRYPTED = "entry-encrypted"
    EVENT_EDITED = "event-edited"
    EVENT_REMOVED = "event-removed"
    EVENT_ADDED = "event-added"
    EVENT_MOVED = "event-moved"
    MIXED = "mixed"
    INCOMPLETE = "incomplete"
    VERDICT_WRONG = "verdict-wrong"
    RECORD_SEAL_INVALID = "record-seal-invalid"
    TIME_STAMP_INVALID = "time-stamp-invalid"
    REPORT_DIFFERS = "report-differs"


@dataclass(frozen=True, slots=True)
class SealProblem:
    """One thing that is wrong: its code, the file, the line of the journal, and ids or keys as details."""

    code: Tampering
    path: str = ""
    line: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Link:
    seq: int
    prev: str
    hash: str


def journal_tampering(lines: Iterable[bytes], sealed: Mapping[str, Any]) -> tuple[Tampering, int | None]:
    """Say what was done to a journal whose digest is not the sealed one.

    Args:
        lines: of the journal, without their ends.
        sealed: what the manifest says: number of `events`, hashes of the `first` and the `last`.

    Returns:
        The tampering, and the line where it shows, from 1.
    """
    links: list[_Link] = []
    for number, line in enumerate(lines, 1):
        one = _link(line)
        if one is None:
            return Tampering.EVENT_EDITED, number
        links.append(one)
    expected = sealed.get("events")
    count = expected if isinstance(expected, int) else 0
    return _disorder(links, count) or _broken(links) or _whole(links, count, sealed)


def _link(line: bytes) -> _Link | None:
    """Read one event; None when it is not an event, or its hash is wrong."""
    try:
        event = msgspec.json.decode(line, type=dict[str, Any])
        one = _Link(int(event["seq"]), str(event["prev"]), str(event["hash"]))
        return one if link(event) == one.hash else None
    except (msgspec.DecodeError, KeyError, ValueError, TypeError, RecursionError):
        return None


def _disorder(links: list[_Link], count: int) -> tuple[Tampering, int | None] | None:
    """Compare the numbers of events: a repeated one was added, a missing one removed, another order means moved."""
    numbers = [one.seq for one in links]
    first = next((place for place, number in enumerate(numbers, 1) if number != place - 1), None)
    if first is None:
        return None
    if len(set(numbers)) < len(numbers) or len(numbers) > count:
        return Tampering.EVENT_ADDED, first
    if sorted(numbers) == list(range(count)):
        return Tampering.EVENT_MOVED, first
    return Tampering.EVENT_REMOVED, first


def _broken(links: list[_Link]) -> tuple[Tampering, int | None] | None:
    """Find where an event does not name the one before it: that one was replaced."""
    previous = FIRST
    for number, one in enumerate(links, 1):
        if one.prev != previous:
            return Tampering.EVENT_EDITED, max(1, number - 1)
        previous = one.hash
    return None


def _whole(links: list[_Link], count: int, sealed: Mapping[str, Any]) -> tuple[Tampering, int | None]:
    """Say what was done to a journal that is consistent in itself: it is another run's, or its end was changed."""
    if links and links[0].hash != sealed.get("first"):
        return Tampering.MIXED, None
    if len(links) > count:
        return Tampering.EVENT_ADDED, count + 1
    if len(links) < count:
        return Tampering.EVENT_REMOVED, len(links) + 1
    return Tampering.EVENT_EDITED, None
