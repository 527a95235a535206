"""Sealing a run: the report's PDF is signed, then the digest of every file, then the list of digests."""

from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from harness.journal import JournalBroken, Record, read_record
from harness.journal.recording import VIETNAM
from harness.report.laboratory import LaboratoryKey
from harness.report.manifest import MANIFEST_FILE, SIGNATURE_FILE, manifest_of
from harness.report.source import read_report
from harness.report.writing import FILES, write_whole

ALGORITHM = "ES256"
RUN_HEADER = "lienthong_run"
_SIGNED_ALREADY = b"/ByteRange"


def seal(run_directory: Path, key: LaboratoryKey | None, *, at: datetime | None = None) -> Path:
    """Seal a finished run as it stands: write manifest.json and, with a key, manifest.sig.

    Without a key the manifest says that it is unsigned: it reveals accidents, not intent. Where the key has a
    certificate, report.pdf is signed first (PAdES). An older seal is replaced.

    Args:
        run_directory: the run, with its reports written.
        key: of the laboratory.
        at: time of sealing, now when left out.

    Returns:
        The manifest's path.

    Raises:
        ConfigurationError: there is no report, or the directory holds something that is no plain file.
    """
    at = at or datetime.now(VIETNAM)
    report = read_report(run_directory)
    if key is not None:
        _sign_pdf(run_directory / FILES["pdf"], key, at)
    manifest = manifest_of(run_directory, report, _record(run_directory), key=key.public if key else None, at=at)
    if key is None:
        (run_directory / SIGNATURE_FILE).unlink(missing_ok=True)
    else:
        signature = detached_signature(manifest, key, str(report.get("run_id")))
        write_whole(run_directory / SIGNATURE_FILE, signature)
    return write_whole(run_directory / MANIFEST_FILE, manifest)


def detached_signature(manifest: bytes, key: LaboratoryKey, run_id: str) -> bytes:
    """Return the JWS over a manifest, its content detached (RFC 7515, appendix F).

    Args:
        manifest: content of manifest.json.
        key: of the laboratory.
        run_id: stands in the signed header, so that a signature of another run is told from a broken one.
    """
    from joserfc import jws
    from joserfc.jwk import ECKey
    from joserfc.registry import HeaderParameter

    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    header: dict[str, Any] = {"alg": ALGORITHM, "kid": key.public.sha256, RUN_HEADER: run_id}
    registry = jws.JWSRegistry({RUN_HEADER: HeaderParameter("run of this signature", "str")}, [ALGORITHM])
    whole = jws.serialize_compact(header, manifest, ECKey.import_key(pem), registry=registry)
    return str(jws.detach_content(whole)).encode()


def signed_report_pdf(content: bytes, key: LaboratoryKey, at: datetime) -> bytes:
    """Return a report as PDF with the laboratory's signature (PAdES); as it is where the key has no certificate.

    Args:
        content: the PDF; one that was signed before is returned as it is.
        key: of the laboratory.
        at: time of signing.
    """
    if not key.chain or _SIGNED_ALREADY in content:
        return content
    from harness.crypto.issuing import Identity
    from harness.crypto.pdfmaking import add_signature  # its import takes half a second

    signer = Identity("laboratory", key.chain[0], key.private, key.chain[1:])
    return add_signature(content, signer, at=at, embed_chain=True)


def _sign_pdf(path: Path, key: LaboratoryKey, at: datetime) -> None:
    if path.is_file():
        content = path.read_bytes()
        signed = signed_report_pdf(content, key, at)
        if signed != content:
            write_whole(path, signed)


def _record(run_directory: Path) -> Record | None:
    try:
        return read_record(run_directory)
    except JournalBroken:
        return None
