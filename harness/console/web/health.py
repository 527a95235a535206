"""Whether the console can do its work: database, disk, runs."""

import shutil
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from harness import __version__
from harness.console.console_state import ConsoleState
from harness.console.data.options import options
from harness.console.data.runner_tables import RunnerRow
from harness.console.data.tables import RunRow
from harness.console.runners.registry import present
from harness.console.runs.claims import ACTIVE


@dataclass(frozen=True, slots=True)
class ConsoleHealth:
    """State of the console.

    Attributes:
        database: whether it answers.
        disk: whether there is room for a run.
        free: bytes that the disk has.
        running, queued: numbers of runs.
        draining: whether no run is begun.
        runners, present: numbers of runner machines that may take runs, and of those that gave a sign of life just now.
    """

    database: bool
    disk: bool = False
    free: int = 0
    running: int = 0
    queued: int = 0
    draining: bool = False
    runners: int = 0
    present: int = 0

    @property
    def well(self) -> bool:
        """Whether everything works."""
        return self.database and self.disk

    def public(self) -> dict[str, object]:
        """Return the part that is public."""
        return {
            "version": __version__,
            "database": self.database,
            "disk": self.disk,
            "running": self.running,
            "queued": self.queued,
            "draining": self.draining,
            "runners": self.runners,
            "runners_present": self.present,
        }


def health(state: ConsoleState) -> ConsoleHealth:
    """Check everything."""
    try:
        with state.database.reading() as db:
            db.execute(text("SELECT 1"))
            now = options(db, state.allowed_by_default)
            found = db.execute(select(RunRow.state, func.count()).group_by(RunRow.state))
            counts = {row[0]: row[1] for row in found}
            machines = db.scalars(select(RunnerRow).where(RunnerRow.revoked.is_(None))).all()
    except SQLAlchemyError:
        return ConsoleHealth(database=False)
    free = shutil.disk_usage(state.data).free
    return ConsoleHealth(
        database=True,
        disk=free >= now.least_free_bytes,
        free=free,
        running=sum(counts.get(name, 0) for name in ACTIVE),
        queued=counts.get("queued", 0),
        draining=now.drain,
        runners=len(machines),
        present=sum(present(row) for row in machines),
    )
