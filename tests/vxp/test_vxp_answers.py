"""Answers: what is written is ASCII and never null; what is read is refused for exactly what is wrong."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.vxp.answers import (
    AnswerBroken,
    failure,
    listed,
    number_member,
    read_answer,
    success,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def broken(body: bytes) -> str:
    with pytest.raises(AnswerBroken) as caught:
        read_answer(body)
    return caught.value.code


@given(st.text(), st.dictionaries(st.text(min_size=9, max_size=12), VALUES, max_size=4))
def test_answers_are_ascii_and_hold_no_null(description: str, members: dict[str, object]) -> None:
    body = failure("18", description, members)
    assert body.isascii()
    assert None not in _leaves(json.loads(body))
    answer = read_answer(body)
    assert (answer.status, answer.error_code, answer.error_desc) == ("FAIL", "18", description)
    assert not answer.accepted


def test_success_carries_all_three_members() -> None:
    answer = read_answer(success({"DocId": "0123456789abcdef01234567", "absent": None}))
    assert answer.accepted
    assert dict(answer.members) == {
        "status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong", "DocId": "0123456789abcdef01234567",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"<html><body>502</body></html>", "html"),
        (b"\xff\xfe", "not-text"),
        (b"Bad Gateway", "not-json"),
        (b"[1]", "not-object"),
        (b"null", "not-object"),
        (b"[" * 100_000, "not-json"),
        (b'{"status":' + b"9" * 5000 + b"}", "not-json"),
        (b"{}", "missing-member"),
        (b'{"status":"OK","ErrorCode":"0"}', "missing-member"),
        (b'{"status":"OK","ErrorCode":null,"ErrorDesc":""}', "null-member"),
        (b'{"status":"OK","ErrorCode":0,"ErrorDesc":""}', "wrong-type"),
    ],
)
def test_what_is_no_answer(body: bytes, code: str) -> None:
    assert broken(body) == code


def test_an_answer_that_broke_off_is_distinguished_from_one_that_never_was_json() -> None:
    whole = success({"data": [{"docId": "a\u00e9"}, {"n": 12, "b": True}]})
    assert {broken(whole[:end]) for end in range(1, len(whole))} <= {"cut", "not-json"}
    assert broken(whole[: len(whole) // 2]) == "cut"
    assert broken(whole[:-1]) == "cut"


@given(st.binary(max_size=60))
def test_hostile_bytes_are_refused_or_read(body: bytes) -> None:
    with contextlib.suppress(AnswerBroken):
        assert isinstance(read_answer(body).error_code, str)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({}, "missing-member"),
        ({"data": None}, "null-member"),
        ({"data": "text"}, "wrong-type"),
        ({"data": [None]}, "null-member"),
        ({"data": ["text"]}, "wrong-type"),
    ],
)
def test_lists_that_are_none(members: dict[str, object], code: str) -> None:
    content = {"status": "OK", "ErrorCode": "0", "ErrorDesc": "", **members}
    answer = read_answer(json.dumps(content).encode())
    with pytest.raises(AnswerBroken) as caught:
        listed(answer)
    assert caught.value.code == code


@pytest.mark.parametrize(("value", "code"), [("true", "wrong-type"), ('"1"', "wrong-type"), ("null", "null-member")])
def test_numbers_that_are_none(value: str, code: str) -> None:
    answer = read_answer(f'{{"status":"OK","ErrorCode":"0","ErrorDesc":"","count":{value}}}'.encode())
    with pytest.raises(AnswerBroken) as caught:
        number_member(answer, "count")
    assert caught.value.code == code


def _leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in _leaves(part)]
    if isinstance(value, list):
        return [leaf for part in value for leaf in _leaves(part)]
    return [value]
