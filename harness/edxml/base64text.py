"""Strict base64 of attachments, with the place of the error.

Strict: the standard alphabet, right padding, unused bits zero. White space around the text is tolerated;
so are line breaks inside, with the blanks that indent the next line, and they are reported to the caller.
"""

import binascii
import re
from collections.abc import Iterator
from typing import Literal

import msgspec

Reason = Literal["alphabet", "blank", "element", "padding", "truncated", "unused-bits"]

_BLANKS = " \t\r\n"
_SPACE = _BLANKS.encode("ascii")
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/= \t\r\n]")
_LONE_BLANK = re.compile(rb"(?<![ \t\r\n])[ \t]+(?![ \t\r\n])")
# The letters before the padding whose unused bits are zero: four bits with `==`, two with `=`.
_LAST = {2: b"AQgw", 1: b"AEIMQUYcgkosw048"}


class Base64Broken(ValueError):
    """A text is not strict base64.

    Args:
        position: of the first wrong character, in characters from 0; the length of the text when it ends early.
        reason: `alphabet` a character outside the alphabet; `blank` a blank inside that is no line break;
            `element` an XML element inside, reported by the caller that extracts the text; `padding` too little, too
            much or misplaced; `truncated` one letter too many for whole bytes; `unused-bits` bits set that belong to
            no byte.
    """

    def __init__(self, position: int, reason: Reason) -> None:
        super().__init__(f"{reason} at {position}")
        self.position = position
        self.reason: Reason = reason


class Decoded(msgspec.Struct, frozen=True):
    """Decoded base64, and whether line breaks was inside the text."""

    content: bytes
    line_breaks: bool


def decode_base64(text: str | bytes) -> bytes:
    """Return the bytes that `text` stands for; the empty text stands for none.

    Raises:
        Base64Broken: it is not strict base64.
    """
    return read_base64(text).content


def read_base64(text: str | bytes) -> Decoded:
    """Decode `text` and tell what was tolerated.

    Raises:
        Base64Broken: it is not strict base64.
    """
    content = _strictly(text.strip(_BLANKS) if isinstance(text, str) else text.strip(_SPACE))
    if content is not None:
        return Decoded(content, line_breaks=False)
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    joined = raw.translate(None, _SPACE)
    content = _strictly(joined)
    if content is None or _lone_blank(raw) is not None:
        place, reason = _first_problem(raw, joined)
        shown = place if isinstance(text, bytes) else len(raw[:place].decode("utf-8", "surrogatepass"))
        raise Base64Broken(shown, reason)
    return Decoded(content, line_breaks=True)


def _strictly(text: str | bytes) -> bytes | None:
    try:
        content = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:  # binascii.Error is one too
        return None
    end = text[-4:].encode("ascii") if isinstance(text, str) else text[-4:]
    letters = end.rstrip(b"=")
    padding = len(end) - len(letters)
    # The strict mode lets padding through that no letters call for, and unused bits.
    if len(content) != len(text) // 4 * 3 - padding:
        return None
    return content if padding == 0 or letters[-1] in _LAST[padding] else None


def _first_problem(raw: bytes, joined: bytes) -> tuple[int, Reason]:
    """Find the first thing wrong in `raw`; `joined` is the same without white space."""
    problems = list(_problems_of_length(raw, joined, len(raw.rstrip(_SPACE))))
    if (foreign := _FOREIGN.search(raw)) is not None:
        problems.append((foreign.start(), "alphabet"))
    if (blank := _lone_blank(raw)) is not None:
        problems.append((blank, "blank"))
    return min(problems)


def _lone_blank(raw: bytes) -> int | None:
    """Return where blanks are inside that are not part of a line break."""
    if b" " not in raw and b"\t" not in raw:
        return None  # a search by pattern takes a second for the largest attachment
    trimmed = raw.rstrip(_SPACE)
    found = _LONE_BLANK.search(trimmed, len(raw) - len(raw.lstrip(_SPACE)))
    return None if found is None else found.start()


def _problems_of_length(raw: bytes, joined: bytes, end: int) -> Iterator[tuple[int, Reason]]:
    letters = joined.index(b"=") if b"=" in joined else len(joined)
    rest = joined[letters:]
    due = -letters % 4
    if due == 3:
        yield _place(raw, letters, end), "truncated"
    elif rest != b"=" * due:
        signs = len(rest) - len(rest.lstrip(b"="))
        yield _place(raw, letters + min(signs, due), end), "padding"
    elif due and joined[letters - 1] not in _LAST[due]:
        yield _place(raw, letters - 1, end), "unused-bits"


def _place(raw: bytes, index: int, end: int) -> int:
    """Return the position in `raw` of the `index`-th character, from 0, that is not white space.

    `end` is where the last of them ends, the answer when there are not so many.
    """
    for run in re.finditer(rb"[^ \t\r\n]+", raw):
        if index < len(run.group()):
            return run.start() + index
        index -= len(run.group())
    return end
