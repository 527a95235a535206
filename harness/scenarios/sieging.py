"""Verbs of the scenarios with hostile input: lure, and see that the candidate stands."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from harness.judge.expectations import Retried, StillServes
from harness.scenarios.hostile.piece import Bait, Piece
from harness.scenarios.material import Document
from harness.scenarios.stage import Stage
from harness.scenarios.surroundings import Unmet

# Give-ups for which a candidate may be busy with hostile input, or ask in vain about a certificate.
_BUSY = 3


def patient(stage: Stage) -> None:
    """Grant the time that hostile input may take up; who lives through it at once is not waited for.

    What is twisted cannot be signed, so nothing is.
    """
    stage.signing = False
    stage.patience_added = _BUSY * stage.times.give_up + stage.times.reaction


@contextmanager
def baited(stage: Stage) -> Iterator[Bait]:
    """Set out a trap: a folder in which no file may appear. What is found at the end is recorded."""
    with tempfile.TemporaryDirectory(prefix="lienthong-trap-") as folder:
        trap = Path(folder).resolve()
        yield Bait(stage.canary_url, trap)
        for found in sorted(trap.rglob("*")):
            stage.note("trespass", {"token": stage.canary_token, "file": found.relative_to(trap).as_posix()})


async def lure(stage: Stage, piece: Piece, bait: Bait) -> Document:
    """Put a hostile package into the candidate's mailbox and return the document it was made from."""
    attachment = piece.attachment and piece.attachment(bait)
    good = stage.document(files=(), attachments=(attachment,)) if attachment else stage.document()
    document = replace(good, content=piece.twist(good.content, bait))
    await stage.deliver(document, good=False, note=piece.key)
    return document


async def taken(stage: Stage, documents: Sequence[Document]) -> None:
    """Wait until the candidate has asked for every one of the documents: what it never saw proves nothing."""
    for document in documents:
        await stage.until(Retried(operation="getEdoc", document=document.id, times=1))


async def survived(stage: Stage, piece: Piece, bait: Bait) -> None:
    """Let the candidate take in a hostile package, and expect it to serve the next document all the same.

    One that does not even ask for the package may have died late of what it took in before: then it has failed.
    """
    try:
        await taken(stage, [await lure(stage, piece, bait)])
    except Unmet:
        await still_serving(stage, piece.key)
        raise
    await still_serving(stage, piece.key)


async def still_serving(stage: Stage, lured_by: str) -> None:
    """Expect the candidate to serve a good document after it was lured; one that is dead has failed, too.

    Raises:
        Unmet: it did not.
    """
    document = stage.document()
    await stage.deliver(document, note="document after hostile input")
    try:
        await stage.until(StillServes(document=document.id, lure=lured_by), role="duty")
    except Unmet:
        stage.note("deadline", {"document_id": document.id, "seconds": stage.patience})
        raise
