"""What is left of deleted records, for whoever asks for them by their old address."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from harness.catalogue.texts import Language, text
from harness.console.data.retention_tables import TombstoneRow
from harness.console.safekeeping.periods import RUN_KINDS, RecordKind
from harness.journal.recorder import VIETNAM

AREA = "retention"


def tombstone_of_run(db: Session, run: str) -> TombstoneRow | None:
    """Return what is left of a deleted run, None if there is no such tombstone."""
    return _latest(db, TombstoneRow.kind.in_(RUN_KINDS), run)


def tombstone_of_certificate(db: Session, number: str) -> TombstoneRow | None:
    """Return what is left of a deleted certificate, None if there is no such tombstone."""
    return _latest(db, TombstoneRow.kind == RecordKind.CERTIFICATE, number)


def tombstones_of_notes(db: Session, run: str, finding: int) -> list[TombstoneRow]:
    """Return what is left of deleted notes on a finding, the oldest first."""
    wanted = select(TombstoneRow).where(
        TombstoneRow.kind == RecordKind.NOTE, TombstoneRow.subject.startswith(f"{run}/{finding}/", autoescape=True)
    )
    return list(db.scalars(wanted.order_by(TombstoneRow.id)))


def tombstones_of_log(db: Session) -> list[TombstoneRow]:
    """Return what is left of deleted rows of the change log, the oldest first."""
    wanted = select(TombstoneRow).where(TombstoneRow.kind == RecordKind.AUDIT_LOG)
    return list(db.scalars(wanted.order_by(TombstoneRow.id)))


def period_text(written: str, language: Language) -> str:
    """Return a period as it is said: `10y` as ten years; nothing as for ever."""
    if not written:
        return text(AREA, "for-ever", language)
    return text(AREA, f"unit.{written[-1]}", language, number=written[:-1])


def title_of(kind: str, subject: str, title: Mapping[str, str], language: Language) -> str:
    """Return what a record is, in one line."""
    return text(AREA, f"name.{kind}", language, subject=subject, **title)


def facts_of(row: TombstoneRow) -> dict[str, object]:
    """Return a tombstone for programs."""
    return {
        "kind": row.kind,
        "subject": row.subject,
        "what": json.loads(row.title),
        "sha256": row.digest,
        "size": row.size,
        "schedule": row.period,
        "why": row.why,
        "by": row.actor,
        "deleted": datetime.fromtimestamp(row.begun, VIETNAM).isoformat(timespec="seconds"),
    }


def _latest(db: Session, kind: ColumnElement[bool], subject: str) -> TombstoneRow | None:
    wanted = select(TombstoneRow).where(kind, TombstoneRow.subject == subject)
    return db.scalars(wanted.order_by(TombstoneRow.id.desc()).limit(1)).first()
