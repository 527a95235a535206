"""The digest of a file in both forms, and the time of a call."""

import hashlib
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.vxp.hashing import hash_file, hash_file_form, with_trailer, without_trailer
from harness.vxp.timestamps import parse_timestamp, timestamp

PADDED = "885bd2bb4923cf090edd783eb65b75cdbff22bd3bfdc3bcb12bcb89478ff5ce2"
UNPADDED = "885bd2bb4923cf9edd783eb65b75cdbff22bd3bfdc3bcb12bcb89478ff5ce2"


def test_the_published_pair_is_one_digest() -> None:
    assert "".join(f"{byte:x}" for byte in bytes.fromhex(PADDED)) == UNPADDED


@given(st.binary())
def test_both_forms_are_recognised(content: bytes) -> None:
    padded, unpadded = hash_file(content), hash_file(content, padded=False)
    assert padded == hashlib.sha256(content).hexdigest()
    if padded == unpadded:
        assert hash_file_form(content, padded) == "both"
    else:
        assert hash_file_form(content, padded) == "padded"
        assert hash_file_form(content, unpadded) == "unpadded"
    assert hash_file_form(content + b"x", padded) is None


def test_a_digest_without_small_bytes_looks_the_same_in_both_forms() -> None:
    content = next(
        content
        for content in (str(number).encode() for number in range(10_000))
        if min(hashlib.sha256(content).digest()) >= 0x10
    )
    assert hash_file_form(content, hash_file(content).upper()) == "both"


@pytest.mark.parametrize("given_value", ["", "é", "0", PADDED[:-1], PADDED + " "])
def test_wrong_digests_are_refused(given_value: str) -> None:
    assert hash_file_form(b"file", given_value) is None


@given(st.binary())
def test_the_added_line_break_belongs_to_no_file(content: bytes) -> None:
    assert without_trailer(with_trailer(content)) == (content, True)


def test_a_body_without_the_added_line_break() -> None:
    assert without_trailer(b"<edXML/>\n") == (b"<edXML/>\n", False)


@given(st.datetimes())
def test_times_are_read_back_to_the_millisecond(moment: datetime) -> None:
    assert parse_timestamp(timestamp(moment)) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_the_form_of_a_time() -> None:
    assert timestamp(datetime(2026, 11, 23, 15, 55, 21, 244_000)) == "23112026T155521+0244"


@pytest.mark.parametrize(
    "text",
    ["", "23112026T155521", "23112026T155521+07:00", "31022026T155521+0244", "23112026T245521+0244",
     "20261123T155521+0244", "23112026T155521+1000", "23112026T155521-0244", " 23112026T155521+0244",
     "23112026T155521+0244\n", "２３112026T155521+0244", "00000000T000000+0000"],
)  # fmt: skip
def test_wrong_times_are_refused(text: str) -> None:
    assert parse_timestamp(text) is None
