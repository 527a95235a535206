"""Verbs of the scenarios with hostile input: lure, and see that the candidate stands."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from harness.edxml.attachments import pack
from harness.judge.expectations import Retried, StillServes
from harness.scenarios.hostile.piece import Bait, Corrupt, Piece
from harness.scenarios.material import Document
from harness.scenarios.mixing import some_sender
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
    role = some_sender(stage)
    good = _holding(stage, role, piece, piece.attachment, bait) if piece.attachment else stage.document(role)
    document = replace(good, content=piece.twist(good.content, bait))
    await stage.deliver(document, good=False, note=piece.key)
    return document


def _holding(stage: Stage, role: str, piece: Piece, corrupt: Corrupt, bait: Bait) -> Document:
    """Return a document whose last attachment is the hostile one; the others are as in any document."""
    material, chance = stage.around.material, stage.chance
    letter, annex = material.files(chance, stage.peers[role])[0], material.annex(chance, piece.kind)
    first, last = (str(chance.randrange(1, 10**9)) for _ in range(2))
    hostile = replace(corrupt(bait, annex.name, annex.content), content_id=f"cid:{last}")
    return stage.document(role, files=(), attachments=(pack(letter.name, letter.content, first), hostile))


async def some_good(stage: Stage) -> list[Document]:
    """Deliver none, one or two good documents like any others, and return them."""
    documents = [stage.document(some_sender(stage)) for _ in range(stage.chance.choice((0, 1, 1, 2)))]
    for document in documents:
        await stage.deliver(document)
    return documents


async def taken(stage: Stage, documents: Sequence[Document]) -> None:
    """Wait until the candidate has asked for every one of the documents: what it never saw proves nothing."""
    for document in documents:
        await stage.until(Retried(operation="getEdoc", document=document.id, times=1))


async def survived(stage: Stage, piece: Piece, bait: Bait) -> None:
    """Let the candidate take in a hostile package, and expect it to serve the next document all the same.

    One that does not even ask for the package may have died late of what it took in before: then it has failed.
    """
    await some_good(stage)
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
    await stage.deliver(document)
    try:
        await stage.until(StillServes(document=document.id, lure=lured_by), role="duty")
    except Unmet:
        stage.note("deadline", {"document_id": document.id, "seconds": stage.patience})
        raise
