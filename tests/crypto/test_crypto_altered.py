"""Whatever is altered in a signed package or file: it is noticed, or it changes nothing of what was signed."""

from functools import cache

from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from harness.crypto.chains.certificates import CertificateUnreadable
from harness.crypto.chains.chain import examine_chain
from harness.crypto.pdf.prechecks import PdfUnreadable
from harness.crypto.pdf.signatures import read_pdf
from harness.crypto.xml.package_signature import examine_signature
from harness.crypto.xml.signature import Flaw, XmlSignature, read_signature
from harness.edxml.reader import PackageUnreadable, parse_untrusted
from harness.vectors.forged_packages import signed_by
from harness.vectors.forged_pdfs import signed_by as pdf_signed_by
from tests.crypto.signing_material import LIMITS, NOW, SIGNATURES, package, pki, report, trust

_FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_DIGESTS = (*SIGNATURES.digests, *SIGNATURES.weak_digests)
_BOUNDS = SIGNATURES.bounds


@cache
def signed_package() -> bytes:
    return signed_by("other-agency")(package(), pki(), LIMITS)


@cache
def signed_file() -> bytes:
    return pdf_signed_by("expired", "other-agency", tsa=None)(pki(), NOW)


def _without_signature(data: bytes) -> bytes | None:
    """Return the canonical form of what is signed, None where there is none."""
    root = parse_untrusted(data, LIMITS).getroot()
    for signature in list(root.iter("{http://www.w3.org/2000/09/xmldsig#}Signature")):
        parent = signature.getparent()
        assert parent is not None
        before = signature.getprevious()
        tail = signature.tail or ""
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail
        parent.remove(signature)
    try:
        return etree.tostring(root, method="c14n", with_comments=False)
    except etree.C14NError:
        return None


@given(place=st.integers(0, len(signed_package()) - 1), byte=st.integers(0, 255))
@_FEW
def test_a_byte_altered_in_a_package_is_noticed_or_means_nothing(place: int, byte: int) -> None:
    data = signed_package()
    altered = data[:place] + bytes([byte]) + data[place + 1 :]
    try:
        tree = parse_untrusted(altered, LIMITS)
    except PackageUnreadable:
        return
    if _without_signature(altered) == _without_signature(data):
        return
    elements = list(tree.iter("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    for element in elements:
        found = examine_signature(element, NOW, SIGNATURES, LIMITS, trust())
        assert found.flaws or found.failure or found.gaps


@given(place=st.integers(0, len(signed_package()) - 1), extra=st.binary(min_size=1, max_size=20))
@_FEW
def test_whatever_is_written_into_a_signed_package_the_rules_answer(place: int, extra: bytes) -> None:
    data = signed_package()
    report(data[:place] + extra + data[place:])


_LOCAL_NAMES = st.sampled_from(
    [
        "SignedInfo", "SignatureValue", "KeyInfo", "Object", "CanonicalizationMethod", "SignatureMethod", "Reference",
        "Transforms", "Transform", "DigestMethod", "DigestValue", "X509Data", "X509Certificate", "KeyValue", "Khac",
    ]
)  # fmt: skip
_NAMESPACES = st.sampled_from(
    ["http://www.w3.org/2000/09/xmldsig#", "http://www.mic.gov.vn/TBT/QCVN_102_2016", "urn:x"]
)
_TEXTS = st.sampled_from(["", "YWJj", "#", "MIIFqTCCBJG", " \n", "Đ"])
_ALGORITHMS = st.sampled_from(
    [None, "http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2001/04/xmlenc#sha256", "urn:x", ""]
)


@st.composite
def _elements(draw: st.DrawFn, depth: int = 4) -> etree._Element:
    element = etree.Element(f"{{{draw(_NAMESPACES)}}}{draw(_LOCAL_NAMES)}")
    element.text = draw(_TEXTS)
    algorithm = draw(_ALGORITHMS)
    if algorithm is not None:
        element.set("Algorithm", algorithm)
    if depth:
        element.extend(draw(st.lists(_elements(depth - 1), max_size=3)))
    return element


@given(children=st.lists(_elements(), max_size=4), namespace=_NAMESPACES)
@_FEW
def test_any_signature_is_read_or_its_flaws_are_named(children: list[etree._Element], namespace: str) -> None:
    element = etree.Element(f"{{{namespace}}}Signature")
    element.extend(children)
    found = read_signature(element, _DIGESTS, _BOUNDS)
    assert isinstance(found, XmlSignature) or (found and all(isinstance(flaw, Flaw) for flaw in found))


@given(place=st.integers(0, len(signed_file()) - 1), byte=st.integers(0, 255))
@_FEW
def test_a_byte_altered_in_a_file_is_noticed_or_lies_in_a_signature_value(place: int, byte: int) -> None:
    content = signed_file()
    if content[place] == byte:
        return
    altered = content[:place] + bytes([byte]) + content[place + 1 :]
    try:
        found = read_pdf(altered).signatures
    except PdfUnreadable:
        return
    if content.count(b"<", max(0, place - 30000), place + 1) and _in_value(content, place):
        return
    assert len(found) < 2 or any(signature.problem for signature in found)


def _in_value(content: bytes, place: int) -> bool:
    """Tell whether a place lies in the hexadecimal digits of a signature value, padding included."""
    opening = content.rfind(b"/Contents <", 0, place + 1)
    return opening >= 0 and place <= content.index(b">", opening)


@given(content=st.binary(max_size=300), place=st.integers(0, len(signed_file())))
@_FEW
def test_any_file_is_read_or_refused(content: bytes, place: int) -> None:
    for candidate in (
        b"%PDF-1.7\n" + content,
        signed_file()[:place] + content,
        signed_file()[:place] + content + signed_file()[place:],
    ):
        try:
            read_pdf(candidate)
        except PdfUnreadable:
            continue


@given(place=st.integers(0, 900), byte=st.integers(0, 255), cut=st.booleans())
@_FEW
def test_an_altered_certificate_is_unreadable_or_not_trusted(place: int, byte: int, cut: bool) -> None:
    der = pki().identity("agency").certificate.public_bytes(Encoding.DER)
    place %= len(der)
    altered = der[:place] if cut else der[:place] + bytes([byte]) + der[place + 1 :]
    try:
        fault = examine_chain(altered, (altered,), trust(), NOW).fault
    except CertificateUnreadable:
        return
    assert fault is not None or altered == der
