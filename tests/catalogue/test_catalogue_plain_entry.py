"""The quick reader of message entries says what the YAML parser says, or leaves the entry to it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.message_file import _divided
from harness.catalogue.plain_entry import plain_entry
from harness.catalogue.texts import areas
from harness.catalogue.yaml_reader import parsed, read
from harness.resources import folder

HERE = Path("a.yaml")


def test_every_shipped_entry_is_read_as_the_parser_reads_it() -> None:
    quick = 0
    for area in areas():
        path = folder("profiles") / "messages" / f"{area}.yaml"
        written = _divided(path.read_text(encoding="utf-8")) or {}
        whole = read(path).value
        for key, text in written.items():
            found = plain_entry(text)
            assert found is None or found == {key: whole[key]}, (area, key)
            quick += found is not None
    assert quick > 1000


@pytest.mark.parametrize(
    "entry",
    [
        "k: {vi: a, en: b}\n",
        "k: {vi: \"a, b: c\", en: 'd # e'}\n",
        "k:\n  vi: |\n    a\n\n      b\n\n\n  en: it's not\n",
        'k:\n  message: {vi: a b, en: c}\n  # said\n  remedy:\n      vi: a:b#c\n      en: "x"\n# of the next\n',
    ],
)
def test_what_is_plain_is_read_quickly(entry: str) -> None:
    assert plain_entry(entry) == parsed(entry, HERE).value


@pytest.mark.parametrize(
    "entry",
    [
        "k: {vi: a, en: b",
        "k: {vi: a, en: 1}\n",
        "k: {vi: true, en: b}\n",
        "k: {vi: a, vi: b}\n",
        "k: {vi: a, en: [b]}\n",
        'k: {vi: "a\\n", en: b}\n',
        "k: {vi: 'it''s', en: b}\n",
        "k: {vi: a, en: b} # c\n",
        "k: *other\n",
        "k: &name a\n",
        "k: !!str a\n",
        "k: a\n  b\n",
        "k: a: b\n",
        "k: a #b\n",
        "k: |-\n  a\n",
        "k: |\n\n  a\n",
        "k: >\n  a\n",
        "k: |\n  a",
        "k:\n  - a\n",
        "k:\n\tvi: a\n",
        "k:\n  vi: a\n   en: b\n",
        "k:\n",
        "k: null\n",
        "k: a\u00a0b\n",
    ],
)
def test_every_other_form_is_left_to_the_parser(entry: str) -> None:
    assert plain_entry(entry) is None


LINES = st.lists(
    st.tuples(
        st.sampled_from(["", "  ", "    ", "      "]),
        st.sampled_from(["vi: ", "en: ", "k:", "", "# "]),
        st.sampled_from(["", "|", "a b", "a: b", "a #b", '"a"', "'b, c'", "{vi: a, en: b c}", "{vi: 'a}", "no", "Null",
                         "a:", "é “x”", "{vi: a:b}", "{vi: a b , en: c-d}", "1", "- a", "   ", "'a' b", "|\n\n"]),
    ),
    max_size=6,
)  # fmt: skip


@given(LINES)
@settings(max_examples=400, deadline=None)
def test_nothing_is_read_differently(lines: list[tuple[str, str, str]]) -> None:
    entry = "k:\n" + "".join(f"{indent}{key}{value}\n" for indent, key, value in lines)
    found = plain_entry(entry)
    if found is not None:
        try:
            assert found == parsed(entry, HERE).value
        except ConfigurationError as error:
            pytest.fail(f"expected the parser's {error}, got {found}")
