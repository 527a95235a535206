"""What this project signs, others accept; what others sign, this project accepts; what others refuse, it refuses."""

import re

import pytest
from lxml import etree

from harness.crypto.algorithms import C14N, CANONICALIZATIONS
from harness.crypto.xml.sign import SignaturePlan
from harness.edxml.layout import Layout
from harness.vectors.forged_packages import FORGERIES, signed_by
from tests.crypto.second_opinions import (
    bergshamra_accepts,
    sign_with_bergshamra,
    sign_with_xmlsec,
    signxml_accepts,
    xmlsec_accepts,
)
from tests.crypto.signing_material import LIMITS, codes, package, pki, report

LAYOUTS = {
    "operator": Layout(),
    "default-namespace": Layout(prefix=""),
    "one-prefix": Layout(prefix="v", root_prefix="v"),
}
# What an XML-DSig library refuses by its mathematics alone: coverage, trust and strength are for us to judge.
REFUSED = ("tampered", "reindented", "other-key", "altered-digest", "no-value", "not-base64", "same-id-twice")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", ["agency", "other-agency"])
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
@pytest.mark.parametrize("canonicalization", ["inclusive", "exclusive"])
def test_others_accept_what_we_sign(layout: str, kind: str, digest: str, canonicalization: str) -> None:
    plan = SignaturePlan(canonicalization=canonicalization, digest=digest)  # type: ignore[arg-type]
    signed = signed_by(kind, plan)(package(layout=LAYOUTS[layout]), pki(), LIMITS)
    signer = pki().identity(kind)
    assert xmlsec_accepts(signed, signer)
    assert bergshamra_accepts(signed, signer)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "canonicalization", sorted(CANONICALIZATIONS - {"http://www.w3.org/2006/12/xml-c14n11#WithComments"})
)
def test_we_accept_what_xmlsec_signs(layout: str, canonicalization: str) -> None:
    signed = sign_with_xmlsec(package(layout=LAYOUTS[layout]), pki().identity("agency"), canonicalization)
    assert codes(report(signed)) == ["PDF-02.unsigned"]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("canonicalization", C14N.values())
def test_we_accept_what_bergshamra_signs(layout: str, canonicalization: str) -> None:
    signed = sign_with_bergshamra(package(layout=LAYOUTS[layout]), pki().identity("agency"), canonicalization)
    assert codes(report(signed)) == ["PDF-02.unsigned"]


def test_inclusive_canonicalisation_with_default_namespaces_verifies() -> None:
    """lxml 6.1 writes a stray `xmlns=""` for an element inside a larger tree; signxml as it comes refuses this."""
    signed = sign_with_xmlsec(package(layout=LAYOUTS["default-namespace"]), pki().identity("agency"), C14N["inclusive"])
    assert b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"' in signed
    assert bergshamra_accepts(signed, pki().identity("agency"))
    assert "SIG-02.value" not in codes(report(signed))


def test_comments_are_no_part_of_what_is_signed() -> None:
    commented = package().replace(b"<edXML:Content>", b"<!-- one --><edXML:Content>")
    for canonicalization in sorted(CANONICALIZATIONS - {"http://www.w3.org/2006/12/xml-c14n11#WithComments"}):
        signed = sign_with_xmlsec(commented, pki().identity("agency"), canonicalization)
        assert codes(report(signed)) == ["PDF-02.unsigned"]
        assert xmlsec_accepts(signed.replace(b"<!-- one -->", b"<!-- two -->"), pki().identity("agency"))
        assert codes(report(signed.replace(b"<!-- one -->", b"<!-- two -->"))) == ["PDF-02.unsigned"]


@pytest.mark.parametrize("name", REFUSED)
def test_we_refuse_what_others_refuse(name: str) -> None:
    forged = FORGERIES[name].build(package(), pki(), LIMITS)
    signer = pki().identity("person" if name == "other-key" else "agency")
    assert not xmlsec_accepts(forged, signer)
    assert not bergshamra_accepts(forged, signer)
    assert not signxml_accepts(forged, signer)
    assert set(FORGERIES[name].codes) <= set(codes(report(forged)))


@pytest.mark.parametrize("name", [name for name, forgery in FORGERIES.items() if not forgery.codes])
def test_we_accept_what_others_accept(name: str) -> None:
    signed = FORGERIES[name].build(package(), pki(), LIMITS)
    signer = pki().identity("person" if name == "person" else "agency")
    assert xmlsec_accepts(signed, signer)
    assert bergshamra_accepts(signed, signer)
    assert codes(report(signed)) == ["PDF-02.unsigned"]


_INSTRUCTIONS = (b'<?xml-stylesheet type="text/xsl" href="edxml.xsl"?>', b"<?luu tru?>")


def _instructed(data: bytes) -> bytes:
    """Return the package with a processing instruction before its root and another behind it."""
    before, after = _INSTRUCTIONS
    return data.replace(b"<edXML ", before + b"\r\n<edXML ", 1) + after


@pytest.mark.parametrize("canonicalization", ["inclusive", "exclusive"])
def test_instructions_beside_the_root_are_signed_with_it(canonicalization: str) -> None:
    signer, plan = pki().identity("agency"), SignaturePlan(canonicalization=canonicalization)  # type: ignore[arg-type]
    ours = signed_by("agency", plan)(_instructed(package()), pki(), LIMITS)
    assert xmlsec_accepts(ours, signer)
    assert bergshamra_accepts(ours, signer)
    assert codes(report(ours)) == ["PDF-02.unsigned"]
    assert codes(report(ours.replace(_INSTRUCTIONS[0], b"", 1))) == ["SIG-02.digest", "PDF-02.unsigned"]


def test_an_instruction_that_came_after_signing_breaks_the_signature() -> None:
    signed = signed_by("agency")(package(), pki(), LIMITS)
    for changed in (_instructed(signed), signed.replace(b"<edXML:Subject>", b"<?a b?><edXML:Subject>", 1)):
        assert not xmlsec_accepts(changed, pki().identity("agency"))
        assert codes(report(changed)) == ["SIG-02.digest", "PDF-02.unsigned"]


def test_signing_leaves_every_other_byte_as_it_is() -> None:
    plain = package()
    signed = signed_by("agency")(plain, pki(), LIMITS)
    assert re.sub(rb"<Signature .*</Signature>", b"", signed, flags=re.DOTALL) == plain
    assert etree.fromstring(signed).find("{*}edXMLEnvelope/{*}edXMLHeader/{*}Signature") is not None
