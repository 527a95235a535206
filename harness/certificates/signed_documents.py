"""Certificates, their acts and snapshots of the register as signed documents: JWS, each kind with a type of its own."""

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
from harness.certificates.snapshot_content import RegisterSnapshot
from harness.crypto.chains.certificates import whole_name
from harness.seal.jws import Jws, read_jws, sign_document
from harness.seal.laboratory import LaboratoryKey, public_part

_KINDS: dict[type[msgspec.Struct], str] = {
    Certificate: "lienthong-certificate+json",
    LifeEntry: "lienthong-certificate-life+json",
    RegisterSnapshot: "lienthong-register+json",
}
LARGEST = 64 * 1024 * 1024
_REMEMBERED = 20_000
_SMALL = 64 * 1024  # what is not larger stays at hand

T = TypeVar("T", Certificate, LifeEntry, RegisterSnapshot)


class SignedDocument(msgspec.Struct, Generic[T], frozen=True):
    """A signed document that was read, its signature not checked yet.

    Attributes:
        content: what it says.
        sha256: digest of the signed bytes, in hex.
        key: fingerprint of the key that it names.
        signer: name in the certificate that it carries, of which only the key is proof; empty without one.
    """

    content: T
    sha256: str
    key: str
    signer: str
    jws: Jws

    def signed_by(self, keys: Collection[ec.EllipticCurvePublicKey]) -> bool:
        """Say whether one of some keys signed it, in the only encoding that is allowed."""
        named = (key for key in keys if public_part(key).sha256 == self.key)
        return self.jws.canonical and any(_holds(self.sha256, self.key, self.jws, key) for key in named)


class _CheckedSignatures:
    """What came of checking signatures: what is kept is looked at for every page, and does not change."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], bool] = {}

    def holds(self, digest: str, fingerprint: str, jws: Jws, key: ec.EllipticCurvePublicKey) -> bool:
        """Say whether a signature holds, by the digest of all of it and the key that made it."""
        if (digest, fingerprint) not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[digest, fingerprint] = jws.holds(jws.content, key)
        return self._found[digest, fingerprint]


_holds = _CheckedSignatures().holds


def signed(document: T, key: LaboratoryKey) -> bytes:
    """Return a document as it is signed; the same document is always written alike."""
    return sign_document(msgspec.json.encode(document), key, _KINDS[type(document)])


def digest_of(signed_bytes: bytes) -> str:
    """Return by which digest a signed document is named."""
    return hashlib.sha256(signed_bytes).hexdigest()


def read_signed(content: bytes, kind: type[T]) -> SignedDocument[T] | None:
    """Read a signed document of a kind; None where it is none, or of another kind.

    Args:
        content: the JWS; may be anything.
        kind: what it is expected to be.
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
    """Return the key of the certificate that a document carries: with it alone nothing is proven but wholeness."""
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
            warnings.simplefilter("ignore")  # of odd names in foreign certificates
            return x509.load_der_x509_certificate(b64decode(chain[0], validate=True))
    except ValueError:
        return None
