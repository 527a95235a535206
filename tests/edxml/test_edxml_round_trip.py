"""What is written is read back: any text that XML can carry, in every layout."""

from dataclasses import replace

import pytest
from hypothesis import given

from harness.edxml import model
from harness.edxml.packages import (
    Layout,
    TextUnwritable,
    read_header,
    read_package,
    rebuilt,
    write_package,
)
from tests.edxml.packages_made import LAYOUTS, LIMITS, documents, hops, layouts, packages, usual_document


@given(packages, layouts)
def test_a_package_is_read_as_it_was_written(package: model.Package, layout: Layout) -> None:
    assert read_package(write_package(package, layout), LIMITS) == package


@given(documents, layouts)
def test_the_header_is_read_without_attachments(package: model.DocumentPackage, layout: Layout) -> None:
    header = read_header(write_package(package, layout), LIMITS)
    assert header == replace(package, attachments=(), loose_references=())


@given(packages, layouts, hops)
def test_rebuilding_adds_one_hop_and_changes_nothing_else(
    package: model.Package, layout: Layout, hop: model.TraceHeader
) -> None:
    again = read_package(rebuilt(write_package(package, layout), hop, LIMITS), LIMITS)
    if isinstance(package, model.DocumentPackage) and package.trace_headers:
        package = replace(package, trace_headers=(*package.trace_headers, hop))
    assert again == package


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_layout_says_the_same(layout: Layout) -> None:
    package = usual_document()
    assert read_package(write_package(package, layout), LIMITS) == package


def test_carriage_returns_and_section_ends_survive() -> None:
    package = replace(usual_document(), subject="dòng 1\r\ndòng 2\rdòng 3\n\t]]> & <x> ")
    assert read_package(write_package(package), LIMITS) == package


@pytest.mark.parametrize(("text", "position"), [("ab\x00", 2), ("\x1b", 0), ("\ufffe", 0), ("a\ud800b", 1)])
def test_what_xml_cannot_carry_is_refused_when_writing(text: str, position: int) -> None:
    with pytest.raises(TextUnwritable) as refused:
        write_package(replace(usual_document(), subject=text))
    assert (refused.value.element, refused.value.position) == ("Subject", position)
    assert refused.value.character == text[position]


def test_identifiers_lose_the_white_space_around_them_and_texts_do_not() -> None:
    package = usual_document()
    spaced = replace(package, document_id=f" \n{package.document_id}\t", subject=f" {package.subject} ")
    assert read_package(write_package(spaced), LIMITS) == replace(spaced, document_id=package.document_id)
