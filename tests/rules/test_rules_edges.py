"""Where a rule begins and where it ends: the last value that passes, the first that does not, one among others."""

from datetime import datetime

import pytest
from lxml import etree

from harness.catalogue.profiles import load_profile
from harness.catalogue.requirements import load_catalogue
from harness.edxml.draft import PackageDraft, replacing
from harness.edxml.elements import Element
from harness.edxml.names import CONTENT
from harness.journal.recorder import VIETNAM
from harness.rules.check import IMPLEMENTED, check_package
from harness.rules.structure import vocabulary
from harness.rules.tree import read_tree
from harness.vectors.packages import files
from harness.vectors.packages.base import DocumentIdentity, attached, document, recall, update, with_attachments

AT = datetime(2025, 9, 30, 12, tzinfo=VIETNAM)
OWN_GROUPS = frozenset({"PKG", "HDR", "TRC", "ATT", "STP"})
PROFILE = load_profile("qcvn102-2022")
UUID = "4f6a1d0e-7a0b-4f2b-9d0e-0a1b2c3d4e5f"


def found(draft: PackageDraft) -> list[tuple[str, str]]:
    """Return code and last step of the place of every finding."""
    findings = check_package(draft.written(), PROFILE, AT, groups=OWN_GROUPS).findings
    return [(one.code, (one.where.xpath or "").rpartition("/")[2]) for one in findings]


@pytest.mark.parametrize("path", [
    "From/OrganName", "To/OrganName", "Code/CodeNumber", "Code/CodeNotation", "PromulgationInfo/Place",
    "DocumentType/TypeName", "SignerInfo/FullName", "Subject", "Bussiness/BussinessDocReason",
])  # fmt: skip
def test_no_filler_replaces_a_required_value(path: str) -> None:
    draft = document(DocumentIdentity()).with_text(path, "n/a")
    assert [one for one in found(draft) if one[0].startswith("HDR-20")] == [("HDR-20.filler", path.rpartition("/")[2])]


def test_blanks_around_a_filler_do_not_hide_it_until_they_are_very_many() -> None:
    longest = max(PROFILE.parameters.code_lists.fillers, key=len)
    assert found(document(DocumentIdentity()).with_text("Subject", longest + " " * 16)) == [
        ("HDR-20.filler", "Subject")
    ]
    assert found(document(DocumentIdentity()).with_text("Subject", longest + " " * 17)) == []


def test_a_uuid_of_another_document_does_not_hide_the_next_id() -> None:
    named = {"OrganId": "G22", "Code": "1/A", "PromulgationDate": "2025/09/01", "DocumentId": UUID}
    answered = Element("ResponseFor", tuple(Element(name, text=text) for name, text in named.items()))
    draft = update(DocumentIdentity()).with_text("Bussiness/DocumentId", "VB-7001").followed("DocumentId", answered)
    assert ("HDR-17.other-form", "DocumentId") in found(draft)
    assert sum(code.startswith("HDR-17") for code, _ in found(draft)) == 1


@pytest.mark.parametrize("path", ["Reference[1]/ContentId", "Attachment[1]/ContentId"])
def test_an_id_that_is_missing_leaves_its_partner_alone(path: str) -> None:
    assert found(document(DocumentIdentity()).without(path)) == [("ATT-02.no-content-id", path.partition("/")[0])]


def test_containers_and_contents_have_no_text_of_their_own() -> None:
    root = etree.fromstring(document(DocumentIdentity()).written())
    tree = read_tree(root, vocabulary())
    holders = [node for node in tree.nodes if node.named or node.local == CONTENT]
    assert {node.local for node in holders} >= {"edXML", "From", "Attachment", CONTENT}
    assert {node.text for node in holders} == {""}


def test_a_receiver_without_id_does_not_hide_a_repeated_one() -> None:
    to = [Element("To", (Element("OrganName", text="A"),)), Element("To", (
        Element("OrganId", text="000.00.00.H41"), Element("OrganName", text="B"),
    ))]  # fmt: skip
    assert found(document(DocumentIdentity()).followed("To", *to)) == [
        ("HDR-03.no-organ-id", "To[2]"),
        ("HDR-04.twice", "OrganId"),
    ]


def test_a_recall_names_its_document_and_only_a_recall_has_to() -> None:
    assert found(recall(DocumentIdentity()).without("ResponseFor")) == [("TRC-04.no-response-for", "MessageHeader")]
    assert found(update(DocumentIdentity())) == []


def test_the_rules_are_those_of_the_catalogue_and_no_others() -> None:
    static = {entry.id for entry in load_catalogue().requirements.values() if entry.where == "S"}
    assert set(IMPLEMENTED) == static


def test_findings_stand_in_the_order_of_the_catalogue_and_of_their_lines() -> None:
    draft = document(DocumentIdentity()).without("From").with_text("DueDate", "2025/09/01").without("TraceHeaderList")
    draft = (
        draft.without("Subject").with_text("OtherInfo/PageAmount", "x").with_text("OtherInfo/PromulgationAmount", "y")
    )
    draft = draft.with_text("Attachment[1]/AttachmentName", "../a.pdf").with_attribute("edXMLManifest", "version", "2")
    findings = check_package(draft.written(), PROFILE, AT, groups=OWN_GROUPS).findings
    codes = [one.code for one in findings]
    assert codes == [
        "HDR-01.no-from", "HDR-10.missing", "HDR-15.not-an-amount", "HDR-15.not-an-amount", "HDR-19.before",
        "TRC-01.no-list", "ATT-01.version", "ATT-03.differs", "ATT-04.path",
    ]  # fmt: skip
    lines = [one.where.line or 0 for one in findings if one.code == "HDR-15.not-an-amount"]
    assert lines == sorted(set(lines))


UNKNOWN = bytes(range(9))


@pytest.mark.parametrize(("content", "name", "reported"), [
    (files.png(), "cong-van", [("", "png")]),
    (files.png(), "cong-van.pdf", [("pdf", "png")]),
    (UNKNOWN, "cong-van.pdf", [("pdf", "00 01 02 03 04 05 06 07")]),
    (UNKNOWN, "cong-van", []),
])  # fmt: skip
def test_bytes_that_are_not_what_the_name_says_are_reported(
    content: bytes, name: str, reported: list[tuple[str, str]]
) -> None:
    draft = with_attachments(DocumentIdentity(), attached(name, content, "1"))
    findings = check_package(draft.written(), PROFILE, AT, groups={"ATT"}).findings
    assert [(one.expected, one.received) for one in findings if one.code == "ATT-07.name"] == reported


@pytest.mark.parametrize("name", ["Zalo", "Z" * 41, "Subject" * 6])
def test_an_element_that_is_meant_for_nothing_known_is_unknown(name: str) -> None:
    draft = document(DocumentIdentity()).followed("Subject", Element(name, text="0900000000"))
    (one,) = check_package(draft.written(), PROFILE, AT, groups={"PKG"}).findings
    assert (one.code, one.expected, one.received) == ("PKG-08.unknown", "", name)
    assert one.parameters == {"unknown": name, "meant": ""}


def test_elements_in_a_content_in_a_wrong_place_is_still_unknown() -> None:
    draft = (
        document(DocumentIdentity())
        .moved("Attachment/ContentTransferEncoded", "Reference")
        .without("AttachmentEncoded")
    )
    end = "</edXML:ContentTransferEncoded>"
    assert found(draft.edited(replacing(end, f"<edXML:Zalo>1</edXML:Zalo>{end}", 1))) == [
        ("PKG-06.inline", CONTENT),
        ("PKG-08.unknown", "Zalo"),
    ]
