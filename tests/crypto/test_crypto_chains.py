"""The chain engine: typed reasons with dates, for every bad certificate of the test PKI."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from harness.catalogue.errors import ConfigurationError
from harness.crypto.chains.certificates import CertificateUnreadable, decode_certificate, facts_of, read_pem_or_der
from harness.crypto.chains.chain import MOST_EMBEDDED, Chain, ChainProblem, Purpose, examine_chain
from harness.crypto.chains.trust import Trust, trust_of
from tests.crypto.signing_material import NOW, PROFILE, SIGNATURES, pki, trust

DAY = timedelta(days=1)
FAULTS = {
    "expired": (ChainProblem.EXPIRED, -30 * DAY),
    "not-yet-valid": (ChainProblem.NOT_YET_VALID, 30 * DAY),
    "untrusted": (ChainProblem.UNTRUSTED, None),
    "issuer-missing": (ChainProblem.ISSUER_MISSING, None),
    "wrong-usage": (ChainProblem.WRONG_USAGE, None),
    "issuing": (ChainProblem.WRONG_USAGE, None),
    "tsa": (ChainProblem.WRONG_USAGE, None),
    "hub": (ChainProblem.WRONG_USAGE, None),
}


def examined(
    kind: str, *, trusted: Trust | None = None, at: datetime = NOW, purpose: Purpose = "signature", embed: bool = True
) -> Chain:
    identity = pki().identity(kind)
    chain = [each.public_bytes(Encoding.DER) for each in identity.chain] if embed else []
    return examine_chain(
        identity.certificate.public_bytes(Encoding.DER), chain, trusted or trust(), at,
        purpose=purpose, purposes=SIGNATURES.purposes,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["agency", "person", "other-agency", "weak-key", "revoked"])
def test_good_chains_have_no_fault(kind: str) -> None:
    assert examined(kind).fault is None


def test_a_leaf_alone_is_enough_where_the_profile_has_the_intermediate() -> None:
    assert examined("agency", embed=False).fault is None


def test_an_intermediate_that_comes_with_the_signature_is_used() -> None:
    anchors_only = replace(trust(), intermediates=())
    assert examined("agency", trusted=anchors_only).fault is None
    fault = examined("agency", trusted=anchors_only, embed=False).fault
    assert fault is not None
    assert (fault.kind, fault.issuer) == (ChainProblem.ISSUER_MISSING, "CA thử nghiệm phục vụ các cơ quan Nhà nước G2")


@pytest.mark.parametrize("kind", FAULTS)
def test_bad_certificates_have_their_reason_and_date(kind: str) -> None:
    expected, offset = FAULTS[kind]
    fault = examined(kind).fault
    assert fault is not None
    assert fault.kind is expected
    assert fault.date == (None if offset is None else NOW + offset)


def test_a_time_stamping_certificate_stamps_and_does_nothing_else() -> None:
    assert examined("tsa", purpose="time-stamp").fault is None
    fault = examined("agency", purpose="time-stamp").fault
    assert fault is not None
    assert fault.kind is ChainProblem.WRONG_USAGE


def test_the_time_of_signing_decides_not_the_clock() -> None:
    assert examined("expired", at=NOW - 60 * DAY).fault is None
    assert examined("not-yet-valid", at=NOW + 60 * DAY).fault is None
    fault = examined("agency", at=NOW + 4000 * DAY).fault
    assert fault is not None
    assert fault.kind is ChainProblem.EXPIRED


def test_the_anchor_itself_may_be_given_as_intermediate_and_is_not_trusted_by_that() -> None:
    root = pki().identity("root").certificate.public_bytes(Encoding.DER)
    fault = examined("agency", trusted=Trust(anchors=(), intermediates=(root, *trust().intermediates))).fault
    assert fault is not None
    assert (fault.kind, fault.subject) == (ChainProblem.UNTRUSTED, "RootCA thử nghiệm G2")


def test_an_altered_certificate_breaks_the_chain() -> None:
    der = bytearray(pki().identity("agency").certificate.public_bytes(Encoding.DER))
    position = der.index("Nghệ".encode())
    der[position] ^= 0x20
    fault = examine_chain(bytes(der), (), trust(), NOW).fault
    assert fault is not None
    assert fault.kind is ChainProblem.BROKEN
    assert "signature" in fault.detail


def test_a_certificate_that_an_official_issued_is_not_trusted() -> None:
    person = pki().identity("person")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "UBND giả")])
    forged = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(person.certificate.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .sign(person.key, hashes.SHA256())
    )
    above = person.certificate.public_bytes(Encoding.DER)
    fault = examine_chain(forged.public_bytes(Encoding.DER), (above,), trust(), NOW).fault
    assert fault is not None
    assert fault.kind is ChainProblem.BROKEN


def test_a_crowd_of_embedded_certificates_is_cut_short() -> None:
    """Cross-signed strangers of one name would let path building try every order of them."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA")])
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(40)]
    crowd = [
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(number + 1)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .sign(keys[number - 1], hashes.SHA256())
        .public_bytes(Encoding.DER)
        for number, key in enumerate(keys)
    ]
    fault = examine_chain(crowd[0], crowd[1:], trust(), NOW).fault
    assert fault is not None
    assert fault.kind is ChainProblem.UNTRUSTED
    assert len(crowd) > MOST_EMBEDDED


def test_garbage_among_the_embedded_certificates_is_ignored() -> None:
    leaf = pki().identity("agency").certificate.public_bytes(Encoding.DER)
    assert examine_chain(leaf, (b"", b"\x30\x03abc", b"\xff" * 50), trust(), NOW).fault is None


def test_garbage_as_certificate_is_named() -> None:
    with pytest.raises(CertificateUnreadable):
        examine_chain(b"\x30\x82\x05\xa9\x30", (), trust(), NOW)


@pytest.mark.parametrize(
    ("text", "truncated"), [("MIIFqTCCBJG", True), ("MIIFqTCC", True), ("YWJj", False), ("", False), ("#", False)]
)
def test_a_certificate_in_xml_is_read_or_refused(text: str, truncated: bool) -> None:
    with pytest.raises(CertificateUnreadable) as refused:
        decode_certificate(text)
    assert refused.value.truncated is truncated


def test_pem_and_der_files_are_read_alike(tmp_path: Path) -> None:
    root, issuing = (pki().identity(kind).certificate for kind in ("root", "issuing"))
    assert read_pem_or_der(pki().anchors_pem()) == (root.public_bytes(Encoding.DER), issuing.public_bytes(Encoding.DER))
    assert read_pem_or_der(root.public_bytes(Encoding.DER)) == (root.public_bytes(Encoding.DER),)
    assert facts_of(root.public_bytes(Encoding.DER)).issuer == facts_of(root.public_bytes(Encoding.DER)).subject


def test_extra_files_of_anchors_are_sorted_by_themselves(tmp_path: Path) -> None:
    path = tmp_path / "anchors.pem"
    path.write_bytes(pki().anchors_pem())
    found = trust_of(PROFILE, [path])
    assert (len(found.anchors), len(found.intermediates)) == (1, 1)


@pytest.mark.parametrize(
    "content", [b"", b"chung thu", b"-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n"]
)
def test_a_wrong_file_of_anchors_is_a_configuration_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "anchors.pem"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as refused:
        trust_of(PROFILE, [path])
    assert (refused.value.code, refused.value.path) == ("trust.unreadable", path)


def test_a_missing_file_of_anchors_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        trust_of(PROFILE, [tmp_path / "none.pem"])
    assert refused.value.code == "file.unreadable"


def test_trust_survives_being_recorded() -> None:
    assert Trust.from_data(trust().as_data()) == trust()
    assert trust().adding(trust()) == trust()
