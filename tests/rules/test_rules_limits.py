"""Limits are the profile's: what just keeps one is looked at, what is over it is refused under its own code."""

from dataclasses import replace
from datetime import datetime

import msgspec
import pytest

from harness.catalogue.findings import Finding
from harness.catalogue.profiles import load_profile
from harness.catalogue.texts import LANGUAGES, finding_text
from harness.edxml.attachments import pack
from harness.edxml.draft import replacing
from harness.journal.recorder import VIETNAM
from harness.rules.check import check_package
from harness.vectors.packages import files
from harness.vectors.packages.base import DocumentIdentity, attached, document, with_attachments

AT = datetime(2025, 9, 30, 12, tzinfo=VIETNAM)
PROFILE = load_profile("qcvn102-2022")
GROUPS = frozenset({"PKG", "HDR", "ATT"})


def found(data: bytes, **limits: int) -> tuple[Finding, ...]:
    changed = msgspec.structs.replace(PROFILE.parameters.limits, **limits)
    parameters = msgspec.structs.replace(PROFILE.parameters, limits=changed)
    findings = check_package(data, msgspec.structs.replace(PROFILE, parameters=parameters), AT, groups=GROUPS).findings
    for one in findings:
        said = {**one.parameters, "expected": one.expected, "received": one.received}
        assert all(finding_text(one.code, "message", language, **said) for language in LANGUAGES)
    return findings


GOOD = document(DocumentIdentity()).written()
ELEMENTS = GOOD.count(b"<") - GOOD.count(b"</") - 1  # all but the declaration


@pytest.mark.parametrize(("limits", "code"), [
    ({"package_bytes": len(GOOD)}, "PKG-10.package"),
    ({"elements": ELEMENTS}, "PKG-10.elements"),
    ({"attachments": 2}, "PKG-10.attachments"),
    ({"depth": 7}, "PKG-10.depth"),
])  # fmt: skip
def test_a_package_that_just_keeps_a_limit_is_looked_at(limits: dict[str, int], code: str) -> None:
    assert found(GOOD, **limits) == ()
    ((name, most),) = limits.items()
    (one,) = found(GOOD, **{name: most - 1})
    assert one.code == code


def test_too_many_attachments_are_reported_at_the_first_too_many_on_either_side() -> None:
    (one,) = found(GOOD, attachments=1)
    assert (one.expected, one.received) == ("≤ 1", "2")
    assert one.where.xpath == "/edXML/AttachmentEncoded/Attachment[2]"
    listed = document(DocumentIdentity()).without("AttachmentEncoded").written()
    (one,) = found(listed, attachments=1)
    assert str(one.where.xpath).endswith("/edXMLManifest/Reference[2]")


def test_more_attributes_than_elements_are_allowed_are_refused() -> None:
    crowd = " ".join(f'a{n}="1"' for n in range(500))
    data = document(DocumentIdentity()).edited(replacing("<edXML:From>", f"<edXML:From {crowd}>", 1)).written()
    assert found(data, elements=600) == ()
    (one,) = found(data, elements=400)
    assert (one.code, one.where.line, one.received) == ("PKG-10.attributes", 6, "> 400")


def test_a_file_of_just_the_largest_size_is_looked_at() -> None:
    pdf = files.pdf()
    data = with_attachments(DocumentIdentity(), attached("a.pdf", pdf, "1")).written()
    assert found(data, attachment_bytes=len(pdf)) == ()
    (one,) = found(data, attachment_bytes=len(pdf) - 1)
    assert (one.code, one.expected, one.received) == ("PKG-10.attachment", f"≤ {len(pdf) - 1}", str(len(pdf)))
    assert one.parameters == {"name": "a.pdf"}


@pytest.mark.parametrize("place", [b"<?x y?>", b"<?xml-stylesheet href='a'?>"])
def test_an_instruction_to_a_processor_is_remarked_upon(place: bytes) -> None:
    (one,) = found(GOOD.replace(b"<edXML:From>", place + b"<edXML:From>", 1))
    assert (one.code, one.where.line) == ("PKG-08.instruction", 6)


@pytest.mark.parametrize(("before", "code"), [
    (b"x", "PKG-01.before-declaration"),
    (b"\xef\xbb\xbf\n", "PKG-01.before-declaration"),
    (b" <!-- a -->", "PKG-01.before-declaration"),
    (b"<a/>", "PKG-01.not-well-formed"),
    (b"<a><!-- a -->", "PKG-01.not-well-formed"),
    (b"x" * 65536, "PKG-01.not-well-formed"),
])  # fmt: skip
def test_text_before_the_declaration_is_named_unless_it_is_a_document(before: bytes, code: str) -> None:
    (one,) = found(before + GOOD)
    assert one.code == code


def test_the_mark_alone_is_nothing_before_the_declaration() -> None:
    broken = b"\xef\xbb\xbf" + GOOD[:-20]
    (one,) = found(broken)
    assert one.code == "PKG-01.not-well-formed"


def test_zips_that_expand_too_far_together_are_reported_once_and_left() -> None:
    content = bytes(1000)
    zips = [pack(f"{n}.bin", content, str(n)) for n in range(2, 6)]
    broken = replace(zips[0], content=zips[0].content[:-40] + zips[0].content[-22:])
    data = with_attachments(DocumentIdentity(), attached("a.pdf", files.pdf(), "1"), *zips).written()
    assert found(data, expansion_bytes=4 * len(content)) == ()
    (one,) = found(data, expansion_bytes=2 * len(content))
    assert (one.code, one.received, one.parameters) == ("ATT-06.expansion", "> 2000", {"name": "4.bin"})
    crowd = with_attachments(DocumentIdentity(), attached("a.pdf", files.pdf(), "1"), broken, *zips[1:]).written()
    assert [one.code for one in found(crowd, expansion_bytes=0)][-1] == "ATT-06.expansion"
