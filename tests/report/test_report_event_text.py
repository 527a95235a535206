"""Messages as they are shown on a terminal: whole, readable, and harmless whatever a candidate wrote."""

import base64
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.event_text import body_lines
from harness.vectors.packages.base import DocumentIdentity, document
from harness.vectors.registry import all_vectors


def test_a_package_is_laid_out_element_by_element() -> None:
    lines = list(body_lines(document(DocumentIdentity()).written()))
    line = next(one for one in lines if "<edXML:OrganId>000.00.00.G22</edXML:OrganId>" in one)
    assert line.startswith("          <")
    assert lines[-1] == "</edXML>"
    assert max(map(len, lines)) < 500
    assert any("… (" in one for one in lines)  # contents are cut, not printed by the kilobyte


@pytest.mark.parametrize("key", sorted(key for key in all_vectors() if key.startswith(("PKG-01", "PKG-02", "PKG-04"))))
def test_a_broken_package_is_shown_too(key: str) -> None:
    lines = list(body_lines(all_vectors()[key].written(DocumentIdentity())))
    assert all(sign.isprintable() for line in lines for sign in line)


def test_json_is_indented() -> None:
    assert list(body_lines('{"a":{"b":"Tệp"}}'.encode())) == ["{", '  "a": {', '    "b": "Tệp"', "  }", "}"]


@given(st.binary(max_size=400))
def test_any_bytes_are_shown_without_harm(content: bytes) -> None:
    for line in body_lines(content):
        assert not any(unicodedata.category(sign) in {"Cc", "Cf"} for sign in line)


def test_the_screen_is_not_flooded() -> None:
    flood = b"<a>" * 100_000 + base64.b64encode(bytes(2_000_000))
    lines = list(body_lines(flood))
    assert len(lines) <= 401
    assert sum(map(len, lines)) < 200_000


@pytest.mark.parametrize(
    "content", [b"<a" * 1_000_000, b"<" + b"a" * 2_000_000, b">" + b" " * 2_000_000, b"<a>" + b"A" * 2_000_000]
)
def test_very_long_bodies_are_shown_shortened(content: bytes) -> None:
    assert len(list(body_lines(content))) <= 401
