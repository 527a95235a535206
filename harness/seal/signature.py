"""The signatures of a run, over its manifest and over its record: whose they are, and whether they hold."""

from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from harness.seal.jws import RUN_HEADER, read_jws
from harness.seal.laboratory import public_part
from harness.seal.manifest import MANIFEST_FILE, SIGNATURE_FILE
from harness.seal.record_seal import RECORD_FILE, read_record_seal
from harness.seal.run_files import REPORT_FILE
from harness.seal.tampering import SealProblem, Tampering


def check_signature(
    content: bytes, manifest: Mapping[str, Any], signature: bytes | None, trusted: str | None
) -> list[SealProblem]:
    """Check who signed a manifest and whether the signature holds.

    Args:
        content: the manifest's bytes.
        manifest: the same, parsed.
        signature: content of manifest.sig, None when there is none.
        trusted: fingerprint of the only key that may have signed, None when that is not known.
    """
    if signature is None:
        return [
            SealProblem(Tampering.SIGNATURE_MISSING if _was_signed(manifest) else Tampering.UNSIGNED, SIGNATURE_FILE)
        ]
    jws = read_jws(signature)
    if jws is None or jws.content:
        return [SealProblem(Tampering.SIGNATURE_INVALID, SIGNATURE_FILE)]
    if jws.header.get(RUN_HEADER) != manifest.get("run_id"):
        return [SealProblem(Tampering.MIXED, SIGNATURE_FILE, detail=str(jws.header.get(RUN_HEADER))[:100])]
    key = _key(manifest)
    if key is None:
        return [SealProblem(Tampering.SIGNATURE_INVALID, MANIFEST_FILE, detail="key")]
    fingerprint = public_part(key).sha256
    if jws.header.get("kid") != fingerprint or trusted not in {None, fingerprint}:
        return [SealProblem(Tampering.WRONG_KEY, SIGNATURE_FILE, detail=fingerprint)]
    if not jws.holds(content, key):
        return [SealProblem(Tampering.SIGNATURE_INVALID, SIGNATURE_FILE)]
    return [] if jws.canonical else [SealProblem(Tampering.SIGNATURE_RESPELLED, SIGNATURE_FILE)]


def check_record_seal(manifest: Mapping[str, Any], signature: bytes) -> Iterator[SealProblem]:
    """Check that the key that sealed a run also sealed its record when that was closed, and that it is still the same.

    Args:
        manifest: of the run.
        signature: content of record.jws.
    """
    seal, key = read_record_seal(signature), _key(manifest)
    if seal is None or key is None or not seal.made_by(key):
        yield SealProblem(Tampering.RECORD_SEAL_INVALID, RECORD_FILE)
        return
    if seal.run_id != manifest.get("run_id") or dict(seal.journal) != manifest.get("journal"):
        yield SealProblem(Tampering.RECORD_SEAL_INVALID, RECORD_FILE, detail=seal.run_id[:100])
        return
    evidence = {entry["path"]: entry["sha256"] for entry in manifest["evidence"]["files"]}
    later = {REPORT_FILE, RECORD_FILE}
    for path in sorted(seal.files.keys() | (evidence.keys() - later)):
        if evidence.get(path) != seal.files.get(path):
            yield SealProblem(Tampering.RECORD_SEAL_INVALID, path)


def _was_signed(manifest: Mapping[str, Any]) -> bool:
    sealed = any(entry["path"] == RECORD_FILE for entry in manifest["evidence"]["files"])
    return bool(manifest.get("signed") or manifest.get("key") or sealed)


def _key(manifest: Mapping[str, Any]) -> ec.EllipticCurvePublicKey | None:
    named = manifest.get("key")
    try:
        key = load_pem_public_key(str(named["pem"]).encode()) if isinstance(named, dict) else None
    except (KeyError, ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1) else None
