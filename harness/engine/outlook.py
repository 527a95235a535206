"""How long a run still takes: from its plan, from what its scenarios usually take, and from the pace so far."""

from collections import deque
from functools import cache

import msgspec
import yaml

from harness.journal.events import RunStarted
from harness.resources import folder
from harness.scenarios.isolation import EXCLUSIVE, FAULTED, SHARED, SPOILT, Isolation
from harness.scenarios.registry import all_scenarios

# Scenarios that must have ended before anything is said, and of the last ones those whose pace counts.
_FIRST, _LAST = 3, 10
_SLOWEST = 10.0
_SIDE_BY_SIDE: tuple[Isolation, ...] = (SHARED, FAULTED, SPOILT)


class UsualTimes(msgspec.Struct, frozen=True):
    """What a candidate declares, in seconds."""

    poll_interval: float
    reaction: float
    give_up: float

    @property
    def patience(self) -> float:
        """Seconds that waits are made of."""
        return 2 * self.poll_interval + self.reaction + self.give_up


class UsualDurations(msgspec.Struct, frozen=True):
    """Seconds of each scenario, by its id, with a candidate of these times; `other` for one that is not named."""

    times: UsualTimes
    other: float
    seconds: dict[str, float]


@cache
def usual_durations() -> UsualDurations:
    """Return what scenarios usually take."""
    content = yaml.safe_load((folder("fixtures") / "durations.yaml").read_text(encoding="utf-8"))
    return msgspec.convert(content, UsualDurations)


class Outlook:
    """What is left of one run."""

    def __init__(self, start: RunStarted) -> None:
        """Look at the plan of a run that begins."""
        usual, scenarios = usual_durations(), all_scenarios()
        factor = msgspec.convert(start.times, UsualTimes, strict=False).patience / usual.times.patience
        self._expected = {one.id: usual.seconds.get(one.id, usual.other) * factor for one in start.scenarios}
        self._isolation = {one.id: scenarios[one.id].isolation for one in start.scenarios if one.id in scenarios}
        self._open = dict.fromkeys(self._expected)
        self._began: dict[str, float] = {}
        # Where many play at once, the machine counts; one alone mostly waits.
        self._paces: dict[bool, deque[tuple[float, float]]] = {alone: deque(maxlen=_LAST) for alone in (True, False)}
        self._ended = 0

    def started(self, scenario: str, now: float) -> None:
        """Take note that a scenario begins."""
        self._began[scenario] = now

    def finished(self, scenario: str, now: float, *, played: bool) -> None:
        """Note that a scenario is over; one that was not played says nothing about the pace."""
        self._open.pop(scenario, None)
        self._ended += 1
        if played and scenario in self._began and scenario in self._expected:
            self._paces[self._alone(scenario)].append((now - self._began[scenario], self._expected[scenario]))

    def left(self, now: float) -> float | None:
        """Return the seconds that are probably left; None while too little is known, 0 where it should be over."""
        if self._ended < min(_FIRST, len(self._expected) // 2):
            return None
        total = sum(self._longest(phase, now) for phase in _SIDE_BY_SIDE)
        return total + sum(self._rest(name, now) for name in self._of(EXCLUSIVE))

    def _longest(self, phase: Isolation, now: float) -> float:
        return max((self._rest(name, now) for name in self._of(phase)), default=0.0)

    def _rest(self, scenario: str, now: float) -> float:
        whole = self._expected[scenario] * self._pace(self._alone(scenario))
        return max(whole - (now - self._began[scenario]), 0.0) if scenario in self._began else whole

    def _alone(self, scenario: str) -> bool:
        return self._isolation.get(scenario, EXCLUSIVE) == EXCLUSIVE

    def _pace(self, alone: bool) -> float:
        paces = self._paces[alone]
        taken, expected = (sum(values) for values in zip(*paces, strict=True)) if paces else (1.0, 1.0)
        return min(max(taken / expected, 1 / _SLOWEST), _SLOWEST)

    def _of(self, isolation: Isolation) -> list[str]:
        return [name for name in self._open if self._isolation.get(name, EXCLUSIVE) == isolation]
