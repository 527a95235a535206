"""Checks a certificate offline: the file or the PDF, optionally against a snapshot of the register."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec

from harness.certificates.certificate_file import read_certificate_file
from harness.certificates.certificate_record import CertificateFlaw, CertificateRecord, certificate_record
from harness.certificates.document import Certificate
from harness.certificates.embedded_file import CertificatePdfUnreadable, embedded_certificate, pdf_problems
from harness.certificates.life import LifeState
from harness.certificates.signed_documents import embedded_key, read_signed
from harness.certificates.snapshot_content import RegisterSnapshot

_PDF = b"%PDF-"


@dataclass(frozen=True, slots=True)
class CertificateVerification:
    """The result of checking a certificate.

    Attributes:
        certificate: its content; None if it cannot be read.
        problems: what is wrong; empty if it is as the authority issued it.
        state: its state by the file or the register, with expiry by the present moment.
        since: since when it has this state.
        as_of: moment of the last known act, or of the snapshot.
        key: fingerprint of the key that it names.
        signer: owner of that key; if `known` is false, only as the certificate itself states.
        known: whether the key was given by the caller.
        registered: whether the register's snapshot lists it.
    """

    certificate: Certificate | None
    problems: tuple[CertificateFlaw, ...]
    state: LifeState | None = None
    since: str = ""
    as_of: str = ""
    key: str = ""
    signer: str = ""
    known: bool = False
    registered: bool = False


def is_certificate(start: bytes) -> bool:
    """Return whether a file that starts so may be a certificate: JSON or PDF."""
    return start.startswith(_PDF) or start.lstrip().startswith(b"{")


def verify_certificate(
    content: bytes,
    keys: Collection[ec.EllipticCurvePublicKey],
    at: datetime,
    snapshot: bytes | None = None,
) -> CertificateVerification:
    """Check a certificate.

    Args:
        content: the file, JSON or PDF; may be anything.
        keys: public keys of the authority; with none, the certificate is checked with its embedded key only.
        at: the present moment.
        snapshot: signed snapshot of the register; None for no comparison.
    """
    pdf = content.startswith(_PDF)
    try:
        file = read_certificate_file(embedded_certificate(content) if pdf else content)
    except CertificatePdfUnreadable:
        file = None
    signed = file.signed.encode("utf-8", "replace") if file else b""
    document = read_signed(signed, Certificate)
    if file is None or document is None:
        return CertificateVerification(None, (CertificateFlaw.UNREADABLE,))
    trusted = tuple(keys) or tuple(filter(None, (embedded_key(document),)))
    record = certificate_record(signed, [act.encode("utf-8", "replace") for act in file.life], trusted)
    if record is None:
        return CertificateVerification(None, (CertificateFlaw.UNREADABLE,))
    problems = [*record.problems, *(pdf_problems(content, trusted) if pdf else ())]
    if file.certificate != document.content:
        problems.append(CertificateFlaw.CONTENT_DIFFERS)
    found = _stated(record, tuple(problems), known=bool(keys), at=at)
    return found if snapshot is None else _registered(found, record, signed, snapshot, trusted, at)


def _stated(
    record: CertificateRecord, problems: tuple[CertificateFlaw, ...], *, known: bool, at: datetime
) -> CertificateVerification:
    document = record.certificate
    found = CertificateVerification(document.content, problems, key=document.key, signer=document.signer, known=known)
    life = record.life
    if life is None:
        return found
    return replace(found, state=life.state(at), since=life.since(at), as_of=life.entries[-1].at)


def _registered(
    found: CertificateVerification,
    record: CertificateRecord,
    signed: bytes,
    snapshot: bytes,
    keys: Collection[ec.EllipticCurvePublicKey],
    at: datetime,
) -> CertificateVerification:
    """Compare a certificate with the register, which is newer than the file; an unlisted certificate is a problem."""
    register = read_signed(snapshot.strip(), RegisterSnapshot)
    if register is None or not register.signed_by(keys):
        return _with(found, CertificateFlaw.SNAPSHOT_FORGED)
    number = record.certificate.content.number
    entry = next((one for one in register.content.entries if one.number == number), None)
    if entry is None:
        return _unlisted(found, record, register.content)
    if entry.sha256 != record.certificate.sha256:
        return _with(found, CertificateFlaw.OTHER_CERTIFICATE)
    listed = certificate_record(signed, [act.encode() for act in entry.life], keys)
    if listed is None or listed.life is None or listed.problems:
        return _with(found, CertificateFlaw.LIFE_BROKEN)
    own, theirs = record.acts, listed.acts
    if own[: len(theirs)] != theirs[: len(own)]:
        return _with(found, CertificateFlaw.OTHER_LIFE)
    if len(own) > len(theirs):  # the snapshot is older than the file
        return replace(found, registered=True)
    life = listed.life
    return replace(found, state=life.state(at), since=life.since(at), as_of=register.content.at, registered=True)


def _unlisted(
    found: CertificateVerification, record: CertificateRecord, register: RegisterSnapshot
) -> CertificateVerification:
    """Compare a certificate with the state alone, which is all that the register gives without the holder's consent."""
    number = record.certificate.content.number
    entry = next((one for one in register.unlisted if one.number == number), None)
    if entry is None:
        return _with(found, CertificateFlaw.NOT_LISTED)
    if entry.sha256 != record.certificate.sha256:
        return _with(found, CertificateFlaw.OTHER_CERTIFICATE)
    if found.as_of > register.at:  # the snapshot is older than the file
        return replace(found, registered=True)
    return replace(found, state=entry.state, since=entry.since, as_of=register.at, registered=True)


def _with(found: CertificateVerification, problem: CertificateFlaw) -> CertificateVerification:
    return replace(found, problems=(*found.problems, problem))
