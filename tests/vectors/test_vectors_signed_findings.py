"""What a finding about a signature says besides its code: where, what was asked, what was found, by whose key."""

import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from harness.catalogue.profiles import Profile
from harness.catalogue.verdicts import Cause
from harness.crypto.pdf.signed_files import plain_pdf
from harness.vectors.forged_packages import FORGERIES, signed_by
from harness.vectors.forged_pdfs import PDF_FORGERIES
from tests.crypto.signing_material import LIMITS, LOCAL, NOW, PROFILE, SIGNATURES, package, pki, report

HEADER = "/edXML/edXMLEnvelope/edXMLHeader"
FILE = "/edXML/AttachmentEncoded/Attachment"
REFERENCE = "Signature/SignedInfo/Reference"
AGENCY, PERSON = "UBND tỉnh Nghệ An", "Nguyễn Văn Mẫu"
ISSUER = "CA thử nghiệm phục vụ các cơ quan Nhà nước G2"
STRONG = "sha256 sha384 sha512"
KEYS = "RSA ≥ 2048, EC ≥ 256"


def moment(days: int) -> str:
    return (LOCAL + timedelta(days=days)).strftime("%Y/%m/%d %H:%M:%S")


def fault(subject: str, issuer: str, date: str = "") -> dict[str, str]:
    return {"subject": subject, "issuer": issuer, "date": date, "signed": moment(0)}


def revoked() -> dict[str, str]:
    return {"subject": AGENCY, "date": moment(-60), "reason": "key_compromise", "signed": moment(0)}


def changed(**changes: object) -> Profile:
    signatures = msgspec.structs.replace(SIGNATURES, **changes)
    return msgspec.structs.replace(
        PROFILE, parameters=msgspec.structs.replace(PROFILE.parameters, signatures=signatures)
    )


def said(data: bytes, group: str, profile: Profile = PROFILE) -> list[tuple[Any, ...]]:
    findings = [one for one in report(data, profile=profile).findings if one.code.startswith(group)]
    return [(one.code, one.where.xpath, one.expected, one.received, dict(one.parameters)) for one in findings]


def steady(value: object) -> str | None:
    """Return the name of a case without the moments in it: two workers do not collect at the same one."""
    return re.sub(r"[0-9]{4}/[0-9/]+ [0-9:]+", "moment", value) if isinstance(value, str) else None


@pytest.mark.parametrize(("name", "code", "place", "expected", "received", "parameters"), [
    ("no-key", "SIG-01.no-key", "Signature", "X509Certificate", "", {"name": "Signature"}),
    ("no-value", "SIG-01.missing-child", "Signature", "SignatureValue", "", {"name": "Signature"}),
    ("part-only", "SIG-03.part-only", REFERENCE, "", "#signed-part", {"name": "Reference"}),
    ("same-id-twice", "SIG-03.duplicate-id", REFERENCE, "", "#signed-part", {"name": "Reference"}),
    ("unsigned-object", "SIG-03.unsigned-object", "Signature/Object", "", "", {"name": "Object"}),
    ("comment-in-text", "SIG-03.comment-in-text", "MessageHeader/Subject", "", "", {"name": "Subject"}),
    ("tampered", "SIG-02.digest", "Signature", "", "", {}),
    ("other-key", "SIG-02.value", "Signature", "", "", {}),
    ("weak-digest", "SIG-04.weak-digest", "Signature", STRONG, "sha1", {}),
    ("weak-key", "SIG-04.weak-key", "Signature", KEYS, "RSA 1024", {}),
    ("bare-key", "SIG-05.no-certificate", "Signature", "X509Certificate", "", {}),
    ("expired", "SIG-05.expired", "Signature", "", moment(-30), fault(AGENCY, ISSUER, moment(-30))),
    ("not-yet-valid", "SIG-05.not-yet-valid", "Signature", "", moment(30), fault(AGENCY, ISSUER, moment(30))),
    ("untrusted", "SIG-05.untrusted", "Signature", "", "RootCA lạ", fault("RootCA lạ", "RootCA lạ")),
    ("wrong-usage", "SIG-05.wrong-usage", "Signature", "", "key_encipherment", fault(AGENCY, ISSUER)),
    ("other-agency", "SIG-05.other-name", "Signature", AGENCY, "Sở Thử nghiệm tỉnh Lai Châu; UBND tỉnh Lai Châu", {}),
    ("revoked", "SIG-06.revoked", "Signature", "", moment(-60), revoked()),
], ids=steady)  # fmt: skip
def test_a_finding_about_a_package_signature(
    name: str, code: str, place: str, expected: str, received: str, parameters: dict[str, str]
) -> None:
    forged = FORGERIES[name].build(package(), pki(), LIMITS)
    assert said(forged, "SIG") == [(code, f"{HEADER}/{place}", expected, received, parameters)]


def test_a_signature_elsewhere_names_its_place() -> None:
    forged = FORGERIES["misplaced"].build(package(), pki(), LIMITS)
    assert said(forged, "SIG") == [("SIG-01.misplaced", "/edXML/Signature", "edXMLHeader", "edXML", {})]


def test_a_signature_that_is_missing_is_missed_in_the_header() -> None:
    asked = changed(required=True)
    assert said(package(), "SIG", asked) == [("SIG-01.missing", HEADER, "Signature", "", {})]


def test_a_certificate_that_is_signed_weakly_is_reported() -> None:
    forged = FORGERIES["sha-512"].build(package(), pki(), LIMITS)
    strict = changed(digests=("sha512",))
    assert said(forged, "SIG", strict) == [("SIG-04.weak-certificate", f"{HEADER}/Signature", "sha512", "sha256", {})]


def test_a_second_signature_is_examined_though_the_first_is_none() -> None:
    """One that is where nobody looks for it does not hide what is wrong with the one that counts."""
    signed = signed_by("expired")(package(), pki(), LIMITS)
    start, end = signed.index(b"<Signature "), signed.index(b"</Signature>") + len(b"</Signature>")
    envelope = signed.index(b">", signed.index(b"edXMLEnvelope")) + 1
    both = signed[:envelope] + signed[start:end] + signed[envelope:]
    codes = [one[0] for one in said(both, "SIG")]
    assert codes == ["SIG-01.misplaced", "SIG-02.digest", "SIG-05.expired"]
    strict = [one[0] for one in said(both, "SIG", changed(smallest_ec=521, smallest_rsa=4096))]
    assert "SIG-04.weak-key" in strict


@pytest.mark.parametrize(("name", "causes"), [
    ("same-id-twice", [("SIG-02.not-resolved", Cause.CANDIDATE)]),
    ("expired", [("SIG-06.not-examined", Cause.CANDIDATE)]),
    ("bare-key", [("SIG-06.not-examined", Cause.CANDIDATE)]),
    ("tampered", []),
])  # fmt: skip
def test_an_open_question_names_whose_trouble_it_is(name: str, causes: list[tuple[str, Cause]]) -> None:
    undecided = report(FORGERIES[name].build(package(), pki(), LIMITS)).undecided
    assert [(one.detail, one.cause) for one in undecided] == causes
    assert all(one.finding.where.xpath == f"{HEADER}/Signature" for one in undecided)


FIRST, SECOND = {"field": "Signature1"}, {"field": "Signature2"}


@pytest.mark.parametrize(("name", "wanted"), [
    ("too-old", [("PDF-01.too-old", "1.4", "1.3", {}), ("PDF-02.unsigned", "", "", {"count": "1"})]),
    ("tampered", [
        ("PDF-03.digest", "", "", {**FIRST, "subject": PERSON}),
        ("PDF-03.digest", "", "", {**SECOND, "subject": AGENCY}),
    ]),
    ("unsupported-form", [("PDF-03.unsupported", "", "adbe.x509.rsa_sha1", {**FIRST, "subject": ""})]),
    ("expired", [("PDF-04.expired", "", moment(-30), {**SECOND, **fault(AGENCY, ISSUER, moment(-30))})]),
    ("revoked", [("PDF-04.revoked", "", moment(-60), {**SECOND, **revoked()})]),
    ("weak-key", [("PDF-04.weak-key", KEYS, "RSA 1024", {**SECOND, "subject": AGENCY})]),
    ("weak-digest", [
        ("PDF-04.weak-digest", STRONG, "sha1", {**FIRST, "subject": PERSON}),
        ("PDF-04.weak-digest", STRONG, "sha1", {**SECOND, "subject": AGENCY}),
    ]),
    ("no-time-stamp", [
        ("PDF-05.no-time-stamp", "PAdES B-T", "PAdES B-B", FIRST),
        ("PDF-05.no-time-stamp", "PAdES B-T", "PAdES B-B", SECOND),
    ]),
    ("agency-alone", [("PDF-06.no-person", "", AGENCY, {})]),
    ("person-alone", [("PDF-06.no-agency", "", PERSON, {})]),
    ("wrong-order", [("PDF-06.order", "", f"{AGENCY}, {PERSON}", {})]),
])  # fmt: skip
def test_a_finding_about_a_signed_file(name: str, wanted: list[tuple[str, str, str, dict[str, str]]]) -> None:
    reported = said(package([("van-ban.pdf", PDF_FORGERIES[name].build(pki(), NOW))]), "PDF")
    assert reported == [
        (code, FILE, expected, received, {"file": "van-ban.pdf", **parameters})
        for code, expected, received, parameters in wanted
    ]


def test_a_version_is_old_only_below_the_least_one() -> None:
    """A file of exactly the least version is neither reported nor examined further."""
    just = package([("a.pdf", plain_pdf(("a",)).replace(b"%PDF-1.7", b"%PDF-1.4", 1))])
    assert [one[0] for one in said(just, "PDF")] == ["PDF-02.unsigned"]


def test_a_signed_file_by_a_weakly_signed_certificate_is_reported() -> None:
    data = package([("van-ban.pdf", PDF_FORGERIES["person-then-agency"].build(pki(), NOW))])
    reported = [one for one in said(data, "PDF", changed(digests=("sha512",))) if one[0] == "PDF-04.weak-certificate"]
    assert [(one[2], one[3], one[4]["subject"]) for one in reported] == [
        ("sha512", "sha256", PERSON), ("sha512", "sha256", AGENCY),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "known"), [
    (AGENCY, True), ("Nguyễn Văn Mẫu", True), ("Văn phòng", True), ("Cục Thử nghiệm", False),
])  # fmt: skip
def test_any_name_of_the_signer_may_be_the_sender_s(name: str, known: bool) -> None:
    sent = package().replace(AGENCY.encode(), name.encode())
    codes = [one[0] for one in said(signed_by("person")(sent, pki(), LIMITS), "SIG")]
    assert codes == ([] if known else ["SIG-05.other-name"])
