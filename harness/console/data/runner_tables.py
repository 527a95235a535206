"""Tables of runner machines and of the runs that they took."""

from sqlalchemy import Boolean, Float, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from harness.console.data.tables import ConsoleTable


class RunnerRow(ConsoleTable):
    """A machine that may take runs.

    Attributes:
        name: by which an administrator knows it.
        digest: SHA-256 of its token, which is kept nowhere.
        instance: word that its data folder drew; two programs with one token are told apart by it.
        version: of its harness, as it said last.
        profiles: digests of its profiles, as it said last: JSON.
        laboratory: fingerprint of the key that seals its runs, empty for none.
        capacity: how many runs it carries out at once.
        refused: code of the reason for which it was not let in last, empty where it was.
        draining: whether it is given no more runs.
        seen: its last sign of life.
        revoked: when its token was taken back, None while it holds.
    """

    __tablename__ = "runners"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    instance: Mapped[str] = mapped_column(String(32), default="")
    version: Mapped[str] = mapped_column(String(50), default="")
    profiles: Mapped[str] = mapped_column(Text, default="")
    laboratory: Mapped[str] = mapped_column(String(64), default="")
    capacity: Mapped[int] = mapped_column(Integer, default=0)
    refused: Mapped[str] = mapped_column(String(50), default="")
    draining: Mapped[bool] = mapped_column(Boolean, default=False)
    created: Mapped[float] = mapped_column(Float)
    seen: Mapped[float | None] = mapped_column(Float)
    revoked: Mapped[float | None] = mapped_column(Float)


class LeaseRow(ConsoleTable):
    """A run that a runner took: it has it as long as it gives signs of life.

    Attributes:
        beat: last sign of life that named the run.
        ended: when the runner had done with it, None while it has it.
        outcome: word of `LeaseOutcome`, empty while it has it.
    """

    __tablename__ = "leases"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    runner_id: Mapped[int] = mapped_column(ForeignKey("runners.id"), index=True)
    taken: Mapped[float] = mapped_column(Float)
    beat: Mapped[float] = mapped_column(Float)
    ended: Mapped[float | None] = mapped_column(Float)
    outcome: Mapped[str] = mapped_column(String(20), default="")
    runner: Mapped[RunnerRow] = relationship()
