"""Examples of `explain`: every bad package shows what is wrong with it, and a few lines do."""

import pytest

from harness.vectors.examples import Example, example_of, shown
from harness.vectors.packages.base import DocumentIdentity
from harness.vectors.registry import all_vectors

BAD = [vector for vector in all_vectors().values() if vector.code is not None]


@pytest.fixture(scope="module")
def examples() -> dict[str, Example]:
    # A hundred megabytes are no example.
    return {vector.key: example_of(vector, DocumentIdentity()) for vector in BAD if vector.requirement != "PKG-10"}


def test_every_bad_package_differs_from_a_good_one(examples: dict[str, Example]) -> None:
    assert [key for key, one in examples.items() if not one.good and not one.bad] == []


def test_what_is_shown_is_short_and_can_be_seen(examples: dict[str, Example]) -> None:
    for one in examples.values():
        for line in (*shown(one.good, one.bad), *shown(one.bad, one.good)):
            assert len(line) <= 1000
            assert line.isprintable()


def test_a_wrong_day_is_shown_beside_a_right_one(examples: dict[str, Example]) -> None:
    vector = next(one for one in BAD if one.code == "HDR-07.not-a-day")
    one = examples[vector.key]
    assert one.good[-1] == "<edXML:PromulgationDate>2025/09/30</edXML:PromulgationDate>"
    assert one.bad[-1] == "<edXML:PromulgationDate>2014/02/30</edXML:PromulgationDate>"


def test_letters_in_pieces_are_written_out(examples: dict[str, Example]) -> None:
    one = next(examples[vector.key] for vector in BAD if vector.code == "PKG-02.not-nfc")
    assert "\\u0302" in " ".join(shown(one.bad))


def test_sides_that_differ_are_seen_to_differ(examples: dict[str, Example]) -> None:
    """Also where the difference is far behind the beginning of a line, as in the base64 of a file."""
    alike = [key for key, one in examples.items() if shown(one.good, one.bad) == shown(one.bad, one.good)]
    assert alike == []
