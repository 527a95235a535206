"""Steps of the scenarios with hostile input: deliver it, and see whether the candidate still works."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from harness.edxml.attachments import pack
from harness.expectations import Retried, StillServes
from harness.journal.events import DeadlinePassed, FileTrespassed
from harness.scenarios.context import ScenarioContext
from harness.scenarios.mixed_stimuli import some_sender
from harness.scenarios.run_context import PreconditionFailed
from harness.scenarios.testdata import Document
from harness.vectors.hostile.vector import CanaryTargets, Corrupt, HostileVector
from harness.vxp.operations import HubOperation

# A candidate may be busy with hostile input, or wait for data about a certificate, for so many give-up times.
_BUSY = 3


def patient(context: ScenarioContext) -> None:
    """Allow for the time that hostile input may cost; a candidate that goes on at once needs none of it.

    A manipulated package cannot be signed, so this scenario signs none.
    """
    context.signing = False
    context.patience_added = _BUSY * context.times.give_up + context.times.reaction


@contextmanager
def canary_targets(context: ScenarioContext) -> Iterator[CanaryTargets]:
    """Make a folder in which no file may appear. Files found there at the end are recorded."""
    with tempfile.TemporaryDirectory(prefix="lienthong-trap-") as folder:
        trap = Path(folder).resolve()
        yield CanaryTargets(context.canary_url, trap)
        for found in sorted(trap.rglob("*")):
            context.note(FileTrespassed(token=context.canary_token, file=found.relative_to(trap).as_posix()))


async def deliver_hostile(context: ScenarioContext, vector: HostileVector, targets: CanaryTargets) -> Document:
    """Put a hostile package into the candidate's mailbox and return the document it was made from."""
    role = some_sender(context)
    good = _holding(context, role, vector, vector.attachment, targets) if vector.attachment else context.document(role)
    document = replace(good, content=vector.twist(good.content, targets))
    await context.deliver(document, good=False, note=vector.key)
    return document


def _holding(
    context: ScenarioContext, role: str, vector: HostileVector, corrupt: Corrupt, targets: CanaryTargets
) -> Document:
    """Return a document whose last attachment is the hostile one; the others are as in any document."""
    testdata, chance = context.run.testdata, context.chance
    letter, annex = testdata.files(chance, context.peers[role])[0], testdata.annex(chance, vector.kind)
    first, last = (str(chance.randrange(1, 10**9)) for _ in range(2))
    hostile = replace(corrupt(targets, annex.name, annex.content), content_id=f"cid:{last}")
    return context.document(role, files=(), attachments=(pack(letter.name, letter.content, first), hostile))


async def some_good(context: ScenarioContext) -> list[Document]:
    """Deliver none, one or two good documents like any others, and return them."""
    documents = [context.document(some_sender(context)) for _ in range(context.chance.choice((0, 1, 1, 2)))]
    for document in documents:
        await context.deliver(document)
    return documents


async def taken(context: ScenarioContext, documents: Sequence[Document]) -> None:
    """Wait until the candidate has fetched every one of the documents: one that it never fetched proves nothing."""
    for document in documents:
        await context.until(Retried(operation=HubOperation.GET_EDOC, document=document.id, times=1))


async def survived(context: ScenarioContext, vector: HostileVector, targets: CanaryTargets) -> None:
    """Let the candidate fetch a hostile package, and expect it to serve the next document.

    A candidate that does not even fetch the package may have died of an earlier one: then it has failed.
    """
    await some_good(context)
    try:
        await taken(context, [await deliver_hostile(context, vector, targets)])
    except PreconditionFailed:
        await still_serving(context, vector.key)
        raise
    await still_serving(context, vector.key)


async def still_serving(context: ScenarioContext, hostile_key: str) -> None:
    """Expect the candidate to serve a good document after hostile input; a dead candidate fails as well.

    Raises:
        PreconditionFailed: it did not.
    """
    document = context.document()
    await context.deliver(document)
    try:
        await context.until(StillServes(document=document.id, lure=hostile_key), role="duty")
    except PreconditionFailed:
        context.note(DeadlinePassed(document_id=document.id, seconds=context.patience))
        raise
