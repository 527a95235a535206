"""Checks a seal, offline: every file against the manifest, the manifest against its signature, the verdict against
the required set."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from harness.journal.recorder import JOURNAL_FILE
from harness.judge.report_schema import decoded
from harness.seal.bundle import Bundle, open_bundle
from harness.seal.completeness import completeness
from harness.seal.laboratory import public_part
from harness.seal.manifest import MANIFEST_FILE, SCHEMA, SEAL_FILES, SIGNATURE_FILE, STAMP_FILE, evidence_digest
from harness.seal.record_seal import RECORD_FILE
from harness.seal.run_files import REPORT_FILE, RUN_FILE
from harness.seal.signature import check_record_seal, check_signature
from harness.seal.tampering import SealProblem, Tampering, journal_tampering
from harness.seal.timestamp import LARGEST_STAMP, SealTimeStamp, examine_stamp

_LARGEST_MANIFEST = 256 * 1024 * 1024
_LARGEST_SIGNATURE = 64 * 1024
# More than any run needs; an archive of a few megabytes may claim any size and take hours to unpack.
_LARGEST_RUN = 16 * 1024**3
_BLOCK = 1 << 20
_NAMES_ITS_RUN = frozenset({REPORT_FILE, RUN_FILE, "report.html", "report.md", "junit.xml"})


@dataclass(frozen=True, slots=True)
class SealVerification:
    """The result of checking a seal.

    Attributes:
        run_id: as the manifest says.
        verdict: of the run, as the manifest says.
        key: fingerprint of the key that signed, empty when unsigned.
        problems: what is wrong, what explains the others first; empty when the seal holds.
        files: how many files were checked.
        narrowed: True when only chosen requirements were tested, as the manifest says; then it is no certificate.
        born: True when the record was sealed the moment it was closed; older versions did not do that, and their
            seal alone does not say who recorded the run.
        time_stamp: the stamp beside the seal, None where there is none or it is not over this seal.
        laboratory: the name that the run, as it is sealed, gives its laboratory; only the key proves it.
    """

    run_id: str
    verdict: str
    key: str
    problems: tuple[SealProblem, ...]
    files: int
    narrowed: bool = False
    born: bool = False
    time_stamp: SealTimeStamp | None = None
    laboratory: str = ""


def verify(
    path: Path,
    trusted: ec.EllipticCurvePublicKey | None = None,
    roots: Sequence[x509.Certificate] | None = None,
) -> SealVerification:
    """Check the seal of a run.

    Args:
        path: the run directory, or a zip or tar archive of it.
        trusted: the laboratory's public key, known from elsewhere; without it the seal is only checked in itself.
        roots: of the time stamping authority, known from elsewhere; without them a time stamp is only checked in
            itself.

    Raises:
        ConfigurationError: there is no such path, or it is neither a run nor an archive.
    """
    with open_bundle(path) as bundle:
        return _verified(bundle, trusted, roots)


def _verified(
    bundle: Bundle, trusted: ec.EllipticCurvePublicKey | None, roots: Sequence[x509.Certificate] | None
) -> SealVerification:
    if MANIFEST_FILE not in bundle.files:
        return SealVerification("", "", "", (SealProblem(Tampering.MANIFEST_MISSING, MANIFEST_FILE),), 0)
    content = _start(bundle, MANIFEST_FILE, _LARGEST_MANIFEST)
    manifest = _manifest(content)
    if manifest is None:
        return SealVerification("", "", "", (SealProblem(Tampering.MANIFEST_UNREADABLE, MANIFEST_FILE),), 0)
    fingerprint = public_part(trusted).sha256 if trusted else None
    signature = _start(bundle, SIGNATURE_FILE, _LARGEST_SIGNATURE) if SIGNATURE_FILE in bundle.files else None
    signed = check_signature(content, manifest, signature, fingerprint)
    stamp, unsound = _time_stamp(bundle, signature, roots)
    sealed = _sealed(manifest)
    problems = [
        *signed,
        *unsound,
        *_record_seal(bundle, manifest, signed=signature is not None),
        *_files(bundle, sealed, manifest),
        *_consistent(manifest),
        *_report(bundle, sealed, manifest),
    ]
    key = manifest.get("key")
    return SealVerification(
        run_id=str(manifest.get("run_id")),
        verdict=str(manifest.get("verdict")),
        key=str(key.get("sha256")) if isinstance(key, dict) else "",
        problems=tuple(sorted(problems, key=_weight)),
        files=len(sealed),
        narrowed=manifest.get("narrowed") is True,
        born=RECORD_FILE in bundle.files,
        time_stamp=stamp,
        laboratory=_laboratory(bundle, sealed),
    )


def _laboratory(bundle: Bundle, sealed: Mapping[str, Mapping[str, Any]]) -> str:
    """Return how the run names its laboratory, empty where it does not."""
    if RUN_FILE not in bundle.files or RUN_FILE not in sealed:
        return ""
    try:
        named = json.loads(_start(bundle, RUN_FILE, sealed[RUN_FILE]["size"]))["laboratory"]["name"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return named if isinstance(named, str) else ""


def _time_stamp(
    bundle: Bundle, signature: bytes | None, roots: Sequence[x509.Certificate] | None
) -> tuple[SealTimeStamp | None, tuple[SealProblem, ...]]:
    """Examine the time stamp, if there is one, and say what is wrong with it."""
    if STAMP_FILE not in bundle.files:
        return None, ()
    content = _start(bundle, STAMP_FILE, LARGEST_STAMP + 1)
    whole = len(content) <= LARGEST_STAMP
    stamp = examine_stamp(content, signature, roots) if signature is not None and whole else None
    if stamp is None:
        return None, (SealProblem(Tampering.TIME_STAMP_INVALID, STAMP_FILE),)
    if stamp.trusted is False:
        return stamp, (SealProblem(Tampering.TIME_STAMP_INVALID, STAMP_FILE, detail=stamp.authority),)
    return stamp, ()


def _record_seal(bundle: Bundle, manifest: Mapping[str, Any], *, signed: bool) -> Iterator[SealProblem]:
    if signed and RECORD_FILE in bundle.files:
        yield from check_record_seal(manifest, _start(bundle, RECORD_FILE, _LARGEST_MANIFEST))


def _weight(problem: SealProblem) -> int:
    """Return the rank of a problem: files of two runs, which explain the others, first; a missing signature last."""
    return {Tampering.MIXED: 0, Tampering.UNSIGNED: 2}.get(problem.code, 1)


def _manifest(content: bytes) -> Mapping[str, Any] | None:
    """Return the manifest when it has the shape of one."""
    try:
        manifest = json.loads(content)
        for part in ("evidence", "renderings"):
            for entry in manifest[part]["files"]:
                if not isinstance(entry["path"], str) or not isinstance(entry["size"], int) or entry["size"] < 0:
                    return None
                entry["sha256"].encode("ascii")
        shaped = manifest["schema"] == SCHEMA and isinstance(manifest["journal"], dict)
        total = sum(entry["size"] for entry in _entries(manifest))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return manifest if shaped and total <= _LARGEST_RUN else None


def _sealed(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {entry["path"]: entry for entry in _entries(manifest)}


def _entries(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in ("evidence", "renderings"):
        yield from manifest[part]["files"]


def _consistent(manifest: Mapping[str, Any]) -> Iterator[SealProblem]:
    """The digest over the evidence, which QR code and renderings carry, must be that of the files listed."""
    files = {entry["path"]: entry["sha256"] for entry in manifest["evidence"]["files"]}
    if manifest["evidence"].get("sha256") != evidence_digest(files):
        yield SealProblem(Tampering.SIGNATURE_INVALID, MANIFEST_FILE, detail="evidence.sha256")


def _files(
    bundle: Bundle, sealed: Mapping[str, Mapping[str, Any]], manifest: Mapping[str, Any]
) -> Iterator[SealProblem]:
    for path, entry in sealed.items():
        if path not in bundle.files:
            if path not in {problem.path for problem in bundle.strange}:
                yield SealProblem(Tampering.FILE_REMOVED, path)
        elif not _same(bundle, path, entry):
            yield _altered(bundle, path, manifest)
    for path in sorted(bundle.files.keys() - sealed.keys() - SEAL_FILES):
        yield SealProblem(Tampering.FILE_ADDED, path)
    yield from bundle.strange


def _same(bundle: Bundle, path: str, entry: Mapping[str, Any]) -> bool:
    """Compare a file with its entry, reading one byte more than it should have at most."""
    digest, left = hashlib.sha256(), entry["size"] + 1
    with bundle.files[path]() as stream:
        while left > 0 and (block := stream.read(min(_BLOCK, left))):
            digest.update(block)
            left -= len(block)
    return left == 1 and digest.hexdigest() == str(entry["sha256"])


def _altered(bundle: Bundle, path: str, manifest: Mapping[str, Any]) -> SealProblem:
    """Say what was done to a file that is not the sealed one."""
    if path == JOURNAL_FILE:
        with bundle.files[path]() as stream:
            code, line = journal_tampering(_lines(stream), manifest["journal"])
        return SealProblem(code, path, line)
    if path in _NAMES_ITS_RUN:
        content = _start(bundle, path, _LARGEST_MANIFEST)
        if str(manifest.get("run_id")).encode() not in content:
            return SealProblem(Tampering.MIXED, path)
    return SealProblem(Tampering.FILE_EDITED, path)


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    for line in stream:
        yield line.removesuffix(b"\n")


def _report(
    bundle: Bundle, sealed: Mapping[str, Mapping[str, Any]], manifest: Mapping[str, Any]
) -> Iterator[SealProblem]:
    """Recompute from the report whether the required set is complete and the verdict follows from it."""
    if REPORT_FILE not in bundle.files or REPORT_FILE not in sealed:
        yield SealProblem(Tampering.INCOMPLETE, REPORT_FILE, detail=REPORT_FILE)
        return
    try:
        report = decoded(_start(bundle, REPORT_FILE, sealed[REPORT_FILE]["size"]))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        yield SealProblem(Tampering.INCOMPLETE, REPORT_FILE)
        return
    if report.run_id != manifest.get("run_id"):
        yield SealProblem(Tampering.MIXED, REPORT_FILE, detail=report.run_id[:100])
    if report.verdict != manifest.get("verdict"):
        yield SealProblem(Tampering.VERDICT_WRONG, MANIFEST_FILE, detail=str(manifest.get("verdict"))[:100])
    yield from completeness(report)


def _start(bundle: Bundle, path: str, limit: int) -> bytes:
    with bundle.files[path]() as stream:
        return stream.read(limit)
