"""The signature over a manifest: whether it is there, whose it is, whether it holds."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from harness.report.laboratory import public_part
from harness.report.manifest import MANIFEST_FILE, SIGNATURE_FILE
from harness.report.sealing import ALGORITHM, RUN_HEADER
from harness.report.tampering import Problem, Tampering

_HALF = 32


def check_signature(
    content: bytes, manifest: Mapping[str, Any], signature: bytes | None, trusted: str | None
) -> list[Problem]:
    """Check who signed a manifest and whether the signature holds.

    Args:
        content: the manifest's bytes.
        manifest: what they say.
        signature: content of manifest.sig, None when there is none.
        trusted: fingerprint of the only key that may have signed, None when that is not known.
    """
    if signature is None:
        missing = Tampering.SIGNATURE_MISSING if manifest.get("signed") or manifest.get("key") else Tampering.UNSIGNED
        return [Problem(missing, SIGNATURE_FILE)]
    parts = signature.strip().split(b".")
    header = _header(parts)
    if header is None:
        return [Problem(Tampering.SIGNATURE_INVALID, SIGNATURE_FILE)]
    if header.get(RUN_HEADER) != manifest.get("run_id"):
        return [Problem(Tampering.MIXED, SIGNATURE_FILE, detail=str(header.get(RUN_HEADER))[:100])]
    key = _key(manifest)
    if key is None:
        return [Problem(Tampering.SIGNATURE_INVALID, MANIFEST_FILE, detail="key")]
    fingerprint = public_part(key).sha256
    if header.get("kid") != fingerprint or trusted not in {None, fingerprint}:
        return [Problem(Tampering.WRONG_KEY, SIGNATURE_FILE, detail=fingerprint)]
    if not _holds(parts, content, key):
        return [Problem(Tampering.SIGNATURE_INVALID, SIGNATURE_FILE)]
    return []


def _header(parts: list[bytes]) -> Mapping[str, Any] | None:
    """Return the header of a detached JWS of the one algorithm that is allowed."""
    if len(parts) != 3 or parts[1]:
        return None
    try:
        header = json.loads(_decoded(parts[0]))
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) and header.get("alg") == ALGORITHM and "crit" not in header else None


def _key(manifest: Mapping[str, Any]) -> ec.EllipticCurvePublicKey | None:
    named = manifest.get("key")
    try:
        key = load_pem_public_key(str(named["pem"]).encode()) if isinstance(named, dict) else None
    except (KeyError, ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1) else None


def _holds(parts: list[bytes], content: bytes, key: ec.EllipticCurvePublicKey) -> bool:
    signed = parts[0] + b"." + base64.urlsafe_b64encode(content).rstrip(b"=")
    try:
        raw = _decoded(parts[2])
    except ValueError:
        return False
    if len(raw) != 2 * _HALF:
        return False
    der = encode_dss_signature(int.from_bytes(raw[:_HALF]), int.from_bytes(raw[_HALF:]))
    try:
        key.verify(der, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _decoded(part: bytes) -> bytes:
    return base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
