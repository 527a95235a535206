"""Whether the clock ran steadily: where it was set, or the machine slept, what depends on time is unknown.

Every event holds the time of day and the seconds of a clock that is never set. Where the distance between the two
changes at once, one of them was wrong, and so may the candidate's have been.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from harness.journal import Event


@dataclass(frozen=True, slots=True)
class Jump:
    """The clock jumped between two events.

    Attributes:
        after, before: numbers of the events.
        seconds: by how much, negative where it went back.
    """

    after: int
    before: int
    seconds: float


def jumps(events: Sequence[Event], limit: float) -> tuple[Jump, ...]:
    """Return where the time of day moved against the steady clock.

    Args:
        events: of the whole run.
        limit: seconds that are let pass.
    """
    found: list[Jump] = []
    for earlier, later in pairwise(events):
        moved = (_moment(later) - _moment(earlier)) - (later.elapsed - earlier.elapsed)
        if abs(moved) > limit:
            found.append(Jump(earlier.seq, later.seq, round(moved, 3)))
    return tuple(found)


def within(own: Sequence[Event], found: Sequence[Jump]) -> Jump | None:
    """Return the largest jump that happened while a scenario was played, None where there was none.

    Args:
        own: the scenario's events.
        found: the jumps of the run.
    """
    met = [jump for jump in found if own and own[0].seq <= jump.after and jump.before <= own[-1].seq]
    return max(met, key=lambda jump: abs(jump.seconds), default=None)


def _moment(event: Event) -> float:
    return datetime.fromisoformat(event.at).timestamp()
