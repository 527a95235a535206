"""Zips written field by field: valid and invalid forms that zip libraries do not write."""

import stat
import struct
import zlib
from collections.abc import Collection
from typing import Literal

Wide = Literal["local", "central", "end"]

_FULL, _FULL_COUNT = 0xFFFFFFFF, 0xFFFF
_VERSION, _UNIX, _DAY = 45, 3, 0x21  # 4.5 knows zip64; 1 January 1980
_UTF8, _LATER = 0x0800, 0x0008
_STORED, _DEFLATED = 0, 8
_PLAIN = stat.S_IFREG | 0o644


def zip_of(
    name: str,
    content: bytes,
    *,
    wide: Collection[Wide] = (),
    stored: bool = False,
    later: bool = False,
    mode: int = _PLAIN,
    extra: bytes = b"",
    before: bytes = b"",
    counted: bool = True,
    between: bytes = b"",
    comment: bytes = b"",
) -> bytes:
    """Return a zip of one entry.

    Args:
        name: of the entry.
        content: of the entry.
        wide: headers that hold their values in zip64 fields.
        stored: leave the content uncompressed.
        later: write checksum and sizes behind the content, as a streaming writer does.
        mode: file mode of Unix.
        extra: extra fields of both headers.
        before: bytes before the entry.
        counted: the positions in the directory count `before`; else they are those of the zip without it.
        between: bytes between entry and directory.
        comment: of the zip.
    """
    entry = local_entry(name, content, wide="local" in wide, stored=stored, later=later, extra=extra)
    start = len(before) if counted else 0
    record = _record(name, content, start, wide="central" in wide, stored=stored, later=later, mode=mode, extra=extra)
    end = _end(len(record), start + len(entry) + len(between), wide="end" in wide, comment=comment)
    return before + entry + between + record + end


def with_wide_end(data: bytes) -> bytes:
    """Return a zip with its end record in the form of zip64."""
    place = data.rindex(b"PK\5\6")
    count, size, offset = struct.unpack_from("<H2L", data, place + 10)
    return data[:place] + _end(size, offset, count, wide=True, comment=data[place + 22 :])


def local_entry(
    name: str,
    content: bytes,
    *,
    wide: bool = False,
    stored: bool = False,
    later: bool = False,
    extra: bytes = b"",
) -> bytes:
    """Return an entry with its own header and without a directory: only a reader that starts at the beginning sees
    it."""
    packed, written = _packed(content, stored), name.encode()
    sizes = (len(packed), len(content))
    declared = (0, 0, 0) if later else (zlib.crc32(content), *sizes)
    if wide:
        extra = struct.pack("<2H2Q", 1, 16, declared[2], declared[1]) + extra
        declared = (declared[0], _FULL, _FULL)
    flags, method = _UTF8 | (_LATER if later else 0), _STORED if stored else _DEFLATED
    header = struct.pack(
        "<4s5H3L2H", b"PK\3\4", _VERSION, flags, method, 0, _DAY, *declared, len(written), len(extra)
    )  # fmt: skip
    behind = struct.pack("<4s3L", b"PK\7\10", zlib.crc32(content), *sizes) if later else b""
    return header + written + extra + packed + behind


def unicode_path(name: str, other: str) -> bytes:
    """Return the extra field that gives an entry called `name` another name."""
    written = other.encode()
    return struct.pack("<2HBL", 0x7075, 5 + len(written), 1, zlib.crc32(name.encode())) + written


def _record(
    name: str, content: bytes, offset: int, *, wide: bool, stored: bool, later: bool, mode: int, extra: bytes
) -> bytes:
    packed, written = _packed(content, stored), name.encode()
    sizes, place = (len(packed), len(content)), offset
    if wide:
        extra = struct.pack("<2H3Q", 1, 24, len(content), len(packed), offset) + extra
        sizes, place = (_FULL, _FULL), _FULL
    flags, method = _UTF8 | (_LATER if later else 0), _STORED if stored else _DEFLATED
    header = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", _UNIX << 8 | _VERSION, _VERSION, flags, method, 0, _DAY, zlib.crc32(content), *sizes,
        len(written), len(extra), 0, 0, 0, mode << 16, place,
    )  # fmt: skip
    return header + written + extra


def _end(size: int, offset: int, count: int = 1, *, wide: bool, comment: bytes) -> bytes:
    before, shown = b"", (size, offset)
    if wide:
        before = struct.pack(
            "<4sQ2H2L4Q", b"PK\6\6", 44, _VERSION, _VERSION, 0, 0, count, count, size, offset
        ) + struct.pack("<4sLQL", b"PK\6\7", 0, offset + size, 1)  # fmt: skip
        count, shown = _FULL_COUNT, (_FULL, _FULL)
    return before + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, *shown, len(comment)) + comment


def _packed(content: bytes, stored: bool) -> bytes:
    if stored:
        return content
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(content) + deflater.flush()
