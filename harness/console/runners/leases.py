"""Runs that runners have: granted, kept by signs of life, ended."""

import time
from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.catalogue.texts import text
from harness.console.data.audit_log import note_change
from harness.console.data.runner_tables import LeaseRow, RunnerRow
from harness.console.data.tables import RunRow


class LeaseOutcome(StrEnum):
    """How a runner's part in a run ended.

    WHOLE: all that the run left arrived. CUT: its program left a record that it did not seal. LOST: the runner gave no
    sign of life any more. REFUSED: what it sent is not what it should be.
    """

    WHOLE = "whole"
    CUT = "cut"
    LOST = "lost"
    REFUSED = "refused"


def grant(db: Session, runner: RunnerRow, run: RunRow) -> None:
    """Give a run to a runner; `db` is the transaction that claimed it."""
    now = time.time()
    run.state, run.started = "starting", now
    db.add(LeaseRow(run_id=run.id, runner_id=runner.id, taken=now, beat=now, outcome=""))
    note_change(db, f"runner {runner.name}", "run.taken", run.id, system=run.system_id)


def open_leases(db: Session) -> dict[str, LeaseRow]:
    """Return the runs that runners have now, by id."""
    return {row.run_id: row for row in db.scalars(select(LeaseRow).where(LeaseRow.ended.is_(None)))}


def lease_of(db: Session, run: str) -> LeaseRow | None:
    """Return what is known of the runner that took a run, None for a run of the console's own machine."""
    return db.get(LeaseRow, run)


def taken_by(db: Session, runner: RunnerRow) -> list[LeaseRow]:
    """Return the runs that a runner has."""
    wanted = select(LeaseRow).where(LeaseRow.runner_id == runner.id, LeaseRow.ended.is_(None))
    return list(db.scalars(wanted.order_by(LeaseRow.taken)))


def note_beat(db: Session, runner: RunnerRow, held: Collection[str]) -> tuple[dict[str, str], list[str]]:
    """Note a sign of life, and return which runs are to be stopped, with the reason, and which are its own no more."""
    now = time.time()
    runner.seen = now
    own = {row.run_id: row for row in taken_by(db, runner)}
    stops = {}
    for key in own.keys() & set(held):
        own[key].beat = now
        # Locked: a person may be stopping it just now.
        run = db.get_one(RunRow, key, with_for_update=True)
        if run.state == "starting":
            run.state = "running"
        if run.state == "stopping":
            stops[key] = run.stop_reason or ""
    return stops, [key for key in held if key not in own]


def end_lease(row: LeaseRow, outcome: LeaseOutcome) -> None:
    """Note that a runner has done with a run."""
    row.ended, row.outcome = time.time(), outcome


def why_ended(row: LeaseRow | None, language: str) -> str:
    """Return the sentence that says why a run ended otherwise than by its own program, empty where it did not."""
    if row is None or row.outcome not in {LeaseOutcome.LOST, LeaseOutcome.REFUSED}:
        return ""
    return text("console", f"lease.{row.outcome}", "en" if language == "en" else "vi", name=row.runner.name)
