"""Where a PDF file begins and ends in its bytes, and what is before and behind it.

Mail gateways and web servers put lines before files, scanners and archives add bytes behind them. PDF readers ignore
such bytes, each in its own way: the bytes behind the end must hold nothing that one of them would treat as part of the
document.
"""

import re
from dataclasses import dataclass

from harness.crypto.pdf.prechecks import WHITE_SPACE, header_place

_START = b"startxref"
_END = re.compile(rb"startxref[\x00\t\n\x0c\r ]*([0-9]{1,12})[\x00\t\n\x0c\r ]*%%EOF(?:\r\n|\r|\n)?")
_MOST_ENDS = 1000  # how many of these are checked, from the last one on: only files made to cost time have more
_TABLE = re.compile(rb"[\x00\t\n\x0c\r ]*(?:xref|[0-9]{1,10}[\x00\t\n\x0c\r ]+[0-9]{1,5}[\x00\t\n\x0c\r ]+obj)")
# Comments may come between the tokens of an object; more or longer ones are ignored, as they only cost time.
_COMMENTS = rb"(?:%[^\r\n]{0,80}[\r\n][\x00\t\n\x0c\r ]*){0,4}"
_GAP = rb"(?=[\x00\t\n\x0c\r %])[\x00\t\n\x0c\r ]*" + _COMMENTS
_OBJECT = re.compile(rb"(?<![0-9])[0-9]{1,10}" + _GAP + rb"[0-9]{1,5}" + _GAP + rb"obj(?![A-Za-z])")
_TRAILER = re.compile(rb"trailer[\x00\t\n\x0c\r ]*" + _COMMENTS + rb"<<")


@dataclass(frozen=True, slots=True)
class Frame:
    """The bounds of a PDF file, in positions from the first byte.

    Attributes:
        header: where `%PDF-` is.
        shift: what is added to the positions that the file names: that of the header, or 0 where they are counted from
            the first byte.
        end: behind the last `%%EOF` that belongs to the file, and its line break. An end that points back to a table
        named by an earlier one is not counted: it would hide the revisions in between.
        rest: behind that and the white space that follows: what begins there is no part of the file.
    """

    header: int
    shift: int
    end: int
    rest: int

    def is_all(self, content: bytes) -> bool:
        """Say whether the file takes all bytes of `content`."""
        return self.header == 0 and self.end == len(content)


def frame_of(content: bytes) -> Frame:
    """Return the bounds of a file; one without a proper end is taken to reach as far as its bytes."""
    header = header_place(content) or 0
    shifts = (header, 0) if header else (0,)
    place = len(content)
    for _ in range(_MOST_ENDS):
        place = content.rfind(_START, 0, place)
        if place < 0:
            break
        found = _END.match(content, place)
        if found is None:
            continue
        for shift in shifts:
            table = int(found[1]) + shift
            if _TABLE.match(content, table, place):
                end = _first_end(content, table, int(found[1])) or found.end()
                return Frame(header, shift, end, behind_white_space(content, end))
    return Frame(header, header, len(content), len(content))


def _first_end(content: bytes, table: int, number: int) -> int | None:
    """Return the position after the first end-of-file marker that names this table."""
    end = re.compile(rb"startxref[\x00\t\n\x0c\r ]*0*%d[\x00\t\n\x0c\r ]*%%%%EOF(?:\r\n|\r|\n)?" % number)
    found = end.search(content, table)
    return found.end() if found else None


def loose_part(content: bytes, start: int, known: frozenset[int]) -> int | None:
    """Return the position of the first object or trailer that no cross-reference names; None where there is none.

    Args:
        content: the file.
        start: from where to look.
        known: positions, from the first byte, of the objects and trailers that are named.
    """
    firsts = (_first_unknown(part, content, start, known) for part in (_OBJECT, _TRAILER))
    return min((place for place in firsts if place is not None), default=None)


def _first_unknown(part: re.Pattern[bytes], content: bytes, start: int, known: frozenset[int]) -> int | None:
    places = (found.start() for found in part.finditer(content, start))
    return next((place for place in places if place not in known), None)


def holds_parts(content: bytes, start: int) -> bool:
    """Say whether something from `start` on would be read as a part of the document by a lenient reader."""
    return _OBJECT.search(content, start) is not None or _TRAILER.search(content, start) is not None


def trailer_behind(content: bytes, table: int) -> int:
    """Return the position of the trailer of the cross-reference table at `table`; the table's own where it has none."""
    found = _TRAILER.search(content, table)
    return found.start() if found else table


def at_the_header(content: bytes, frame: Frame) -> bytes:
    """Return the file so that it begins with its header, every position that it names being where it was."""
    if frame.shift == frame.header:
        return content[frame.header : frame.end]
    # Positions are counted from the first byte: what is before the header changes places with it.
    line = content[frame.header : frame.header + len(b"%PDF-1.7")]
    behind = content[frame.header + len(line) : frame.end]
    return b"".join((line, content[: frame.header], behind))


def behind_white_space(content: bytes, place: int) -> int:
    """Return the first position from `place` on that is not white space."""
    while place < len(content) and content[place] in WHITE_SPACE:
        place += 1
    return place
