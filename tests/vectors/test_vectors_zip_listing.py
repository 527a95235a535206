"""Listings of zips: what a reader of an example sees of one, whatever the bytes are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.vectors.examples import Example, example_of
from harness.vectors.packages.base import DocumentIdentity
from harness.vectors.registry import vectors_of
from harness.vectors.zip_listing import zip_listing
from harness.vectors.zips import local_entry, zip_of


def example(name: str) -> Example:
    vector = next(one for one in vectors_of("ATT-06") if one.name == name)
    return example_of(vector, DocumentIdentity())


@pytest.mark.parametrize(("name", "said"), [
    ("raw-bytes", "end of central directory: –"),
    ("two-entries", "local file header: '2.xlsx'"),
    ("encrypted", "encrypted"),
    ("entry-with-a-path", "'../../phu-luc.xlsx'"),
    ("damaged", "content: crc-32"),
    ("symbolic-link", "mode lrwxrwxrwx"),
    ("another-name-in-unicode", "Unicode Path 'b.xlsx'"),
    ("hidden-after", "'an.xlsx'"),
    ("hidden-behind-the-sizes", "'an.xlsx'"),
    ("bytes-before", "23 21 2f 62 69 6e 2f 73 … (17 bytes)"),
    ("expands-too-far", "53000000 bytes"),
])  # fmt: skip
def test_an_example_of_a_zip_says_what_is_wrong_with_it(name: str, said: str) -> None:
    shown = example(name)
    assert said in "\n".join(shown.bad)
    assert said not in "\n".join(shown.good)


def test_names_are_written_so_that_they_are_seen_and_short() -> None:
    (line, *_) = zip_listing(zip_of("\x1b[2J\u202efdp.exe" + "ữ" * 5000, b"a"))
    assert line.startswith("local file header: '\\x1b[2J\\u202efdp.exe")
    assert len(line) < 200


def test_sizes_of_zip64_are_reported() -> None:
    lines = zip_listing(zip_of("a.txt", b"abc", wide={"local", "central", "end"}))
    assert [line.count("3 bytes") for line in lines] == [1, 1, 0]


@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from([zip_of("a", b"b"), local_entry("a", b"b")]))))
def test_any_bytes_are_listed(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    for cut in (data, data[:-7], data[3:]):
        assert all(line.isprintable() and len(line) < 400 for line in zip_listing(cut))
