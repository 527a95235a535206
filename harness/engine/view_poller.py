"""Looking into the candidate: one loop asks its driver for inbox, outbox and directory, for all scenarios together."""

from contextlib import suppress

import anyio

from harness.drivers.protocol import DriverError, DriverLost
from harness.drivers.recorded import RecordedDriver
from harness.drivers.views import Attended
from harness.scenarios.run_context import Waits

_QUICKEST = 0.05
_SLOWEST = 2.0
_LIMIT = 30.0


async def look(driver: RecordedDriver, waits: Waits, poll_interval: float) -> None:
    """Ask, for as long as the task lives, for whatever a scenario waits to see.

    A driver that cannot show it, or has ended, is in the record, and the scenarios end by it. A person is asked seldom,
    and about single documents.

    Args:
        driver: the candidate's.
        waits: what is awaited.
        poll_interval: the candidate's, in seconds; looking faster than the candidate polls shows nothing new.
    """
    pause = min(max(poll_interval / 2, _QUICKEST), _SLOWEST)
    if driver.attended is None:
        await _look_at_all(driver, waits, pause)
    else:
        await _ask(driver, driver.attended, waits, pause)


async def look_at_everything(driver: RecordedDriver) -> None:
    """Ask for inbox and outbox, whether or not a scenario waits to see them, unless a person would have to answer.

    At the beginning of a run this shows what another run has left behind, at its end the final state of everything.
    """
    if driver.attended is None:
        for view in ("inbox", "outbox"):
            with suppress(DriverError, DriverLost):  # the record has it
                await driver.call(view, {}, _LIMIT)


async def _ask(driver: RecordedDriver, attended: Attended, waits: Waits, pause: float) -> None:
    while True:
        wanted = waits.view_requests()
        due = attended.due(wanted)
        for view in sorted({request.view for request in due}):
            now = [request for request in due if request.view == view]
            await driver.look(view, now, [request for request in wanted if request.view == view])
        await anyio.sleep(pause)


async def _look_at_all(driver: RecordedDriver, waits: Waits, pause: float) -> None:
    unsupported: set[str] = set()
    while True:
        for view in sorted(waits.wanted_views() - unsupported):
            try:
                await driver.call(view, {}, _LIMIT)
            except DriverError as error:
                if error.kind in {"unsupported", "operator"}:
                    unsupported.add(view)
            except DriverLost:
                await anyio.sleep(pause)
        await anyio.sleep(pause)
