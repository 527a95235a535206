"""Bodies on disk: gzipped where that gains much, found by the digest of what was sent, never expanded without bound."""

import gzip
import hashlib
import random
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.journal import Journal, JournalBroken, bodies, read_record
from harness.journal.bodies import read_body, write_body

TEXT = b"<edXML>" + b"text of a package " * 100


def noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@given(st.binary(max_size=3000) | st.integers(1, 3000).map(lambda count: b"abc" * count))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("bodies")
    name = write_body(folder, content)
    assert name == hashlib.sha256(content).hexdigest()
    assert read_body(folder, name) == content


def test_a_text_is_gzipped_under_the_digest_of_the_text(tmp_path: Path) -> None:
    name = write_body(tmp_path, TEXT)
    assert files(tmp_path) == [f"{name}.gz"]
    assert gzip.decompress((tmp_path / f"{name}.gz").read_bytes()) == TEXT
    packed = (tmp_path / f"{name}.gz").read_bytes()
    (tmp_path / f"{name}.gz").unlink()
    assert write_body(tmp_path, TEXT) == name
    assert (tmp_path / f"{name}.gz").read_bytes() == packed


@pytest.mark.parametrize("content", [b"short", noise(5_000), noise(2_000_000)], ids=["short", "noise", "large noise"])
def test_bodies_that_do_not_shrink_are_stored_uncompressed(tmp_path: Path, content: bytes) -> None:
    name = write_body(tmp_path, content)
    assert files(tmp_path) == [name]


def test_a_body_of_an_older_run_is_not_written_again(tmp_path: Path) -> None:
    name = hashlib.sha256(TEXT).hexdigest()
    (tmp_path / name).write_bytes(TEXT)
    assert write_body(tmp_path, TEXT) == name
    assert files(tmp_path) == [name]


def test_a_large_body_that_repeats_itself_becomes_small(tmp_path: Path) -> None:
    content = noise(9_000) * 200
    name = write_body(tmp_path, content)
    assert (tmp_path / f"{name}.gz").stat().st_size < 40_000
    assert read_body(tmp_path, name) == content


def test_a_body_that_expands_too_far_is_not_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LARGEST_BODY", 100_000)
    for size, whole in ((100_000, True), (100_001, False), (50_000_000, False)):
        (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(size)))
        if whole:
            assert len(read_body(tmp_path, "bomb")) == size
        else:
            with pytest.raises(ValueError, match="more than 100000 bytes"):
                read_body(tmp_path, "bomb")


@pytest.mark.parametrize(
    "packed",
    [b"", b"\x1f\x8b", b"no gzip at all", zlib.compress(TEXT), gzip.compress(TEXT)[:-9]],
    ids=["empty", "two bytes", "text", "zlib", "cut"],
)
def test_a_damaged_one_breaks_the_record(tmp_path: Path, packed: bytes) -> None:
    journal = Journal(tmp_path)
    name = journal.blob(TEXT)
    journal.close()
    (tmp_path / "blobs" / f"{name}.gz").write_bytes(packed)
    with pytest.raises(JournalBroken, match="blob-edited"):
        read_record(tmp_path).blob(name)


def test_another_body_under_its_name_breaks_the_record(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    name = journal.blob(TEXT)
    journal.close()
    assert read_record(tmp_path).blob(name) == TEXT
    (tmp_path / "blobs" / f"{name}.gz").write_bytes(gzip.compress(TEXT + b" "))
    with pytest.raises(JournalBroken, match="blob-edited"):
        read_record(tmp_path).blob(name)
