"""When a candidate stopped calling the hub, and when it called again: the report states it, whatever the verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.journal import Event
from harness.journal.events import CandidateRevived, CandidateSilent, RequestReceived


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch of the run in which the candidate made no request although nothing kept it from making one.

    Attributes:
        stopped: time of the last request before it, ISO 8601.
        resumed: time of the first request after it, None when there was none to the end of the run.
        revived: whether the candidate was configured again meanwhile.
    """

    stopped: str
    resumed: str | None
    revived: bool


def silences(events: Sequence[Event]) -> Iterator[Silence]:
    """Yield the silences that were noticed while a run went on.

    Args:
        events: the whole record, in order.
    """
    last: Event | None = None
    began: Event | None = None
    revived = False
    for event in events:
        if isinstance(event.what, CandidateSilent) and began is None:
            began, revived = last or event, False
        elif isinstance(event.what, CandidateRevived):
            revived = True
        elif isinstance(event.what, RequestReceived):
            if began is not None:
                yield Silence(began.at, event.at, revived)
            last, began = event, None
    if began is not None:
        yield Silence(began.at, None, revived)
