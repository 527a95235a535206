"""Which queued run is begun next: claimed by one machine, whoever else asks at the same moment.

Plain `SELECT … FOR UPDATE SKIP LOCKED` in the transaction that changes the run is all that a queue of some runs an hour
needs. A job library would bring tables and workers of its own, while the rows of the runs have to be changed in the
same transaction anyway; and it could not know that two runs of one system exclude each other. On SQLite, whose writing
transactions exclude each other from their beginning, the same statements run without the locks.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.console.data.tables import RunRow, SystemRow
from harness.console.runs.presets import PEOPLE
from harness.console.subjects.system_registry import DECLARED, driver_kind

ACTIVE = ("starting", "running", "stopping", "judging")
_HERE_ALONE = PEOPLE | {"command"}


def claim(db: Session, run: str) -> RunRow | None:
    """Lock a queued run for its beginning; None where it is no longer queued, another is just claiming it, or a run of
    its system goes on.

    Args:
        db: a writing transaction, which ends with the run begun.
        run: its id.
    """
    wanted = select(RunRow, SystemRow).join(SystemRow, RunRow.system_id == SystemRow.id)
    wanted = wanted.where(RunRow.id == run, RunRow.state == "queued")
    # The system is locked too, so that nobody else claims another run of it meanwhile; its key may be referred to.
    found = db.execute(
        wanted.with_for_update(skip_locked=True, key_share=True, of=(RunRow, SystemRow)).execution_options(
            populate_existing=True
        )
    ).first()
    if found is None:
        return None
    row, system = found
    # Two runs of one system would order, deliver and count in the same mailboxes.
    return None if system.kind == DECLARED and _has_active(db, system) else row


def waiting_for_runners(db: Session) -> list[str]:
    """Return the queued runs that another machine can carry out, oldest first.

    A person's answers and files, and a program that an administrator allowed on this machine, are on the console's
    machine: such runs stay there.
    """
    rows = db.execute(
        select(RunRow, SystemRow)
        .join(SystemRow, RunRow.system_id == SystemRow.id)
        .where(RunRow.state == "queued")
        .order_by(RunRow.created, RunRow.id)
    )
    return [run.id for run, system in rows if driver_kind(system) not in _HERE_ALONE]


def _has_active(db: Session, system: SystemRow) -> bool:
    wanted = select(RunRow.id).where(RunRow.system_id == system.id, RunRow.state.in_(ACTIVE)).limit(1)
    return db.scalars(wanted).first() is not None
