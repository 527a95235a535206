"""Legal holds: what an administrator put a hold on is not deleted while the hold stands."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.console.data.audit_log import note_change
from harness.console.data.certificate_tables import CertificateRow
from harness.console.data.retention_tables import HoldRow
from harness.console.data.tables import OrganisationRow, ProductRow, RunRow

_LONGEST = 2000
_GREATEST_KEY = 2**31 - 1


class HeldKind(StrEnum):
    """On what a hold can be put; what belongs to it is held too."""

    ORGANISATION = "organisation"
    PRODUCT = "product"
    RUN = "run"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class StandingHolds:
    """The holds that stand, by what they are on."""

    subjects: frozenset[tuple[str, str]]

    def on_run(self, row: RunRow, certificates: Iterable[str]) -> bool:
        """Return whether a run is held: itself, its product, its organisation, or a certificate based on it."""
        own = {
            (HeldKind.RUN, row.id),
            (HeldKind.PRODUCT, str(row.product_id)),
            (HeldKind.ORGANISATION, str(row.organisation_id)),
            *((HeldKind.CERTIFICATE, number) for number in certificates),
        }
        return not own.isdisjoint(self.subjects)


def standing_holds(db: Session) -> StandingHolds:
    """Return the holds that stand now."""
    rows = db.scalars(select(HoldRow).where(HoldRow.lifted.is_(None)))
    return StandingHolds(frozenset((row.kind, row.subject) for row in rows))


def place_hold(db: Session, kind: str, subject: str, reason: str, person: str) -> HoldRow:
    """Put a hold on something.

    Args:
        db: a writing transaction.
        kind: value of `HeldKind`.
        subject: number of an organisation or product, id of a run, number of a certificate.
        reason: why.
        person: who.

    Raises:
        ConfigurationError: there is no such thing, no reason, or it is held already.
    """
    if not reason:
        raise ConfigurationError("console.no-reason")
    if not _exists(db, kind, subject):
        raise ConfigurationError("retention.no-subject", subject=subject)
    if (kind, subject) in standing_holds(db).subjects:
        raise ConfigurationError("retention.held", subject=subject)
    row = HoldRow(kind=kind, subject=subject, reason=reason[:_LONGEST], person=person, placed=time.time(),
                  lifter="", lift_reason="")  # fmt: skip
    db.add(row)
    db.flush()
    note_change(db, person, "hold.placed", subject, kind=kind, hold=row.id, reason=reason[:_LONGEST])
    return row


def lift_hold(db: Session, row: HoldRow, reason: str, person: str) -> None:
    """Take a hold back.

    Raises:
        ConfigurationError: there is no reason, or it does not stand any more.
    """
    if not reason:
        raise ConfigurationError("console.no-reason")
    if row.lifted is not None:
        raise ConfigurationError("retention.lifted")
    row.lifted, row.lifter, row.lift_reason = time.time(), person, reason[:_LONGEST]
    note_change(db, person, "hold.lifted", row.subject, kind=row.kind, hold=row.id, reason=reason[:_LONGEST])


def _exists(db: Session, kind: str, subject: str) -> bool:
    tables = {
        HeldKind.ORGANISATION: OrganisationRow,
        HeldKind.PRODUCT: ProductRow,
        HeldKind.RUN: RunRow,
        HeldKind.CERTIFICATE: CertificateRow,
    }
    if kind not in tables:
        return False
    numbered = kind in {HeldKind.ORGANISATION, HeldKind.PRODUCT}
    if not numbered:
        return db.get(tables[HeldKind(kind)], subject) is not None
    if not (subject.isascii() and subject.isdigit() and int(subject[:12]) <= _GREATEST_KEY):
        return False
    return db.get(tables[HeldKind(kind)], int(subject)) is not None
