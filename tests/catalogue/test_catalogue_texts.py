"""Texts for people: every message in both languages, every error with its sentence, hostile text made visible."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.findings import CLIP, Finding, clipped
from harness.catalogue.lint import lint_messages, lint_profile, lint_shipped
from harness.catalogue.texts import (
    LANGUAGES,
    areas,
    entries,
    finding_parts,
    finding_text,
    known_finding,
    measured,
    text,
)

SOURCES = Path(__file__).resolve().parents[2] / "harness"


def test_the_shipped_data_has_no_problems() -> None:
    assert list(lint_shipped()) == []


def test_every_configuration_error_has_its_sentence() -> None:
    used: set[str] = set()
    for source in SOURCES.rglob("*.py"):
        used |= set(
            re.findall(r'(?:ConfigurationError|_wrong|_refused)\(\s*"([a-z0-9.-]+)"', source.read_text("utf-8"))
        )
    assert len(used) > 30
    assert used - set(entries("errors")) == set()


def test_texts_are_filled_in_both_languages() -> None:
    for language in LANGUAGES:
        assert "XXX-01" in text("errors", "catalogue.bad-id", language, id="XXX-01")
    assert text("errors", "yaml.key-twice", "en", key="a").count("a") > 0
    assert "errors" in areas()
    assert entries("no-such-file") == {}


def test_a_finding_code_is_known_by_its_texts() -> None:
    code = next(key for area in areas() for key, entry in entries(area).items() if "message" in entry and "." in key)
    assert known_finding(code)
    assert finding_text(code, "explain", "vi") != finding_text(code, "explain", "en")
    assert not known_finding("HDR-01.no-such-reason")
    assert not known_finding("")
    with pytest.raises(KeyError):
        finding_text("HDR-01.no-such-reason", "message", "vi")


def test_a_code_may_override_the_text_that_its_reason_shares() -> None:
    shared, own = (entries(area) for area in ("exchange", "rty"))
    code = next(code for code, parts in own.items() if "message" not in parts)
    reason = code.partition(".")[2]
    for language in LANGUAGES:
        assert finding_text(code, "remedy", language) == own[code]["remedy"][language]  # type: ignore[index]
        assert shared[reason]["message"][language] == finding_parts(code)["message"][language]  # type: ignore[index]


def test_an_error_says_where_it_is() -> None:
    path = Path("a.yaml")
    assert str(ConfigurationError("x.y", path=path, line=3, key="k")) == "a.yaml:3: x.y(key=k)"
    assert str(ConfigurationError("x.y", path=path)) == "a.yaml: x.y()"
    assert str(ConfigurationError("x.y", code=1)) == "x.y(code=1)"


def test_a_finding_knows_its_requirement() -> None:
    assert Finding("HDR-07.not-a-day").requirement == "HDR-07"


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("a\0b", "a\\u0000b"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("a\u00a0b", "a\\u00a0b"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("Công văn số 5", "Công văn số 5"),
        ("x" * CLIP, "x" * CLIP),
        ("x" * 300, "x" * CLIP + "… (300)"),
        ("", ""),
    ],
)
def test_hostile_text_is_made_visible(hostile: str, shown: str) -> None:
    assert clipped(hostile) == shown


@given(text_=st.text(st.characters(codec=None)))
def test_what_is_shown_can_always_be_printed(text_: str) -> None:
    shown = clipped(text_)
    assert shown.encode().decode() == shown
    assert shown.isprintable()


def _problems(directory: Path, content: str, name: str = "hdr") -> list[tuple[str, int]]:
    path = directory / f"{name}.yaml"
    path.write_text(content, encoding="utf-8")
    return [(problem.code, problem.line) for problem in lint_messages(path)]


_FINDING = "{message: {vi: a, en: b}, explain: {vi: a, en: b}, remedy: {vi: a, en: b}}"


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ("a: {vi: x, en: y}\n", []),
        ("a: {vi: x}\n", [("language-missing", 1)]),
        ("a: {vi: x, en: ''}\n", [("language-missing", 1)]),
        ("a: {vi: x, en: y}\nb: {vi: '{k}', en: '{l}'}\n", [("places-differ", 2)]),
        ("a: {vi: '{k:g} {l}', en: '{l} {k}'}\n", []),
        ("a: {vi: 'Cộng', en: y}\n".replace("ộ", "o\u0323\u0302"), [("not-nfc", 1)]),
        ("a: text\n", [("no-text", 1)]),
        (f"HDR-01.some-reason: {_FINDING}\n", []),
        (f"HDR-99.some-reason: {_FINDING}\n", [("code-unknown", 1)]),
        (f"HDR-01.Some_Reason: {_FINDING}\n", [("code-unknown", 1)]),
        (f"PKG-01.some-reason: {_FINDING}\n", [("code-elsewhere", 1)]),
        ("HDR-01.x: {message: {vi: a, en: b}, remedy: {vi: a, en: b}}\n", [("part-missing", 1)]),
        (f"HDR-01.x: {_FINDING}\n".replace("message: {vi: a, ", "message: {"), [("language-missing", 1)]),
    ],
)  # fmt: skip
def test_lint_names_what_is_missing_in_a_message_file(
    tmp_path: Path, content: str, problems: list[tuple[str, int]]
) -> None:
    assert _problems(tmp_path, content) == problems


def test_shared_reasons_need_no_requirement(tmp_path: Path) -> None:
    assert _problems(tmp_path, f"not-polled: {_FINDING}\n", "exchange") == []


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ("id: ours\nlevels: {HDR-18: M}\n", []),
        ("id: qcvn102-2022\n", ["id-taken"]),
        ("id: ours\nlevels: {HDR-18: R}\n", ["level-same"]),
        ("id: ours\nlevels: {RTY-07: R}\n", []),
        ("id: ours\nlevels: {RTY-07: R}\nraised: {RTY-07: {vi: a, en: b}}\n", ["raised-idle"]),
        ("id: ours\nraised: {HDR-01: {vi: a, en: b}}\n", ["raised-idle"]),
        ("id: ours\nraised: {HDR-19: {vi: a, en: b}}\nlevels: {HDR-19: M}\n", []),
    ],
)
def test_lint_names_what_changes_nothing_in_a_profile(tmp_path: Path, content: str, problems: list[str]) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(
        "schema: lienthong.profile/1\nextends: qcvn102-2022\nversion: '1'\ntitle: {vi: a, en: b}\n" + content
    )
    assert [problem.code for problem in lint_profile(str(path))] == problems


@pytest.mark.parametrize(
    ("written", "vietnamese"),
    [
        ("sau 68.4 giây", "sau 68,4 giây"),
        ("0.0 s, <= 9.8 s", "0,0 s, <= 9,8 s"),
        ("1.5 MB của 2.0 GB", "1,5 MB của 2,0 GB"),
        ("PDF 1.4, 000.00.00.H41 s, 1.2.3 s, bản 3.2", "PDF 1.4, 000.00.00.H41 s, 1.2.3 s, bản 3.2"),
        ("chờ 5 giây", "chờ 5 giây"),
    ],
)
def test_measures_have_the_decimal_mark_of_the_language_and_nothing_else_has(written: str, vietnamese: str) -> None:
    assert measured(written, "vi") == vietnamese
    assert measured(written, "en") == written
