"""Reading a zip that must hold exactly one entry: the packing of attachments.

Written for this one shape, because the zip libraries are made to be lenient: they read a million entries before
one can count them, trust the directory where it contradicts the entry, and expand before they check sizes.
"""

import stat
import zlib

import msgspec

from harness.catalogue.findings import clipped
from harness.edxml.zip_directory import (
    CENTRAL_SIGN,
    FULL,
    LOCAL,
    LOCAL_SIGN,
    ZipDirectory,
    ZipDirectoryRecord,
    find_directory,
    read_record,
    unicode_paths,
    wide_values,
)

_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_UTF8 = 0x0800
_SIZES_LATER = 0x0008
_STORED, _DEFLATED = 0, 8


class ZipBroken(Exception):
    """Bytes are not a zip of exactly one plain file.

    Codes: `not-a-zip`, `entries` (none, or several), `hidden-entry` (seen only by software that reads from the
    beginning),
    `encrypted`, `entry-path`, `unicode-path` (a field gives another name), `special-entry` (a link, a device),
    `unsupported` (method), `headers-differ` (directory and entry contradict each other), `truncated`, `damaged`,
    `crc`, `too-large`, `expansion` (beyond the permitted ratio), `allowance` (used up by earlier zips), `empty-entry`.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {clipped(detail)}")
        self.code = code
        self.detail = clipped(detail)


class Allowance:
    """How far several zips together may still expand; once one needs more than is left, nothing is left.

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


class ZipEntry(msgspec.Struct, frozen=True):
    """The one file of a zip; `before` counts the bytes that are before it, and belong to no entry."""

    name: str
    content: bytes
    before: int = 0


class _Packed(msgspec.Struct, frozen=True):
    """An entry as it is in the zip.

    Attributes:
        start: where its own header begins.
        begin: where its content begins.
        content: packed.
        said: sum, packed and whole size by its own header, each beside what the directory says.
        later: the header leaves these for behind the content.
    """

    start: int
    begin: int
    content: memoryview
    said: tuple[tuple[int, int], ...]
    later: bool


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
    directory, record = _only_record(data)
    name = _plain_name(record)
    packed = _packed(data, directory, record)
    _check_size(record.size, len(data), largest, ratio)
    if allowance is not None:
        allowance.take(record.size)
    content, taken = _expanded(packed.content, record)
    if not content:
        raise ZipBroken("empty-entry", name)
    if zlib.crc32(content) != record.crc:
        raise ZipBroken("crc", name)
    _check_only(data, directory, packed, taken)
    return ZipEntry(name, content, packed.start)


def _only_record(data: bytes) -> tuple[ZipDirectory, ZipDirectoryRecord]:
    directory = find_directory(data)
    if directory is None:
        raise ZipBroken("not-a-zip", data[:8].hex(" "))
    if directory.entries != 1:
        raise ZipBroken("entries", str(directory.entries))
    record = read_record(data, directory.start)
    if record is None:
        raise ZipBroken("not-a-zip", f"directory at {directory.start}")
    rest = data[directory.start + record.length : directory.limit]
    if directory.size != record.length or CENTRAL_SIGN in rest:
        raise ZipBroken("entries", f"directory of {directory.size} bytes")
    if FULL in (record.packed, record.size, record.offset):
        raise ZipBroken("unsupported", "zip64")
    return directory, record


def _plain_name(record: ZipDirectoryRecord) -> str:
    name = _name(record, record.extra)
    if not _is_plain(name):
        raise ZipBroken("entry-path", name)
    if stat.S_IFMT(record.mode) not in (0, stat.S_IFREG):
        raise ZipBroken("special-entry", stat.filemode(record.mode))
    return name


def _is_plain(name: str) -> bool:
    return name not in {"", ".", ".."} and not any(sign in "/\\:" or sign < " " for sign in name)


def _name(record: ZipDirectoryRecord, extra: bytes) -> str:
    """Return the name of the entry, once no extra field gives another one, which some readers prefer.

    A name that is neither ASCII nor said to be UTF-8 cannot be read for sure: there the field says what it is.
    """
    name = record.name.decode("utf-8" if record.flags & _UTF8 else "cp437", "replace")
    unsure = not record.name.isascii() and not record.flags & _UTF8
    for written in unicode_paths(extra):
        other = written.decode("utf-8", "replace")
        if other != name and not (unsure and _is_plain(other)):
            raise ZipBroken("unicode-path", other)
        name = other
    return name


def _packed(data: bytes, directory: ZipDirectory, record: ZipDirectoryRecord) -> _Packed:
    """Return the entry, once its own header agrees with the directory."""
    start = record.offset + directory.shift
    if data[start : start + 4] != LOCAL_SIGN or start + LOCAL.size > len(data):
        raise ZipBroken("not-a-zip", f"entry at {start}")
    _, _, flags, method, _, _, crc, packed, size, name_size, extra_size = LOCAL.unpack_from(data, start)
    if (flags | record.flags) & _ENCRYPTED:
        raise ZipBroken("encrypted")
    if record.method not in (_STORED, _DEFLATED):
        raise ZipBroken("unsupported", f"method {record.method}")
    name = start + LOCAL.size
    begin = name + name_size + extra_size
    extra = data[name + name_size : begin]
    if method != record.method or data[name : name + name_size] != record.name:
        raise ZipBroken("headers-differ")
    _name(record, extra)
    size, packed = wide_values(extra, size, packed)
    content = memoryview(data)[begin : begin + record.packed]
    if len(content) < record.packed:
        raise ZipBroken("truncated", f"{len(content)} < {record.packed}")
    said = ((crc, record.crc), (packed, record.packed), (size, record.size))
    return _Packed(start, begin, content, said, bool(flags & _SIZES_LATER))


def _check_only(data: bytes, directory: ZipDirectory, packed: _Packed, taken: int) -> None:
    """Refuse a zip in which a reader that never sees the directory finds another entry, or this one otherwise.

    Args:
        data: the zip.
        directory: of the zip.
        packed: the entry that it names.
        taken: bytes of its packed content that its expansion took.
    """
    # Zeros are in an entry's header where the writer did not know yet.
    if any(own not in (0, listed) for own, listed in packed.said):
        raise ZipBroken("headers-differ", ", ".join(f"{own} / {listed}" for own, listed in packed.said))
    no_size = not packed.said[1][0] and not packed.later
    behind = packed.begin + taken
    gaps = [(0, packed.start), (behind, directory.start), (directory.end, len(data))]
    if no_size:
        gaps.append((packed.begin, packed.begin + len(LOCAL_SIGN)))  # it is said to end where it begins
    for place, end in gaps:
        found = data.find(LOCAL_SIGN, place, end)
        if found >= 0:
            raise ZipBroken("hidden-entry", _name_at(data, found))


def _name_at(data: bytes, place: int) -> str:
    if place + LOCAL.size > len(data):
        return str(place)
    size = LOCAL.unpack_from(data, place)[9]
    name = place + LOCAL.size
    return data[name : name + size].decode("utf-8", "replace")


def _check_size(size: int, zip_size: int, largest: int, ratio: int) -> None:
    if size > largest:
        raise ZipBroken("too-large", f"{size} > {largest}")
    if size > zip_size * ratio:
        raise ZipBroken("expansion", f"{size} > {zip_size} * {ratio}")


def _expanded(packed: memoryview, record: ZipDirectoryRecord) -> tuple[bytes, int]:
    """Expand, at most one byte beyond the size in the directory, which was checked against the limits.

    Returns:
        The content, and how many of the packed bytes it took.
    """
    taken = len(packed)
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
        taken -= len(inflater.unused_data)
    if len(content) != record.size:
        raise ZipBroken("damaged", f"{len(content)} != {record.size}")
    return content, taken
