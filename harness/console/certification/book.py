"""The stored certificates: always read from the signed documents, and compared with the change log.

An edited row does not verify; a deleted act is noticed because the change log, which only grows, still lists it.
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
from harness.certificates.public_register import REMINDERS
from harness.certificates.signed_documents import digest_of
from harness.console.data.certificate_tables import CertificateRow, LifeRow
from harness.console.data.tables import AuditRow

LOGGED = "certificate."
URGENT = 30  # days before the end from which the expiry is shown as urgent
_SOON = 90  # from which it is listed at all; the steps between are those of the feed


@dataclass(frozen=True, slots=True)
class KeptCertificate:
    """A certificate of the console.

    Attributes:
        number: under which it is stored.
        organisation: of its holder.
        run: on which it is based.
        record: the signed documents; None if they cannot be read.
        at: the present moment.
    """

    number: str
    organisation: int
    run: str
    record: CertificateRecord | None
    at: datetime

    @property
    def whole(self) -> bool:
        """Whether certificate and history are intact."""
        return self.record is not None and not self.record.problems and self.record.life is not None

    @property
    def certificate(self) -> Certificate | None:
        """Its content, None if it cannot be read."""
        return self.record.certificate.content if self.record else None

    @property
    def life(self) -> CertificateLife | None:
        """Its history."""
        return self.record.life if self.record else None

    @property
    def state(self) -> LifeState | None:
        """Its state; None if it is not intact."""
        return self.life.state(self.at) if self.whole and self.life else None

    @property
    def days_left(self) -> int:
        """For how many days it is still valid."""
        certificate = self.certificate
        return (certificate.last_day - self.at.date()).days if certificate else 0

    @property
    def reminder(self) -> int:
        """The last of the steps before its end that is reached, in days; 0 while none is."""
        return min((days for days in REMINDERS if self.days_left <= days), default=0)


def kept_certificates(
    db: Session, authority: CertificationAuthority, organisation: int | None = None
) -> list[KeptCertificate]:
    """Return all certificates, newest first.

    Args:
        db: any transaction.
        authority: that issued them.
        organisation: whose certificates are returned; None for all.
    """
    wanted = select(CertificateRow).order_by(CertificateRow.issued.desc(), CertificateRow.number.desc())
    if organisation is not None:
        wanted = wanted.where(CertificateRow.organisation_id == organisation)
    return _kept(db, authority, db.scalars(wanted).all())


def kept_certificate(db: Session, authority: CertificationAuthority, number: str) -> KeptCertificate | None:
    """Return a certificate by its number, None if there is none."""
    row = db.get(CertificateRow, number)
    return None if row is None else kept_row(db, authority, row)


def kept_row(db: Session, authority: CertificationAuthority, row: CertificateRow) -> KeptCertificate:
    """Return the certificate of a row."""
    return _kept(db, authority, [row])[0]


def expiring(kept: Iterable[KeptCertificate]) -> list[KeptCertificate]:
    """Return the certificates that expire within three months, the earliest first."""
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
    """Add the problems that show in a comparison with the change log."""
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
    """Return the digests of the acts of each certificate by the change log."""
    wanted = select(AuditRow).where(AuditRow.subject.in_(list(numbers)), AuditRow.action.startswith(LOGGED))
    logged: dict[str, list[str]] = defaultdict(list)
    for row in db.scalars(wanted.order_by(AuditRow.seq)):
        digest = json.loads(row.detail).get("digest")
        if isinstance(digest, str):
            logged[row.subject].append(digest)
    return logged
