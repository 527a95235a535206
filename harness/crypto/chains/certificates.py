"""Certificates as bytes: reading PEM and DER files, and the few facts that rules ask of a certificate."""

import binascii
import unicodedata
import warnings
from base64 import b64decode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID, ObjectIdentifier

# A foreign certificate may be irregular in ways that cryptography only warns about; findings cover what matters.
warnings.filterwarnings("ignore", message="Parsed a serial number", category=CryptographyDeprecationWarning)

DESCRIPTION = ObjectIdentifier("2.5.4.13")
_KEPT = 256
# What cryptography raises for bytes that are not what they should be.
_BROKEN = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_PEM_CRL = b"-----BEGIN X509 CRL-----"
_PEM_BEGIN = b"-----BEGIN CERTIFICATE-----"
_SEQUENCE = 0x30
_LONG_FORM = 0x80
_SHORT_NAMES = {
    NameOID.COMMON_NAME: "CN",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.LOCALITY_NAME: "L",
    NameOID.EMAIL_ADDRESS: "E",
    NameOID.GIVEN_NAME: "GN",
    NameOID.SURNAME: "SN",
}


class CertificateUnreadable(Exception):
    """Bytes that should be a certificate are none.

    Attributes:
        truncated: the bytes begin as a certificate and end too early.
        detail: what the reader said.
    """

    def __init__(self, detail: str, *, truncated: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.truncated = truncated


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What rules ask of a certificate.

    Attributes:
        subject: the name for people: the common name, else the whole subject.
        names: values of the subject by short attribute name (`CN`, `O`, `OU`, `L`, `E`, `GN`, `SN`).
        issuer: the issuer's name for people.
        begins: first moment of validity.
        ends: last moment of validity.
        key: `RSA`, `EC` or the name of another kind.
        bits: size of the key.
        digest: hash of the certificate's own signature, such as `sha256`; empty where it has none.
    """

    subject: str
    names: tuple[tuple[str, str], ...]
    issuer: str
    begins: datetime
    ends: datetime
    key: str
    bits: int
    digest: str

    def values(self, *short: str) -> tuple[str, ...]:
        """Return the subject's values of these attributes, in the subject's order."""
        return tuple(value for name, value in self.names if name in short)


def read_pem_or_der(data: bytes) -> tuple[bytes, ...]:
    """Return every certificate of a file as DER: all of a PEM file, or the one of a DER file.

    Raises:
        CertificateUnreadable: there is none, or one is broken.
    """
    try:
        if _PEM_BEGIN in data:
            return tuple(one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(data))
        return (x509.load_der_x509_certificate(data).public_bytes(Encoding.DER),)
    except _BROKEN as error:
        raise CertificateUnreadable(str(error), truncated=_too_short(data)) from error


def read_crl(data: bytes) -> bytes:
    """Return the DER of a revocation list in PEM or DER.

    Raises:
        CertificateUnreadable: it is none.
    """
    try:
        if _PEM_CRL in data:
            return x509.load_pem_x509_crl(data).public_bytes(Encoding.DER)
        return x509.load_der_x509_crl(data).public_bytes(Encoding.DER)
    except _BROKEN as error:
        raise CertificateUnreadable(str(error), truncated=_too_short(data)) from error


def read_ocsp_answer(data: bytes) -> bytes:
    """Return the DER of an OCSP answer.

    Raises:
        CertificateUnreadable: it is none, or no successful one.
    """
    try:
        answer = ocsp.load_der_ocsp_response(data)
    except _BROKEN as error:
        raise CertificateUnreadable(str(error), truncated=_too_short(data)) from error
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise CertificateUnreadable(answer.response_status.name)
    return answer.public_bytes(Encoding.DER)


def decode_certificate(text: str) -> bytes:
    """Return the DER of a certificate written as base64 in XML.

    Raises:
        CertificateUnreadable: it is not base64, or not a certificate, or cut off.
    """
    compact = "".join(text.split())
    try:
        der = b64decode(compact, validate=True)
    except (binascii.Error, ValueError) as error:
        truncated = _too_short(_beginning(compact))
        raise CertificateUnreadable(str(error), truncated=truncated) from error
    facts_of(der)
    return der


@lru_cache(maxsize=_KEPT)
def load(der: bytes) -> x509.Certificate:
    """Return the certificate of these DER bytes.

    Raises:
        CertificateUnreadable: they are none.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
        _ = (certificate.subject, certificate.issuer, certificate.extensions, _own_digest(certificate))
    except _BROKEN as error:
        raise CertificateUnreadable(str(error), truncated=_too_short(der)) from error
    return certificate


def is_certificate(der: bytes) -> bool:
    """Tell whether these bytes are a certificate that can be used."""
    try:
        load(der)
    except CertificateUnreadable:
        return False
    return True


def readable(ders: Iterable[bytes], read: Callable[[bytes], bytes]) -> tuple[bytes, ...]:
    """Return those of `ders` that a reader such as `read_crl` can read: foreign data may be anything."""
    found: list[bytes] = []
    for der in ders:
        try:
            found.append(read(der))
        except CertificateUnreadable:
            continue
    return tuple(found)


@lru_cache(maxsize=_KEPT)
def facts_of(der: bytes) -> CertificateFacts:
    """Return the facts of a certificate.

    Raises:
        CertificateUnreadable: the bytes are none.
    """
    certificate = load(der)
    key = certificate.public_key()
    return CertificateFacts(
        subject=name_for_people(certificate.subject),
        names=tuple(
            (_SHORT_NAMES[part.oid], str(part.value)) for part in certificate.subject if part.oid in _SHORT_NAMES
        ),
        issuer=name_for_people(certificate.issuer),
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        key=_kind(key),
        bits=getattr(key, "key_size", 0),
        digest=_own_digest(certificate),
    )


def name_for_people(name: x509.Name) -> str:
    """Return the common name, or the whole name where there is none."""
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def whole_name(name: x509.Name) -> str:
    """Return the name for people in full: a common name has little room, a description for the rest."""
    short = name_for_people(name)
    told = (str(entry.value) for entry in name.get_attributes_for_oid(DESCRIPTION))
    return next((full for full in told if full.startswith(short)), short)


def same_name(one: str, other: str) -> bool:
    """Tell whether two names of people or agencies are the same but for case, spacing and composition."""
    return _folded(one) == _folded(other)


def _own_digest(certificate: x509.Certificate) -> str:
    digest = certificate.signature_hash_algorithm
    return digest.name if digest else ""


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _kind(key: object) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC"
    return type(key).__name__.removesuffix("PublicKey").lstrip("_")


def _beginning(compact: str) -> bytes:
    whole = len(compact) - len(compact) % 4
    try:
        return b64decode(compact[:whole], validate=True)
    except (binascii.Error, ValueError):
        return b""


def _too_short(der: bytes) -> bool:
    """Tell whether the bytes begin with a DER sequence that is longer than they are."""
    if len(der) < 4 or der[0] != _SEQUENCE or not der[1] & _LONG_FORM:
        return False
    count = der[1] & ~_LONG_FORM
    return len(der) < 2 + count + int.from_bytes(der[2 : 2 + count])
