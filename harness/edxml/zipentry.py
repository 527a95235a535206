"""Reading a zip that must hold exactly one entry: the packing of attachments.

Written for this one shape, because the zip libraries are made to be lenient: they read a million entries before
one can count them, believe the directory where it contradicts the entry, and expand before they measure.
"""

import struct
import zlib
from dataclasses import dataclass

from harness.catalogue.findings import clipped

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END_SIGN, _CENTRAL_SIGN, _LOCAL_SIGN = b"PK\5\6", b"PK\1\2", b"PK\3\4"
_LONGEST_COMMENT = 0xFFFF
_ZIP64 = 0xFFFFFFFF
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_UTF8 = 0x0800
_STORED, _DEFLATED = 0, 8


class ZipBroken(Exception):
    """Bytes are not a zip of exactly one plain file.

    Codes: `not-a-zip`, `entries` (none, or several), `encrypted`, `entry-path`, `unsupported` (method or
    64-bit form), `headers-differ` (directory and entry contradict each other), `truncated`, `damaged`,
    `crc`, `too-large`, `expansion` (beyond the permitted ratio), `allowance` (used up by earlier zips), `empty-entry`.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {clipped(detail)}")
        self.code = code
        self.detail = clipped(detail)


class Allowance:
    """How far several zips together may yet expand; once one asks for more than is left, nothing is left.

    Args:
        most: bytes.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._left = most

    def take(self, size: int) -> None:
        """Take so many bytes, whether or not their expansion then succeeds.

        Raises:
            ZipBroken: `allowance`.
        """
        if size > self._left:
            self._left = 0
            raise ZipBroken("allowance", f"> {self._most}")
        self._left -= size


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """The one file of a zip."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Record:
    """What the directory says of the entry."""

    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    name: bytes


def read_only_entry(data: bytes, *, largest: int, ratio: int, allowance: Allowance | None = None) -> ZipEntry:
    """Return the one entry of a zip; zips inside it are not followed.

    Args:
        data: the zip.
        largest: most bytes the entry may have.
        ratio: most times the zip's own size it may have.
        allowance: what it shares with other zips; None: it is alone.

    Raises:
        ZipBroken: see there for the codes.
    """
    record = _record(data)
    name = _plain_name(record)
    packed = _packed(data, record)
    _check_size(record.size, len(data), largest, ratio)
    if allowance is not None:
        allowance.take(record.size)
    content = _expanded(packed, record)
    if not content:
        raise ZipBroken("empty-entry", name)
    if zlib.crc32(content) != record.crc:
        raise ZipBroken("crc", name)
    return ZipEntry(name, content)


def _end_of_directory(data: bytes) -> tuple[int, int, int]:
    """Return number of entries, size and offset of the directory."""
    lowest = max(len(data) - _END.size - _LONGEST_COMMENT, 0)
    place = data.rfind(_END_SIGN, lowest)
    if place < 0 or place + _END.size > len(data):
        raise ZipBroken("not-a-zip", data[:8].hex(" "))
    _, _, _, _, entries, size, offset, _ = _END.unpack_from(data, place)
    return entries, size, offset


def _record(data: bytes) -> _Record:
    entries, size, offset = _end_of_directory(data)
    if _ZIP64 in (size, offset):
        raise ZipBroken("unsupported", "zip64")
    if entries != 1:
        raise ZipBroken("entries", str(entries))
    if data[offset : offset + 4] != _CENTRAL_SIGN or offset + _CENTRAL.size > len(data):
        raise ZipBroken("not-a-zip", f"directory at {offset}")
    fields = _CENTRAL.unpack_from(data, offset)
    flags, method, crc, packed, full = fields[3], fields[4], fields[7], fields[8], fields[9]
    name_size, extra_size, comment_size = fields[10:13]
    if size != _CENTRAL.size + name_size + extra_size + comment_size:
        raise ZipBroken("entries", f"directory of {size} bytes")
    if _ZIP64 in (packed, full, fields[16]):
        raise ZipBroken("unsupported", "zip64")
    start = offset + _CENTRAL.size
    return _Record(flags, method, crc, packed, full, fields[16], data[start : start + name_size])


def _plain_name(record: _Record) -> str:
    name = record.name.decode("utf-8" if record.flags & _UTF8 else "cp437", "replace")
    if name in {"", ".", ".."} or any(sign in "/\\:" or sign < " " for sign in name):
        raise ZipBroken("entry-path", name)
    return name


def _packed(data: bytes, record: _Record) -> memoryview:
    """Return the packed bytes of the entry, once its own header agrees with the directory."""
    start = record.offset
    if data[start : start + 4] != _LOCAL_SIGN or start + _LOCAL.size > len(data):
        raise ZipBroken("not-a-zip", f"entry at {start}")
    _, _, flags, method, _, _, _, _, _, name_size, extra_size = _LOCAL.unpack_from(data, start)
    if (flags | record.flags) & _ENCRYPTED:
        raise ZipBroken("encrypted")
    if record.method not in (_STORED, _DEFLATED):
        raise ZipBroken("unsupported", f"method {record.method}")
    name = start + _LOCAL.size
    if method != record.method or data[name : name + name_size] != record.name:
        raise ZipBroken("headers-differ")
    begin = name + name_size + extra_size
    packed = memoryview(data)[begin : begin + record.packed]
    if len(packed) < record.packed:
        raise ZipBroken("truncated", f"{len(packed)} < {record.packed}")
    return packed


def _check_size(size: int, zip_size: int, largest: int, ratio: int) -> None:
    if size > largest:
        raise ZipBroken("too-large", f"{size} > {largest}")
    if size > zip_size * ratio:
        raise ZipBroken("expansion", f"{size} > {zip_size} * {ratio}")


def _expanded(packed: memoryview, record: _Record) -> bytes:
    """Expand, never further than one byte beyond what the directory says, which has been found bearable."""
    if record.method == _STORED:
        content = bytes(packed)
    else:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflater.decompress(packed, record.size + 1)
        except zlib.error as error:
            raise ZipBroken("damaged", str(error)) from None
        if not inflater.eof and len(content) <= record.size:
            raise ZipBroken("truncated", f"{len(content)} < {record.size}")
    if len(content) != record.size:
        raise ZipBroken("damaged", f"{len(content)} != {record.size}")
    return content
