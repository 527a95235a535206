"""How fast this machine works now, measured by a small piece of work again and again; time limits follow it.

The time that a candidate gets for the work of the scenarios was measured on one idle machine. On a slower machine, or a
busy one, it gets as many times more as the same work takes there.
"""

import asyncio
import hashlib
import time
from collections import deque

from harness.journal import Recorder
from harness.journal.events import PaceMeasured

# Seconds that the work takes on the machine of the measurement, and how much of it there is.
_NOMINAL = 0.0035
_ROUNDS, _STEPS = 30, 700
_BLOCK = b"x" * 65_536
_BEAT = 1.0  # seconds
_REMEMBERED = 5
_MOST = 4.0
_WORTH_A_RECORD = 0.5


class Pace:
    """The pace of the machine; `factor` is 1 where it is as measured, 2 where everything takes twice as long."""

    def __init__(self) -> None:
        self._measured: deque[float] = deque(maxlen=_REMEMBERED)
        self._recorded = 1.0

    @property
    def factor(self) -> float:
        """How many times as long work takes as on the machine of the measurement: from 1 up to a bound.

        An even slower machine cannot be used for a certification: more time must not turn a failure into a pass.
        """
        ordered = sorted(self._measured)
        return min(max(1.0, ordered[len(ordered) // 2]), _MOST) if ordered else 1.0

    async def measure(self) -> None:
        """Do the work once, in a thread of its own as most of the hub's work is, and note how long it took."""
        began = time.monotonic()
        await asyncio.to_thread(_work)
        self._measured.append((time.monotonic() - began) / _NOMINAL)

    async def follow(self, recorder: Recorder) -> None:
        """Measure again and again, for as long as the task lives; a large change is recorded as `pace`."""
        while True:
            await self.measure()
            if abs(self.factor - self._recorded) >= _WORTH_A_RECORD * self._recorded:
                self._recorded = self.factor
                recorder.record(PaceMeasured(factor=round(self.factor, 2)))
            await asyncio.sleep(_BEAT)


def _work() -> int:
    digits = 0
    for _ in range(_ROUNDS):
        digits += hashlib.sha256(_BLOCK).digest()[0]
        for step in range(_STEPS):
            digits = (digits * 31 + step) & 0xFFFF
    return digits
