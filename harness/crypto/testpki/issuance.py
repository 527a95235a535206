"""Making certificates, revocation lists and OCSP answers: the building blocks of the test PKI."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
    ObjectIdentifier,
)

from harness.crypto.chains.certificates import DESCRIPTION

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
KeyKind = Literal["ec-256", "rsa-1024", "rsa-2048", "rsa-3072"]
Role = Literal["root", "issuer", "signer", "tsa", "ocsp", "tls-server", "encipherment", "laboratory"]

_RSA_EXPONENT = 65537
_SERIAL_OCTETS = 16
_SHA256 = hashes.SHA256()
_NAMES = {
    "C": NameOID.COUNTRY_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
    "E": NameOID.EMAIL_ADDRESS,
    "DESCRIPTION": DESCRIPTION,
}
_CA_USAGE = frozenset({"key_cert_sign", "crl_sign"})
_SIGNER_USAGE = frozenset({"digital_signature", "content_commitment"})
_USAGES: dict[Role, frozenset[str]] = {
    "root": _CA_USAGE,
    "issuer": _CA_USAGE,
    "signer": _SIGNER_USAGE,
    "laboratory": _SIGNER_USAGE,
    "tsa": frozenset({"digital_signature"}),
    "ocsp": frozenset({"digital_signature"}),
    "tls-server": frozenset({"digital_signature", "key_encipherment"}),
    "encipherment": frozenset({"key_encipherment"}),
}
_PURPOSES: dict[Role, tuple[ObjectIdentifier, ...]] = {
    "signer": (ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH),
    "tsa": (ExtendedKeyUsageOID.TIME_STAMPING,),
    "ocsp": (ExtendedKeyUsageOID.OCSP_SIGNING,),
    "tls-server": (ExtendedKeyUsageOID.SERVER_AUTH,),
}
_ALL_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class IssuedIdentity:
    """A certificate with its private key.

    Attributes:
        name: what it is called in the test PKI.
        certificate: of the holder.
        key: of the holder.
        chain: certificates between the holder's and the root's, nearest first; the root is not among them.
    """

    name: str
    certificate: x509.Certificate
    key: PrivateKey
    chain: tuple[x509.Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class CertificateOrder:
    """What a certificate shall be.

    Attributes:
        name: what the identity is called in the test PKI.
        subject: short attribute names (`CN`, `O`, `OU`, `L`, `E`, `C`, `DESCRIPTION`) and values, in the order written.
        role: decides usage and extensions.
        begins: first moment of validity.
        ends: last moment of validity.
        key: kind and size of the key.
        responder: base URL of OCSP and CRL, None where the certificate shall name none.
        hosts: host names and IP addresses of a TLS server.
    """

    name: str
    subject: tuple[tuple[str, str], ...]
    role: Role
    begins: datetime
    ends: datetime
    key: KeyKind = "ec-256"
    responder: str | None = None
    hosts: tuple[str, ...] = ()


def make_key(kind: KeyKind) -> PrivateKey:
    """Make a fresh private key; an RSA key of 2048 bits takes about a tenth of a second."""
    if kind == "ec-256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(_RSA_EXPONENT, int(kind.removeprefix("rsa-")))


def issue(order: CertificateOrder, issuer: IssuedIdentity | None, key: PrivateKey | None = None) -> IssuedIdentity:
    """Issue the certificate that is ordered.

    Args:
        order: what it shall be.
        issuer: the issuing CA; None for a certificate signed by its own key.
        key: the holder's key, made freshly when left out.
    """
    key = key or make_key(order.key)
    subject = _name(order.subject)
    signing_key = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(_serial_number(order, key))
        .not_valid_before(order.begins)
        .not_valid_after(order.ends)
    )
    for extension, critical in _extensions(order, key, signing_key, issuer):
        builder = builder.add_extension(extension, critical)
    certificate = builder.sign(signing_key, hashes.SHA256())
    chain = (issuer.certificate, *issuer.chain) if issuer and not _self_signed(issuer.certificate) else ()
    return IssuedIdentity(order.name, certificate, key, chain)


def revocation_list(
    issuer: IssuedIdentity, revoked: Sequence[tuple[x509.Certificate, datetime]], begins: datetime, ends: datetime
) -> bytes:
    """Return the CRL of `issuer` in DER.

    Args:
        issuer: the CA that signs it.
        revoked: certificates and when each was revoked.
        begins: the list's own time.
        ends: when the next list is due.
    """
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(begins)
        .next_update(ends)
        .add_extension(x509.CRLNumber(int(begins.timestamp())), critical=False)
        .add_extension(_authority(issuer.key), critical=False)
    )
    for certificate, when in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(when)
        reason = x509.CRLReason(x509.ReasonFlags.key_compromise)
        builder = builder.add_revoked_certificate(entry.add_extension(reason, critical=False).build())
    der: bytes = builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)
    return der


def ocsp_answer(
    certificate: x509.Certificate,
    issuer: IssuedIdentity,
    responder: IssuedIdentity,
    times: tuple[datetime, datetime],
    revoked: datetime | None = None,
    algorithm: hashes.HashAlgorithm = _SHA256,
) -> bytes:
    """Return an OCSP answer about one certificate, in DER.

    Args:
        certificate: the one asked about.
        issuer: its issuing CA.
        responder: who signs the answer, on the CA's behalf.
        times: the answer's own time, and when the next one is due.
        revoked: when the certificate was revoked, None while it is good.
        algorithm: hash by which the question named the issuer; the answer must use the same.
    """
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=certificate,
        issuer=issuer.certificate,
        algorithm=algorithm,
        cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
        this_update=times[0],
        next_update=times[1],
        revocation_time=revoked,
        revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
    answer = builder.certificates([responder.certificate]).sign(responder.key, hashes.SHA256())
    der: bytes = answer.public_bytes(Encoding.DER)
    return der


def _serial_number(order: CertificateOrder, key: PrivateKey) -> int:
    """Return the same number for the same order and key: PKIs that share their keys revoke the same certificates."""
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    named = "\0".join((order.name, *order.hosts)).encode()
    return int.from_bytes(hashlib.sha256(named + b"\0" + spki).digest()[:_SERIAL_OCTETS]) | 1


def _name(parts: tuple[tuple[str, str], ...]) -> x509.Name:
    return x509.Name([x509.NameAttribute(_NAMES[short], value) for short, value in parts])


def _self_signed(certificate: x509.Certificate) -> bool:
    return certificate.subject == certificate.issuer


def _authority(key: PrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _extensions(
    order: CertificateOrder, key: PrivateKey, signing_key: PrivateKey, issuer: IssuedIdentity | None
) -> list[tuple[x509.ExtensionType, bool]]:
    is_ca = order.role in {"root", "issuer"}
    usage = {name: name in _USAGES[order.role] for name in _ALL_USAGES}
    path_length = 0 if order.role == "issuer" else None
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=is_ca, path_length=path_length), True),
        (x509.KeyUsage(**usage), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (_authority(signing_key), False),
    ]
    if order.role in _PURPOSES:
        extensions.append((x509.ExtendedKeyUsage(_PURPOSES[order.role]), order.role == "tsa"))
    if order.hosts:
        extensions.append((x509.SubjectAlternativeName([_host(name) for name in order.hosts]), False))
    if order.role == "ocsp":
        extensions.append((x509.OCSPNoCheck(), False))
    elif order.responder and issuer:
        extensions += _addresses(order.responder, issuer.name)
    return extensions


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _addresses(base: str, issuer: str) -> list[tuple[x509.ExtensionType, bool]]:
    crl = x509.UniformResourceIdentifier(f"{base}/{issuer}.crl")
    ocsp_at = x509.UniformResourceIdentifier(f"{base}/ocsp")
    points = x509.CRLDistributionPoints([x509.DistributionPoint([crl], None, None, None)])
    access = x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, ocsp_at)])
    return [(points, False), (access, False)]
