"""One defect, one finding: what follows from a defect is not reported again."""

from datetime import datetime

import pytest

from harness.catalogue.profiles import Profile, load_profile
from harness.edxml.draft import PackageDraft, replacing
from harness.edxml.elements import Element
from harness.journal.recorder import VIETNAM
from harness.rules.check import MOST_OF_ONE_RULE, check_package
from harness.vectors.packages.base import DocumentIdentity, document, recall, status

AT = datetime(2025, 9, 30, 12, tzinfo=VIETNAM)
OWN_GROUPS = frozenset({"PKG", "HDR", "TRC", "ATT", "STP"})


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile("qcvn102-2022")


def codes_of(draft: PackageDraft, profile: Profile) -> list[str]:
    return [finding.code for finding in check_package(draft.written(), profile, AT, groups=OWN_GROUPS).findings]


@pytest.mark.parametrize(
    ("draft", "codes"),
    [
        (document(DocumentIdentity()).without("From"), ["HDR-01.no-from"]),
        (document(DocumentIdentity()).renamed("From", "from"), ["HDR-01.no-from"]),
        (document(DocumentIdentity()).renamed("From/OrganId", "OrganID"), ["HDR-01.no-organ-id"]),
        (document(DocumentIdentity(sender=("28.22.H17", "Xã Hòa Sơn"))), ["HDR-02.not-a-form"]),
        (document(DocumentIdentity(sender=("00.53.W00", "Trục"))), ["HDR-02.hub-id"]),
        (document(DocumentIdentity()).without("Code"), ["HDR-05.no-code"]),
        (document(DocumentIdentity()).without("PromulgationInfo"), ["HDR-06.no-promulgation-info"]),
        (document(DocumentIdentity(number="N/A")), ["HDR-20.filler"]),
        (document(DocumentIdentity()).without("TraceHeaderList"), ["TRC-01.no-list"]),
        (recall(DocumentIdentity()).without("TraceHeaderList"), ["TRC-01.no-list"]),
        (document(DocumentIdentity()).renamed("edXMLManifest", "edxmlmanifest"), ["PKG-05.wrong-case"]),
        (document(DocumentIdentity()).without("edXMLBody"), ["PKG-05.missing"]),
        (document(DocumentIdentity()).without("MessageHeader"), ["PKG-05.missing"]),
        (document(DocumentIdentity()).edited(replacing("edXML:", "")), ["PKG-07.other-prefix"]),
        (document(DocumentIdentity()).edited(replacing("QCVN_102_2016", "QCVN")), ["PKG-04.namespace"]),
        (document(DocumentIdentity()).with_text("Attachment/AttachmentName", ""), ["ATT-03.missing"]),
        (document(DocumentIdentity()).with_text("From/OrganName", " "), ["HDR-01.no-organ-name"]),
        (document(DocumentIdentity()).with_text("PromulgationInfo/PromulgationDate", "2025-09-30"), ["HDR-07.pattern"]),
        (
            document(DocumentIdentity()).with_text("PromulgationInfo/PromulgationDate", "2024/02/30"),
            ["HDR-07.not-a-day"],
        ),
        (
            document(DocumentIdentity()).with_text("PromulgationInfo/PromulgationDate", " 2025/09/30 "),
            ["HDR-07.white-space"],
        ),
        (document(DocumentIdentity()).with_text("From/OrganId", "G22x"), ["HDR-02.not-a-form"]),
        (document(DocumentIdentity()).with_text("From/OrganId", "000.00.00.g22"), ["HDR-02.not-a-form"]),
        (document(DocumentIdentity()).with_text("TraceHeader/OrganId", "zz"), ["HDR-02.not-a-form"]),
        (status(DocumentIdentity(), code="2", description=""), ["STP-03.digits", "STP-05.no-reason"]),
    ],
)
def test_defect_is_reported_once(draft: PackageDraft, codes: list[str], profile: Profile) -> None:
    assert codes_of(draft, profile) == codes


def test_two_defects_are_two_findings(profile: Profile) -> None:
    draft = document(DocumentIdentity()).renamed("MessageHeader", "messageheader").without("Subject").without("To")
    assert codes_of(draft, profile) == ["PKG-05.wrong-case", "HDR-03.no-to", "HDR-10.missing"]


def test_an_unreadable_package_is_one_finding(profile: Profile) -> None:
    broken = document(DocumentIdentity()).without("From").edited(lambda data: data[:-20])
    assert codes_of(broken, profile) == ["PKG-01.not-well-formed"]


def test_what_cannot_be_read_is_said_whatever_the_groups(profile: Profile) -> None:
    report = check_package(b"<edXML", profile, AT, groups={"STP"})
    assert [finding.code for finding in report.findings] == ["PKG-01.not-well-formed"]


def test_groups_choose_the_rules(profile: Profile) -> None:
    draft = document(DocumentIdentity()).without("From").without("TraceHeaderList")
    report = check_package(draft.written(), profile, AT, groups={"TRC"})
    assert [finding.code for finding in report.findings] == ["TRC-01.no-list"]


def test_a_million_defects_are_a_hundred_findings(profile: Profile) -> None:
    to = [Element("To", (Element("OrganId", text=f"x{n}"), Element("OrganName", text="A"))) for n in range(500)]
    draft = document(DocumentIdentity()).followed("To", *to)
    codes = codes_of(draft, profile)
    assert codes == ["HDR-02.not-a-form"] * MOST_OF_ONE_RULE


def test_lines_are_right_in_very_long_packages(profile: Profile) -> None:
    draft = document(DocumentIdentity()).without("Attachment[2]/ContentId")
    data = draft.written().replace(b"<AttachmentEncoded", b"\n" * 70_000 + b"<AttachmentEncoded", 1)
    (finding,) = check_package(data, profile, AT, groups=OWN_GROUPS).findings
    second = data.index(b"<Attachment>", data.index(b"<Attachment>") + 1)
    assert finding.code == "ATT-02.no-content-id"
    assert finding.where.line == data[:second].count(b"\n") + 1


def test_utc_and_vietnam_disagree_on_the_day(profile: Profile) -> None:
    data = document(DocumentIdentity()).written()
    late = datetime.fromisoformat("2025-09-29T17:30:00+00:00")
    early = datetime.fromisoformat("2025-09-29T16:30:00+00:00")
    assert check_package(data, profile, late, groups={"HDR"}).findings == ()
    (finding,) = check_package(data, profile, early, groups={"HDR"}).findings
    assert finding.code == "HDR-08.future"
