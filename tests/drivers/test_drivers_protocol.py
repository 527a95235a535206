"""What counts as an answer of the driver protocol."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.drivers.protocol import DriverError, DriverLost, read_answer


def answer(**members: Any) -> bytes:
    return json.dumps({"id": "7", **members}).encode()


def test_a_result_is_returned_as_it_is() -> None:
    assert read_answer(answer(result={"documents": []}), "7", "here") == {"documents": []}


def test_a_numeric_id_is_the_same_id() -> None:
    assert read_answer(b'{"id": 7, "result": {}}', "7", "here") == {}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("unsupported", "unsupported"),
        ("refused", "refused"),
        ("failed", "failed"),
        ("oops", "failed"),
        ("operator", "failed"),
    ],
)
def test_only_the_words_of_the_protocol_excuse_a_candidate(code: str, kind: str) -> None:
    with pytest.raises(DriverError) as caught:
        read_answer(answer(error={"code": code, "message": "vì sao"}), "7", "here")
    assert (caught.value.kind, caught.value.message) == (kind, "vì sao")


def test_an_error_wins_over_a_result() -> None:
    with pytest.raises(DriverError):
        read_answer(answer(result={}, error={"code": "failed", "message": ""}), "7", "here")


def test_a_hostile_message_is_made_fit_to_be_shown() -> None:
    with pytest.raises(DriverError) as caught:
        read_answer(answer(error={"code": "failed", "message": "\x1b[2J" + "x" * 10_000}), "7", "here")
    assert "\x1b" not in caught.value.message
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not-protocol"),
        (b"null", "not-protocol"),
        (b"<html>502</html>", "not-protocol"),
        (b'{"id": "7"}', "not-protocol"),
        (b'{"id": "7", "result": null}', "not-protocol"),
        (b'{"id": "7", "result": []}', "not-protocol"),
        (b'{"id": "7", "result": {"x": NaN}}', "not-protocol"),
        (b'{"id": "7", "result": {"x": 1e999}}', "not-protocol"),
        (b'{"id": "7", "result": {"x": "\\ud800"}}', "not-protocol"),
        (b'{"id": "7", "result": {"x": "\xff"}}', "not-protocol"),
        (b'{"id": "7", "error": "no"}', "not-protocol"),
        (b'{"id": "7", "result": ' + b'{"a":' * 9_000 + b"1" + b"}" * 9_000 + b"}", "not-protocol"),
        (b'{"id": "8", "result": {}}', "other-call"),
        (b'{"result": {}}', "other-call"),
    ],
)
def test_what_is_no_answer_to_this_call_is_a_lost_driver(content: bytes, reason: str) -> None:
    with pytest.raises(DriverLost) as caught:
        read_answer(content, "7", "here")
    assert (caught.value.reason, caught.value.where) == (reason, "here")


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_else_than_that(content: bytes) -> None:
    with pytest.raises((DriverLost, DriverError)):
        read_answer(content, "7", "here")
