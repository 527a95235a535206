"""Signatures of a seal: JSON Web Signatures (RFC 7515), ES256, compact, with exactly one encoding for one signature.

ECDSA has two values for every signature, and base64 several spellings for every value: even without the key, another
file that verifies can be made. So signatures are made with the lower value and say so in their signed header
(`lienthong_canonical`); of those, only one encoding is accepted. Older ones do not say so, and may have either value.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from harness.seal.laboratory import LaboratoryKey

ALGORITHM = "ES256"
RUN_HEADER = "lienthong_run"
CANONICAL_HEADER = "lienthong_canonical"
_HALF = 32
# Of the curve P-256.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class Jws:
    """A signature as read.

    Attributes:
        header: the content of its signed header.
        content: the signed content, empty when detached.
        canonical: True when it is written the one way that its header allows.
    """

    header: Mapping[str, Any]
    content: bytes
    canonical: bool
    _head: bytes
    _raw: bytes

    @property
    def compact(self) -> bytes:
        """The signature with its content, as it is written when it is canonical."""
        return b".".join((self._head, _encoded(self.content), _encoded(self._raw)))

    def holds(self, content: bytes, key: ec.EllipticCurvePublicKey) -> bool:
        """Say whether this is a signature of `key` over `content`."""
        signed = self._head + b"." + _encoded(content)
        der = encode_dss_signature(int.from_bytes(self._raw[:_HALF]), int.from_bytes(self._raw[_HALF:]))
        try:
            key.verify(der, signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


def sign(content: bytes, key: LaboratoryKey, run_id: str) -> bytes:
    """Return the JWS that carries `content`.

    Args:
        content: what is signed.
        key: of the laboratory.
        run_id: goes into the signed header, so that the signature of another run differs from a broken one.
    """
    return _signed(content, key, {RUN_HEADER: run_id})


def sign_document(content: bytes, key: LaboratoryKey, kind: str) -> bytes:
    """Return the JWS that carries a document, with the certificates that say whose key signed.

    Args:
        content: what is signed.
        key: of the authority.
        kind: media type of the document, in the signed header: a document of one kind never passes for another.
    """
    chain = [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in key.chain]
    return _signed(content, key, {"typ": kind} | ({"x5c": chain} if chain else {}))


def _signed(content: bytes, key: LaboratoryKey, named: Mapping[str, Any]) -> bytes:
    """Sign by what every key can do, those on a token that never leave it too."""
    header: dict[str, Any] = {"alg": ALGORITHM, "kid": key.public.sha256, **named, CANONICAL_HEADER: True}
    head = _encoded(json.dumps(header, separators=(",", ":")).encode())
    body = _encoded(content)
    first, second = decode_dss_signature(key.private.sign(head + b"." + body, ec.ECDSA(hashes.SHA256())))
    return b".".join((head, body, _encoded(_lower(first.to_bytes(_HALF) + second.to_bytes(_HALF)))))


def detached(signature: bytes) -> bytes:
    """Return a JWS without its content (RFC 7515, appendix F)."""
    head, _, tail = signature.split(b".")
    return b".".join((head, b"", tail))


def read_jws(signature: bytes) -> Jws | None:
    """Read a compact JWS of the one algorithm that is allowed; None when it is not one."""
    parts = signature.strip().split(b".")
    try:
        head, body, tail = parts
        header, content, raw = json.loads(_decoded(head)), _decoded(body), _decoded(tail)
    except (ValueError, RecursionError):
        return None
    if not isinstance(header, dict) or header.get("alg") != ALGORITHM or "crit" in header or len(raw) != 2 * _HALF:
        return None
    spelled = b".".join((_encoded(_decoded(head)), _encoded(content), _encoded(raw))) == signature
    canonical = spelled and (header.get(CANONICAL_HEADER) is not True or _lower(raw) == raw)
    return Jws(header, content, canonical, head, raw)


def _lower(raw: bytes) -> bytes:
    value = int.from_bytes(raw[_HALF:])
    return raw[:_HALF] + (min(value, ORDER - value) % ORDER).to_bytes(_HALF)


def _encoded(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def _decoded(part: bytes) -> bytes:
    return base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
