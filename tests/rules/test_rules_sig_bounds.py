"""SIG, PDF: a hostile signature is refused by its measures before it costs anything, and its bound is named."""

import re
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from lxml import etree
from signxml import methods
from signxml.signer import XMLSigner

from harness.crypto.pdf import signed_files
from harness.crypto.pdf.signed_files import signed_pdf
from harness.crypto.xml import verify as xml_verify
from harness.crypto.xml.signature import XmlSignature, read_signature
from harness.edxml.names import DSIG
from harness.vectors.forged_packages import signed_by
from tests.crypto.signing_material import LIMITS, NOW, PROFILE, SIGNATURES, codes, package, pki, report

_SOON = 2.0  # seconds; without the bounds each of these takes from ten seconds to hours
_BOUNDS = SIGNATURES.bounds
_REFERENCE = re.compile(rb"<(?:\w+:)?Reference\b.*?</(?:\w+:)?Reference>", re.DOTALL)
_TRANSFORM = re.compile(rb"<(?:\w+:)?Transform\b[^>]*/>")
_CERTIFICATE = re.compile(rb"<(?:\w+:)?X509Certificate>.*?</(?:\w+:)?X509Certificate>", re.DOTALL)
_SIGNATURE = re.compile(rb"<(?:\w+:)?Signature\b.*?</(?:\w+:)?Signature>", re.DOTALL)
_KEY_INFO = re.compile(rb"(<(\w+:)?KeyInfo>).*?(</(\w+:)?KeyInfo>)", re.DOTALL)


def signed(files: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """Return a signed package."""
    return signed_by("agency")(package(files) if files else package(), pki(), LIMITS)


def repeated(what: re.Pattern[bytes], times: int) -> bytes:
    """Return a signed package in which the first match is repeated many times."""
    data = signed()
    found = what.search(data)
    assert found is not None
    return data[: found.start()] + found[0] * times + data[found.end() :]


def with_modulus(size: int) -> bytes:
    """Return a signed package whose key is a number of `size` base64 signs."""
    key = b"<KeyValue><RSAKeyValue><Modulus>%s</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>"
    written = key % (b"A" * size)
    found = _KEY_INFO.search(signed())
    assert found is not None
    prefix = (found[2] or b"").decode()
    written = re.sub(rb"<(/?)(\w)", lambda part: b"<" + part[1] + prefix.encode() + part[2], written)
    return _KEY_INFO.sub(lambda part: part[1] + written + part[3], signed(), count=1)


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "references": (lambda: repeated(_REFERENCE, 2000), "Reference", str(_BOUNDS.references)),
    "transforms": (lambda: repeated(_TRANSFORM, 2000), "Transform", str(_BOUNDS.transforms)),
    "certificates": (lambda: repeated(_CERTIFICATE, 500), "X509Certificate", str(_BOUNDS.certificates)),
    "signatures": (lambda: repeated(_SIGNATURE, 40), "Signature", str(_BOUNDS.signatures)),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_too_many_are_reported_at_once(what: str) -> None:
    build, name, bound = HOSTILE[what]
    data = build()
    began = time.process_time()
    found = report(data)
    assert time.process_time() - began < _SOON
    reported = [(one.parameters["name"], one.expected) for one in found.findings if one.code == "SIG-01.too-many"]
    assert reported == [(name, bound)]


def test_a_key_of_a_million_bits_is_not_computed_with() -> None:
    data = with_modulus(270_000)
    began = time.process_time()
    found = report(data)
    assert time.process_time() - began < _SOON
    assert "SIG-01.too-large" in codes(found)
    assert "SIG-01.too-large" not in codes(report(with_modulus(683)))


@pytest.mark.parametrize("name", ["references", "transforms", "certificates", "key_bits", "certificate_bytes"])
def test_every_bound_is_the_profiles(name: str) -> None:
    tight = msgspec.structs.replace(SIGNATURES, bounds=msgspec.structs.replace(_BOUNDS, **{name: 0}))
    parameters = msgspec.structs.replace(PROFILE.parameters, signatures=tight)
    profile = msgspec.structs.replace(PROFILE, parameters=parameters)
    data = with_modulus(683) if name == "key_bits" else signed()
    assert {"SIG-01.too-many", "SIG-01.too-large"} & set(codes(report(data, profile=profile)))


def test_the_same_octets_are_digested_once(monkeypatch: pytest.MonkeyPatch) -> None:
    root = etree.fromstring(package())
    root.set("Id", "whole")
    identity = pki().identity("agency")
    signer = XMLSigner(method=methods.enveloped, signature_algorithm="rsa-sha256")
    whole = signer.sign(root, key=identity.key, cert=[identity.certificate], reference_uri=["#whole"] * 5)
    element = whole.find(f"{{{DSIG}}}Signature")
    assert element is not None
    read = read_signature(element, SIGNATURES.digests, _BOUNDS)
    assert isinstance(read, XmlSignature)
    digested = []
    real = xml_verify._Verifier._digest_of

    def counted(*given: Any) -> Any:
        digested.append(1)
        return real(*given)

    monkeypatch.setattr(xml_verify._Verifier, "_digest_of", counted)
    assert xml_verify.verify(read, LIMITS).failure is None
    assert (len(read.references), len(digested)) == (5, 1)


def test_a_signature_of_megabytes_in_a_pdf_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signed_files, "_RESERVED", 4_000_000)
    data = package((("van-ban.pdf", signed_pdf(pki().identity("person"), at=NOW)),))
    began = time.process_time()
    found = report(data)
    assert time.process_time() - began < _SOON
    reported = [one for one in found.findings if one.code == "PDF-03.too-long"]
    assert [one.received for one in reported] == [f"/Contents > {_BOUNDS.pdf_contents}"]


def test_a_signature_as_long_as_it_may_be_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signed_files, "_RESERVED", 2 * _BOUNDS.pdf_contents)  # in hexadecimal signs
    data = package((("van-ban.pdf", signed_pdf(pki().identity("person"), at=NOW)),))
    assert "PDF-03.too-long" not in codes(report(data))
