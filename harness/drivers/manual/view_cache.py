"""When to ask a person what the system shows, and the answers so far."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.catalogue.candidate import Times
from harness.drivers.stopwatch import Stopwatch
from harness.drivers.views import ViewRequest

_MOST_TIMES = 3
_AT_ONCE = 5

Key = tuple[str, str | None]


@dataclass(slots=True)
class ViewAnswer:
    """What a person said about one document in one view.

    Attributes:
        rows: in the shape of the view's result; none when it was not there.
        asked: event of the question.
        at: when, by the stopwatch.
        parts, receivers: what of the document was asked for.
    """

    rows: tuple[Mapping[str, Any], ...]
    asked: int
    at: float
    parts: frozenset[str]
    receivers: frozenset[str]

    def answers(self, glance: ViewRequest) -> bool:
        """Say whether it still answers a request: nothing has happened since, and all that is read was asked for."""
        return self.asked > glance.moved and glance.parts <= self.parts and glance.receivers <= self.receivers


@dataclass(slots=True)
class _Wish:
    since: float
    moved: int
    moved_at: float
    asked: int = 0
    declined: bool = False


@dataclass(slots=True)
class ViewCache:
    """Decides when to ask, and keeps the answers.

    A person is asked about a document when it has moved on the wire and the system has had its reaction time; when
    nothing moves, once, late; and again only when something else than the answer is still awaited.
    """

    times: Times
    watch: Stopwatch
    told: dict[Key, ViewAnswer] = field(default_factory=dict)
    _wishes: dict[Key, _Wish] = field(default_factory=dict)

    def due(self, wanted: Sequence[ViewRequest]) -> tuple[ViewRequest, ...]:
        """Return the requests that are worth asking about now; to be called again and again with all of them."""
        now = self.watch.time()
        self._wishes = {_key(glance): self._wish(glance, now) for glance in wanted}
        return tuple(glance for glance in wanted if self._worth(glance, now))[:_AT_ONCE]

    def keep(self, glance: ViewRequest, told: ViewAnswer) -> None:
        """Keep an answer."""
        self.told[_key(glance)] = told
        if _key(glance) in self._wishes:
            self._wishes[_key(glance)].asked += 1

    def decline(self, glance: ViewRequest) -> None:
        """Do not ask again while this is awaited: the person could not, or would not, answer."""
        if _key(glance) in self._wishes:
            self._wishes[_key(glance)].declined = True

    def rows(self, view: str, wanted: Iterable[ViewRequest]) -> list[Mapping[str, Any]]:
        """Return all answers about a view, without those about something awaited that may be out of date."""
        outdated = {_key(glance) for glance in wanted if not self._answered(glance)}
        told = (one for key, one in self.told.items() if key[0] == view and key not in outdated)
        return [row for one in told for row in one.rows]

    def _answered(self, glance: ViewRequest) -> bool:
        told = self.told.get(_key(glance))
        return told is not None and told.answers(glance)

    def _wish(self, glance: ViewRequest, now: float) -> _Wish:
        wish = self._wishes.get(_key(glance)) or _Wish(now, glance.moved, now)
        if glance.moved > wish.moved:
            wish.moved, wish.moved_at = glance.moved, now
        return wish

    def _worth(self, glance: ViewRequest, now: float) -> bool:
        wish, told = self._wishes[_key(glance)], self.told.get(_key(glance))
        if wish.declined:
            return False
        if not self._answered(glance) and glance.moved >= 0:
            return now - wish.moved_at >= self.times.reaction
        last = wish.since if told is None else max(told.at, wish.since)
        return wish.asked < _MOST_TIMES and now - last >= self.times.poll_interval + self.times.reaction


def _key(glance: ViewRequest) -> Key:
    return glance.view, glance.document
