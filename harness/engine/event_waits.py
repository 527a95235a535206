"""Waiting by event: every new event in the journal is a reason to look again, and nothing else is."""

import math
import time

import anyio

from harness.drivers.stopwatch import Stopwatch
from harness.drivers.views import ViewRequest
from harness.engine.pace import Pace
from harness.expectations import Expectation
from harness.expectations.assessment import Holding, Met, Pending
from harness.expectations.evidence import Evidence
from harness.journal import Event, Recorder
from harness.journal.events import AnswerSent, HarnessStalled, OperatorAnswered, OperatorAsked

# Seconds: much shorter than any poll interval, much longer than the pause between two events of a burst.
_COALESCE = 0.03
# Seconds: how often the clock is checked, which lateness is noise, and which is worth recording.
_BEAT = 0.05
_UNNOTICED = 0.02
_NOTABLE = 0.5
# A candidate that makes progress gets at most so many times its time.
_MOST_TIMES = 4

Stated = tuple[Expectation, str]


class EventWaits:
    """Waits over the evidence of a run; `add` is to be called with every event, in the loop's own thread.

    While a person is being asked, the time of every wait is paused.
    """

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._pulse = anyio.Event()
        self._wanted: list[Stated] = []
        self._assessed: dict[int, tuple[int, bool]] = {}
        self._watch = Stopwatch()
        self._pace = Pace()
        self._worked = -math.inf

    def add(self, event: Event) -> None:
        """Take an event into the evidence and wake everything that waits."""
        self._evidence.add(event)
        match event.what:
            case OperatorAsked():
                self._watch.hold()
            case OperatorAnswered():
                self._watch.release()
            case AnswerSent(effect=effect) if effect.acked or effect.accepted:
                # What counts as progress of a candidate at the hub.
                self._worked = self._watch.time()
        pulse, self._pulse = self._pulse, anyio.Event()
        pulse.set()

    @property
    def pace(self) -> float:
        """How many times as long work takes here and now as where the grants for it were found; never below 1."""
        return self._pace.factor

    def wanted_views(self) -> frozenset[str]:
        """Return the driver commands whose answers are awaited now."""
        return frozenset(
            view
            for stated in self._wanted
            if stated[0].looks_at and self._is_pending(stated)
            for view in stated[0].looks_at
        )

    def view_requests(self) -> tuple[ViewRequest, ...]:
        """Return what is awaited in the views now, document by document."""
        merged: dict[tuple[str, str | None], ViewRequest] = {}
        for stated in self._wanted:
            expectation = stated[0]
            if expectation.looks_at and self._is_pending(stated):
                for view in sorted(expectation.looks_at):
                    request = _view_request(view, expectation, self._evidence)
                    key = request.view, request.document
                    merged[key] = merged[key].with_more(request) if key in merged else request
        return tuple(merged.values())

    async def until(self, expectation: Expectation, requirement: str, limit: float) -> bool:
        """Wait until the expectation is met; False when it is broken, cannot be seen, or the time ran out."""
        await self.settled([(expectation, requirement)], limit)
        return isinstance(expectation.assess(self._evidence, requirement), Met | Holding)

    async def settled(self, expectations: list[Stated], limit: float) -> bool:
        """Wait until nothing stated is pending; False when the time ran out before.

        A candidate that has much to do, on a slow machine perhaps, does one thing after the other: while it makes
        progress, what is still missing is not held against it, within bounds.
        """
        self._wanted.extend(expectations)
        try:
            began = self._watch.time()
            end = began + limit
            pending = self._pending(expectations)
            while pending:
                left = await self._left(end)
                if left <= 0 and self._worked > end - limit / 2 and end < began + _MOST_TIMES * limit:
                    end += limit / 2
                elif left <= 0:
                    return not self._pending(expectations)
                with anyio.move_on_after(left):
                    await self._pulse.wait()
                    await anyio.sleep(_COALESCE)  # events come in bursts; one look serves a burst
                # A later event may reopen what was met before: it is over only when all hold at once.
                pending = self._pending(pending) or self._pending(expectations)
            return True
        finally:
            for stated in expectations:
                self._wanted.remove(stated)
                self._assessed.pop(id(stated[0]), None)

    async def life(self, since: Event, limit: float) -> bool:
        """Wait until the candidate makes a request after `since` that the hub serves."""
        end = self._watch.time() + limit
        while not self._evidence.served_after(since.seq):
            left = await self._left(end)
            if left <= 0:
                return self._evidence.served_after(since.seq)
            with anyio.move_on_after(left):
                await self._pulse.wait()
        return True

    async def _left(self, end: float) -> float:
        """Return the seconds until `end`; waits first until a stall that has just ended is counted."""
        if self._watch.standing:
            return math.inf
        if end <= self._watch.time():
            await anyio.sleep(2 * _BEAT)
        return math.inf if self._watch.standing else end - self._watch.time()

    async def pause(self, seconds: float) -> None:
        """Let time pass."""
        end = self._watch.time() + seconds
        while (left := end - self._watch.time()) > 0:  # noqa: ASYNC110 - the clock may have lost time meanwhile
            await anyio.sleep(left)

    async def keep_time(self, recorder: Recorder) -> None:
        """Take off, for as long as the task lives, the time in which the harness itself was too busy to look.

        A candidate on this machine could not use that time either. What is long enough to matter
        to a timed verdict is recorded as `harness.stalled`. The pace of the machine is followed meanwhile.
        """
        async with anyio.create_task_group() as measuring:
            measuring.start_soon(self._pace.follow, recorder)
            await self._count_stalls(recorder)

    async def _count_stalls(self, recorder: Recorder) -> None:
        while True:
            before = time.monotonic()
            await anyio.sleep(_BEAT)
            late = time.monotonic() - before - _BEAT
            if late > _UNNOTICED:
                self._watch.lose(late)
            if late > _NOTABLE:
                recorder.record(HarnessStalled(seconds=round(late, 3)))

    def _pending(self, expectations: list[Stated]) -> list[Stated]:
        """Return what is still open."""
        return [stated for stated in expectations if self._is_pending(stated)]

    def _is_pending(self, stated: Stated) -> bool:
        """Say whether an expectation is still open; the answer is kept until new evidence comes."""
        expectation, requirement = stated
        events = len(self._evidence.events)
        known = self._assessed.get(id(expectation))
        if known is None or known[0] != events:
            pending = isinstance(expectation.assess(self._evidence, requirement), Pending)
            known = self._assessed[id(expectation)] = events, pending
        return known[1]


def _view_request(view: str, expectation: Expectation, evidence: Evidence) -> ViewRequest:
    document: str | None = getattr(expectation, "document", None)
    receiver: str | None = getattr(expectation, "receiver", None)
    receivers = frozenset({receiver} if receiver else ())
    return ViewRequest(
        view, document, expectation.reads, receivers, -1 if document is None else evidence.moved(document)
    )
