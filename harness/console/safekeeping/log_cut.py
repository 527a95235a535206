"""How much of the change log may go: its oldest rows, up to the first one that still tells of something kept."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.console.data.audit_log import row_line
from harness.console.data.certificate_tables import CertificateRow
from harness.console.data.tables import AuditRow, RunRow, UserRow

_ENTRUSTED = ("user.added", "user.password")


@dataclass(frozen=True, slots=True)
class LogCut:
    """The rows of the log that may go.

    Attributes:
        first, last: their numbers.
        hash: of the last one, from which the rest of the log goes on.
        size: bytes, as exported.
        newest: when the last one was written, seconds since 1970.
    """

    first: int
    last: int
    hash: str
    size: int
    newest: float


def log_cut(db: Session, over: Callable[[float], bool]) -> LogCut | None:
    """Return the oldest rows that are past their period and tell of nothing that is kept, None if there are none.

    Kept certificates are compared with the log, and who took part in a run or set a password decides who may certify:
    such rows, and all after them, stay.

    Args:
        db: any transaction.
        over: whether a row written at a moment is past its period.
    """
    kept = {*db.scalars(select(RunRow.id)), *db.scalars(select(CertificateRow.number))}
    accounts = set(db.scalars(select(UserRow.name).where(UserRow.active)))
    cut: LogCut | None = None
    for row in db.scalars(select(AuditRow).order_by(AuditRow.seq)):
        written = datetime.fromisoformat(row.at).timestamp()
        entrusts = row.action in _ENTRUSTED and row.subject in accounts
        if not over(written) or entrusts or row.subject in kept or kept & set(_named(row)):
            break
        size = len(row_line(row).encode("utf-8", "surrogatepass"))
        first, before = (cut.first, cut.size) if cut else (row.seq, 0)
        cut = LogCut(first, row.seq, row.hash, before + size, written)
    return cut


def _named(row: AuditRow) -> list[str]:
    """Return the values of a row's details, among which a run may be."""
    return [value for value in json.loads(row.detail).values() if isinstance(value, str)]
