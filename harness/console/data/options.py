"""Settings that an administrator changes while the console runs."""

import os
from dataclasses import dataclass

from sqlalchemy.orm import Session

from harness.console.data.tables import SettingRow

ALLOWED, HUB_HOST, HUB_PORTS, RUNS_AT_ONCE, DRAIN, LEAST_FREE, RUNNER_LEASE = (
    "allowed", "hub-host", "hub-ports", "runs-at-once", "drain", "least-free", "runner-lease",
)  # fmt: skip
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """What holds now.

    Attributes:
        allowed: addresses to which runs may go, separated by blanks.
        hub_host: address at which the hubs of runs listen.
        hub_ports: their ports as `first-last`, or `0` for any free one.
        runs_at_once: how many runs go on side by side on the console's own machine, 0 for none.
        drain: whether no run is begun, because the console is to be updated.
        least_free: MB that the disk has to have for a run to begin.
        lease: seconds without a sign of life of its runner after which a run of another machine ends.
    """

    allowed: str
    hub_host: str
    hub_ports: str
    runs_at_once: int
    drain: bool
    least_free: int
    lease: int

    @property
    def least_free_bytes(self) -> int:
        """The same in bytes."""
        return self.least_free * _MEGABYTE

    @property
    def ports(self) -> range:
        """Ports that hubs may take."""
        first, _, last = self.hub_ports.partition("-")
        return range(int(first), int(last or first) + 1)


def options(db: Session, allowed_by_default: str) -> ConsoleOptions:
    """Return the settings.

    Args:
        db: any transaction.
        allowed_by_default: addresses to which runs may go until an administrator sets them.
    """
    kept = {row.key: row.value for row in db.query(SettingRow)}
    return ConsoleOptions(
        allowed=kept.get(ALLOWED, allowed_by_default),
        hub_host=kept.get(HUB_HOST, "127.0.0.1"),
        hub_ports=kept.get(HUB_PORTS, "0"),
        runs_at_once=int(kept.get(RUNS_AT_ONCE, os.cpu_count() or 1)),
        drain=kept.get(DRAIN) == "1",
        least_free=int(kept.get(LEAST_FREE, 500)),
        lease=int(kept.get(RUNNER_LEASE, 120)),
    )


def set_option(db: Session, key: str, value: str) -> None:
    """Keep a setting."""
    row = db.get(SettingRow, key)
    if row is None:
        db.add(SettingRow(key=key, value=value))
    else:
        row.value = value
