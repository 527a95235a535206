"""When a person is asked to look: seldom, late enough, and again only when something has changed."""

from collections.abc import Callable

import pytest

from harness.drivers.manual.view_cache import ViewAnswer, ViewCache
from harness.drivers.stopwatch import Stopwatch
from harness.drivers.views import ViewRequest
from tests.drivers.operator_desk import TIMES

QUIET = TIMES.reaction
LATE = TIMES.poll_interval + TIMES.reaction


class Clock(Stopwatch):
    """A stopwatch that is moved by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def looks(clock: Clock) -> ViewCache:
    return ViewCache(TIMES, clock)


@pytest.fixture
def tell(looks: ViewCache, clock: Clock) -> Callable[..., None]:
    def reported(request: ViewRequest, asked: int, state: str | None = "arrived") -> None:
        rows = () if state is None else ({"document_id": request.document, "state": state},)
        looks.keep(request, ViewAnswer(rows, asked, clock.now, request.parts, request.receivers))

    return reported


def test_a_document_that_moved_is_asked_about_once_it_has_come_to_rest(looks: ViewCache, clock: Clock) -> None:
    assert looks.due([ViewRequest("inbox", "A", moved=4)]) == ()
    clock.now += QUIET - 0.1
    assert looks.due([ViewRequest("inbox", "A", moved=6)]) == ()
    clock.now += QUIET - 0.1
    assert looks.due([ViewRequest("inbox", "A", moved=6)]) == ()
    clock.now += 0.2
    assert looks.due([ViewRequest("inbox", "A", moved=6)]) == (ViewRequest("inbox", "A", moved=6),)


def test_what_never_moved_is_asked_about_late_but_before_the_window_closes(looks: ViewCache, clock: Clock) -> None:
    still = ViewRequest("outbox", "A")
    assert looks.due([still]) == ()
    clock.now += LATE
    assert looks.due([still]) == (still,)
    assert 2 * TIMES.poll_interval + TIMES.reaction > LATE


def test_an_answer_holds_until_something_happens(looks: ViewCache, clock: Clock, tell: Callable[..., None]) -> None:
    request = ViewRequest("inbox", "A", moved=6)
    looks.due([request])
    clock.now += QUIET
    tell(request, asked=8)
    assert looks.due([request]) == ()
    assert looks.rows("inbox", [request]) == [{"document_id": "A", "state": "arrived"}]
    moved = ViewRequest("inbox", "A", moved=9)
    looks.due([moved])
    assert looks.rows("inbox", [moved]) == []
    clock.now += QUIET
    assert looks.due([moved]) == (moved,)


def test_an_answer_without_a_waiting_caller_stays_shown(looks: ViewCache, tell: Callable[..., None]) -> None:
    tell(ViewRequest("inbox", "A", moved=6), asked=8)
    assert looks.rows("inbox", [ViewRequest("inbox", "B", moved=20)]) == [{"document_id": "A", "state": "arrived"}]
    assert looks.rows("outbox", []) == []


def test_who_waits_for_another_answer_gets_a_few_more_questions(
    looks: ViewCache, clock: Clock, tell: Callable[..., None]
) -> None:
    request = ViewRequest("inbox", "A", moved=6)
    looks.due([request])
    asked = 0
    for _ in range(20):
        clock.now += LATE
        if looks.due([request]):
            tell(request, asked=8, state=None)
            asked += 1
    assert asked == 3


def test_a_part_not_asked_for_before_makes_it_due_again(
    looks: ViewCache, clock: Clock, tell: Callable[..., None]
) -> None:
    tell(ViewRequest("inbox", "A", moved=6), asked=8)
    more = ViewRequest("inbox", "A", parts=frozenset({"subject"}), moved=6)
    looks.due([more])
    clock.now += QUIET
    assert looks.due([more]) == (more,)


def test_what_was_declined_is_not_asked_again(looks: ViewCache, clock: Clock) -> None:
    request = ViewRequest("inbox", "A", moved=6)
    looks.due([request])
    looks.decline(request)
    clock.now += 10 * LATE
    assert looks.due([request]) == ()


def test_only_a_few_are_asked_about_at_once(looks: ViewCache, clock: Clock) -> None:
    many = [ViewRequest("inbox", str(number), moved=6) for number in range(40)]
    looks.due(many)
    clock.now += QUIET
    assert len(looks.due(many)) == 5


def test_a_request_includes_the_parts_of_another() -> None:
    one = ViewRequest("inbox", "A", frozenset({"flags"}), moved=3)
    other = ViewRequest("inbox", "A", frozenset({"subject"}), frozenset({"H37"}), moved=5)
    both = ViewRequest("inbox", "A", frozenset({"flags", "subject"}), frozenset({"H37"}), moved=5)
    assert one.with_more(other) == both


def test_the_stopwatch_stands_still_until_every_hold_is_released() -> None:
    watch = Stopwatch()
    standing, times = [], []
    for step in (watch.hold, watch.hold, watch.release, watch.release):
        step()
        standing.append(watch.standing)
        times.append(watch.time())
    assert standing == [True, True, True, False]
    assert times[0] == times[1] == times[2] <= times[3]
