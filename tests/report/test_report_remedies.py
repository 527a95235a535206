"""Every possible finding has complete texts: no braces left, no placeholder without a value."""

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import harness
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.texts import LANGUAGES, SHARED_REASONS, areas, entries, finding_parts, known_finding
from harness.report.texts import ReportTexts
from harness.selfcheck.finding_codes import codes_of

_CODE = re.compile(r'"([A-Z]{3}-[0-9]{2}\.[a-z0-9][a-z0-9-]*)"')
_ALWAYS = frozenset({"expected", "received"})


def texts() -> Iterator[str]:
    """Yield the codes of all findings, with every reason that has texts."""
    catalogue = load_catalogue()
    some = next(iter(catalogue.requirements))
    for area in areas():
        for key, parts in entries(area).items():
            if _CODE.fullmatch(f'"{key}"'):
                yield key
            elif isinstance(parts.get("message"), dict):
                yield f"{some}.{key}"
    for requirement in catalogue.requirements:
        yield from codes_of(requirement)


def words(code: str, part: str, language: str) -> str:
    """Return a text of a finding as it is written."""
    return str(finding_parts(code)[part][language])  # type: ignore[index]


def places(words: str) -> set[str]:
    """Return the names that a text gives place to."""
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_remedy_and_explanation_name_only_what_the_message_names(language: str) -> None:
    seen = 0
    for code in texts():
        message, explain, remedy = (places(words(code, part, language)) for part in ("message", "explain", "remedy"))
        assert remedy | explain <= message | _ALWAYS, code
        seen += 1
    assert seen > 500


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_render_without_braces_left(language: str) -> None:
    wording = ReportTexts("vi" if language == "vi" else "en")
    for code in texts():
        values = dict.fromkeys(places(words(code, "message", language)) | _ALWAYS, "VALUE")
        for part in ("explain", "remedy"):
            shown = wording.about_finding(code, part, values)
            assert shown, f"{code} {part}"
            assert not re.search(r"\{[a-z_]*\}", shown), f"{code} {part}: {shown}"


def test_what_goes_before_a_shared_text_differs_from_it() -> None:
    shared = entries(SHARED_REASONS)
    for requirement in load_catalogue().requirements:
        for code in codes_of(requirement):
            own, common = entries(requirement[:3].lower()).get(code, {}), shared.get(code.partition(".")[2], {})
            for part in own.keys() & common.keys():
                assert own[part] != common[part], f"{code} {part}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", ["not-acked", "not-accepted"])
def test_where_the_harness_made_the_fault_the_remedy_is_to_try_again(reason: str, language: str) -> None:
    """Nothing is wrong with the document: the remedy is about neither the hub's answer nor the usual procedure."""
    codes = [code for id_ in load_catalogue().requirements for code in codes_of(id_) if code.startswith("RTY-")]
    hit = [code for code in codes if code.endswith(f".{reason}")]
    assert len(hit) > 5
    usual = words(f"SND-01.{reason}", "remedy", language)
    assert not [code for code in hit if words(code, "remedy", language) == usual]


def test_every_code_in_the_sources_has_texts() -> None:
    folder = Path(harness.__file__).parent
    sources = (path for room in ("rules", "scenarios", "judge") for path in (folder / room).rglob("*.py"))
    codes = {code for path in sources for code in _CODE.findall(path.read_text(encoding="utf-8"))}
    assert len(codes) > 100
    assert sorted(code for code in codes if not known_finding(code)) == []
