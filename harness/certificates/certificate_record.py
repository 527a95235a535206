"""A certificate with its life, as kept or handed out: checked against the authority's keys, act by act."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric import ec

from harness.certificates.document import Certificate
from harness.certificates.life import STEPS, CertificateLife, LifeAct, LifeEntry, LifeState
from harness.certificates.signed_documents import SignedDocument, read_signed


class CertificateFlaw(StrEnum):
    """What is wrong with a certificate; the codes are stable."""

    UNREADABLE = "unreadable"
    NOT_SIGNED = "not-signed"
    CONTENT_DIFFERS = "content-differs"
    LIFE_BROKEN = "life-broken"
    LIFE_MISSING = "life-missing"
    LIFE_CUT = "life-cut"
    PDF_CHANGED = "pdf-changed"
    PDF_OTHER = "pdf-other"
    OTHER_CERTIFICATE = "other-certificate"
    NOT_LISTED = "not-listed"
    SNAPSHOT_FORGED = "snapshot-forged"
    OTHER_LIFE = "other-life"


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """A certificate and its life.

    Attributes:
        certificate: as signed.
        life: its acts up to the first that does not hold; None where not even its issue does.
        acts: the same, as they are signed.
        problems: what is wrong; empty when all of it holds.
    """

    certificate: SignedDocument[Certificate]
    life: CertificateLife | None
    acts: tuple[bytes, ...]
    problems: tuple[CertificateFlaw, ...]


def certificate_record(
    certificate: bytes, acts: Sequence[bytes], keys: Collection[ec.EllipticCurvePublicKey]
) -> CertificateRecord | None:
    """Read a certificate with its life and check every signature; None where it cannot be read at all.

    Args:
        certificate: as signed; may be anything.
        acts: its life, as signed, oldest first; may be anything.
        keys: of the authority.
    """
    document = read_signed(certificate, Certificate)
    if document is None:
        return None
    problems = [] if document.signed_by(keys) else [CertificateFlaw.NOT_SIGNED]
    entries: list[LifeEntry] = []
    previous = document.sha256
    for number, act in enumerate(acts, 1):
        read = read_signed(act, LifeEntry)
        if read is None or not read.signed_by(keys) or not _follows(read.content, number, previous, document, entries):
            problems.append(CertificateFlaw.LIFE_BROKEN)
            break
        entries.append(read.content)
        previous = read.sha256
    if not acts:
        problems.append(CertificateFlaw.LIFE_MISSING)
    life = CertificateLife(tuple(entries), document.content.last_day) if entries else None
    return CertificateRecord(document, life, tuple(acts[: len(entries)]), tuple(problems))


def _follows(
    entry: LifeEntry,
    number: int,
    previous: str,
    certificate: SignedDocument[Certificate],
    before: Sequence[LifeEntry],
) -> bool:
    """Say whether an act is the next one in a life, and a step that there is."""
    if (entry.certificate, entry.sequence, entry.previous) != (certificate.content.number, number, previous):
        return False
    if not before:
        return entry.act is LifeAct.ISSUE and entry.state is LifeState.ACTIVE
    return STEPS.get((before[-1].state, entry.act)) is entry.state
