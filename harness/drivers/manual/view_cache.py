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

    def answers(self, request: ViewRequest) -> bool:
        """Say whether it still answers a request: nothing has happened since, and all that is read was asked for."""
        return self.asked > request.moved and request.parts <= self.parts and request.receivers <= self.receivers


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
    _answers: dict[Key, ViewAnswer] = field(default_factory=dict)
    _wishes: dict[Key, _Wish] = field(default_factory=dict)

    def due(self, wanted: Sequence[ViewRequest]) -> tuple[ViewRequest, ...]:
        """Return the requests that are worth asking about now; to be called again and again with all of them."""
        now = self.watch.time()
        self._wishes = {_key(request): self._wish(request, now) for request in wanted}
        return tuple(request for request in wanted if self._worth(request, now))[:_AT_ONCE]

    def keep(self, request: ViewRequest, answer: ViewAnswer) -> None:
        """Keep an answer."""
        self._answers[_key(request)] = answer
        if _key(request) in self._wishes:
            self._wishes[_key(request)].asked += 1

    def decline(self, request: ViewRequest) -> None:
        """Do not ask again while this is awaited: the person could not, or would not, answer."""
        if _key(request) in self._wishes:
            self._wishes[_key(request)].declined = True

    def rows(self, view: str, wanted: Iterable[ViewRequest]) -> list[Mapping[str, Any]]:
        """Return all answers about a view, without those about something awaited that may be out of date."""
        outdated = {_key(request) for request in wanted if not self._answered(request)}
        answers = (one for key, one in self._answers.items() if key[0] == view and key not in outdated)
        return [row for one in answers for row in one.rows]

    def _answered(self, request: ViewRequest) -> bool:
        answer = self._answers.get(_key(request))
        return answer is not None and answer.answers(request)

    def _wish(self, request: ViewRequest, now: float) -> _Wish:
        wish = self._wishes.get(_key(request)) or _Wish(now, request.moved, now)
        if request.moved > wish.moved:
            wish.moved, wish.moved_at = request.moved, now
        return wish

    def _worth(self, request: ViewRequest, now: float) -> bool:
        wish, answer = self._wishes[_key(request)], self._answers.get(_key(request))
        if wish.declined:
            return False
        if not self._answered(request) and request.moved >= 0:
            return now - wish.moved_at >= self.times.reaction
        last = wish.since if answer is None else max(answer.at, wish.since)
        return wish.asked < _MOST_TIMES and now - last >= self.times.poll_interval + self.times.reaction


def _key(request: ViewRequest) -> Key:
    return request.view, request.document
