"""Configuration files: whatever is wrong in them is one sentence with file and line, and nothing can crash."""

import contextlib
import os
import threading
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from yaml.scanner import ScannerError

from harness.catalogue import yaml_reader as yamlreading
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.file_text import LARGEST_FILE
from harness.catalogue.parameters import ParameterGroup
from harness.catalogue.typed_yaml import convert, merged, read, without_nulls
from harness.catalogue.yaml_reader import DEEPEST


def _file(directory: Path, content: str | bytes) -> Path:
    path = directory / "file.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _value(directory: Path, content: str | bytes) -> Any:
    return read(_file(directory, content)).value


def _refusal(directory: Path, content: str | bytes) -> tuple[str, int | None]:
    path = _file(directory, content)
    with pytest.raises(ConfigurationError) as caught:
        read(path)
    assert caught.value.path == path
    return caught.value.code, caught.value.line


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("01", "01"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("9" * 18, int("9" * 18)),
        ("9" * 5000, "9" * 5000),
        ("0.5", 0.5),
        ("1e3", 1000.0),
        ("1e999", "1e999"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("1:20", "1:20"),
        ("2026-01-02", "2026-01-02"),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("off", "off"),
        ("NO", "NO"),
        ("~", None),
        ("null", None),
        ("", None),
        ("'null'", "null"),
        ('"12"', "12"),
        ("Số 5/VPCP-TTĐT", "Số 5/VPCP-TTĐT"),
        ("[1, [a, {b: c}]]", [1, ["a", {"b": "c"}]]),
        ("|\n  one\n  two\n", "one\ntwo\n"),
    ],
)
def test_scalars_are_those_of_the_core_schema(tmp_path: Path, written: str, value: object) -> None:
    read_value = _value(tmp_path, f"key: {written}")["key"]
    assert read_value == value
    assert type(read_value) is type(value)


def test_keys_are_text(tmp_path: Path) -> None:
    assert _value(tmp_path, "0: a\ntrue: b\n2026-01-02: c\n<<: {x: 1}\n") == {
        "0": "a",
        "true": "b",
        "2026-01-02": "c",
        "<<": {"x": 1},
    }


def test_an_empty_file_is_an_empty_mapping(tmp_path: Path) -> None:
    assert _value(tmp_path, "") == {}
    assert _value(tmp_path, "# nothing\n") == {}


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    assert _value(tmp_path, "\ufeffkey: 1".encode()) == {"key": 1}


def test_every_part_knows_its_line(tmp_path: Path) -> None:
    located = read(_file(tmp_path, "a:\n  b:\n    - 1\n    - c: 2\nd: {e: 3}\n"))
    assert located.place(("a", "b"))[1] == 2
    assert located.place(("a", "b", 0))[1] == 3
    assert located.place(("a", "b", 1, "c"))[1] == 4
    assert located.place(("d", "e"))[1] == 5
    assert located.place(("d", "nothing", "here"))[1] == 5
    assert located.place(("elsewhere",))[1] == 1


class _EndsNestingEarly(yaml.SafeLoader):
    """A parser with a limit of its own, just above the project's, that it comes upon while it reads ahead."""

    def fetch_flow_collection_start(self, token: type) -> None:
        if self.flow_level > DEEPEST:
            raise ScannerError(None, None, "too deep for this parser", self.get_mark())
        super().fetch_flow_collection_start(token)

    def add_indent(self, column: int) -> bool:
        if len(self.indents) > DEEPEST + 1:
            raise ScannerError(None, None, "too deep for this parser", self.get_mark())
        return bool(super().add_indent(column))


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "yaml.key-twice", 3),
        ("a: 1\n'a': 3\n", "yaml.key-twice", 2),
        ("a:\n  b: {c: 1, c: 2}\n", "yaml.key-twice", 2),
        ("a: 1\n\tb: 2\n", "yaml.broken", 2),
        ("a: [1, 2\nb: 3\n", "yaml.broken", 2),
        ("a: 'open\n", "yaml.broken", 2),
        ("a: 1\n  b: 2\n", "yaml.broken", 2),
        ("a: b: c\n", "yaml.broken", 1),
        ("a: 1\nb: \x01\n", "yaml.broken", 2),
        ("a: 1\nb: \x00\n", "yaml.broken", 2),
        ('a: "\\ud800"\n', "yaml.broken", 1),
        ("%YAML 9.9\n---\na: 1\n", "yaml.broken", 1),
        ("a: 1\n---\nb: 2\n", "yaml.several-documents", 2),
        ("a: !!python/object/apply:os.system [true]\n", "yaml.tag", 1),
        ("a: 1\nb: !secret x\n", "yaml.tag", 2),
        ("a: !!binary aGVsbG8=\n", "yaml.tag", 1),
        ("? [a, b]\n: 1\n", "yaml.key-not-text", 1),
        ("a: 1\n? {b: c}\n: 1\n", "yaml.key-not-text", 2),
        ("&k a: 1\n", "yaml.key-not-text", 1),
        ("a: &x 1\n*x : 2\n", "yaml.key-not-text", 2),
        ("a: *nothing\n", "yaml.alias", 1),
        ("a: &a [*a]\n", "yaml.alias", 1),
        ("&a\nb: *a\n", "yaml.alias", 2),
        ("a:\n" + "".join(f"{'  ' * n}- a:\n" for n in range(1, 40)), "yaml.too-deep", None),
        ("[" * 100_000, "yaml.too-deep", 1),
        ("{a: " * 100_000, "yaml.too-deep", 1),
        ("- " * 100_000, "yaml.too-deep", 1),
        ("? " * 100_000, "yaml.key-not-text", 1),
        ("a: 1\nb: " + "[" * 40, "yaml.too-deep", 2),
        ("a: '" + "[" * 40 + "'\nb: \"" + "{" * 40 + "\" # " + "[" * 40 + "\n\tc: 1\n", "yaml.broken", 3),
        ("a: don't\nb: [" + "[], " * 40 + "]\n\tc: 1\n", "yaml.broken", 3),
        ('"\\udfff": 1\n', "yaml.broken", 1),
        ("a: [1, 2\nb: 3\nc: " + "[" * 40, "yaml.broken", 2),
        (b"a: 1\nb: \xff\n", "file.not-utf8", 2),
        ("a: Vi\u1ec7t".encode("utf-16"), "file.not-utf8", 1),
        ("a: Vi\u1ec7t".encode("windows-1258", "replace") + b"\xd0", "file.not-utf8", 1),
        (b" " * (LARGEST_FILE + 1), "file.too-large", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader, _EndsNestingEarly])
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, content: str | bytes, code: str, line: int | None, loader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever parser is installed, and whatever limits it has of its own."""
    monkeypatch.setattr(yamlreading, "_LOADER", loader)
    found = _refusal(tmp_path, content)
    assert found[0] == code
    if line is not None:
        assert found[1] == line


def test_an_alias_equals_what_it_repeats(tmp_path: Path) -> None:
    assert _value(tmp_path, "a: &x {k: [1]}\nb: *x\nc: [*x, *x]\n") == {
        "a": {"k": [1]},
        "b": {"k": [1]},
        "c": [{"k": [1]}, {"k": [1]}],
    }


def test_aliases_cannot_blow_a_file_up(tmp_path: Path) -> None:
    layers = ["a0: &a0 [" + ", ".join(["x"] * 10) + "]"]
    layers += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 10) + "]" for n in range(1, 12)]
    assert _refusal(tmp_path, "\n".join(layers))[0] == "yaml.too-much"


def test_a_long_text_cannot_be_repeated_without_end(tmp_path: Path) -> None:
    assert _refusal(tmp_path, f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 1000)}]")[0] == "yaml.too-much"


def test_aliases_cannot_nest_without_end(tmp_path: Path) -> None:
    layers = ["a0: &a0 []"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, DEEPEST + 2)]
    assert _refusal(tmp_path, "\n".join(layers))[0] == "yaml.too-deep"


@pytest.mark.parametrize("name", ["missing.yaml", ".", "nul\0.yaml", "x" * 300 + ".yaml", "file.yaml/below.yaml"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    _file(tmp_path, "a: 1")
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path / name)
    assert caught.value.code == "file.unreadable"


def test_an_endless_file_is_too_large() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(Path("/dev/zero"))
    assert caught.value.code == "file.too-large"


def test_a_pipe_can_be_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("a: 1",))
    writer.start()
    try:
        assert read(pipe).value == {"a": 1}
    finally:
        writer.join()


@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = _file(tmp_path_factory.mktemp("any"), content)
    with contextlib.suppress(ConfigurationError):
        read(path)


_SIGNS = st.sampled_from([*"ab:-[]{},&*!|>'\"#%@?~ \n\t0.1", "- ", ": ", "a: ", "&a ", "*a ", "\n  "])


@given(content=st.lists(_SIGNS, max_size=60).map("".join))
def test_anything_like_yaml_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    path = _file(tmp_path_factory.mktemp("like"), content)
    with contextlib.suppress(ConfigurationError):
        read(path)


class _Inner(ParameterGroup, frozen=True):
    number: int
    choice: Literal["a", "b"] = "a"
    more: tuple[int, ...] = ()


class _One(ParameterGroup, frozen=True, tag_field="kind", tag="one"):
    url: str


class _Two(ParameterGroup, frozen=True, tag_field="kind", tag="two"):
    argv: tuple[str, ...]


class _Outer(ParameterGroup, frozen=True):
    name: str
    inner: _Inner
    maybe: _Inner | None = None
    table: dict[str, _Inner] | None = None
    driver: _One | _Two | None = None
    share: float = 0.0


_GOOD = "name: x\ninner:\n  number: 1\n"


@pytest.mark.parametrize(
    ("content", "code", "line", "parameters"),
    [
        ("name: x\n", "yaml.missing-key", 1, {"key": "inner"}),
        ("", "yaml.missing-key", 1, {"key": "name, inner"}),
        ("name: x\ninner: {}\n", "yaml.missing-key", 2, {"key": "inner.number"}),
        (_GOOD + "colour: red\n", "yaml.unknown-key", 4, {"key": "colour"}),
        ("name: x\ninner:\n  number: 1\n  size: 2\n", "yaml.unknown-key", 4, {"key": "inner.size"}),
        ("name: 5\ninner:\n  number: 1\n", "yaml.wrong-type", 1, {"expected": "text", "received": "integer"}),
        ("name: x\ninner:\n  number: many\n", "yaml.wrong-type", 3, {"key": "inner.number", "received": "text"}),
        ("name: x\ninner:\n  number: true\n", "yaml.wrong-type", 3, {"received": "true/false"}),
        ("name: x\ninner:\n  number: 1.5\n", "yaml.wrong-type", 3, {"received": "number"}),
        ("name: x\ninner:\n  number:\n", "yaml.wrong-type", 3, {"received": "null"}),
        ("name: x\ninner: [1]\n", "yaml.wrong-type", 2, {"expected": "mapping", "received": "list"}),
        (_GOOD + "  choice: c\n", "yaml.not-allowed", 4, {"value": "c", "known": "a, b"}),
        (_GOOD + "  choice: 1\n", "yaml.wrong-type", 4, {"expected": "text"}),
        (_GOOD + "  more: [1, 2, x]\n", "yaml.wrong-type", 4, {"key": "inner.more.2"}),
        (_GOOD + "  more: 1\n", "yaml.wrong-type", 4, {"expected": "list"}),
        (_GOOD + "maybe:\n  number: x\n", "yaml.wrong-type", 5, {"key": "maybe.number"}),
        (_GOOD + "maybe: x\n", "yaml.wrong-type", 4, {"expected": "mapping"}),
        (_GOOD + "table:\n  k: {number: 1}\n  l: {numbers: 1}\n", "yaml.unknown-key", 6, {"key": "table.l.numbers"}),
        (_GOOD + "driver: {kind: one, url: 5}\n", "yaml.wrong-type", 4, {"key": "driver.url"}),
        (_GOOD + "driver:\n  kind: two\n  url: x\n", "yaml.unknown-key", 6, {"known": "argv, kind"}),
        (_GOOD + "driver: {kind: one}\n", "yaml.missing-key", 4, {"key": "driver.url"}),
        (_GOOD + "driver: {kind: three}\n", "yaml.not-allowed", 4, {"key": "driver.kind", "known": "one, two"}),
        (_GOOD + "driver: {url: x}\n", "yaml.missing-key", 4, {"key": "driver.kind"}),
        (_GOOD + "share: much\n", "yaml.wrong-type", 4, {"expected": "number"}),
        ("- a\n", "yaml.wrong-type", 1, {"key": "-", "expected": "mapping", "received": "list"}),
        ("text\n", "yaml.wrong-type", 1, {"received": "text"}),
    ],
)
def test_a_wrong_value_is_named_with_its_key_and_line(
    tmp_path: Path, content: str, code: str, line: int, parameters: dict[str, str]
) -> None:
    path = _file(tmp_path, content)
    with pytest.raises(ConfigurationError) as caught:
        convert(read(path), _Outer)
    error = caught.value
    assert (error.code, error.path, error.line) == (code, path, line)
    assert {name: error.parameters[name] for name in parameters} == parameters


def test_a_good_file_becomes_its_type(tmp_path: Path) -> None:
    located = read(_file(tmp_path, _GOOD + "driver: {kind: two, argv: [java, -jar]}\nshare: 1\n"))
    whole = convert(located, _Outer)
    assert whole.inner.number == 1
    assert whole.driver == _Two(("java", "-jar"))
    assert whole.share == 1.0


def test_a_file_laid_over_another_keeps_both_places(tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    base.write_text("name: x\ninner:\n  number: 1\n  choice: b\n  more: [1, 2, 3]\n")
    top = tmp_path / "top.yaml"
    top.write_text("inner:\n  more: [4]\n  number: 2\n")
    whole = merged(read(base), read(top))
    assert whole.value == {"name": "x", "inner": {"number": 2, "choice": "b", "more": [4]}}
    assert whole.place(("inner", "number")) == (top, 3)
    assert whole.place(("inner", "more", 0)) == (top, 2)
    assert whole.place(("inner", "choice")) == (base, 4)
    assert whole.place(("name",)) == (base, 1)


def test_null_removes_an_entry_only_where_entries_are_free() -> None:
    value = {"name": "x", "inner": {"number": 1}, "table": {"k": None, "l": {"number": 1}}, "maybe": None}
    assert without_nulls(value, _Outer) == {
        "name": "x",
        "inner": {"number": 1},
        "table": {"l": {"number": 1}},
        "maybe": None,
    }
