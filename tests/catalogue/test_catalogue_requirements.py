"""The catalogue is the standard's list: ids, levels, bases and places, word for word."""

import re
import unicodedata
from pathlib import Path

import pytest

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.requirements import load_catalogue, read_catalogue
from harness.catalogue.verdicts import Level

# Group, where, then number: level, basis (l law, o operator, p practice, s single, a assumed) and capability,
# written off the standard's catalogue, not off the project's data.
STANDARD = """
PKG S 01Mo 02Mo 03Mp 04Mo 05Mo 06Mo 07Rp 08Ro 09Mo 10Mp
HDR S 01Mo 02Ml 03Mo 04Mp 05Mo 06Mo 07Mo 08Mp 09Mp 10Mp 11Mp 12Mo 13Mp 14Mp 15Rs 16Mo 17Mo 18Ro 19Ra 20Rs 21Rp 22Rl
TRC S 01Mo 02Mo 03Mo 04Mo 05Mo 06Mo 07Ro
ATT S 01Mo 02Mo 03Mo 04Mp 05Mo 06Mo 07Mp 08Mo 09Rl
STP S 01Mo 02Mo 03Mo 04Mo 05Ml 06Ro
SIG S 01Mo 02Ml 03Mp 04Ra 05Ml 06Ml
PDF S 01Ml 02Rl 03Ml 04Ml 05Rp 06Rl
VXP X 01Mo 02Mo 03Mo 04Mo 05Mo 06Mo 07Mo 08Mo 09Mo 10Mp 11Co:register
SND X 01Ml 02Mo 03Ml 04Ml 05Mp 06Rl 07Ml 08Ml 09Mp 10Ml
RCV X 01Ml 02Mo 03Mp 10Ml 11Ml 04Ml 05Mp 06Ml 07Ml 08Ml 09Mp
STS X 01Ml 02Ml 03Cl:handling 04Mp 05Mo 06Ml 07Mp
OPS X 01Cl:recall 02Ml 03Co:take_back 04Co:update 05Co:replace 06Mp 07Mp
RTY X 01Mp 02Mp 03Mp 04Mp 05Mp 06Rp 07Ms 08Ms 09Mo 10Mo 11Mp 12Mp 13Mp 14Mo 15Mp 16Cp:restart
SEC X 01Mp 02Mp 03Mp 04Mp 05Ml 06Ml 07Mo 08Mp
ARC K 01Cl:b 02Cl:b 03Cl:b 04Cl:b 05Cl:b 06Cl:b 07Cl:b 08Cl:b 09Cl:b 10Cl:b 11Cl:b 12Cl:b 13Cl:b 14Cl:b
ARC K 15Cl:b 16Cl:b 17Rl:b 18Rl:b 19Cl:b 20Rl:b 21Rl:b
ARC K 22Rs:a 23Cp:a 24Cp:a 25Cp:a 26Cp:a 27Cp:a 28Cp:a 29Cp:a 30Cp:a
"""
FORMS = {"a": "archive_sip", "b": "records_export"}
BASES = {"l": "law", "o": "operator", "p": "practice", "s": "single", "a": "assumed"}


def _standard() -> dict[str, tuple[str, str, str, str | None]]:
    rows: dict[str, tuple[str, str, str, str | None]] = {}
    for line in STANDARD.split("\n")[1:-1]:
        group, where, *entries = line.split(" ")
        for entry in entries:
            number, level, basis, capability = re.fullmatch(r"(\d\d)([MRC])(\w)(?::(\w+))?", entry).groups()  # type: ignore[union-attr]
            rows[f"{group}-{number}"] = (level, BASES[basis], where, FORMS.get(capability or "", capability))
    return rows


def test_the_catalogue_is_the_standards_list() -> None:
    ours = {
        entry.id: (entry.level.value, entry.basis.value, entry.where, entry.capability)
        for entry in load_catalogue().requirements.values()
    }
    standard = _standard()
    assert {key: ours.get(key) for key in standard} == standard  # one of our own is no part of it
    assert [key for key in ours if key in standard] == list(standard)
    assert len(standard) == 166


def test_every_requirement_says_what_it_asks_in_both_languages() -> None:
    for entry in load_catalogue().requirements.values():
        for words in (entry.statement.vi, entry.statement.en, entry.clause):
            assert words == words.strip(), entry.id
            assert unicodedata.is_normalized("NFC", words), entry.id
            assert "|" not in words, entry.id
        assert entry.statement.vi.endswith("."), entry.id
        assert entry.statement.en.endswith("."), entry.id
        assert entry.statement.vi != entry.statement.en, entry.id
        assert entry.clause, entry.id


def test_a_conditional_requirement_names_the_capability_in_its_statement() -> None:
    for entry in load_catalogue().requirements.values():
        assert entry.level is not Level.CONDITIONAL or entry.capability is not None, entry.id
        # What is kept has one of two forms, which the statement speaks of in words.
        assert (entry.where == "K") == (entry.capability in FORMS.values()), entry.id
        if entry.capability is not None and entry.where != "K":
            assert entry.capability in entry.statement.vi, entry.id
            assert entry.capability in entry.statement.en, entry.id


_ENTRY = """
  - id: {id}
    group: {group}
    level: M
    basis: {basis}
    where: S
    clause: x
    statement: {{vi: a, en: b}}
"""


@pytest.mark.parametrize(
    ("entries", "code", "line"),
    [
        ([("HDR-1", "HDR", "law")], "catalogue.bad-id", 4),
        ([("hdr-01", "HDR", "law")], "catalogue.bad-id", 4),
        ([("HDR-01", "PKG", "law")], "catalogue.bad-id", 4),
        ([("XXX-01", "XXX", "law")], "catalogue.bad-id", 4),
        ([("HDR-01", "HDR", "law"), ("HDR-01", "HDR", "law")], "catalogue.id-twice", 12),
        ([("HDR-01", "HDR", "hearsay")], "yaml.not-allowed", 7),
    ],
)
def test_a_broken_catalogue_is_refused_with_its_line(
    tmp_path: Path, entries: list[tuple[str, str, str]], code: str, line: int
) -> None:
    path = tmp_path / "requirements.yaml"
    text = "schema: lienthong.requirements/1\ngroups: {HDR: {vi: a, en: b}, PKG: {vi: a, en: b}}\nrequirements:"
    for number, group, basis in entries:
        text += _ENTRY.format(id=number, group=group, basis=basis)
    path.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        read_catalogue(path)
    assert (caught.value.code, caught.value.path, caught.value.line) == (code, path, line)
