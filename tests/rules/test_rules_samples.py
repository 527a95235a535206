"""Real packages give exactly what is wrong with them; what different writers write alike gives nothing."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from harness.catalogue.profiles import Profile, load_profile
from harness.catalogue.verdicts import Severity
from harness.edxml.draft import replacing
from harness.edxml.layout import BUSSINESS_FIRST, CLAUSE_ORDER, OPERATOR_ORDER, Addition, Layout
from harness.edxml.packages import write_package
from harness.journal.recorder import VIETNAM
from harness.rules.check import PackageReport, check_package
from harness.vectors.packages.base import DocumentIdentity, document, package, recall, replacement, status, update

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
AT = datetime(2025, 9, 30, 12, tzinfo=VIETNAM)
OWN_GROUPS = frozenset({"PKG", "HDR", "TRC", "ATT", "STP"})


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile("qcvn102-2022")


def report_of(data: bytes, profile: Profile) -> PackageReport:
    return check_package(data, profile, AT, groups=OWN_GROUPS)


@pytest.mark.parametrize(
    ("name", "kind", "failures", "remarks"),
    [
        (
            "document_new",
            "document",
            {"HDR-02.not-a-form": 1, "TRC-01.not-the-sender": 1, "ATT-06.extension": 1},
            {
                "HDR-05.not-a-number": 1,
                "HDR-17.other-impossible-day": 1,
                "HDR-18.organ": 1,
                "HDR-18.date": 1,
                "HDR-18.code": 1,
                "HDR-19.before": 1,
                "ATT-09.no-pdf": 1,
            },
        ),
        ("document_new_stray_bytes", "unknown", {"PKG-01.before-declaration": 1}, {}),
        (
            "document_update",
            "document",
            {"ATT-06.extension": 1},
            {"HDR-17.other-impossible-day": 1, "HDR-18.date": 1, "ATT-09.no-pdf": 1},
        ),
        ("status_01", "status", {}, {}),
        ("status_02", "status", {}, {}),
    ],
)
def test_sample(name: str, kind: str, failures: dict[str, int], remarks: dict[str, int], profile: Profile) -> None:
    report = report_of((SAMPLES / f"{name}.edxml").read_bytes(), profile)
    assert report.kind == kind
    by_severity: dict[Severity, Counter[str]] = {Severity.FAIL: Counter(), Severity.REMARK: Counter()}
    for finding in report.findings:
        by_severity[profile.severity(finding)][finding.code] += 1
    assert by_severity == {Severity.FAIL: failures, Severity.REMARK: remarks}


def test_sample_names_the_places(profile: Profile) -> None:
    report = report_of((SAMPLES / "document_new.edxml").read_bytes(), profile)
    places = {finding.code: (finding.where.line, finding.where.xpath) for finding in report.findings}
    header = "/edXML/edXMLEnvelope/edXMLHeader"
    assert places["HDR-02.not-a-form"] == (18, f"{header}/MessageHeader/To/OrganId")
    assert places["TRC-01.not-the-sender"] == (68, f"{header}/TraceHeaderList/TraceHeader/OrganId")
    assert report.document_id == "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT"


def test_status_names_the_document_that_it_answers(profile: Profile) -> None:
    report = report_of((SAMPLES / "status_02.edxml").read_bytes(), profile)
    assert report.document_id == "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT"


LAYOUTS = {
    "operator": Layout(),
    "clause-order": Layout(order=CLAUSE_ORDER),
    "bussiness-first": Layout(order=BUSSINESS_FIRST),
    "one-line": Layout(indent="", line_end=""),
    "tabs": Layout(indent="\t", line_end="\n"),
    "root-prefixed": Layout(root_prefix="edXML"),
    "addition-in-header": Layout(additions=(Addition("MessageHeader", "ApplicationType", "1"),)),
    "addition-in-staff": Layout(additions=(Addition("StaffInfo", "DepartmentId", "12"),)),
    "addition-in-attachment": Layout(additions=(Addition("Attachment", "MimeType", "application/pdf"),)),
    "operator-order-named": Layout(order=OPERATOR_ORDER),
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("make", [document, recall, update, replacement, status])
def test_writers_styles_give_no_finding(make, layout: Layout, profile: Profile) -> None:  # type: ignore[no-untyped-def]
    report = report_of(make(DocumentIdentity()).laid_out(layout).written(), profile)
    assert report.findings == ()
    assert report.kind == ("status" if make is status else "document")


@pytest.mark.parametrize("prefix", ["", "ns0", "ed"])
def test_another_prefix_draws_one_remark(prefix: str, profile: Profile) -> None:
    report = report_of(document(DocumentIdentity()).laid_out(Layout(prefix=prefix)).written(), profile)
    assert [finding.code for finding in report.findings] == ["PKG-07.other-prefix"]
    assert profile.severity(report.findings[0]) is Severity.REMARK


@pytest.mark.parametrize("addition", ["ReplyFors", "ReferenceCodes", "TaskCode", "ApplicationType"])
@pytest.mark.parametrize("namespace", ['xmlns=""', 'xmlns="urn:vpcp"', ""])
def test_additions_are_allowed_in_any_namespace(addition: str, namespace: str, profile: Profile) -> None:
    prefix = "" if namespace else "edXML:"
    written = f"<{prefix}{addition} {namespace}><A>1</A></{prefix}{addition}></edXML:MessageHeader>"
    draft = document(DocumentIdentity()).edited(replacing("</edXML:MessageHeader>", written))
    assert report_of(draft.written(), profile).findings == ()


def test_a_hub_may_append_its_hop(profile: Profile) -> None:
    sent = package(DocumentIdentity())
    hop = replace(sent.trace_headers[0], organ_id="00.53.W00")
    data = write_package(replace(sent, trace_headers=(*sent.trace_headers, hop)))
    assert report_of(data, profile).findings == ()


def test_sender_in_the_new_form_agrees_with_an_id_in_the_old(profile: Profile) -> None:
    sent = package(DocumentIdentity(sender=("000.00.15.H51", "Sở Nội vụ")))
    moved = replace(
        sent,
        from_=replace(sent.from_, organ_id="H51.15"),
        trace_headers=(replace(sent.trace_headers[0], organ_id="H51.15"),),
    )
    assert report_of(write_package(moved), profile).findings == ()
