"""Small zips that expand to a gigabyte (SEC-03), or whose entry names are paths (SEC-04).

Written byte by byte: zip libraries refuse to write what is wrong, and would first expand what is large.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

EXPANDED = 1024**3
"""Bytes that a bomb asks for."""

_BLOCK = 1024 * 1024
_LAST_BLOCK = b"\x03\x00"
_VERSION = 20
_UTF8 = 0x0800
_STORED, _DEFLATED = 0, 8
_DATE = 0x21  # first of January 1980
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_FAN = 16


@dataclass(frozen=True, slots=True)
class ZipBombEntry:
    """One entry as its headers declare it; `packed` need not agree with them."""

    name: bytes
    packed: bytes
    crc: int
    size: int
    method: int = _DEFLATED


def stored(name: str, content: bytes) -> ZipBombEntry:
    """Return a good entry without compression."""
    return ZipBombEntry(name.encode(), content, zlib.crc32(content), len(content), _STORED)


def written(entries: Sequence[ZipBombEntry], *, overlapping: bool = False) -> bytes:
    """Return a zip; `overlapping` lets all entries share the bytes of the first."""
    body, directory = bytearray(), bytearray()
    for number, entry in enumerate(entries):
        offset = 0 if overlapping else len(body)
        if number == 0 or not overlapping:
            body += _local(entry)
        directory += _central(entry, offset)
    end = _END.pack(b"PK\5\6", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    return bytes(body + directory + end)


def ratio_bomb() -> bytes:
    """Return a zip of one entry, a gigabyte of zeros in a megabyte."""
    return written((_zeros(b"phu-luc.txt", EXPANDED),))


def lying_bomb() -> bytes:
    """Return a zip of one entry that expands to a gigabyte and declares a hundred bytes."""
    honest = _zeros(b"phu-luc.txt", EXPANDED)
    return written((ZipBombEntry(honest.name, honest.packed, zlib.crc32(bytes(100)), 100),))


def nested_bomb() -> bytes:
    """Return a zip of zips of zips, sixteen in each, with a gigabyte of zeros in all."""
    inner = written((_zeros(b"0.txt", EXPANDED // _FAN // _FAN),))
    middle = written([_deflated(f"{number:x}.zip", inner) for number in range(_FAN)])
    return written([_deflated(f"{number:x}.zip", middle) for number in range(_FAN)])


def overlapping_bomb() -> bytes:
    """Return a zip whose thousand entries share the same megabyte."""
    kernel = _zeros(b"0.txt", _BLOCK)
    entries = [
        ZipBombEntry(b"%d.txt" % number, kernel.packed, kernel.crc, kernel.size) for number in range(EXPANDED // _BLOCK)
    ]
    return written([kernel, *entries[1:]], overlapping=True)


def _deflated(name: str, content: bytes) -> ZipBombEntry:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    return ZipBombEntry(name.encode(), packed, zlib.crc32(content), len(content))


@cache
def _zeros(name: bytes, size: int) -> ZipBombEntry:
    """Return an entry of so many zeros without holding them in memory: equal blocks compress to equal bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(bytes(_BLOCK)) + packer.flush(zlib.Z_FULL_FLUSH)
    count, crc, zeros = size // _BLOCK, 0, bytes(_BLOCK)
    for _ in range(count):
        crc = zlib.crc32(zeros, crc)
    return ZipBombEntry(name, block * count + _LAST_BLOCK, crc, size)


def _local(entry: ZipBombEntry) -> bytes:
    head = _LOCAL.pack(
        b"PK\3\4", _VERSION, _UTF8, entry.method, 0, _DATE, entry.crc, len(entry.packed), entry.size,
        len(entry.name), 0,
    )  # fmt: skip
    return head + entry.name + entry.packed


def _central(entry: ZipBombEntry, offset: int) -> bytes:
    head = _CENTRAL.pack(
        b"PK\1\2", _VERSION, _VERSION, _UTF8, entry.method, 0, _DATE, entry.crc, len(entry.packed), entry.size,
        len(entry.name), 0, 0, 0, 0, 0, offset,
    )  # fmt: skip
    return head + entry.name
