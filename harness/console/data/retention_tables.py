"""Tables of what is kept for how long: periods that were set, holds, and what is left of what was deleted."""

from sqlalchemy import BigInteger, Float, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from harness.console.data.tables import ConsoleTable


class PeriodRow(ConsoleTable):
    """The period that an administrator set for a kind of record.

    Attributes:
        kind: value of `harness.console.safekeeping.periods.RecordKind`.
        period: number and unit, such as `10y`; empty for ever.
        basis: why, in the administrator's words.
    """

    __tablename__ = "retention_periods"

    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    period: Mapped[str] = mapped_column(String(10))
    basis: Mapped[str] = mapped_column(Text)


class HoldRow(ConsoleTable):
    """A legal hold: what it covers is not deleted while it stands.

    Attributes:
        kind: `organisation`, `product`, `run` or `certificate`.
        subject: its key: number of the row, id of the run, number of the certificate.
        lifted: when it was taken back, None while it stands.
    """

    __tablename__ = "retention_holds"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(40), index=True)
    reason: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(String(200))
    placed: Mapped[float] = mapped_column(Float)
    lifted: Mapped[float | None] = mapped_column(Float)
    lifter: Mapped[str] = mapped_column(String(200), default="")
    lift_reason: Mapped[str] = mapped_column(Text, default="")


class TombstoneRow(ConsoleTable):
    """What is left of a deleted record.

    Attributes:
        kind: value of `RecordKind` by which it was due.
        subject: by which its address named it.
        run: id of the run that it was or belonged to; empty for none.
        organisation_id: whose it was; None for the console's own.
        public: whether everybody could see it.
        title: what it was, as facts in JSON.
        digest: SHA-256 in hex: of a run's manifest, a signed certificate, the last deleted row of the log.
        size: bytes.
        period, since: of the schedule, and the moment from which it counted.
        actor, why: who deleted it, and the reason given.
        begun, done: when; `done` is None while files of it may still be there.
    """

    __tablename__ = "tombstones"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(100), index=True)
    run: Mapped[str] = mapped_column(String(24), default="", index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    public: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    period: Mapped[str] = mapped_column(String(10))
    since: Mapped[float] = mapped_column(Float)
    actor: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(Text)
    begun: Mapped[float] = mapped_column(Float)
    done: Mapped[float | None] = mapped_column(Float)
