"""A clock that is paused while a person is being asked: the time a person takes is not the candidate's."""

import time


class Stopwatch:
    """Counts the seconds in which no person was being asked."""

    def __init__(self) -> None:
        self._held = 0
        self._held_since = 0.0
        self._lost = 0.0

    @property
    def standing(self) -> bool:
        """True while the clock is paused."""
        return self._held > 0

    def time(self) -> float:
        """Return the seconds counted, from an arbitrary beginning."""
        now = self._held_since if self.standing else time.monotonic()
        return now - self._lost

    def hold(self) -> None:
        """Pause the clock until there was a `release` for every `hold`."""
        if self._held == 0:
            self._held_since = time.monotonic()
        self._held += 1

    def lose(self, seconds: float) -> None:
        """Take off seconds that no one could use."""
        if not self.standing:
            self._lost += seconds

    def release(self) -> None:
        """Let the clock go on."""
        self._held -= 1
        if self._held == 0:
            self._lost += time.monotonic() - self._held_since
