"""The certificates as they are kept: always read from what is signed, and compared with the log of changes.

A row that was edited does not verify; an act that was taken away is missed by the log, which only grows.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.certificates.authority import CertificationAuthority
from harness.certificates.certificate_record import CertificateFlaw, CertificateRecord, certificate_record
from harness.certificates.document import Certificate
from harness.certificates.life import CertificateLife, LifeState
from harness.certificates.signed_documents import digest_of
from harness.console.data.certificate_tables import CertificateRow, LifeRow
from harness.console.data.tables import AuditRow

LOGGED = "certificate."
URGENT = 30  # days before the end at which it is told urgently
_SOON = 90


@dataclass(frozen=True, slots=True)
class KeptCertificate:
    """A certificate of the console.

    Attributes:
        number: by which it is kept.
        organisation: of its holder.
        run: on which it rests.
        record: what is signed; None where that cannot be read.
        at: the present moment.
    """

    number: str
    organisation: int
    run: str
    record: CertificateRecord | None
    at: datetime

    @property
    def whole(self) -> bool:
        """Whether everything of it holds."""
        return self.record is not None and not self.record.problems and self.record.life is not None

    @property
    def certificate(self) -> Certificate | None:
        """What it says, None where it cannot be read."""
        return self.record.certificate.content if self.record else None

    @property
    def life(self) -> CertificateLife | None:
        """What was done to it."""
        return self.record.life if self.record else None

    @property
    def state(self) -> LifeState | None:
        """Where it stands; None where it is not whole."""
        return self.life.state(self.at) if self.whole and self.life else None

    @property
    def days_left(self) -> int:
        """For how many days it is still valid."""
        certificate = self.certificate
        return (certificate.last_day - self.at.date()).days if certificate else 0


def kept_certificates(
    db: Session, authority: CertificationAuthority, organisation: int | None = None
) -> list[KeptCertificate]:
    """Return all certificates, newest first.

    Args:
        db: any transaction.
        authority: whose they are.
        organisation: of a vendor, which sees its own alone; None for all.
    """
    wanted = select(CertificateRow).order_by(CertificateRow.issued.desc(), CertificateRow.number.desc())
    if organisation is not None:
        wanted = wanted.where(CertificateRow.organisation_id == organisation)
    return _kept(db, authority, db.scalars(wanted).all())


def kept_certificate(db: Session, authority: CertificationAuthority, number: str) -> KeptCertificate | None:
    """Return a certificate by its number, None where there is none."""
    row = db.get(CertificateRow, number)
    return None if row is None else _kept(db, authority, [row])[0]


def expiring(kept: Iterable[KeptCertificate]) -> list[KeptCertificate]:
    """Return the certificates that run out within three months, the first to run out first."""
    living = (LifeState.ACTIVE, LifeState.SUSPENDED)
    return sorted(
        (one for one in kept if one.state in living and one.days_left <= _SOON), key=lambda one: one.days_left
    )


def _kept(db: Session, authority: CertificationAuthority, rows: Sequence[CertificateRow]) -> list[KeptCertificate]:
    acts = _acts(db, [row.number for row in rows])
    logged = _logged(db, [row.number for row in rows])
    now = datetime.now(UTC)
    found = []
    for row in rows:
        record = certificate_record(row.jws.encode(), acts[row.number], authority.keys)
        if record is not None:
            record = _compared(record, row.number, acts[row.number], logged[row.number])
        found.append(KeptCertificate(row.number, row.organisation_id, row.run_id, record, now))
    return found


def _compared(
    record: CertificateRecord, number: str, acts: Sequence[bytes], logged: Sequence[str]
) -> CertificateRecord:
    """Add what the log of changes knows better."""
    problems = list(record.problems)
    if [digest_of(act) for act in acts] != list(logged):
        problems.append(CertificateFlaw.LIFE_CUT)
    if record.certificate.content.number != number:
        problems.append(CertificateFlaw.OTHER_CERTIFICATE)
    return replace(record, problems=tuple(problems))


def _acts(db: Session, numbers: Iterable[str]) -> dict[str, list[bytes]]:
    wanted = select(LifeRow).where(LifeRow.number.in_(list(numbers))).order_by(LifeRow.number, LifeRow.sequence)
    acts: dict[str, list[bytes]] = defaultdict(list)
    for row in db.scalars(wanted):
        acts[row.number].append(row.jws.encode())
    return acts


def _logged(db: Session, numbers: Iterable[str]) -> dict[str, list[str]]:
    """Return the digests of the acts of each certificate, as the log of changes has them."""
    wanted = select(AuditRow).where(AuditRow.subject.in_(list(numbers)), AuditRow.action.startswith(LOGGED))
    logged: dict[str, list[str]] = defaultdict(list)
    for row in db.scalars(wanted.order_by(AuditRow.seq)):
        digest = json.loads(row.detail).get("digest")
        if isinstance(digest, str):
            logged[row.subject].append(digest)
    return logged
