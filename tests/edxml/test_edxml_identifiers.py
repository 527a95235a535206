"""Forms of identifiers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.catalogue.profiles import load_profile
from harness.edxml.identifiers import (
    DocumentIdParts,
    OrganForm,
    codes_upwards,
    document_id,
    is_uuid,
    new_form,
    organ_form,
    parse_document_id,
)

NEW = load_profile("qcvn102-2022").parameters.identifiers
OLD = load_profile("qcvn102-2016").parameters.identifiers


@pytest.mark.parametrize(
    ("text", "form_2022", "form_2016"),
    [
        ("000.00.00.G22", "old", "old"),
        ("002.00.20.H13", "old", "old"),
        ("G22", "new", None),
        ("H41.12", "new", None),
        ("H37.DN.001", "new", None),
        ("0101234567", "enterprise", None),
        ("0101234567-001", "enterprise", None),
        ("00.53.W00", "hub", "hub"),
        ("000.00.00.W00", "hub", "hub"),
        ("W00", "hub", "hub"),
        ("28.22.H17", None, None),
        ("000.00.00.g22", None, None),
        ("000.00.00.G22 ", None, None),
        ("000.00.00.G22\n", None, None),
        ("00.000.00.G22", None, None),
        ("٠00.00.00.G22", None, None),
        ("H41." + "1" * 32, None, None),
        ("", None, None),
    ],
)
def test_form_of_an_agency(text: str, form_2022: OrganForm | None, form_2016: OrganForm | None) -> None:
    assert (organ_form(text, NEW), organ_form(text, OLD)) == (form_2022, form_2016)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("000.00.00.G22,2015/09/30,7816/VPCP-TTĐT", ("000.00.00.G22", "2015/09/30", "7816", "VPCP-TTĐT")),
        ("G22,2014/02/30,78,16/A,B/C", ("G22", "2014/02/30", "78,16", "A,B/C")),
    ],
)
def test_a_document_id_is_taken_apart(text: str, parts: tuple[str, str, str, str]) -> None:
    assert parse_document_id(text) == DocumentIdParts(*parts)


@pytest.mark.parametrize(
    "text",
    [
        *("", ",,/", "G22,2015-09-30,1/A", "G22,2015/09/30,1", "G22,2015/09/30,/A", "G22,2015/09/30,1/", "12345"),
        "9fbfbad2-f1f8-4256-a2eb-50fb1061cddb",
    ],
)
def test_what_has_another_form_is_not(text: str) -> None:
    assert parse_document_id(text) is None


_word = st.text(st.characters(codec="utf-8", exclude_characters=",/\n"), min_size=1)


@given(_word, st.dates(), _word, _word)
def test_a_document_id_comes_apart_as_it_was_built(organ: str, day: object, number: str, notation: str) -> None:
    date = str(day).replace("-", "/")
    assert parse_document_id(document_id(organ, date, number, notation)) == DocumentIdParts(
        organ, date, number, notation
    )


def test_a_uuid_is_reported() -> None:
    assert is_uuid("9fbfbad2-F1F8-4256-a2eb-50fb1061cddb")
    assert not is_uuid("9fbfbad2f1f84256a2eb50fb1061cddb")
    assert not is_uuid("9fbfbad2-f1f8-4256-a2eb-50fb1061cddb\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [("000.00.00.G22", "G22"), ("000.00.15.H51", "H51.15"), ("002.00.20.H13", "H13.20.002"), ("H51.15", None)],
)
def test_the_new_form_of_an_old_id(old: str, new: str | None) -> None:
    assert new_form(old) == new


@pytest.mark.parametrize(
    ("organ_id", "codes"),
    [
        ("H41", ["H41"]),
        ("000.00.00.H41", ["H41"]),
        ("003.00.12.H41", ["H41.12.003", "H41.12", "H41"]),
        ("H37.DN.001", ["H37.DN.001", "H37.DN", "H37"]),
        ("0100109106-001", ["0100109106-001"]),
        ("", []),
        ("...", ["...", "..", "."]),
    ],
)
def test_codes_upwards_lead_to_level_one(organ_id: str, codes: list[str]) -> None:
    assert list(codes_upwards(organ_id)) == codes
