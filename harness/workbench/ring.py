"""The last calls of a hub: a recorder that forgets the oldest call for every new one.

A call is turned into events when a user looks at it: most calls are dropped without that.
"""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar, cast

from harness.expectations.evidence import Exchange
from harness.journal import Event
from harness.journal.events import AnswerSent, Fact, RequestReceived, Stimulus, fact_of, kind_of
from harness.journal.recorder import VIETNAM
from harness.journal.redaction import Redactor
from harness.workbench.inspection import CallReport
from harness.workbench.shelf import BodyShelf

F = TypeVar("F", bound=Fact)
Making = Callable[[], Fact]

MOST_CALLS = 500
MOST_BYTES = 1 << 30
_MOST_STIMULI = 50


class LateEvent:
    """An event of the moment in which this object was made; its content is made when it is first read."""

    __slots__ = ("_forget", "_make", "made", "seq")

    def __init__(self, make: Callable[[], Event], seq: int) -> None:
        self._make: Callable[[], Event] | None = make
        self.seq = seq
        self.made: Event | None = None
        self._forget: Callable[[Event], None] | None = None

    @classmethod
    def of(cls, event: Event) -> "LateEvent":
        """Return an event that was made already."""
        late = cls(lambda: event, event.seq)
        late.event()
        return late

    def event(self) -> Event:
        """Return the event; not to be called in two threads at once."""
        if self.made is None and self._make is not None:
            self.made, self._make = self._make(), None
            if self._forget is not None:
                self._forget(self.made)
        return cast(Event, self.made)

    def dropped(self, forget: Callable[[Event], None]) -> None:
        """Release the bodies that the event refers to: now, or when the event of a call still in use is read."""
        self._forget = forget
        if self.made is not None:
            forget(self.made)


@dataclass(eq=False, slots=True)
class KeptCall:
    """One call as it is kept.

    Attributes:
        number: from 1, in the order in which calls had come whole; what is no HTTP counts as well.
        request, answer: its events; without an answer while there is none.
        lock: held while events are made.
        report: what is wrong with it; None until it is inspected.
    """

    number: int
    request: LateEvent
    lock: threading.RLock
    answer: LateEvent | None = None
    report: CallReport | None = None

    @property
    def exchange(self) -> Exchange:
        """Request and answer."""
        with self.lock:
            answer = None if self.answer is None else cast("Event[AnswerSent]", self.answer.event())
            return Exchange(cast("Event[RequestReceived]", self.request.event()), answer)


class CallRing:
    """Takes a hub's events; keeps the last calls in memory, and their bodies in a folder. Safe to use from threads.

    Whatever is kept has secrets concealed.
    """

    def __init__(self, folder: Path, *, most: int = MOST_CALLS, most_bytes: int = MOST_BYTES) -> None:
        """Begin with nothing.

        Args:
            folder: for bodies; what it holds is removed when the first one comes.
            most: calls that are kept.
            most_bytes: of their bodies together, but for those of the last call.
        """
        self.shelf = BodyShelf(folder)
        self._most, self._most_bytes = most, most_bytes
        self._lock = threading.RLock()
        self._concealer = Redactor()
        self._began = self._last = time.monotonic()
        self._seq = self._count = 0
        self._calls: deque[KeptCall] = deque()
        self._by_event: dict[int, KeptCall] = {}
        self._by_number: dict[int, KeptCall] = {}
        self._stimuli: deque[Event] = deque()
        self._listeners: list[Callable[[KeptCall], None]] = []

    @property
    def revision(self) -> int:
        """Grows with everything that happens."""
        return self._seq

    @property
    def idle(self) -> float:
        """Seconds since something happened."""
        return time.monotonic() - self._last

    @property
    def stimuli(self) -> Sequence[Event]:
        """The last packages that were broken on purpose: a status about one may repeat what is wrong in it."""
        with self._lock:
            return tuple(self._stimuli)

    def conceal(self, secret: str) -> None:
        """Keep `secret` out of everything from now on; one that is too short to be distinguished from other text
        stays."""
        with contextlib.suppress(ValueError):
            self._concealer.add(secret)

    def subscribe(self, listener: Callable[[KeptCall], None]) -> None:
        """Call `listener` with every call that was answered, in the thread in which it was."""
        self._listeners.append(listener)

    def record(self, what: F, *, scenario: str | None = None) -> Event[F]:
        """Take one event: a request, an answer, or the stimulus of a package that is wrong on purpose."""
        with self._lock:
            event = self._late(lambda: what, scenario).event()
        match event.what:
            case RequestReceived():
                self._begin(LateEvent.of(event))
            case AnswerSent(request=request):
                self._end(request, LateEvent.of(event))
            case Stimulus():
                with self._lock:
                    self._stimuli.append(event)
                    if len(self._stimuli) > _MOST_STIMULI:
                        self._forget(self._stimuli.popleft())
        return cast("Event[F]", event)

    def begin(self, make: Making) -> int:
        """Take a request that came now, and return its number; `make` is called when a user looks at it."""
        with self._lock:
            late = self._late(make)
            self._taken(late)
        return late.seq

    def end(self, request: int, make: Making) -> None:
        """Take the answer to a request, given now; `make` is called when a user looks at it."""
        with self._lock:
            kept = self._answered(request, self._late(make))
        if kept is not None:
            self._told(kept)

    def blob(self, content: bytes) -> str:
        """Return the name of `content`; it is kept as `keep` keeps it."""
        return self.keep(content) or ""

    def keep(self, content: bytes) -> str | None:
        """Keep `content` for the event that will mention it and return its name; None when the disk is full."""
        return self.shelf.put(self._concealer.bytes(content))

    def holds_secret(self, content: bytes) -> bool:
        """Return whether `content` holds a secret of one of the systems."""
        return self._concealer.holds(content)

    def latest(self, most: int, *, after: int = 0) -> list[KeptCall]:
        """Return the newest calls, the newest first.

        Args:
            most: how many.
            after: number of the call after which they came.
        """
        with self._lock:
            kept = [one for one in self._calls if one.number > after]
        return kept[: -most - 1 : -1]

    def call(self, number: int) -> KeptCall | None:
        """Return one call by its number, None when there was none or it is forgotten."""
        with self._lock:
            return self._by_number.get(number)

    def call_of(self, event: int) -> KeptCall | None:
        """Return the call whose `request` event has this number, None when it is forgotten."""
        with self._lock:
            return self._by_event.get(event)

    def unseen(self) -> KeptCall | None:
        """Return the oldest answered call that was not inspected yet."""
        with self._lock:
            return next((one for one in self._calls if one.report is None and one.answer is not None), None)

    def clear(self) -> None:
        """Forget every call; numbers go on."""
        with self._lock:
            while self._calls:
                self._drop()

    def _late(self, make: Making, scenario: str | None = None) -> LateEvent:
        """Return the event of now; the caller holds the lock."""
        seq, at, self._last = self._seq, time.time(), time.monotonic()
        t = self._last - self._began
        self._seq += 1
        return LateEvent(lambda: self._event(seq, at, t, make(), scenario), seq)

    def _event(self, seq: int, at: float, t: float, what: Fact, scenario: str | None) -> Event:
        members = self._concealer.value(what.members())
        when = datetime.fromtimestamp(at, VIETNAM).isoformat(timespec="milliseconds")
        return Event(seq, when, t, fact_of(kind_of(what), members), members, scenario)

    def _begin(self, late: LateEvent) -> None:
        with self._lock:
            self._taken(late)

    def _taken(self, late: LateEvent) -> None:
        """Keep the request of a new call; the caller holds the lock."""
        self._count += 1
        kept = KeptCall(self._count, late, self._lock)
        self._calls.append(kept)
        self._by_event[late.seq] = self._by_number[kept.number] = kept
        while len(self._calls) > self._most or (len(self._calls) > 1 and self.shelf.size > self._most_bytes):
            self._drop()

    def _end(self, request: int, late: LateEvent) -> None:
        with self._lock:
            kept = self._answered(request, late)
        if kept is not None:
            self._told(kept)

    def _answered(self, request: int, late: LateEvent) -> KeptCall | None:
        """Keep the answer to a request and return the call, None for a call that was forgotten meanwhile; the caller
        holds the lock."""
        kept = self._by_event.get(request)
        if kept is None:
            late.dropped(self._forget)
        else:
            kept.answer = late
        return kept

    def _told(self, kept: KeptCall) -> None:
        for listener in self._listeners:
            listener(kept)

    def _drop(self) -> None:
        kept = self._calls.popleft()
        del self._by_event[kept.request.seq], self._by_number[kept.number]
        kept.request.dropped(self._forget)
        if kept.answer is not None:
            kept.answer.dropped(self._forget)

    def _forget(self, event: Event) -> None:
        for name in _bodies(event.what):
            self.shelf.give_back(name)


def _bodies(what: Fact) -> Iterator[str]:
    """Yield the names of the bodies that an event mentions, each as often as it was kept."""
    held: tuple[str | None, ...] = ()
    match what:
        case RequestReceived(body=body, package=package):
            held = (body.blob, package.blob if package else None)
        case AnswerSent(body=body):
            held = (body.blob,)
        case Stimulus(blob=blob):
            held = (blob,)
    yield from (name for name in held if name)
