"""The records of a zip, in the words of its specification: they show how two zips differ."""

import re
import stat
import zlib
from collections.abc import Iterator

from harness.edxml.zip_directory import (
    CENTRAL_SIGN,
    END,
    LOCAL,
    LOCAL_SIGN,
    read_record,
    unicode_paths,
    wide_values,
)

_RECORD = re.compile(rb"PK(?:\x01\x02|\x03\x04|\x05\x06)")
_END_SIGN = b"PK\5\6"
_END = "end of central directory"
_METHODS = {0: "stored", 8: "deflated"}
_ENCRYPTED = 1
_LONGEST_NAME = 60
_SHOWN_BYTES = 8
_LARGEST = 1024 * 1024  # bytes of a content whose sum is compared


def zip_listing(data: bytes) -> list[str]:
    """Return one line for each record of a zip, hidden ones included, and for bytes before the first.

    One that has no end says so first. Names are escaped and cut; contents are shown by size and checksum.
    """
    lines: list[str] = []
    place = 0
    while (found := _RECORD.search(data, place)) is not None:
        if not lines and found.start():
            lines.append(f"{data[: min(found.start(), _SHOWN_BYTES)].hex(' ')} … ({found.start()} bytes)")
        line, place = _record(data, found.start())
        lines.append(line)
    whole = any(line.startswith(_END) for line in lines)
    return lines if whole else [f"{_END}: –", *lines]


def _record(data: bytes, place: int) -> tuple[str, int]:
    sign = data[place : place + len(LOCAL_SIGN)]
    if sign == LOCAL_SIGN and place + LOCAL.size <= len(data):
        return _local(data, place)
    if sign == CENTRAL_SIGN and (record := read_record(data, place)) is not None:
        words = [*_record_words(record.name, record.flags, record.method, record.size, record.crc)]
        if stat.S_IFMT(record.mode) not in (0, stat.S_IFREG):
            words.append(f"mode {stat.filemode(record.mode)}")
        words += [f"Unicode Path {_name(name)}" for name in unicode_paths(record.extra)]
        return f"central directory: {', '.join(words)}", place + record.length
    if sign == _END_SIGN and place + END.size <= len(data):
        return f"{_END}: entries {END.unpack_from(data, place)[4]}", place + END.size
    return f"{data[place : place + _SHOWN_BYTES].hex(' ')} … ({len(data) - place} bytes)", len(data)


def _local(data: bytes, place: int) -> tuple[str, int]:
    _, _, flags, method, _, _, crc, packed, size, name_size, extra_size = LOCAL.unpack_from(data, place)
    begin = place + LOCAL.size + name_size
    size, packed = wide_values(data[begin : begin + extra_size], size, packed)
    name, begin = data[begin - name_size : begin], begin + extra_size
    words = [*_record_words(name, flags, method, size, crc)]
    if method == 8 and size <= _LARGEST and packed and not flags & _ENCRYPTED:
        words += _otherwise(data[begin : begin + packed], crc)
    # Where the sizes are behind the content, or are false, the search continues in the content.
    return f"local file header: {', '.join(words)}", begin + packed if begin + packed <= len(data) else begin


def _record_words(name: bytes, flags: int, method: int, size: int, crc: int) -> Iterator[str]:
    yield _name(name)
    yield _METHODS.get(method, f"method {method}")
    if flags & _ENCRYPTED:
        yield "encrypted"
    yield f"{size} bytes"
    yield f"crc-32 {crc:08x}"


def _otherwise(packed: bytes, crc: int) -> Iterator[str]:
    """Say of a content that it is damaged."""
    try:
        found = zlib.crc32(zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, _LARGEST))
    except zlib.error:
        yield "content: zlib error"
        return
    if found != crc:
        yield f"content: crc-32 {found:08x}"


def _name(name: bytes) -> str:
    written = ascii(name.decode("utf-8", "backslashreplace"))
    return written if len(written) <= _LONGEST_NAME else f"{written[:_LONGEST_NAME]}…'"
