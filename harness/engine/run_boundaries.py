"""Before the first scenario and after the last: runs must not affect each other, and what is final must stay so."""

from collections.abc import Mapping
from typing import Any

import anyio

from harness.catalogue.codes import StatusCode
from harness.drivers.protocol import DriverError, DriverLost
from harness.engine.view_poller import look_at_everything
from harness.expectations import Acked, StatusSent
from harness.journal.events import RunUnsettled
from harness.scenarios.context import ScenarioContext
from harness.scenarios.run_context import RunContext
from harness.scenarios.testdata import Document

_OPENING = "opening"
_FINAL = "RTY-07"
# What was received must still be there, and a secret not have left, some time after the last exchange.
_AFTERWARDS = frozenset({"RCV-10", "RCV-11", "SND-07"})
_LOOK_LIMIT = 30.0
# How many times `give_up` documents of another run may stay in the queue and be tried again.
_TRIES = 6
_LEAST = 10.0  # seconds


async def opened(run: RunContext) -> Document | None:
    """Look at what is there already, and put a document into the candidate's mailbox for its first poll.

    A candidate whose hub went away at the end of another run pauses before it calls again; one complete exchange shows
    that it is back.

    Returns:
        The document; None where a person operates the candidate and would have to do it.
    """
    if run.driver.attended is not None:
        return None
    await look_at_everything(run.driver)
    context = ScenarioContext(_OPENING, "RCV-02", run)
    document = context.document()
    await context.deliver(document)
    return document


async def settled_in(run: RunContext, opening: Document | None) -> bool:
    """Wait until the candidate's queue is empty and the first exchange is complete.

    A candidate that does not complete the exchange is not judged by it: the scenarios will show it.

    Returns:
        False when the queue of outgoing documents was not empty in time.
    """
    if opening is None:
        return True
    if not await _emptied(run, max(_LEAST, _TRIES * run.times.give_up)):
        run.journal.record(RunUnsettled(queued=len(_queued(run))))
        return False
    context = ScenarioContext(_OPENING, "RCV-02", run)
    await context.await_quietly(Acked(document=opening.id))
    await context.await_quietly(StatusSent(document=opening.id, codes=(StatusCode.ARRIVED,)))
    return True


async def settled_out(run: RunContext, played: frozenset[str]) -> None:
    """End the run in order: watch what is final, let the queue empty, and look at everything once more.

    Args:
        run: the run.
        played: ids of the requirements whose scenarios were played.
    """
    if _FINAL in played:
        await _watch_what_is_final(run)
    if run.driver.attended is None:
        times = run.times
        await _emptied(run, times.reaction + times.give_up + run.profile.parameters.timing.margin * run.waits.pace)
    if _AFTERWARDS & played:
        await run.waits.pause(run.times.reaction + run.times.give_up)
    await look_at_everything(run.driver)


async def _watch_what_is_final(run: RunContext) -> None:
    """Wait long enough to see whether a document is sent again after a final refusal."""
    codes = run.profile.parameters.hub.error_codes
    final = {code for code, meaning in codes.items() if meaning.kind == "final"}
    refused = (one.answer for one in run.evidence.all_sendings() if one.error_code in final)
    first = next((answer for answer in refused if answer is not None), None)
    if first is not None:
        gone_by = run.evidence.events[-1].elapsed - first.elapsed
        await run.waits.pause(max(0.0, run.profile.parameters.retries.final_watch - gone_by))


async def _emptied(run: RunContext, limit: float) -> bool:
    """Wait until no document waits to be sent; True also where that cannot be seen."""
    pause = max(run.times.poll_interval / 2, 0.05)
    with anyio.move_on_after(limit) as scope:
        while _queued(run):
            await anyio.sleep(pause)
            try:
                await run.driver.call("outbox", {}, _LOOK_LIMIT)
            except (DriverError, DriverLost):
                return True  # the record has it
    return not scope.cancelled_caught


def _queued(run: RunContext) -> list[Mapping[str, Any]]:
    look = run.evidence.view("outbox")
    return [row for row in look.what.documents if row.get("state") == "queued"] if look is not None else []
