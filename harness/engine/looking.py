"""Looking into the candidate: one loop asks its driver for inbox, outbox and directory, for all scenarios together."""

import anyio

from harness.drivers.protocol import DriverError, DriverLost
from harness.drivers.recorded import RecordedDriver
from harness.scenarios.stage import Waits

_QUICKEST = 0.05
_SLOWEST = 2.0
_LIMIT = 30.0


async def look(driver: RecordedDriver, waits: Waits, poll_interval: float) -> None:
    """Ask, for as long as the task lives, for whatever a scenario waits to see.

    A driver that cannot, or is gone, has left that in the record; the scenarios end by it.

    Args:
        driver: the candidate's.
        waits: tells what is wanted.
        poll_interval: the candidate's, in seconds; looking faster than the candidate polls shows nothing new.
    """
    unsupported: set[str] = set()
    pause = min(max(poll_interval / 2, _QUICKEST), _SLOWEST)
    while True:
        for view in sorted(waits.wanted_views() - unsupported):
            try:
                await driver.call(view, {}, _LIMIT)
            except DriverError as error:
                if error.kind == "unsupported":
                    unsupported.add(view)
            except DriverLost:
                await anyio.sleep(pause)
        await anyio.sleep(pause)
