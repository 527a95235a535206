"""Zips as programs really write them are read; zips in which two readers would find two files are not."""

import io
import stat
import struct
import warnings
import zipfile
import zlib
from itertools import chain, combinations
from typing import Any

import pytest

from harness.edxml.zip_directory import find_directory
from harness.edxml.zip_entry import ZipBroken, ZipEntry, read_only_entry
from harness.vectors.packages.files import docx
from harness.vectors.zips import local_entry, unicode_path, with_wide_end, zip_of

FILE = "Tờ trình về việc kết nối\n".encode() * 40
NAME = "0f8fad5b-d9cb-469f-a165-70867728950e.txt"
HIDDEN = local_entry("an.txt", b"an")
WIDE = list(chain.from_iterable(combinations(("local", "central", "end"), count) for count in range(4)))


def read(data: bytes) -> ZipEntry:
    return read_only_entry(data, largest=100_000, ratio=1100)


def refused(data: bytes) -> str:
    with pytest.raises(ZipBroken) as broken:
        read(data)
    return broken.value.code


def by_the_library(data: bytes) -> list[tuple[str, bytes]]:
    """Return what Python's own library finds: a proof of how these zips are written."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def patched(data: bytes, sign: bytes, offset: int, form: str, value: int) -> bytes:
    """Overwrite a field of the header that begins with `sign`."""
    place = data.index(sign) + offset
    return data[:place] + struct.pack(form, value) + data[place + struct.calcsize(form) :]


@pytest.mark.parametrize("wide", WIDE, ids=lambda wide: "-".join(wide) or "none")
@pytest.mark.parametrize("stored", [False, True], ids=["deflated", "stored"])
@pytest.mark.parametrize("later", [False, True], ids=["sizes-first", "sizes-later"])
def test_zip64_is_read_in_each_of_its_places(wide: Any, stored: bool, later: bool) -> None:
    data = zip_of(NAME, FILE, wide=wide, stored=stored, later=later)
    assert read(data) == ZipEntry(NAME, FILE)
    assert by_the_library(data) == [(NAME, FILE)]


def test_zip64_as_the_library_writes_it_is_read() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive, archive.open(NAME, "w", force_zip64=True) as entry:
        entry.write(FILE)
    assert read(target.getvalue()).content == FILE


def test_a_zip_written_to_a_pipe_is_read() -> None:
    """Who cannot go back writes the sizes behind the content, as Java does by default."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

        def tell(self) -> int:
            raise io.UnsupportedOperation

    target = Pipe()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(NAME, FILE)
    assert read(target.getvalue()).content == FILE


def test_an_office_file_inside_is_no_hidden_entry() -> None:
    """Stored, its own entries are in the outer zip as they are."""
    assert read(zip_of("bang.xlsx", docx(), stored=True)).content == docx()


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("wide", [(), ("central", "end"), ("local", "central", "end")])
def test_bytes_before_the_first_entry_are_counted_and_passed_over(counted: bool, wide: Any) -> None:
    data = zip_of(NAME, FILE, before=b"#!/bin/sh\n", counted=counted, wide=wide)
    assert read(data) == ZipEntry(NAME, FILE, before=10)
    assert by_the_library(data) == [(NAME, FILE)]


HIDING = {
    "before": zip_of(NAME, FILE, before=HIDDEN),
    "before, and not counted": zip_of(NAME, FILE, before=HIDDEN, counted=False),
    "before, behind other bytes": zip_of(NAME, FILE, before=b"MZ" + HIDDEN),
    "a whole zip before": zip_of("an.txt", b"an") + zip_of(NAME, FILE),
    "a whole zip before, counted": zip_of(NAME, FILE, before=zip_of("an.txt", b"an")),
    "between": zip_of(NAME, FILE, between=HIDDEN),
    "between, behind the sizes": zip_of(NAME, FILE, later=True, between=HIDDEN),
    "between, in zip64": zip_of(NAME, FILE, wide={"local", "central", "end"}, between=HIDDEN),
    "after": zip_of(NAME, FILE, comment=HIDDEN),
    "after everything": zip_of(NAME, FILE) + HIDDEN,
    "in what deflate leaves": patched(
        zip_of(NAME, FILE, later=True, between=HIDDEN), b"PK\1\2", 20, "<L",
        len(zlib.compress(FILE, wbits=-15)) + 16 + len(HIDDEN),
    ),
    "where the entry says that it ends": patched(
        patched(zip_of(NAME, HIDDEN, stored=True), b"PK\3\4", 18, "<L", 0), b"PK\3\4", 22, "<L", 0
    ),
}  # fmt: skip


@pytest.mark.parametrize("data", HIDING.values(), ids=HIDING.keys())
def test_an_entry_that_the_directory_does_not_name_is_found(data: bytes) -> None:
    assert [content for _, content in by_the_library(data)] in ([FILE], [HIDDEN])
    assert refused(data) == "hidden-entry"


@pytest.mark.parametrize(("offset", "name"), [(14, "sum"), (18, "packed size"), (22, "size")])
def test_an_entry_that_says_otherwise_of_itself_is_refused(offset: int, name: str) -> None:
    assert refused(patched(zip_of(NAME, FILE), b"PK\3\4", offset, "<L", 7)) == "headers-differ"
    wide = zip_of(NAME, FILE, wide={"local"})
    if name != "sum":
        place = 30 + len(NAME) + 4 + (0 if name == "size" else 8)
        assert refused(patched(wide, b"PK\3\4", place, "<Q", 7)) == "headers-differ"


def test_a_second_entry_of_the_directory_counts_though_it_counts_one() -> None:
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.txt", FILE)
        archive.writestr("b.txt", FILE)
    two = patched(patched(target.getvalue(), b"PK\5\6", 8, "<H", 1), b"PK\5\6", 10, "<H", 1)
    assert refused(two) == "entries"
    size = len(two) - two.index(b"PK\1\2") - 22
    assert refused(patched(two, b"PK\5\6", 12, "<L", size // 2)) == "entries"


@pytest.mark.parametrize("other", ["b.txt", "../../b.txt", "a.txt.exe", "A.txt", ""])
def test_another_name_in_unicode_is_refused_in_every_place(other: str) -> None:
    field = unicode_path("a.txt", other)
    assert refused(zip_of("a.txt", FILE, extra=field)) == "unicode-path"
    entry = local_entry("a.txt", FILE, extra=field)
    in_its_own_header = zip_of("a.txt", FILE, before=entry)[: len(entry)]
    plain = zip_of("a.txt", FILE)
    rest = plain[plain.index(b"PK\1\2") :]
    end = rest.index(b"PK\5\6")
    alone = in_its_own_header + rest[: end + 16] + struct.pack("<L", len(entry)) + rest[end + 20 :]
    assert by_the_library(alone) == [("a.txt", FILE)]
    assert refused(alone) == "unicode-path"
    assert refused(zip_of("a.txt", FILE, extra=unicode_path("a.txt", "a.txt") + field)) == "unicode-path"


def test_the_same_name_in_unicode_is_right() -> None:
    assert read(zip_of("Tờ trình.txt", FILE, extra=unicode_path("Tờ trình.txt", "Tờ trình.txt"))).name == "Tờ trình.txt"


def test_a_name_in_an_old_code_page_is_the_one_that_the_field_gives() -> None:
    """Without the mark of UTF-8 nobody knows the code page; the field is there for that."""
    for other, named in (("Tờ trình.txt", "Tờ trình.txt"), ("../b.txt", None)):
        data = zip_of("T\u00c4 tr\u00c4nh.txt", FILE, extra=unicode_path("x", other))
        for sign, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            data = patched(data, sign, place, "<H", 0)
        if named is None:
            assert refused(data) == "unicode-path"
        else:
            assert read(data).name == named


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK, stat.S_IFDIR])
def test_what_is_no_plain_file_is_refused(kind: int) -> None:
    assert refused(zip_of(NAME, FILE, mode=kind | 0o777)) == "special-entry"


@pytest.mark.parametrize("mode", [0, 0o644, stat.S_IFREG | 0o755])
def test_a_plain_file_is_read_whatever_the_writer_says_of_its_mode(mode: int) -> None:
    assert read(zip_of(NAME, FILE, mode=mode)).content == FILE


@pytest.mark.parametrize("cut", range(0, 120, 7))
def test_a_cut_zip64_is_refused(cut: int) -> None:
    data = zip_of(NAME, FILE, wide={"local", "central", "end"})
    assert refused(data[: len(data) - 1 - cut]) in {"not-a-zip", "entries", "unsupported", "truncated"}


def test_a_directory_that_leads_nowhere_is_none() -> None:
    data = zip_of(NAME, FILE, wide={"end"})
    for offset in (0, 2**40, 2**64 - 1):
        assert find_directory(patched(data, b"PK\6\6", 48, "<Q", offset)) is None or offset == 0
    assert find_directory(with_wide_end(docx())) is not None
