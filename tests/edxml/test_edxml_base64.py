"""Strict base64, and where it breaks."""

import base64

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.edxml.attachments import Base64Broken, decode_base64, read_base64

BROKEN = {
    "A": (1, "truncated"),
    "QUJDR": (5, "truncated"),
    "QUJDR=": (5, "truncated"),
    "AA": (2, "padding"),
    "AA=": (3, "padding"),
    "AA=\n": (3, "padding"),
    "AA=A": (3, "padding"),
    "AA=A=": (3, "padding"),
    "AA===": (4, "padding"),
    "AAAA=": (4, "padding"),
    "=AAA": (0, "padding"),
    "====": (0, "padding"),
    "AA==AAAA": (4, "padding"),
    "AB==": (1, "unused-bits"),
    "QUJDAAB=": (6, "unused-bits"),
    "QUI\nB==": (5, "padding"),
    "AAAA====": (4, "padding"),
    "QU\nB=": (3, "unused-bits"),
    "QUJ-": (3, "alphabet"),
    "QU_DAB==": (2, "alphabet"),
    "QU%DQUJD": (2, "alphabet"),
    "ếQUJ": (0, "alphabet"),
    "QUJDế": (4, "alphabet"),
    "QU\u00a0JD": (2, "alphabet"),
    "QU\ud800JD": (2, "alphabet"),
    "\n QUJD!": (6, "alphabet"),
    "QU JD": (2, "blank"),
    " QUJD\tQUJD ": (5, "blank"),
    "QUJD\nQU JD": (7, "blank"),
    "QU JD!": (2, "blank"),
}


@pytest.mark.parametrize(("text", "place"), BROKEN.items())
def test_broken(text: str, place: tuple[int, str]) -> None:
    with pytest.raises(Base64Broken) as broken:
        decode_base64(text)
    assert (broken.value.position, broken.value.reason) == place


@pytest.mark.parametrize("text", ["", " ", "\r\n\t "])
def test_no_text_stands_for_no_bytes(text: str) -> None:
    assert read_base64(text).content == b""


@pytest.mark.parametrize(
    ("text", "breaks"),
    [("QUJDREVG", False), ("\r\n  QUJDREVG\n", False), ("QUJD\r\nREVG", True), ("QUJD \n\t REVG", True)],
)
def test_line_breaks_inside_are_reported(text: str, breaks: bool) -> None:
    for given_as in (text, text.encode()):
        decoded = read_base64(given_as)
        assert (decoded.content, decoded.line_breaks) == (b"ABCDEF", breaks)


@given(st.binary(max_size=200))
def test_what_is_encoded_comes_back(content: bytes) -> None:
    assert decode_base64(base64.b64encode(content)) == content


_LETTERS = st.text("AQgwBz09+/= \n!ế", max_size=12)


@settings(max_examples=500)
@given(_LETTERS)
@example("AA= =")
@example("AAAA=")
def test_only_the_one_right_spelling_is_taken(text: str) -> None:
    bare = "".join(text.split())
    try:
        content = decode_base64(text)
    except Base64Broken as broken:
        place, reason = broken.position, broken.reason
    else:
        assert base64.b64encode(content).decode() == bare
        return
    assert 0 <= place <= len(text)
    if reason == "alphabet":
        assert text[place] in "!ế"
    if reason == "blank":
        assert text[place] == " "


@given(_LETTERS)
def test_the_place_is_the_same_for_text_and_bytes(text: str) -> None:
    def broken(given_as: str | bytes) -> tuple[int, str] | None:
        try:
            decode_base64(given_as)
        except Base64Broken as error:
            return error.position, error.reason
        return None

    in_text, in_bytes = broken(text), broken(text.encode())
    if in_text is not None:
        in_text = (len(text[: in_text[0]].encode()), in_text[1])
    assert in_text == in_bytes
