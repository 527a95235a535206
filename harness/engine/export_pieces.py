"""Where an export is divided, so that a large file that came with a document is not stored twice."""

import io
import struct
import zipfile
from collections.abc import Iterator

_LARGE = 64 * 1024  # bytes; smaller files get no blob of their own
_LOCAL = struct.Struct("<4s22xHH")
_LOCAL_MARK = b"PK\x03\x04"


def pieces_of(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of each piece, which together are the whole content, in order.

    Each large file that an archive stores uncompressed is a piece of its own. The archive's own directory is trusted
    only as far as the pieces stay within the content and do not overlap.
    """
    at = 0
    for start, end in sorted(_stored(content)):
        if start < at or end > len(content):
            continue
        if start > at:
            yield at, start
        yield start, end
        at = end
    if at < len(content) or not content:
        yield at, len(content)


def _stored(content: bytes) -> Iterator[tuple[int, int]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, UnicodeDecodeError):
        return
    for info in entries:
        head = content[info.header_offset : info.header_offset + _LOCAL.size] if info.header_offset >= 0 else b""
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size < _LARGE or len(head) < _LOCAL.size:
            continue
        mark, name, extra = _LOCAL.unpack(head)
        start = info.header_offset + _LOCAL.size + name + extra
        if mark == _LOCAL_MARK:
            yield start, start + info.compress_size
