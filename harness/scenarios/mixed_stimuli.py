"""Good and bad packages mixed, so that a candidate must inspect a package to know which it is.

All are made of the same material; their order is drawn from the seed of the run, so that a replay is equal.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.catalogue.codes import StatusCode
from harness.expectations import Acked, RefusedOrFlagged, Trusted, Welcomed
from harness.expectations.refusing import KNOWN_FLAGS
from harness.scenarios.backlog import worked_off
from harness.scenarios.context import USUAL, ScenarioContext
from harness.scenarios.testdata import Document

# So many documents wait at a time: fewer than the smallest page in which a candidate may read its list.
_WAVE = 150
# How often a sender is not the usual one.
_UNUSUAL = 0.3
# Seconds for each: a package that seems broken is fetched again before it is refused.
_EACH = 4.0


@dataclass(frozen=True, slots=True)
class Mixed:
    """One package of a mixture.

    Attributes:
        document: its bytes may differ from its package; that is what is wrong with a bad one.
        why: finding code or vector key of what is wrong with it; None: it is good.
        note: its name in the record.
        names: further DocumentIds that a reader may find in it.
        after: DocumentId of another of the mixture, which must be acknowledged before this one comes.
        shown: whether a good one is a document of its own, and not an operation on another.
    """

    document: Document
    why: str | None = None
    note: str = "document"
    names: tuple[str, ...] = ()
    after: str = ""
    shown: bool = True


async def refused_among_good(
    context: ScenarioContext,
    mixture: Sequence[Mixed],
    *,
    answers: tuple[str, ...] = ("fail", StatusCode.REFUSED),
    flags: tuple[str, ...] = (),
) -> None:
    """Deliver a mixture and expect each bad one to be answered and each good one to be accepted, also the last one.

    Args:
        context: the scenario's.
        mixture: in any order.
        answers: those that count for a bad one, besides `flags`.
        flags: those that may mark a bad one that is kept as doubtful.
    """
    controls = tuple(one.document.id for one in mixture if one.why is None and one.shown)
    watched = context.run.driver.attended is None  # a person is not asked about so many documents
    for wave in waves(context, mixture):
        for one in wave:
            await context.deliver(one.document, good=one.why is None, note=one.note)
            if one.why is None:
                seen = KNOWN_FLAGS if one.shown and (watched or flags) else ()
                context.expect(Welcomed(document=one.document.id, flags=seen))
            else:
                context.expect(
                    RefusedOrFlagged(
                        document=one.document.id,
                        why=one.why,
                        answers=answers,
                        flags=flags,
                        code=one.document.code,
                        names=one.names,
                        subject=one.document.package.subject,
                        controls=controls if flags else (),
                        shown=watched,
                    )
                )
            await asyncio.sleep(0)
        if not await worked_off(context, [one.document.id for one in wave], _EACH):
            break
    await context.settle()
    await _next_served(context)


async def doubted_among_trusted(context: ScenarioContext, mixture: Sequence[Mixed], flags: tuple[str, ...]) -> None:
    """Deliver a mixture of signed documents and expect the bad ones to be flagged or refused, and no good one."""
    controls = tuple(one.document.id for one in mixture if one.why is None)
    for wave in waves(context, mixture):
        for one in wave:
            await context.deliver(one.document, good=one.why is None, note=one.note)
            if one.why is None:
                context.expect(Trusted(document=one.document.id))
            else:
                context.expect(
                    RefusedOrFlagged(
                        document=one.document.id,
                        why=one.why,
                        flags=flags,
                        code=one.document.code,
                        subject=one.document.package.subject,
                        controls=controls,
                        shown=True,
                    )
                )
            await asyncio.sleep(0)
        if not await worked_off(context, [one.document.id for one in wave], _EACH):
            break
    await context.settle()
    await _next_served(context)


async def _next_served(context: ScenarioContext) -> None:
    document = context.document()
    await context.deliver(document)
    await context.until(Acked(document=document.id), role="duty")


def some_sender(context: ScenarioContext) -> str:
    """Return the role of a peer: in most cases the one that sends most of the documents of a run."""
    others = [role for role in context.peers if role != USUAL]
    return context.chance.choice(others) if context.chance.random() < _UNUSUAL else USUAL


def waves(context: ScenarioContext, mixture: Sequence[Mixed]) -> Iterator[list[Mixed]]:
    """Divide a mixture into waves in random order; a package that comes after another is in a later wave."""
    free = [one for one in mixture if not one.after]
    count = max(-(-len(mixture) // _WAVE), 2 if len(free) < len(mixture) else 1)
    targets = {one.after for one in mixture if one.after}
    place: dict[str, int] = {}
    for index, one in enumerate(context.chance.sample(free, len(free))):
        wave = index % count
        if one.document.id in targets:
            wave = min(wave, count - 2)
        place[one.document.id] = wave
    for one in mixture:
        if one.after:
            place[one.document.id] = context.chance.randrange(place[one.after] + 1, count)
    for wave in range(count):
        chosen = [one for one in mixture if place[one.document.id] == wave]
        yield context.chance.sample(chosen, len(chosen))
