"""Where the directory of a zip is, and what it says of an entry; in the 32-bit form and in zip64.

Readers differ in what they believe: most go by the directory at the end, some read a zip from its beginning on and
never see the directory. This module returns what the directory says, in positions of the bytes as they are: a zip with
bytes before it is found as well.
"""

import struct
from collections.abc import Iterator

import msgspec

END = struct.Struct("<4s4H2LH")
CENTRAL = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL_SIGN, LOCAL_SIGN = b"PK\1\2", b"PK\3\4"
FULL = 0xFFFFFFFF
"""What a 32-bit field has where zip64 holds the value."""

_END_SIGN, _END64_SIGN, _LOCATOR_SIGN = b"PK\5\6", b"PK\6\6", b"PK\6\7"
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_LONGEST_COMMENT = 0xFFFF
_FULL_COUNT = 0xFFFF
_SEARCHED = 4096  # bytes before its locator in which the end record of zip64 is looked for
_EXTRA = struct.Struct("<2H")
_ZIP64, _UNICODE_PATH = 0x0001, 0x7075
_VERSION_AND_CRC = 5  # bytes before the name in the field of a Unicode path


class ZipDirectory(msgspec.Struct, frozen=True):
    """A directory, in positions from the first byte.

    Attributes:
        entries: how many it says that it has.
        start: where it begins.
        size: bytes that it says it takes.
        limit: where what comes behind it begins.
        shift: what is added to the positions that it names: how many bytes were put before the zip.
        end: where the zip ends, its comment left out.
    """

    entries: int
    start: int
    size: int
    limit: int
    shift: int
    end: int


class ZipDirectoryRecord(msgspec.Struct, frozen=True):
    """What the directory says of one entry.

    Attributes:
        flags: of the entry.
        method: of compression.
        crc: of the content.
        packed: bytes that it takes.
        size: bytes of the content.
        offset: where its own header is, counted from where the zip begins.
        name: as it is written.
        mode: file mode of Unix; 0 where the writer gives none.
        extra: its extra fields.
        length: bytes of the record.
    """

    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    name: bytes
    mode: int
    extra: bytes
    length: int


def find_directory(data: bytes) -> ZipDirectory | None:
    """Return the directory of a zip; None where there is none."""
    place = data.rfind(_END_SIGN, max(len(data) - END.size - _LONGEST_COMMENT, 0))
    if place < 0 or place + END.size > len(data):
        return None
    entries, size, offset = END.unpack_from(data, place)[4:7]
    limit = place
    if entries == _FULL_COUNT or FULL in (size, offset):
        larger = _end64(data, place)
        if larger is not None:
            limit, wide = larger
            entries = wide[0] if entries == _FULL_COUNT else entries
            size = wide[1] if size == FULL else size
            offset = wide[2] if offset == FULL else offset
    start = offset
    if entries and data[start : start + 4] != CENTRAL_SIGN:
        start = limit - size
    if start < offset or (entries and data[start : start + 4] != CENTRAL_SIGN):
        return None
    return ZipDirectory(entries, start, size, limit, start - offset, place + END.size)


def read_record(data: bytes, place: int) -> ZipDirectoryRecord | None:
    """Return the record of a directory that begins at `place`; None where there is no whole one."""
    if data[place : place + 4] != CENTRAL_SIGN or place + CENTRAL.size > len(data):
        return None
    fields = CENTRAL.unpack_from(data, place)
    flags, method, crc = fields[3], fields[4], fields[7]
    name_size, extra_size, comment_size = fields[10:13]
    attributes, offset = fields[15], fields[16]
    name_end = place + CENTRAL.size + name_size
    extra = data[name_end : name_end + extra_size]
    size, packed, offset = wide_values(extra, fields[9], fields[8], offset)
    name = data[place + CENTRAL.size : name_end]
    length = CENTRAL.size + name_size + extra_size + comment_size
    return ZipDirectoryRecord(flags, method, crc, packed, size, offset, name, attributes >> 16, extra, length)


def wide_values(extra: bytes, *values: int) -> tuple[int, ...]:
    """Return values, those that a 32-bit field cannot hold taken out of the zip64 field, which has them in order."""
    held = next(_fields(extra, _ZIP64), b"")
    taken: list[int] = []
    for value in values:
        if value == FULL and len(held) >= 8:
            value, held = int.from_bytes(held[:8], "little"), held[8:]
        taken.append(value)
    return tuple(taken)


def unicode_paths(extra: bytes) -> list[bytes]:
    """Return the names in UTF-8 that extra fields give besides the entry's own; a writer gives one at most."""
    return [held[_VERSION_AND_CRC:] for held in _fields(extra, _UNICODE_PATH)]


def _end64(data: bytes, end: int) -> tuple[int, tuple[int, int, int]] | None:
    """Return where the end record of zip64 is, and number of entries, size and offset of the directory in it."""
    locator = end - _LOCATOR.size
    if locator < 0 or data[locator : locator + 4] != _LOCATOR_SIGN:
        return None
    place: int = _LOCATOR.unpack_from(data, locator)[2]
    if data[place : place + 4] != _END64_SIGN:
        place = data.rfind(_END64_SIGN, max(locator - _SEARCHED, 0), locator)
    if place < 0 or place + _END64.size > locator:
        return None
    entries, size, offset = _END64.unpack_from(data, place)[7:10]
    return place, (entries, size, offset)


def _fields(extra: bytes, wanted: int) -> Iterator[bytes]:
    place = 0
    while place + _EXTRA.size <= len(extra):
        kind, size = _EXTRA.unpack_from(extra, place)
        place += _EXTRA.size
        if kind == wanted:
            yield extra[place : place + size]
        place += size
