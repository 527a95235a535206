"""Where a PDF file begins and ends among the bytes that carry it, and what else is there.

Mail gateways and web servers put lines before files, scanners and archives add bytes behind them. Readers of PDF pass
such bytes over, each in its own way: what stands behind the end must not be anything that one of them would take for a
part of the document.
"""

import re
from dataclasses import dataclass

from harness.crypto.pdf.glance import WHITE_SPACE, header_place

_START = b"startxref"
_END = re.compile(rb"startxref[\x00\t\n\x0c\r ]*([0-9]{1,12})[\x00\t\n\x0c\r ]*%%EOF(?:\r\n|\r|\n)?")
_MOST_ENDS = 1000  # of these looked at from the last on: more have only files made to cost time
_TABLE = re.compile(rb"[\x00\t\n\x0c\r ]*(?:xref|[0-9]{1,10}[\x00\t\n\x0c\r ]+[0-9]{1,5}[\x00\t\n\x0c\r ]+obj)")
_OBJECT = re.compile(rb"(?<![0-9])[0-9]{1,10}[\x00\t\n\x0c\r ]+[0-9]{1,5}[\x00\t\n\x0c\r ]+obj(?![A-Za-z])")
_TRAILER = re.compile(rb"trailer[\x00\t\n\x0c\r ]*<<")


@dataclass(frozen=True, slots=True)
class Frame:
    """The bounds of a PDF file, in positions from the first byte.

    Attributes:
        header: where `%PDF-` stands.
        shift: what is added to the positions that the file names: that of the header, or 0 where they are counted from
            the first byte.
        end: behind the last `%%EOF` that belongs to the file, and its line break.
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
            if _TABLE.match(content, int(found[1]) + shift, place):
                return Frame(header, shift, found.end(), behind_white_space(content, found.end()))
    return Frame(header, header, len(content), len(content))


def loose_object(content: bytes, start: int, known: frozenset[int]) -> int | None:
    """Return where the first object stands that no cross-reference names; None where there is none.

    Args:
        content: the file.
        start: from where to look.
        known: where objects stand that are named, in positions from the first byte.
    """
    for found in _OBJECT.finditer(content, start):
        if found.start() not in known:
            return found.start()
    return None


def holds_objects(content: bytes, start: int) -> bool:
    """Say whether something stands from `start` on that a lenient reader takes for a part of the document."""
    return _OBJECT.search(content, start) is not None or _TRAILER.search(content, start) is not None


def at_the_header(content: bytes, frame: Frame) -> bytes:
    """Return the file so that it begins with its header, every position that it names being where it was."""
    if frame.shift == frame.header:
        return content[frame.header : frame.end]
    # Positions are counted from the first byte: what stands before the header changes places with it.
    line = content[frame.header : frame.header + len(b"%PDF-1.7")]
    behind = content[frame.header + len(line) : frame.end]
    return b"".join((line, content[: frame.header], behind))


def behind_white_space(content: bytes, place: int) -> int:
    """Return the first position from `place` on at which something else than white space stands."""
    while place < len(content) and content[place] in WHITE_SPACE:
        place += 1
    return place
