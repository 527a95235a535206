"""One event of a run: what happened, in the envelope that gives it its place in the journal."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, cast

import msgspec

from harness.journal.events.fact import Fact, kind_of
from harness.journal.events.kinds import fact_of

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    F = TypeVar("F", bound=Fact, covariant=True, default=Fact)
    T = TypeVar("T", bound=Fact)
else:
    from typing import TypeVar

    F = TypeVar("F", bound=Fact, covariant=True)
    T = TypeVar("T", bound=Fact)


class JournalLine(msgspec.Struct, frozen=True):
    """An event as the journal has it: one line of JSON.

    Attributes:
        seq: position in the journal, from 0.
        at: Vietnam time, ISO 8601 with milliseconds.
        elapsed: seconds since the journal was opened, by a clock that never goes back.
        kind: what happened, in a stable word.
        data: what is said of it, as JSON values.
        scenario: id of the scenario that caused it, None when it belongs to all.
        prev: digest of the event before.
        hash: digest of this event.
    """

    seq: int
    at: str
    elapsed: float
    kind: str
    data: dict[str, Any]
    scenario: str | None
    prev: str
    hash: str


class Event(msgspec.Struct, Generic[F], frozen=True):
    """One event of a run.

    Attributes:
        seq, at, elapsed, scenario, prev, hash: as in `JournalLine`.
        what: what happened, typed.
        members: the line's data, with whatever the type does not know, and with an answer that the line only names:
            to be shown, not to be judged by.
    """

    seq: int
    at: str
    elapsed: float
    what: F
    members: Mapping[str, Any] = {}
    scenario: str | None = None
    prev: str = ""
    hash: str = ""

    @property
    def kind(self) -> str:
        """What the journal calls such an event."""
        return kind_of(self.what)


def in_envelope(line: JournalLine, what: T, members: Mapping[str, Any]) -> Event[T]:
    """Return the event in a line that says `what`, of which `members` are all it says."""
    return Event(line.seq, line.at, line.elapsed, what, members, line.scenario, line.prev, line.hash)


def event_of(line: JournalLine, members: Mapping[str, Any]) -> Event:
    """Return the event in a line.

    Args:
        line: of the journal.
        members: its data, an answer that it only names put in.

    Raises:
        msgspec.ValidationError: it says what no event of its kind says.
    """
    return in_envelope(line, fact_of(line.kind, members), members)


def events_of(events: Iterable[Event], type_: type[T]) -> Iterator[Event[T]]:
    """Yield the events that are of one type, in their order."""
    return (cast("Event[T]", event) for event in events if isinstance(event.what, type_))
