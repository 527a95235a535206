"""Certificates, their acts and snapshots of the register as signed documents: JWS, one type for each kind."""

import hashlib
import warnings
from base64 import b64decode
from collections.abc import Collection
from functools import lru_cache
from typing import Generic, TypeVar

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from harness.certificates.document import Certificate
from harness.certificates.life import LifeEntry
from harness.certificates.report_amendment import AmendedReport
from harness.certificates.snapshot_content import RegisterSnapshot
from harness.crypto.chains.certificates import whole_name
from harness.seal.jws import Jws, read_jws, sign_document
from harness.seal.laboratory import LaboratoryKey, public_part

_KINDS: dict[type[msgspec.Struct], str] = {
    Certificate: "lienthong-certificate+json",
    LifeEntry: "lienthong-certificate-life+json",
    RegisterSnapshot: "lienthong-register+json",
    AmendedReport: "lienthong-report-amendment+json",
}
LARGEST = 64 * 1024 * 1024
_REMEMBERED = 20_000
_SMALL = 64 * 1024  # bytes; results for larger documents are not cached

T = TypeVar("T", Certificate, LifeEntry, RegisterSnapshot, AmendedReport)


class SignedDocument(msgspec.Struct, Generic[T], frozen=True):
    """A signed document that was read; its signature is not checked yet.

    Attributes:
        content: the document.
        sha256: digest of the signed bytes, in hex.
        key: fingerprint of the key that the document names.
        signer: name in the embedded certificate; proven only if the key is known; empty without a certificate.
    """

    content: T
    sha256: str
    key: str
    signer: str
    jws: Jws

    def signed_by(self, keys: Collection[ec.EllipticCurvePublicKey]) -> bool:
        """Return whether one of the keys signed the document, in the only permitted encoding."""
        named = (key for key in keys if public_part(key).sha256 == self.key)
        return self.jws.canonical and any(_holds(self.sha256, self.key, self.jws, key) for key in named)


class _CheckedSignatures:
    """Cache of signature checks: pages check the same stored documents again and again, and these do not change."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], bool] = {}

    def holds(self, digest: str, fingerprint: str, jws: Jws, key: ec.EllipticCurvePublicKey) -> bool:
        """Return whether a signature is valid; results are cached by digest of the document and key."""
        if (digest, fingerprint) not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[digest, fingerprint] = jws.holds(jws.content, key)
        return self._found[digest, fingerprint]


_holds = _CheckedSignatures().holds


def signed(document: T, key: LaboratoryKey) -> bytes:
    """Return a signed document; equal documents have equal bytes before signing."""
    return sign_document(msgspec.json.encode(document), key, _KINDS[type(document)])


def digest_of(signed_bytes: bytes) -> str:
    """Return the digest that identifies a signed document."""
    return hashlib.sha256(signed_bytes).hexdigest()


def read_signed(content: bytes, kind: type[T]) -> SignedDocument[T] | None:
    """Read a signed document of a kind; None if the content is not one, or of another kind.

    Args:
        content: the JWS; may be anything.
        kind: expected type of the content.
    """
    return (_kept if len(content) <= _SMALL else _read)(content, kind)


def _read(content: bytes, kind: type[T]) -> SignedDocument[T] | None:
    jws = read_jws(content) if len(content) <= LARGEST else None
    if jws is None or jws.header.get("typ") != _KINDS[kind]:
        return None
    try:
        document = msgspec.json.decode(jws.content, type=kind)
        return SignedDocument(document, digest_of(content), str(jws.header.get("kid")), _signer(jws), jws)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


@lru_cache(maxsize=4096)
def _kept(content: bytes, kind: type[T]) -> SignedDocument[T] | None:
    return _read(content, kind)


def embedded_key(document: SignedDocument[T]) -> ec.EllipticCurvePublicKey | None:
    """Return the key of the embedded certificate; checking with it proves integrity only, not origin."""
    certificate = _certificate(document.jws)
    key = certificate.public_key() if certificate else None
    return key if isinstance(key, ec.EllipticCurvePublicKey) else None


def _signer(jws: Jws) -> str:
    certificate = _certificate(jws)
    return "" if certificate is None else whole_name(certificate.subject)


def _certificate(jws: Jws) -> x509.Certificate | None:
    chain = jws.header.get("x5c")
    if not isinstance(chain, list) or not chain or not isinstance(chain[0], str):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about unusual names in certificates of others
            return x509.load_der_x509_certificate(b64decode(chain[0], validate=True))
    except ValueError:
        return None
