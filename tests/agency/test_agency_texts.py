"""Sentences as they can be in a header line."""

from hypothesis import given
from hypothesis import strategies as st

from harness.agency.texts import ascii_words


@given(st.text(max_size=400))
def test_whatever_is_said_can_stand_in_a_header(words: str) -> None:
    said = ascii_words(words)
    assert said.isascii()
    assert said == said.strip()
    assert all(sign.isprintable() for sign in said)


def test_a_sentence_that_is_cut_at_a_blank_ends_with_a_letter() -> None:
    assert ascii_words("a" * 199 + " b") == "a" * 199
