"""PDF files that were changed at random, with their positions set right again.

A PDF file names the positions of its parts. A byte more or less makes them wrong, and a reader refuses the file at
once: input that was only changed at random tests little but that refusal.
"""

import re
from collections.abc import Callable

_HEX = re.compile(rb"<[0-9A-Fa-f]{500,}>")
_HELD = re.compile(rb"<@([0-9])>")
_PLACES = re.compile(
    rb"(?P<object>(?<![0-9])(?P<number>[0-9]{1,6}) 0 obj(?![A-Za-z]))"
    rb"|(?P<table>(?<!start)xref\s+(?=[0-9]))"
    rb"|(?P<section>(?<=\n)(?P<first>[0-9]{1,6}) [0-9]{1,6} *\r?\n(?=[0-9]{10} [0-9]{5} [fn]))"
    rb"|(?P<entry>[0-9]{10} [0-9]{5} [fn])"
    rb"|(?P<prev>/Prev [0-9]{1,10})"
    rb"|(?P<start>startxref\s+[0-9]{1,10})"
)
_RANGE = re.compile(rb"/ByteRange ?\[[0-9 ]{7,60}\] *")
_REVISION_END = re.compile(rb"%%EOF\r?\n?")


def changed(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Return a file as `change` makes it, with its positions set right; long hexadecimal strings stay as they are.

    Args:
        content: the file, with tables of positions that are not compressed.
        change: what is done to it.
    """
    held: list[bytes] = []

    def hold(found: re.Match[bytes]) -> bytes:
        held.append(found[0])
        return b"<@%d>" % (len(held) - 1)

    def give_back(found: re.Match[bytes]) -> bytes:
        return held[int(found[1])] if int(found[1]) < len(held) else found[0]

    return positioned(_HELD.sub(give_back, change(_HEX.sub(hold, content))))


def positioned(content: bytes) -> bytes:
    """Return a file in which every position that it names is that of the last such part before; and every byte range
    leaves out the long hexadecimal string beside it."""
    return _ranged(_Positions(content).written())


class _Positions:
    """Writes a file from its beginning, so that what a position refers to is always written already."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._written = bytearray()
        self._objects: dict[int, int] = {}
        self._tables: list[int] = []
        self._number = 0

    def written(self) -> bytes:
        taken = 0
        for found in _PLACES.finditer(self._content):
            self._written += self._content[taken : found.start()]
            taken = found.end()
            self._written += self._part(found)
        return bytes(self._written + self._content[taken:])

    def _part(self, found: re.Match[bytes]) -> bytes:
        match found.lastgroup:
            case "object":
                self._objects[int(found["number"])] = len(self._written)
            case "table":
                self._tables.append(len(self._written))
            case "section":
                self._number = int(found["first"])
            case "entry":
                self._number += 1
                return self._entry(self._number - 1, found["entry"])
            case "prev" if len(self._tables) > 1:
                return b"/Prev %d" % self._tables[-2]
            case "start" if self._tables:
                return b"startxref\n%d" % self._tables[-1]
        return found[0]

    def _entry(self, number: int, written: bytes) -> bytes:
        place = self._objects.get(number)
        return written if place is None or not written.endswith(b"n") else b"%010d%b" % (place, written[10:])


def _ranged(content: bytes) -> bytes:
    """Return a file in which byte ranges fit, where there is room for their numbers."""
    for found in _RANGE.finditer(content):
        beside = [(one.start(), one.end()) for one in _HEX.finditer(content)]
        if not beside:
            break
        start, end = min(beside, key=lambda ends: min(abs(end - found.start()) for end in ends))
        finish = _REVISION_END.search(content, found.end())
        rest = (finish.end() if finish else len(content)) - end
        fitting = (b"/ByteRange [0 %d %d %d]" % (start, end, max(rest, 0))).ljust(len(found[0]))
        if len(fitting) == len(found[0]):
            content = content[: found.start()] + fitting + content[found.end() :]
    return content
