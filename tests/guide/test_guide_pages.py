"""The pages of the guide: in both languages, every link and code leads somewhere, nothing promised is missing."""

import re
import unicodedata
from pathlib import Path

import pytest

from harness.catalogue.candidate import load_candidate
from harness.catalogue.profiles import load_profile
from harness.catalogue.texts import LANGUAGES, Language, entries
from harness.catalogue.yaml_reader import read
from harness.drivers.protocol import COMMANDS
from harness.guide.files import annotations, guide_folder, page, page_ids, requirement_places, worked_example
from harness.guide.marks import links
from harness.guide.model import Block, CodeBlock, Heading, Paragraph, Table
from harness.guide.page_builder import build
from harness.guide.terminal import as_text, contents
from harness.hub.faults.files import read_faults
from harness.selfcheck.finding_codes import codes_of
from harness.vxp.operations import OPERATIONS
from tests.guide.guide_rig import codes, marked_texts, shown

PARTS = ("h", "p", "note", "items", "steps", "code", "show", "codes")
SECTIONS = {(key, block.id) for key in page_ids() for block in shown(key).blocks if isinstance(block, Heading)}
TARGETS = SECTIONS | {(key, "") for key in page_ids()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page_id", page_ids())
def test_every_link_leads_somewhere(page_id: str, language: Language) -> None:
    for text in marked_texts(shown(page_id, language)):
        for link in links(text):
            assert (link.page, link.section) in TARGETS, text


@pytest.mark.parametrize("page_id", page_ids())
def test_a_block_is_one_thing(page_id: str) -> None:
    for block in page(page_id).blocks:
        assert sum(getattr(block, part) is not None for part in PARTS) == 1, block
        assert not block.id or block.h is not None


@pytest.mark.parametrize("path", sorted(guide_folder().rglob("*.yaml")), ids=lambda path: path.name)
def test_both_languages_say_something_and_name_the_same_code(path: Path) -> None:
    for vi, en in _pairs(read(path).value):
        assert vi.strip()
        assert en.strip()
        assert unicodedata.is_normalized("NFC", vi + en)
        assert sorted(re.findall(r"\[\[([^|\]]+)", vi)) == sorted(re.findall(r"\[\[([^|\]]+)", en)), vi
        assert sorted(re.findall(r"\{\{[^}]+\}\}", vi)) == sorted(re.findall(r"\{\{[^}]+\}\}", en)), vi


def _pairs(value: object) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        if set(value) == {"vi", "en"}:
            return [(value["vi"], value["en"])]
        return [pair for part in value.values() for pair in _pairs(part)]
    return [pair for part in value for pair in _pairs(part)] if isinstance(value, list) else []


def test_every_operation_of_the_hub_and_every_command_of_the_driver_has_its_section() -> None:
    assert {("call", name) for name in OPERATIONS} <= SECTIONS
    assert {("driver", name) for name in COMMANDS} <= SECTIONS


def test_every_page_has_a_file_and_every_file_is_a_page() -> None:
    assert {path.stem for path in (guide_folder() / "pages").glob("*.yaml")} == set(page_ids())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_requirement_is_on_the_map_with_its_page(language: Language) -> None:
    tables = [block for block in shown("requirements", language).blocks if isinstance(block, Table)]
    rows = {row[0]: row for table in tables for row in table.rows}
    requirements = load_profile().requirements
    assert list(rows) == list(requirements)
    for key, row in rows.items():
        (link,) = links(row[3])
        assert (link.page, link.section) in TARGETS, key
        assert row[2] == getattr(requirements[key].statement, language)


def test_the_places_of_the_guide_belong_to_known_requirements() -> None:
    profile = load_profile()
    groups = {one.group for one in profile.requirements.values()}
    assert set(requirement_places()) <= groups | set(profile.requirements)


def test_ten_mistakes_each_with_codes_that_exist() -> None:
    blocks = page("mistakes").blocks
    assert sum(block.h is not None for block in blocks) == 10
    assert sum(block.codes is not None for block in blocks) == 10
    for code in (code for block in blocks for code in block.codes or ()):
        assert code in codes_of(code.partition(".")[0]), code


def test_codes_named_anywhere_in_the_guide_exist() -> None:
    named = {
        match
        for page_id in page_ids()
        for text in marked_texts(shown(page_id))
        for match in re.findall(r"\b([A-Z]{3}-[0-9]{2}\.[a-z-]+)", text)
    }
    assert len(named) > 20
    assert [code for code in named if code not in codes_of(code.partition(".")[0])] == []


def test_every_status_of_the_shipped_profiles_has_its_name() -> None:
    for code in load_profile().parameters.code_lists.statuses:
        assert f"status.{code}" in entries("guide")


def test_notes_name_the_elements_in_their_order() -> None:
    for name in ("document", "status"):
        assert annotations(name)[0].element == "?xml"
    assert len(annotations("document")) > 10


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_text_on_a_terminal_keeps_to_its_width(language: Language, width: int) -> None:
    for page_id in page_ids():
        page_ = shown(page_id, language)
        code = {line for block in page_.blocks if isinstance(block, CodeBlock) for line in block.text.split("\n")}
        for line in as_text(page_, language, width).split("\n"):
            longest_word = max(map(len, line.split()), default=0)
            assert len(line) <= max(width, longest_word + 12) or line[4:] in code, line
    assert all(page_id in contents(language, width) for page_id in page_ids())


def test_what_must_not_be_overlooked_is_marked() -> None:
    assert any(isinstance(block, Paragraph) and block.urgent for block in shown("faults").blocks)
    assert "\n  ! " in as_text(shown("faults"), "vi", 80)


def test_an_unknown_place_in_a_text_is_a_mistake() -> None:
    from harness.catalogue.localised_text import LocalisedText
    from harness.guide.pieces import Making

    making = Making(load_profile(), "en")
    assert making.words(LocalisedText("a", "{{a.system_id}}")) == "vxp.demo.a"
    with pytest.raises(KeyError):
        making.words("{{no.such}}")
    with pytest.raises(KeyError):
        making.piece("no-such:thing")
    assert Block().p is None


def test_the_files_that_pages_show_can_be_used_unchanged(tmp_path: Path) -> None:
    (candidate,) = [code for code in codes("start") if code.startswith("schema: lienthong.candidate/1")]
    (trying,) = [code for code in codes("faults") if "lienthong.faults/1" in code]
    (tmp_path / "candidate.yaml").write_text(candidate, encoding="utf-8")
    (tmp_path / "faults.yaml").write_text(trying.partition("<<'YAML'\n")[2].partition("\nYAML")[0], encoding="utf-8")
    assert load_candidate(tmp_path / "candidate.yaml")[0].agency.organ_id == worked_example().receiver.organ_id
    assert read_faults(tmp_path / "faults.yaml").interceptor() is not None


def test_numbers_are_those_of_the_profile_that_is_asked_for(tmp_path: Path) -> None:
    own = tmp_path / "ours.yaml"
    own.write_text(
        "schema: lienthong.profile/1\nextends: qcvn102-2022\nid: ours\nversion: '1'\ntitle: {vi: a, en: b}\n"
        "parameters: {retries: {final_repeats: 77}, hub: {error_codes: {'99': {kind: final, text: Het giay}}}}\n",
        encoding="utf-8",
    )
    text = as_text(build("faults", load_profile(str(own)), "vi"), "vi", 80)
    assert "quá 77 lần" in text
    assert "Het giay" in text
    assert "110.000" in as_text(shown("call", "vi"), "vi", 80)
    assert "110,000" in as_text(shown("call", "en"), "en", 80)
