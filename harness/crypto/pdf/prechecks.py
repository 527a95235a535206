"""Quick checks of a PDF file on its bytes, before an expensive library is loaded for it."""

import re
from functools import lru_cache

WHITE_SPACE = b"\0\t\n\x0c\r "
"""What PDF calls white space."""

MOST_BEFORE = 1024
"""Bytes that may be before the header: readers look for it no further."""

PDF_MARK = b"%PDF-"
_HEADER = re.compile(rb"%PDF-([0-9]{1,2})\.([0-9]{1,2})")
_BOM = b"\xef\xbb\xbf"
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<!--", b"<?xml", b"<svg")
_OBJECT = re.compile(rb"[0-9]{1,10}[\x00\t\n\x0c\r ]+[0-9]{1,5}[\x00\t\n\x0c\r ]+obj(?![A-Za-z])")
_ENDS = (b"startxref", b"%%EOF")
_BYTE_RANGE = b"/ByteRange"
# A name may be written with any of its letters as `#` and two hexadecimal digits.
_ESCAPED = re.compile(rb"/(?=[A-Za-z]*#)(?:[A-Za-z]|#[0-9A-Fa-f]{2}){9}(?![A-Za-z#])")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


class PdfUnreadable(Exception):
    """The file cannot be read as PDF.

    Attributes:
        encrypted: it can, but only with a password.
        too_long: it holds a signature longer than is looked at.
        detail: what the reader said.
    """

    def __init__(self, detail: str, *, encrypted: bool = False, too_long: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.encrypted = encrypted
        self.too_long = too_long


def header_place(content: bytes) -> int | None:
    """Return where the header of a PDF file is; None for a file that is none, whatever it says.

    The header is first, but for white space. Behind other bytes it counts if they are no markup and a PDF file
    really follows: any text can name `%PDF-`.
    """
    place = content.find(PDF_MARK, 0, MOST_BEFORE + len(PDF_MARK))
    if place < 0:
        return None
    before = content[:place].removeprefix(_BOM).strip(WHITE_SPACE)
    if not before:
        return place
    if before.lower().startswith(_MARKUP):
        return None
    follows = all(content.find(end, place) >= 0 for end in _ENDS) and _OBJECT.search(content, place) is not None
    return place if follows else None


def may_have_header(head: bytes) -> bool:
    """Tell from the first bytes of a file, `MOST_BEFORE` and some more, whether it needs a look at all of them."""
    return PDF_MARK in head[: MOST_BEFORE + len(PDF_MARK)]


def looks_like_pdf(content: bytes) -> bool:
    """Tell whether the file is a PDF file by its beginning; see `header_place`."""
    return header_place(content) is not None


def header_version(content: bytes) -> tuple[int, int] | None:
    """Return the version that the file's header names, None if it names none."""
    place = header_place(content)
    match = _HEADER.match(content, place) if place is not None else None
    return (int(match[1]), int(match[2])) if match else None


def may_be_signed(content: bytes) -> bool:
    """Tell whether a signature may be in the file: its byte range is always written out."""
    return _BYTE_RANGE in content or any(_plain(match[0]) == _BYTE_RANGE for match in _ESCAPED.finditer(content))


def refuse_long_contents(content: bytes, bound: int) -> None:
    """Refuse a file in which a signature, or a string that is alone as one may, is written with too many signs.

    A PDF reader goes through strings sign by sign: a megabyte takes it seconds.

    Args:
        content: the file.
        bound: the most bytes that a signature may take; in hexadecimal each is two signs.

    Raises:
        PdfUnreadable: there is one.
    """
    if len(content) > bound and _long_contents(bound).search(content):
        raise PdfUnreadable(f"/Contents > {bound}", too_long=True)


@lru_cache(maxsize=4)
def _long_contents(bound: int) -> re.Pattern[bytes]:
    return re.compile(
        rb"(?:/Contents|\bobj)\s*(?:<[0-9A-Fa-f\s\x00]{%d}|\([^()]{%d})" % (2 * bound + 1, bound + 1), re.DOTALL
    )


def _plain(name: bytes) -> bytes:
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), name)
