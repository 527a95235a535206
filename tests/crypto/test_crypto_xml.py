"""XML signatures: signing, and what cannot be signed or verified."""

import pytest

from harness.crypto.xml.sign import NotSignable, SignaturePlan, sign_package
from harness.edxml.reader import XmlRefused
from harness.vectors.forged_packages import FORGERIES, NotForgeable, signed_by
from tests.crypto.signing_material import LIMITS, codes, package, pki, report


def test_a_package_without_canonical_form_is_named_not_stumbled_over() -> None:
    """C14N forbids relative namespaces."""
    signed = signed_by("agency")(package(), pki(), LIMITS)
    relative = signed.replace(b"<edXML:Subject>", b'<x:a xmlns:x="tuong-doi"/><edXML:Subject>')
    assert "SIG-02.not-canonical" in codes(report(relative))


@pytest.mark.parametrize(
    "data",
    [b"<a/>", b"<edXMLHeader/>", package().replace(b"<edXML:Subject>", b'<x:a xmlns:x="tuong-doi"/><edXML:Subject>')],
    ids=["no-header", "empty-header", "relative-namespace"],
)
def test_what_cannot_be_signed_is_refused(data: bytes) -> None:
    with pytest.raises(NotSignable):
        sign_package(data, pki().identity("agency"), LIMITS)


def test_what_is_no_xml_is_refused() -> None:
    with pytest.raises(XmlRefused):
        sign_package(b"<edXMLHeader></edXMLHeader>&", pki().identity("agency"), LIMITS)


@pytest.mark.parametrize(
    ("kind", "plan"), [("agency", SignaturePlan(uri="#none")), ("expired", SignaturePlan(key_info="key"))]
)
def test_a_plan_that_cannot_be_carried_out_is_refused(kind: str, plan: SignaturePlan) -> None:
    with pytest.raises(NotSignable):
        sign_package(package(), pki().identity(kind), LIMITS, plan)


def test_a_forgery_needs_the_part_that_it_changes() -> None:
    headless = b"<edXML><edXMLHeader></edXMLHeader></edXML>"
    with pytest.raises(NotForgeable):
        FORGERIES["tampered"].build(headless, pki(), LIMITS)


def test_a_signature_may_bring_its_certificates_in_any_order() -> None:
    """The one that signed is found by its key."""
    signed = signed_by("agency")(package(), pki(), LIMITS)
    first, second = (b"<X509Certificate>" + one.partition(b"<")[0] for one in signed.split(b"<X509Certificate>")[1:])
    end = b"</X509Certificate>"
    swapped = signed.replace(first + end + second + end, second + end + first + end)
    assert swapped != signed
    assert codes(report(swapped)) == ["PDF-02.unsigned"]


def test_a_bare_key_beside_a_bare_name_is_used() -> None:
    signed = sign_package(package(), pki().identity("agency"), LIMITS, SignaturePlan(key_info="key"))
    named = signed.replace(b"</KeyInfo>", b"<X509Data><X509SubjectName>CN=x</X509SubjectName></X509Data></KeyInfo>")
    assert codes(report(named)) == ["SIG-05.no-certificate", "PDF-02.unsigned"]
    assert codes(report(named.replace("V/v kiểm".encode(), b"V/v"))) == [
        "SIG-02.digest", "SIG-05.no-certificate", "PDF-02.unsigned",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_package_of_fifty_megabytes_is_signed_and_verified() -> None:
    large = package([("van-ban.pdf", b"%PDF-1.7\n" + bytes(49 * 1024 * 1024))])
    signed = signed_by("agency")(large, pki(), LIMITS)
    assert codes(report(signed)) == ["PDF-02.unsigned"]
    assert codes(report(signed.replace(b"JVBERi0x", b"JVBERi0y", 1))) == ["SIG-02.digest", "PDF-02.unsigned"]
