"""For how long each kind of record is kept: as shipped, or as an administrator set it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache

import msgspec
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import LocalisedText
from harness.console.data.audit_log import note_change
from harness.console.data.retention_tables import PeriodRow
from harness.resources import folder

_WRITTEN = re.compile(r"([1-9][0-9]{0,2})([dmy])")
_DAY = 24 * 3600.0
_MONTHS_OF = {"m": 1, "y": 12}
_LONGEST = 1000


class RecordKind(StrEnum):
    """A kind of record with a period of its own."""

    RUN_PASSED = "run-passed"
    RUN_FAILED = "run-failed"
    RUN_INCONCLUSIVE = "run-inconclusive"
    RUN_CERTIFIED = "run-certified"
    CERTIFICATE = "certificate"
    AUDIT_LOG = "audit-log"
    NOTE = "note"
    UPLOAD = "upload"
    SESSION = "session"


RUN_KINDS = (RecordKind.RUN_PASSED, RecordKind.RUN_FAILED, RecordKind.RUN_INCONCLUSIVE, RecordKind.RUN_CERTIFIED)
"""The kinds of which a record is a whole run."""


class ShippedPeriod(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"counted": "from"}):
    """A period as the project ships it: how long, from when, and on what basis."""

    period: str
    counted: LocalisedText
    basis: LocalisedText


class _RetentionFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"format": "schema"}):
    format: str
    kinds: dict[RecordKind, ShippedPeriod]


@dataclass(frozen=True, slots=True)
class KeptPeriod:
    """For how long a kind of record is kept.

    Attributes:
        kind: of the record.
        written: number and unit, `30d`, `6m` or `10y`; empty for ever.
        counted: from when.
        basis: why so long.
        shipped: whether it is the project's own, and not an administrator's.
    """

    kind: RecordKind
    written: str
    counted: LocalisedText
    basis: LocalisedText
    shipped: bool

    @property
    def number(self) -> int:
        """How many days, months or years; 0 for ever."""
        return int(self.written[:-1]) if self.written else 0

    @property
    def unit(self) -> str:
        """`d`, `m` or `y`; empty for ever."""
        return self.written[-1:]

    def end(self, since: float) -> float | None:
        """Return when it ends.

        Args:
            since: moment from which it counts, seconds since 1970.

        Returns:
            Seconds since 1970; None where the record is kept for ever.
        """
        if not self.written:
            return None
        if self.unit == "d":
            return since + self.number * _DAY
        return _months_later(since, self.number * _MONTHS_OF[self.unit])


@cache
def shipped_periods() -> Mapping[RecordKind, ShippedPeriod]:
    """Return the periods that the project ships, by kind."""
    content = yaml.load((folder("profiles") / "retention.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    return msgspec.convert(content, _RetentionFile).kinds


def periods(db: Session) -> dict[RecordKind, KeptPeriod]:
    """Return the periods that hold now, by kind, in the order of the shipped ones."""
    own = {row.kind: row for row in db.scalars(select(PeriodRow))}
    found = {}
    for kind, one in shipped_periods().items():
        row = own.get(kind)
        written = one.period if row is None else row.period
        basis = one.basis if row is None else LocalisedText(row.basis, row.basis)
        found[kind] = KeptPeriod(kind, written, one.counted, basis, shipped=row is None)
    return found


def set_period(db: Session, kind: str, written: str, basis: str, actor: str) -> None:
    """Set the period of a kind of record.

    Args:
        db: a writing transaction.
        kind: value of `RecordKind`.
        written: number and unit, `30d`, `6m` or `10y`; empty for ever.
        basis: why.
        actor: who sets it.

    Raises:
        ConfigurationError: there is no such kind, the period is not one, or there is no basis.
    """
    if kind not in set(RecordKind):
        raise ConfigurationError("retention.kind", kind=kind, known=", ".join(RecordKind))
    if written and _WRITTEN.fullmatch(written) is None:
        raise ConfigurationError("retention.period", period=written)
    if not basis:
        raise ConfigurationError("retention.no-basis")
    before = periods(db)[RecordKind(kind)]
    row = db.get(PeriodRow, kind)
    if row is None:
        db.add(PeriodRow(kind=kind, period=written, basis=basis[:_LONGEST]))
    else:
        row.period, row.basis = written, basis[:_LONGEST]
    db.flush()
    note_change(db, actor, "retention.period", kind, before=before.written, after=written, basis=basis[:_LONGEST])


def _months_later(since: float, months: int) -> float:
    """Return the same day of the month so many months later; in a shorter month, the first of the next one."""
    start = datetime.fromtimestamp(since, UTC)
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    try:
        return start.replace(year=year, month=month).timestamp()
    except ValueError:
        return start.replace(year=year, month=month + 1, day=1).timestamp()
