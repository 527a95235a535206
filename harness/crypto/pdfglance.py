"""What a PDF file shows at a glance, before an expensive library is loaded for it."""

import re

_HEADER = re.compile(rb"%PDF-([0-9]{1,2})\.([0-9]{1,2})")
_HEADER_ZONE = 1024
_BYTE_RANGE = b"/ByteRange"
# A name may be written with any of its letters as `#` and two hexadecimal digits.
_ESCAPED = re.compile(rb"/(?=[A-Za-z]*#)(?:[A-Za-z]|#[0-9A-Fa-f]{2}){9}(?![A-Za-z#])")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


class PdfUnreadable(Exception):
    """The file cannot be read as PDF.

    Attributes:
        encrypted: it can, but only with a password.
        detail: what the reader said.
    """

    def __init__(self, detail: str, *, encrypted: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.encrypted = encrypted


def looks_like_pdf(content: bytes) -> bool:
    """Tell whether the file begins as PDF files do."""
    return header_version(content) is not None


def header_version(content: bytes) -> tuple[int, int] | None:
    """Return the version that the file's first bytes name, None if they name none."""
    match = _HEADER.search(content, 0, _HEADER_ZONE)
    return (int(match[1]), int(match[2])) if match else None


def may_be_signed(content: bytes) -> bool:
    """Tell whether a signature may be in the file: its byte range is always written out."""
    return _BYTE_RANGE in content or any(_plain(match[0]) == _BYTE_RANGE for match in _ESCAPED.finditer(content))


def _plain(name: bytes) -> bytes:
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), name)
