"""Each rule says whether a package held what it speaks about: a pass of one that saw nothing proves nothing."""

from collections.abc import Collection
from datetime import datetime, time

import pytest

from harness.catalogue.profiles import load_profile
from harness.crypto.pdf.signed_files import plain_pdf
from harness.edxml.draft import PackageDraft
from harness.journal.recorder import VIETNAM
from harness.rules.check import IMPLEMENTED, check_package
from harness.rules.registry import DOCUMENT, STATUS
from harness.vectors.forged_packages import FORGERIES
from harness.vectors.forged_pdfs import PDF_FORGERIES, signed_by
from harness.vectors.packages import files
from harness.vectors.packages.base import (
    DocumentIdentity,
    answering,
    attached,
    document,
    recall,
    replacement,
    status,
    update,
    with_attachments,
)
from harness.vectors.registry import Vector, all_vectors
from tests.crypto.signing_material import LIMITS, NOW, package, pki

AT = datetime.combine(DocumentIdentity().day, time(12), VIETNAM)
PROFILE = load_profile()
OWN_GROUPS = frozenset({"PKG", "HDR", "TRC", "ATT", "STP"})
VECTORS = [vector for vector in all_vectors().values() if vector.requirement[:3] in OWN_GROUPS]
# Good for the very reason that the thing is not there.
WITHOUT = {"HDR-16/all-empty", "TRC-03/no-operation", "TRC-07/new-without-reason", "STP-05/nothing-to-explain"}
SIGNATURES = {f"SIG-0{number}" for number in range(1, 7)}
SIGNED_FILES = {f"PDF-0{number}" for number in range(3, 7)}


def spoken_of(data: bytes | PackageDraft, groups: Collection[str] | None = None, at: datetime = AT) -> frozenset[str]:
    content = data if isinstance(data, bytes) else data.written()
    return check_package(content, PROFILE, at, groups=groups).spoken_of


def with_a_file(name: str, content: bytes) -> PackageDraft:
    return with_attachments(DocumentIdentity(), attached(name, content, "1"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.key)
def test_a_vector_is_spoken_of_by_the_requirement_that_it_keeps_or_breaks(vector: Vector) -> None:
    assert (vector.requirement in spoken_of(vector.written(DocumentIdentity()), OWN_GROUPS)) == (
        vector.key not in WITHOUT
    )


@pytest.mark.parametrize("requirement", sorted(key for key in IMPLEMENTED if key[:3] in OWN_GROUPS))
def test_every_requirement_has_a_good_vector_of_which_it_speaks(requirement: str) -> None:
    good = [vector for vector in VECTORS if vector.requirement == requirement and vector.code is None]
    assert any(vector.key not in WITHOUT for vector in good)


def test_an_ordinary_document_is_not_spoken_of_by_what_it_does_not_hold() -> None:
    reported = spoken_of(with_a_file("cong-van.pdf", plain_pdf(("a",))))
    unseen = {key for key, kinds in IMPLEMENTED.items() if kinds >= DOCUMENT} - reported
    assert unseen == {"HDR-16", "TRC-04", "TRC-05", "TRC-06", "TRC-07", "ATT-06"} | SIGNATURES | SIGNED_FILES
    assert not {key for key in reported if key.startswith("STP")}


@pytest.mark.parametrize(
    ("draft", "gained"),
    [
        (answering(DocumentIdentity()), {"HDR-16"}),
        (recall(DocumentIdentity()), {"HDR-16", "TRC-04", "TRC-07"}),
        (update(DocumentIdentity()), {"TRC-05", "TRC-07"}),
        (replacement(DocumentIdentity()), {"TRC-06", "TRC-07"}),
    ],
    ids=["answer", "recall", "update", "replacement"],
)
def test_an_operation_is_spoken_of_by_its_own_rules(draft: PackageDraft, gained: set[str]) -> None:
    assert spoken_of(draft) - spoken_of(document(DocumentIdentity())) == gained


@pytest.mark.parametrize(
    ("path", "requirement"),
    [
        ("OtherInfo/Priority", "HDR-13"),
        ("SteeringType", "HDR-14"),
        ("DueDate", "HDR-19"),
        ("Bussiness", "TRC-03"),
    ],
)
def test_an_element_that_may_be_left_out_is_spoken_of_where_it_occurs(path: str, requirement: str) -> None:
    assert requirement in spoken_of(document(DocumentIdentity()))
    assert requirement not in spoken_of(document(DocumentIdentity()).without(path))
    blank = document(DocumentIdentity()).with_text(path, " \u00a0 ")
    assert requirement not in spoken_of(blank)


def test_amounts_and_addresses_are_spoken_of_where_one_is_given() -> None:
    bare = document(DocumentIdentity())
    for path in ("OtherInfo/PromulgationAmount", "From/Email", "To/Email", "StaffInfo/Email"):
        assert {"HDR-15", "HDR-21"} <= spoken_of(bare)
        bare = bare.without(path)
    assert "HDR-21" not in spoken_of(bare)
    assert "HDR-15" not in spoken_of(bare.without("OtherInfo/PageAmount"))


def test_an_id_without_parts_cannot_disagree_with_the_header() -> None:
    of_no_parts = document(DocumentIdentity()).with_text(
        "MessageHeader/DocumentId", "4f6a1d0e-7a0b-4f2b-9d0e-0a1b2c3d4e5f"
    )
    assert "HDR-18" not in spoken_of(of_no_parts)
    assert "HDR-17" in spoken_of(of_no_parts)


def test_only_a_file_that_a_reader_unpacks_is_spoken_of_by_the_rule_about_zips() -> None:
    assert "ATT-06" in spoken_of(with_a_file("phu-luc.xlsx", files.xlsx()))
    assert "ATT-06" not in spoken_of(with_a_file("phu-luc.zip", files.zipped(("a.txt", b"a"))))
    assert "ATT-06" not in spoken_of(with_a_file("phu-luc.docx", files.docx()))


def test_a_document_without_attachments_is_spoken_of_by_none_of_their_rules_but_that_it_has_none() -> None:
    bare = document(DocumentIdentity()).with_text("edXMLManifest", "").without("AttachmentEncoded")
    reported = {key for key in spoken_of(bare) if key.startswith(("ATT", "PDF", "PKG-06"))}
    assert reported == {"ATT-01", "ATT-08"}


@pytest.mark.parametrize("code", ["01", "02", "03", "06", "13", "15", "16"])
def test_only_a_code_that_calls_for_a_reason_is_spoken_of_by_the_rule_about_reasons(code: str) -> None:
    reported = spoken_of(status(DocumentIdentity(), code))
    assert ("STP-05" in reported) == (code in {"02", "13", "16"})
    due = {key for key, kinds in IMPLEMENTED.items() if kinds >= STATUS} - {"PKG-06", "STP-05", "HDR-11", "HDR-21"}
    assert due <= reported


def test_signatures_in_a_file_are_spoken_of_where_there_is_one() -> None:
    at = NOW
    signed = package([("van-ban.pdf", signed_by("person", "agency")(pki(), NOW))])
    plain = package([("van-ban.pdf", plain_pdf(("a",)))])
    assert spoken_of(signed, at=at) - spoken_of(plain, at=at) == SIGNED_FILES
    assert {"PDF-01", "PDF-02"} <= spoken_of(plain, at=at)
    unreadable = package([("van-ban.pdf", PDF_FORGERIES["cut-off"].build(pki(), NOW))])
    assert spoken_of(unreadable, at=at) >= SIGNED_FILES
    sheet = package([("bang.xlsx", files.xlsx())])
    assert not {key for key in spoken_of(sheet, at=at) if key.startswith("PDF")}


def test_a_signature_of_the_package_is_spoken_of_where_there_is_one() -> None:
    assert spoken_of(FORGERIES["exclusive"].build(package(), pki(), LIMITS), {"SIG"}, NOW) == SIGNATURES
    assert spoken_of(package(), {"SIG"}, NOW) == frozenset()


@pytest.mark.parametrize(
    ("data", "reported"), [(b"", {"PKG-01"}), (b"<!DOCTYPE a><a/>", {"PKG-03"}), (b"\xff\xfe<", {"PKG-02"})]
)
def test_of_what_cannot_be_read_only_the_reason_is_spoken_of(data: bytes, reported: set[str]) -> None:
    assert spoken_of(data) == reported


def test_groups_that_are_not_asked_are_not_spoken_of() -> None:
    assert {key[:3] for key in spoken_of(document(DocumentIdentity()), {"HDR"})} == {"HDR"}
