"""Interruptions of the candidate itself: stopped by its driver, or killed where it is a program of the driver's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from harness.scenarios.stage import Stage


def killable(stage: Stage) -> bool:
    """Tell whether the candidate is a program that the driver itself started."""
    return stage.around.driver.killable


@asynccontextmanager
async def stopped(stage: Stage) -> AsyncIterator[None]:
    """Have the candidate stopped by its driver, as if it were killed, until the block ends."""
    await stage.drive("stop", {})
    yield
    await stage.drive("start", {})


@asynccontextmanager
async def killed(stage: Stage) -> AsyncIterator[None]:
    """Kill the candidate's program; when the block ends, it is started again and configured."""
    stage.note("candidate.killed", {})
    await stage.around.driver.kill()
    yield
    await stage.drive("configure", stage.around.configuration)
