"""Sealing a run: the report's PDF is signed, the digest of every file is listed, and the list is signed.

With a laboratory's key, only a run that the laboratory recorded itself is sealed, and only if its report is what
judging the record gives. Without a key the list says that it is not signed, and only reveals accidental changes. Where
the laboratory has a time stamping authority, that stamps the signature over the list.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.journal import Record
from harness.journal.recorder import VIETNAM
from harness.journal.whole_file import write_whole
from harness.judge.report_schema import Judgement
from harness.report.agreement import report_is_judged
from harness.report.renderers import FILES
from harness.seal.jws import detached, sign
from harness.seal.laboratory import LaboratoryKey
from harness.seal.manifest import MANIFEST_FILE, SIGNATURE_FILE, STAMP_FILE, manifest_of
from harness.seal.record_seal import own_record
from harness.seal.run_files import intact_record, read_report
from harness.seal.timestamp import NotStamped, TimeStampingAuthority

_SIGNED_ALREADY = b"/ByteRange"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A seal that was made.

    Attributes:
        manifest: path of manifest.json.
        unstamped: why there is no time stamp although the laboratory wants one, else None.
    """

    manifest: Path
    unstamped: NotStamped | None = None


def seal(
    run_directory: Path,
    key: LaboratoryKey,
    judgement: Judgement,
    *,
    at: datetime | None = None,
    tsa: TimeStampingAuthority | None = None,
    record: Record | None = None,
) -> Sealed:
    """Seal a run with a laboratory's key as it is: write manifest.json and manifest.sig; an older seal is replaced.

    Where the key has a certificate, report.pdf is signed first (PAdES). A time stamp is asked for last, when the seal
    is complete: with or without it the run is sealed, and no stamp of an older seal is left.

    Args:
        run_directory: the run, with its reports written.
        key: of the laboratory that recorded it.
        judgement: what judging the record by the run's profile gives, just now.
        at: time of sealing, now when left out.
        tsa: who stamps the time of the seal; none when left out.
        record: of the run; read from its directory when left out.

    Raises:
        ConfigurationError: the laboratory did not record the run itself, report.json is not that judgement, or the
            directory holds something that is not a plain file.
    """
    if not own_record(run_directory, key):
        raise ConfigurationError("seal.not-own", path=run_directory)
    if not report_is_judged(run_directory, judgement):
        raise ConfigurationError("seal.report-differs", path=run_directory)
    at = at or datetime.now(VIETNAM)
    _sign_pdf(run_directory / FILES["pdf"], key, at)
    manifest = _manifest(run_directory, key, at, record)
    signature = detached_signature(manifest, key, judgement.run_id)
    (run_directory / STAMP_FILE).unlink(missing_ok=True)
    write_whole(run_directory / SIGNATURE_FILE, signature)
    written = write_whole(run_directory / MANIFEST_FILE, manifest)
    return Sealed(written, _stamp(run_directory / STAMP_FILE, signature, tsa) if tsa else None)


def list_unsigned(run_directory: Path, *, at: datetime | None = None, record: Record | None = None) -> Path:
    """Write the manifest of an unsigned run, and return its path; an older one is replaced.

    Raises:
        ConfigurationError: there is no report, or the directory holds something that is not a plain file.
    """
    manifest = _manifest(run_directory, None, at or datetime.now(VIETNAM), record)
    for name in (STAMP_FILE, SIGNATURE_FILE):
        (run_directory / name).unlink(missing_ok=True)
    return write_whole(run_directory / MANIFEST_FILE, manifest)


def detached_signature(manifest: bytes, key: LaboratoryKey, run_id: str) -> bytes:
    """Return the JWS over a manifest, its content detached (RFC 7515, appendix F).

    Args:
        manifest: content of manifest.json.
        key: of the laboratory.
        run_id: goes into the signed header.
    """
    return detached(sign(manifest, key, run_id))


def signed_report_pdf(content: bytes, key: LaboratoryKey, at: datetime) -> bytes:
    """Return a report as PDF with the laboratory's signature (PAdES); as it is where the key has no certificate.

    Args:
        content: the PDF; one that was signed before is returned as it is.
        key: of the laboratory.
        at: time of signing.
    """
    if not key.chain or _SIGNED_ALREADY in content:
        return content
    from harness.crypto.pdf.signed_files import add_signature  # its import takes half a second
    from harness.crypto.testpki.issuance import IssuedIdentity

    signer = IssuedIdentity("laboratory", key.chain[0], key.private, key.chain[1:])
    return add_signature(content, signer, at=at, embed_chain=True)


def _manifest(run_directory: Path, key: LaboratoryKey | None, at: datetime, record: Record | None) -> bytes:
    report, public = read_report(run_directory), key.public if key else None
    return manifest_of(run_directory, report, record or intact_record(run_directory), key=public, at=at)


def _stamp(path: Path, signature: bytes, tsa: TimeStampingAuthority) -> NotStamped | None:
    from harness.seal.timestamp_request import request_stamp  # it imports the HTTP client, which few need

    try:
        write_whole(path, request_stamp(signature, tsa))
    except NotStamped as error:
        return error
    return None


def _sign_pdf(path: Path, key: LaboratoryKey, at: datetime) -> None:
    if path.is_file():
        content = path.read_bytes()
        signed = signed_report_pdf(content, key, at)
        if signed != content:
            write_whole(path, signed)
