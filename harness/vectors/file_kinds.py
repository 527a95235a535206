"""Small files of the usual kinds: the first bytes of their format, around unpredictable content."""

import io
import random
import zipfile
from collections.abc import Mapping

# Equal content makes equal files, whenever they are made.
_EPOCH = (1980, 1, 1, 0, 0, 0)
# Bytes of what is repeated in a small file and in a large one, from which size on it is large, and bytes of the number.
# Base64 makes whole letters of each, and gzip remembers what came so long ago.
_BLOCK, _LARGE_BLOCK, _LARGE, _NUMBER = 192, 9_216, 1024**2, 6


def ballast(chance: random.Random, size: int) -> bytes:
    """Return `size` bytes that nobody can guess: some that repeat themselves, each time with another number.

    What repeats itself takes up little room in the evidence, where it is kept as sent, in the package, and in what the
    candidate exports. A piece that is lost, doubled or moved is still seen.
    """
    length = _BLOCK if size <= _LARGE else _LARGE_BLOCK
    block = chance.randbytes(length - _NUMBER)
    first = chance.getrandbits(32)
    pieces = ((first + number).to_bytes(_NUMBER, "big") + block for number in range(size // length + 1))
    return b"".join(pieces)[:size]


def file_content(kind: str, ballast: bytes) -> bytes:
    """Return a small file of a kind: the first bytes of its format, and unpredictable `ballast`.

    Raises:
        KeyError: a kind that is not known here.
    """
    if kind == "pdf":
        return plain_pdf(ballast)
    if kind in _ZIPPED:
        return _zipped({**_ZIPPED[kind], "du-lieu.bin": ballast})
    return _BEGINNINGS[kind] + ballast


def _zipped(entries: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, body in entries.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), body, zipfile.ZIP_DEFLATED)
    return content.getvalue()


_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_ZIPPED: Mapping[str, Mapping[str, bytes]] = {
    "zip": {},
    "docx": {"[Content_Types].xml": _TYPES, "word/document.xml": b"<document/>"},
    "xlsx": {"[Content_Types].xml": _TYPES, "xl/workbook.xml": b"<workbook/>"},
    "pptx": {"[Content_Types].xml": _TYPES, "ppt/presentation.xml": b"<presentation/>"},
}
_BEGINNINGS: Mapping[str, bytes] = {
    "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "png": b"\x89PNG\r\n\x1a\n",
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "txt": b"Ghi ch\xc3\xba\r\n",
}


def plain_pdf(ballast: bytes) -> bytes:
    """Return a small valid PDF of one empty page that carries `ballast` in a stream of its own."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> /Contents 4 0 R >>",
        b"<< /Length 0 >>\nstream\n\nendstream",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(ballast), ballast),
    )
    content = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(content)
