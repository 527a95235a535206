"""RCV: what a candidate does with the packages that wait for it."""

from harness.judge.expectations import Acked, Fetched, Polled, StoredOnce
from harness.scenarios.registry import scenario
from harness.scenarios.stage import Stage

_POLLS = 3


@scenario("RCV-01")
async def polls(stage: Stage) -> None:
    """Both lists are asked for again and again, within the declared interval."""
    gap = stage.times.poll_interval + stage.profile.parameters.timing.margin
    for messagetype in ("edoc", "status"):
        stage.expect(Polled(messagetype=messagetype, times=_POLLS, gap=gap, since=stage.now))


@scenario("RCV-02")
async def fetched_stored_acknowledged(stage: Stage) -> None:
    """A waiting document is fetched, stored, and acknowledged only then."""
    document = stage.document()
    await stage.deliver(document)
    stage.expect(Fetched(document=document.id))
    stage.expect(Acked(document=document.id))
    stage.expect(StoredOnce(document=document.id))


@scenario("RCV-05")
async def delivered_again(stage: Stage) -> None:
    """A document that comes a second time is acknowledged as done and stays one document."""
    document = stage.document()
    delivery = await stage.deliver(document)
    await stage.until(Acked(document=document.id))
    await stage.until(StoredOnce(document=document.id))
    again = await stage.redeliver(delivery, document)
    stage.expect(Acked(document=document.id, after=again.seq))
    stage.expect(StoredOnce(document=document.id, after=again.seq))
