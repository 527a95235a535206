"""Interruptions of the candidate itself: stopped by its driver, or killed where it is a program of the driver's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from harness.journal.events import CandidateKilled
from harness.scenarios.context import ScenarioContext


def killable(context: ScenarioContext) -> bool:
    """Return whether the candidate is a program that the driver itself started."""
    return context.run.driver.killable


@asynccontextmanager
async def stopped(context: ScenarioContext) -> AsyncIterator[None]:
    """Have the candidate stopped by its driver, as if it were killed, until the block ends."""
    await context.drive("stop", {})
    yield
    await context.drive("start", {})


@asynccontextmanager
async def killed(context: ScenarioContext) -> AsyncIterator[None]:
    """Kill the candidate's program; when the block ends, it is started again and configured."""
    context.note(CandidateKilled())
    await context.run.driver.kill()
    yield
    await context.drive("configure", context.run.configuration)
