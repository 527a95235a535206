"""Progress of a run, computed from its journal event by event."""

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.console.runs.exhibits import Exhibit
from harness.journal import Event, JournalBroken
from harness.journal import events as kinds
from harness.journal.tail import JournalTail
from harness.scenarios.registry import all_scenarios

PROGRESS, BOARD, MESSAGES, QUESTION = "progress", "board", "messages", "question"
_SHOWN_MESSAGES = 25
_KEPT = 24
_ENOUGH = 3  # scenarios that have to be over before the time left is estimated
_MESSAGES = (
    kinds.RequestReceived, kinds.AnswerSent, kinds.DriverCommand, kinds.Stimulus, kinds.FaultPlaced, kinds.FaultMended,
    kinds.CandidateSilent, kinds.HarnessStalled, kinds.OperatorAsked, kinds.OperatorShowed,
)  # fmt: skip


@dataclass(slots=True)
class LiveRun:
    """Progress of a run.

    Attributes:
        scenarios: state of each that is planned: `planned`, `playing`, or how it ended.
        claims: requirements of each scenario.
        phase: isolation of the scenario that began last; empty before.
        waiting: what is waited for, a stable word.
        question: text of an open question to a person, empty where there is none.
        number: of the question.
        asked: seconds since the start at which it was put.
        endpoint: of the hub.
        requests: number of requests of the candidate.
        last_request: seconds since the start at the last of them, None before.
        elapsed: seconds since the start at the last event.
        seq: number of the last event, -1 before the first.
        changed: number of the event at which each part of the page changed last.
        exhibits: files that people showed with answers.
        messages: the last events that say something to a person.
        over: reason of the end, empty before.
        broken: what is wrong with the journal, empty where nothing is.
    """

    scenarios: dict[str, str] = field(default_factory=dict)
    claims: dict[str, tuple[str, ...]] = field(default_factory=dict)
    run_id: str = ""
    phase: str = ""
    waiting: str = "begin"
    question: str = ""
    number: int = 0
    asked: float = 0.0
    endpoint: str = ""
    requests: int = 0
    last_request: float | None = None
    first_scenario: float = 0.0
    elapsed: float = 0.0
    seq: int = -1
    changed: dict[str, int] = field(default_factory=dict)
    exhibits: list[Exhibit] = field(default_factory=list)
    messages: deque[Event] = field(default_factory=lambda: deque(maxlen=_SHOWN_MESSAGES))
    over: str = ""
    broken: str = ""

    @property
    def total(self) -> int:
        """How many scenarios are planned."""
        return len(self.scenarios)

    @property
    def done(self) -> int:
        """How many of them are over."""
        return sum(state not in {"planned", "playing"} for state in self.scenarios.values())

    @property
    def left(self) -> float | None:
        """About how many seconds are left, None while that cannot be estimated."""
        if self.done < _ENOUGH or self.over:
            return None
        return (self.elapsed - self.first_scenario) / self.done * (self.total - self.done)

    @property
    def board(self) -> dict[str, str]:
        """State of every requirement that a planned scenario claims: the worst state among its scenarios."""
        order = ("trouble", "cut-short", "playing", "planned", "completed", "not_applicable")
        found: dict[str, str] = {}
        for scenario, state in self.scenarios.items():
            for requirement in self.claims.get(scenario, ()):
                before = found.get(requirement, state)
                found[requirement] = min(before, state, key=lambda one: order.index(one) if one in order else 0)
        return dict(sorted(found.items()))

    def take(self, event: Event) -> None:
        """Take note of one event."""
        self.seq, self.elapsed = event.seq, event.elapsed
        self._take_course(event)
        self._take_waits(event)
        if isinstance(event.what, _MESSAGES):
            self.messages.append(event)
            self.changed[MESSAGES] = event.seq
        self.changed[PROGRESS] = event.seq

    def _take_course(self, event: Event) -> None:
        match event.what:
            case kinds.RunStarted() as started:
                self.run_id, self.endpoint = started.run_id, started.endpoint or ""
                self.scenarios = {one.id: "planned" for one in started.scenarios}
                self.claims = {one.id: one.requirements for one in started.scenarios}
            case kinds.ScenarioStarted():
                self._played(event, "playing")
                known = all_scenarios().get(str(event.scenario))
                self.phase = known.isolation if known else self.phase
                self.first_scenario = self.first_scenario or event.elapsed
            case kinds.ScenarioFinished(outcome=outcome):
                self._played(event, outcome)
            case kinds.RunFinished(reason=reason):
                self.over = reason
            case _:
                return
        self.changed[BOARD] = event.seq

    def _played(self, event: Event, state: str) -> None:
        self.scenarios[str(event.scenario)] = state

    def _take_waits(self, event: Event) -> None:
        match event.what:
            case kinds.RequestReceived():
                self.requests += 1
                self.last_request, self.waiting = event.elapsed, "candidate"
            case kinds.OperatorAwaited():
                self.waiting = "first-call"
            case kinds.CandidateSilent():
                self.waiting = "silent"
            case kinds.OperatorAsked(question=number, text=text):
                self._take_question(event, number, text)
            case kinds.OperatorShowed() as one:
                self.exhibits.append(Exhibit(event.seq, one.question, one.name, one.size, one.sha256, one.blob))
            case kinds.OperatorAnswered():
                self._take_question(event, 0, "")
            case kinds.HubDown() | kinds.OutageBegan():
                self.waiting = "hub-down"
            case kinds.HubUp() | kinds.OutageOver() | kinds.CandidateBack() | kinds.ScenarioStarted():
                self.waiting = "candidate"
            case kinds.RunFinished():
                self.waiting = "judging"

    def _take_question(self, event: Event, number: int, text: str) -> None:
        self.number, self.question, self.asked = number, text, event.elapsed
        self.waiting = "person" if number else "candidate"
        self.changed[QUESTION] = event.seq


class LiveRuns:
    """Follows the journals of the runs whose pages are open."""

    def __init__(self) -> None:
        self._followed: OrderedDict[Path, tuple[JournalTail, LiveRun, threading.Lock]] = OrderedDict()
        self._lock = threading.Lock()

    def look(self, folder: Path) -> LiveRun:
        """Return the progress of a run.

        Args:
            folder: of the run.
        """
        with self._lock:
            tail, live, lock = self._followed.setdefault(folder, (JournalTail(folder), LiveRun(), threading.Lock()))
            self._followed.move_to_end(folder)
            while len(self._followed) > _KEPT:
                self._followed.popitem(last=False)
        with lock:
            if not live.broken:
                try:
                    while news := tail.news():
                        for event in news:
                            live.take(event)
                except (JournalBroken, ConfigurationError) as error:
                    live.broken = str(error)
        return live
