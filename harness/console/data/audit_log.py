"""The log of every change: rows are only added, and each one's digest covers all before it."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from harness.console.data.outbox import keep_event
from harness.console.data.retention_tables import TombstoneRow
from harness.console.data.tables import AuditRow
from harness.journal.recorder import VIETNAM

FIRST_HASH = "0" * 64
CUT, DELETED = "audit-log", "retention.deleted"
"""Kind of the tombstones of the log's own rows, and what the log calls a deletion."""
_LONGEST_ACTOR = 100
# Any number, the same for every console of one database: writers of the log wait for each other.
_LOCK = 1_020_226


def note_change(db: Session, actor: str, action: str, subject: str = "", **detail: object) -> None:
    """Add a row to the log, in the transaction of the change that it describes; subscribers are told of it later.

    Args:
        db: a writing transaction.
        actor: name of who did it; `console` for the program itself.
        action: stable word; `audit.<action>` of the message file is its text.
        subject: what was changed.
        detail: what else is to be known, without secrets.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = db.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).first()
    row = AuditRow(
        seq=last.seq + 1 if last else 1,
        at=datetime.now(VIETNAM).isoformat(timespec="milliseconds"),
        actor=actor[:_LONGEST_ACTOR],
        action=action,
        subject=subject[:300],
        detail=json.dumps(detail, ensure_ascii=False, sort_keys=True, default=str),
        prev=last.hash if last else FIRST_HASH,
        hash="",
    )
    row.hash = _digest(row)
    db.add(row)
    db.flush()
    keep_event(db, action, subject, detail)


def broken_at(db: Session) -> int | None:
    """Return the number of the first row that is not what was written, None when the whole log is.

    Where the oldest rows were deleted when they were due, the log goes on from what their tombstone says.
    """
    prev, expected = _beginning(db)
    for row in db.scalars(select(AuditRow).order_by(AuditRow.seq)):
        if row.seq != expected or row.prev != prev or row.hash != _digest(row):
            return expected
        prev, expected = row.hash, expected + 1
    return None


def exported(db: Session) -> Iterator[str]:
    """Yield the log, one row a line of JSON, as it is hashed and with its hash."""
    for row in db.scalars(select(AuditRow).order_by(AuditRow.seq)):
        yield row_line(row)


def row_line(row: AuditRow) -> str:
    """Return a row as a line of the exported log."""
    return json.dumps({**_content(row), "hash": row.hash}, ensure_ascii=False) + "\n"


def _beginning(db: Session) -> tuple[str, int]:
    """Return the hash from which the log goes on, and the number of its first row."""
    cuts = db.scalars(select(TombstoneRow).where(TombstoneRow.kind == CUT)).all()
    last = max(cuts, key=lambda one: int(one.subject), default=None)
    if last is None:
        return FIRST_HASH, 1
    # The log itself has to say so too, in a row that was written when the others went.
    said = select(AuditRow.detail).where(AuditRow.action == DELETED, AuditRow.subject == last.subject)
    told = any(json.loads(detail).get("digest") == last.digest for detail in db.scalars(said))
    return (last.digest, int(last.subject) + 1) if told else (FIRST_HASH, 1)


def _content(row: AuditRow) -> dict[str, object]:
    return {
        "seq": row.seq,
        "at": row.at,
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "detail": row.detail,
        "prev": row.prev,
    }


def _digest(row: AuditRow) -> str:
    written = json.dumps(_content(row), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()
