"""The packing rule of the operator's library, and unpacking what is not what it should be."""

import io
import struct
import warnings
import zipfile
import zlib
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.edxml.attachments import Allowance, AttachmentBroken, extension, pack, unpack, unpack_entry
from harness.edxml.model import Attachment
from tests.edxml.packages_made import LIMITS

SMALL = msgspec.structs.replace(LIMITS, attachment_bytes=100_000, zip_ratio=100)
FILE = "Tờ trình số 1 của UBND".encode() * 20


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.pdf", "application/pdf"),
        ("a.PDF", "application/pdf"),
        ("a.doc", "application/doc"),
        ("a.docx", "application/docx"),
        ("a.zip", "application/zip"),
        ("a.xsl", "application/xsl"),
        ("a.xslx", "application/xslx"),
    ],
)
def test_some_types_are_carried_raw(name: str, content_type: str) -> None:
    attachment = pack(name, FILE, "1")
    assert (attachment.content_type, attachment.content, attachment.content_id) == (content_type, FILE, "cid:1")
    assert unpack(attachment, LIMITS) == FILE


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("a.xls", "u.xls"),
        ("a.XLSX", "u.XLSX"),
        ("ảnh.jpg", "u.jpg"),
        ("không đuôi", "u.unk"),
        ("a.", "u.unk"),
        ("a.b/c", "u.unk"),
        ("../../a.txt", "u.txt"),
        (".bashrc", "u.bashrc"),
    ],
)
def test_all_others_are_zipped(name: str, entry: str) -> None:
    attachment = pack(name, FILE, "cid:1", entry_id="u")
    assert (attachment.name, attachment.content_type, attachment.content_id) == (name, "application/zip", "cid:1")
    with zipfile.ZipFile(io.BytesIO(attachment.content)) as archive:
        assert [(one.filename, archive.read(one)) for one in archive.infolist()] == [(entry, FILE)]
    found = unpack_entry(attachment, LIMITS)
    assert found is not None
    assert (found.name, found.content) == (entry, FILE)


def test_packing_with_a_given_id_gives_the_same_bytes() -> None:
    assert pack("a.txt", FILE, "1", entry_id="u") == pack("a.txt", FILE, "1", entry_id="u")
    assert pack("a.txt", FILE, "1") != pack("a.txt", FILE, "1")


@given(st.binary(min_size=1, max_size=2000), st.text(max_size=10))
def test_any_file_comes_back(content: bytes, name: str) -> None:
    assert unpack(pack(name, content, "1"), LIMITS) == content


@pytest.mark.parametrize(("name", "ending"), [("a.b.Pdf", "Pdf"), ("a", ""), ("a.", ""), ("a.b\\c", ""), ("a.\n", "")])
def test_the_extension_is_the_last_part_of_a_name(name: str, ending: str) -> None:
    assert extension(name) == ending


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", method) as archive:
        warnings.simplefilter("ignore")
        for name, content in files:
            archive.writestr(name, content)
    return target.getvalue()


def patched(data: bytes, sign: bytes, offset: int, form: str, value: int) -> bytes:
    """Overwrite a field of the header that begins with `sign`."""
    place = data.index(sign) + offset
    size = struct.calcsize(form)
    return data[:place] + struct.pack(form, value) + data[place + size :]


def encrypted() -> bytes:
    data = patched(zipped(("a.txt", FILE)), b"PK\1\2", 8, "<H", 1)
    return patched(data, b"PK\3\4", 6, "<H", 1)


def forged(size: int) -> bytes:
    """A zip whose headers say a wrong size of the expanded file."""
    return patched(patched(zipped(("a.txt", FILE)), b"PK\1\2", 24, "<L", size), b"PK\3\4", 22, "<L", size)


ONE = zipped(("a.txt", FILE))
BROKEN = {
    "no bytes": (b"", "not-a-zip"),
    "raw file": (b"%PDF-1.4", "not-a-zip"),
    "cut": (ONE[:-30], "not-a-zip"),
    "no entry": (zipped(), "entries"),
    "two entries": (zipped(("a.txt", FILE), ("b.txt", FILE)), "entries"),
    "two of a name": (zipped(("a.txt", FILE), ("a.txt", b"x")), "entries"),
    "two said to be one": (patched(zipped(("a", FILE), ("b", FILE)), b"PK\5\6", 10, "<H", 1), "entries"),
    "path": (zipped(("../../a.txt", FILE)), "entry-path"),
    "absolute path": (zipped(("/etc/passwd", FILE)), "entry-path"),
    "folder": (zipped(("a/", b"")), "entry-path"),
    "backslash": (zipped(("..\\a.txt", FILE)), "entry-path"),
    "drive": (zipped(("C:a.txt", FILE)), "entry-path"),
    "dots": (zipped(("..", FILE)), "entry-path"),
    "encrypted": (encrypted(), "encrypted"),
    "another method": (zipped(("a.txt", FILE), method=zipfile.ZIP_BZIP2), "unsupported"),
    "64-bit sizes": (patched(ONE, b"PK\1\2", 24, "<L", 0xFFFFFFFF), "unsupported"),
    "two names": (ONE.replace(b"a.txt", b"b.txt", 1), "headers-differ"),
    "wrong sum": (patched(ONE, b"PK\1\2", 16, "<L", 1), "crc"),
    "too much packed": (patched(ONE, b"PK\1\2", 20, "<L", 10_000), "truncated"),
    "too little packed": (patched(ONE, b"PK\1\2", 20, "<L", 10), "truncated"),
    "garbled": (ONE[:45] + b"\xff\xff\xff\xff" + ONE[49:], "damaged"),
    "larger than said": (forged(10), "damaged"),
    "smaller than said": (forged(len(FILE) + 1), "damaged"),
    "empty file": (zipped(("a.txt", b"")), "empty-entry"),
    "large file": (zipped(("a.txt", bytes(range(256)) * 500)), "too-large"),
    "bomb": (zipped(("a.txt", bytes(90_000))), "expansion"),
    "bomb that hides its size": (
        patched(zipped(("a.txt", bytes(50_000_000))), b"PK\1\2", 24, "<L", 10),
        "damaged",
    ),
    "large zip": (bytes(100_001), "too-large"),
}


@pytest.mark.parametrize(("content", "code"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_zip_of_one_file_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(AttachmentBroken) as broken:
        unpack(Attachment("cid:1", "a.txt", "application/zip", content), SMALL)
    assert broken.value.code == code


def test_a_zip_bomb_is_expanded_no_further_than_its_stated_size() -> None:
    expanded = zlib.decompressobj(-zlib.MAX_WBITS).decompress(zipped(("a", bytes(10_000_000)))[31:], 11)
    assert len(expanded) == 11


@pytest.mark.parametrize(
    "content",
    [ONE, zipped(("a.txt", FILE), method=zipfile.ZIP_STORED), ONE + b"\r\n"],
    ids=["deflated", "stored", "tail"],
)
def test_a_zip_of_one_file_is_unpacked(content: bytes) -> None:
    assert unpack(Attachment("cid:1", "a.txt", "Application/ZIP", content), LIMITS) == FILE


def test_a_zip_inside_is_not_followed() -> None:
    inner = zipped(("a.txt", FILE), ("b.txt", FILE))
    packed = pack("inner.xlsx", inner, "1")
    assert unpack(packed, LIMITS) == inner
    assert unpack(replace(packed, name="outer.zip"), LIMITS) == packed.content


def test_a_name_in_vietnamese_is_read() -> None:
    found = unpack_entry(Attachment("cid:1", "a.txt", "application/zip", zipped(("Tờ trình.txt", FILE))), LIMITS)
    assert found is not None
    assert found.name == "Tờ trình.txt"


@given(st.integers(0, len(ONE) - 1), st.binary(max_size=8), st.integers(0, 8))
def test_any_change_of_a_zip_ends_in_a_file_or_a_typed_refusal(place: int, new: bytes, gone: int) -> None:
    content = ONE[:place] + new + ONE[place + gone :]
    try:
        assert unpack(Attachment("cid:1", "a.txt", "application/zip", content), SMALL) == FILE
    except AttachmentBroken as broken:
        known = {code for _, code in BROKEN.values()} | {"special-entry", "unicode-path", "hidden-entry"}
        assert broken.code in known  # noqa: PT017


def test_attachments_that_share_an_allowance_expand_no_further_together() -> None:
    allowance = Allowance(2500)
    packed = [pack(f"{n}.bin", bytes(1000), str(n)) for n in range(3)]
    assert [len(unpack(one, LIMITS, allowance)) for one in packed[:2]] == [1000, 1000]
    for one in (packed[2], pack("4.bin", b"x", "4")):
        with pytest.raises(AttachmentBroken) as refused:
            unpack(one, LIMITS, allowance)
        assert refused.value.code == "allowance"
    assert unpack(pack("5.pdf", bytes(5000), "5"), LIMITS, allowance) == bytes(5000)


def test_an_expansion_that_fails_is_taken_from_the_allowance_too() -> None:
    whole = pack("1.bin", bytes(1000), "1")
    damaged = bytearray(whole.content)
    damaged[damaged.index(b"PK\1\2") + 16] ^= 1
    allowance = Allowance(1500)
    with pytest.raises(AttachmentBroken) as refused:
        unpack(replace(whole, content=bytes(damaged)), LIMITS, allowance)
    assert refused.value.code == "crc"
    with pytest.raises(AttachmentBroken):
        unpack(whole, LIMITS, allowance)
