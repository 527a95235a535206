"""Every finding that can be emitted explains itself in full: nothing between braces is left, no place without value."""

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import harness
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.texts import LANGUAGES, areas, entries, known_finding
from harness.report.texts import ReportTexts

_CODE = re.compile(r'"([A-Z]{3}-[0-9]{2}\.[a-z0-9][a-z0-9-]*)"')
_ALWAYS = frozenset({"expected", "received"})


def texts() -> Iterator[tuple[str, str]]:
    """Yield every finding that has texts, with the code by which it is reported."""
    some = next(iter(load_catalogue().requirements))
    for area in areas():
        for key, parts in entries(area).items():
            if isinstance(parts.get("message"), dict):
                yield area, key if _CODE.fullmatch(f'"{key}"') else f"{some}.{key}"


def places(words: str) -> set[str]:
    """Return the names that a text gives place to."""
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_remedy_and_explanation_name_only_what_the_message_names(language: str) -> None:
    seen = 0
    for area, code in texts():
        parts = entries(area).get(code) or entries(area)[code.partition(".")[2]]
        values: dict[str, set[str]] = {part: places(str(parts[part][language])) for part in parts}  # type: ignore[index]
        assert values["remedy"] | values["explain"] <= values["message"] | _ALWAYS, code
        seen += 1
    assert seen > 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_render_without_braces_left(language: str) -> None:
    wording = ReportTexts("vi" if language == "vi" else "en")
    for area, code in texts():
        parts = entries(area).get(code) or entries(area)[code.partition(".")[2]]
        values = dict.fromkeys(places(str(parts["message"][language])) | _ALWAYS, "VALUE")  # type: ignore[index]
        for part in ("explain", "remedy"):
            shown = wording.about_finding(code, part, values)
            assert shown, f"{code} {part}"
            assert not re.search(r"\{[a-z_]*\}", shown), f"{code} {part}: {shown}"


def test_every_code_in_the_sources_has_texts() -> None:
    folder = Path(harness.__file__).parent
    sources = (path for room in ("rules", "scenarios", "judge") for path in (folder / room).rglob("*.py"))
    codes = {code for path in sources for code in _CODE.findall(path.read_text(encoding="utf-8"))}
    assert len(codes) > 100
    assert sorted(code for code in codes if not known_finding(code)) == []
