"""SND: what a candidate does with the documents its clerks send."""

from harness.judge.expectations import Accepted, Sound
from harness.scenarios.registry import scenario
from harness.scenarios.stage import Stage


@scenario("SND-01")
async def new_document(stage: Stage) -> None:
    """A new document, sent by a clerk, is a sound package and is accepted by the hub."""
    sent = await stage.send(stage.outgoing())
    await stage.until(Accepted(document=sent.document_id), role="duty")
    stage.expect(Sound(document=sent.document_id), role="precondition")


@scenario("SND-02")
async def several_receivers(stage: Stage) -> None:
    """One document to receivers of four levels travels in one package that names them all."""
    sent = await stage.send(stage.outgoing(to=("ministry", "department", "district", "commune")))
    stage.expect(Accepted(document=sent.document_id, receivers=sent.receivers))
