"""Values on lines of their own are remarked upon and otherwise read as if they were directly between their tags."""

from datetime import datetime

import pytest

from harness.catalogue.profiles import load_profile
from harness.catalogue.verdicts import Severity
from harness.edxml.draft import PackageDraft
from harness.journal.recorder import VIETNAM
from harness.rules.check import PackageReport, check_package
from harness.vectors.packages.base import DocumentIdentity, answering, document, replacement, status, update

AT = datetime(2025, 9, 30, 12, tzinfo=VIETNAM)
PROFILE = load_profile()
OWN_GROUPS = frozenset({"PKG", "HDR", "TRC", "ATT", "STP"})
IDENTITY = DocumentIdentity()
HEADER = (
    *("From/OrganId", "To/OrganId", "Code/CodeNumber", "PromulgationInfo/PromulgationDate", "DocumentType/Type"),
    *("DueDate", "OtherInfo/Priority", "OtherInfo/PageAmount", "OtherInfo/PromulgationAmount", "SteeringType"),
    *("MessageHeader/DocumentId", "TraceHeader/OrganId", "TraceHeader/Timestamp", "Bussiness/BussinessDocType"),
)
ANSWER = ("ResponseFor/OrganId", "ResponseFor/PromulgationDate", "ResponseFor/DocumentId")
UPDATE = (
    *("Bussiness/DocumentId", "BussinessDocumentInfo/DocumentInfo", "BussinessDocumentInfo/DocumentReceiver"),
    *("Receiver/OrganId", "Receiver/ReceiverType"),
)
STATUS = ("From/OrganId", *ANSWER, "StatusCode", "Timestamp")


def report(draft: PackageDraft) -> PackageReport:
    return check_package(draft.written(), PROFILE, AT, groups=OWN_GROUPS)


def codes(draft: PackageDraft) -> set[str]:
    return {finding.code for finding in report(draft).findings}


def spaced(draft: PackageDraft, *paths: str, space: str = "\n   ") -> PackageDraft:
    for path in paths:
        draft = draft.with_text(path, f"{space}{draft.element(path).text}{space}")
    return draft


@pytest.mark.parametrize(
    ("draft", "paths", "requirements"),
    [
        (document(IDENTITY), HEADER, "HDR-02 HDR-05 HDR-07 HDR-09 HDR-13 HDR-14 HDR-15 HDR-17 TRC-02 TRC-03"),
        (answering(IDENTITY), ANSWER, "HDR-02 HDR-07 HDR-17"),
        (update(IDENTITY), UPDATE, "HDR-02 HDR-17 TRC-05"),
        (replacement(IDENTITY), ("ReplacementInfo/DocumentId", "OrganIdList/OrganId"), "HDR-02 HDR-17"),
        (status(IDENTITY), STATUS, "HDR-02 STP-02 STP-03 STP-04"),
    ],
    ids=["document", "answer", "update", "replacement", "status"],
)
@pytest.mark.parametrize("space", ["\n    ", " ", "\t", "\r\n"])
def test_a_package_full_of_it_draws_remarks_only(
    draft: PackageDraft, paths: tuple[str, ...], requirements: str, space: str
) -> None:
    found = report(spaced(draft, *paths, space=space))
    assert {finding.code for finding in found.findings} == {f"{one}.white-space" for one in requirements.split()}
    assert {PROFILE.severity(finding) for finding in found.findings} == {Severity.REMARK}
    assert found.document_id == report(draft).document_id


def test_what_is_compared_is_compared_without_it() -> None:
    one = spaced(document(IDENTITY), "From/OrganId", "MessageHeader/DocumentId", "Code/CodeNumber")
    assert not {code for code in codes(one) if code.startswith(("HDR-18", "TRC-01"))}
    twice = spaced(document(IDENTITY).repeated("To"), "To[2]/OrganId")
    assert "HDR-04.twice" in codes(twice)
    another = spaced(document(IDENTITY).with_text("TraceHeader/OrganId", "000.00.00.G07"), "TraceHeader/OrganId")
    assert "TRC-01.not-the-sender" in codes(another)


def test_each_agency_is_reported_once() -> None:
    draft = spaced(document(IDENTITY), "From/OrganId", "TraceHeader/OrganId", "To/OrganId")
    assert [finding.code for finding in report(draft).findings] == ["HDR-02.white-space"] * 2


@pytest.mark.parametrize("sign", ["\u00a0", "\u200b", "\u2003", "\ufeff"])
def test_other_blanks_belong_to_the_value(sign: str) -> None:
    assert codes(document(IDENTITY).with_text("To/OrganId", f"{sign}{IDENTITY.receiver[0]}")) == {"HDR-02.not-a-form"}
    assert codes(document(IDENTITY).with_text("DueDate", f"{sign}2025/10/07")) == {"HDR-07.pattern"}


def test_a_wrong_value_is_reported_as_that_and_not_for_its_white_space_too() -> None:
    assert codes(document(IDENTITY).with_text("DueDate", "\n2024-10-07\n")) == {"HDR-07.pattern"}
    assert codes(document(IDENTITY).with_text("To/OrganId", " G22x ")) == {"HDR-02.not-a-form"}
    assert codes(document(IDENTITY).with_text("OtherInfo/Priority", " 5 ")) == {"HDR-13.not-in-list"}
    assert codes(status(IDENTITY).with_text("StatusCode", " 3 ")) == {"STP-03.digits"}


def test_ids_of_attachments_are_matched_without_it() -> None:
    assert codes(spaced(document(IDENTITY), "Attachment/ContentId")) == {"ATT-02.white-space"}


def test_texts_of_people_keep_theirs() -> None:
    texts = ("Subject", "SignerInfo/FullName", "From/OrganName", "Code/CodeNotation")
    assert codes(spaced(document(IDENTITY), *texts)) == set()
