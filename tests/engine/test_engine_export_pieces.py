"""The pieces into which an export is divided make up the export, whatever it contains."""

import io
import random
import zipfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from harness.engine.export_pieces import pieces_of
from harness.journal import Journal

LARGE = random.Random(7).randbytes(70_000)


def archive_of(*methods: int) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for number, method in enumerate(methods):
            archive.writestr(f"tệp {number}.bin", LARGE, method)
            archive.writestr(f"{number}.txt", b"small")
    return written.getvalue()


def cut(content: bytes) -> list[bytes]:
    return [content[start:end] for start, end in pieces_of(content)]


def test_a_large_file_that_is_not_compressed_is_a_piece_of_its_own() -> None:
    content = archive_of(zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)
    pieces = cut(content)
    assert b"".join(pieces) == content
    assert pieces.count(LARGE) == 2


def test_content_of_two_exports_is_stored_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path, secrets=("a-secret-of-the-run",))
    for content in (LARGE, archive_of(zipfile.ZIP_STORED), archive_of(zipfile.ZIP_STORED, zipfile.ZIP_STORED)):
        for piece in cut(content):
            journal.keep(piece)
    journal.close()
    assert sum(path.stat().st_size for path in (tmp_path / "blobs").iterdir()) < len(LARGE) + 5000


@given(st.binary(max_size=60), st.integers(0, 200_000), st.integers(0, 255))
def test_the_pieces_of_any_archive_make_up_the_whole_archive(tail: bytes, place: int, byte: int) -> None:
    content = bytearray(archive_of(zipfile.ZIP_STORED, zipfile.ZIP_STORED))
    content[-1 - place % 400] = byte
    content[place % len(content)] = byte
    for spoilt in (bytes(content), bytes(content) + tail, tail):
        assert b"".join(cut(spoilt)) == spoilt
