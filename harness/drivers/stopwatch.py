"""A clock that stands still while a person is being asked: human slowness is nobody's failure."""

import time


class Stopwatch:
    """Counts the seconds in which nobody was being asked."""

    def __init__(self) -> None:
        self._held = 0
        self._held_since = 0.0
        self._lost = 0.0

    @property
    def standing(self) -> bool:
        """True while the clock stands still."""
        return self._held > 0

    def time(self) -> float:
        """Return the seconds counted, from an arbitrary beginning."""
        now = self._held_since if self.standing else time.monotonic()
        return now - self._lost

    def hold(self) -> None:
        """Stop the clock, until every `hold` has had its `release`."""
        if self._held == 0:
            self._held_since = time.monotonic()
        self._held += 1

    def lose(self, seconds: float) -> None:
        """Take off seconds that went by without anybody having had the use of them."""
        if not self.standing:
            self._lost += seconds

    def release(self) -> None:
        """Let the clock go on."""
        self._held -= 1
        if self._held == 0:
            self._lost += time.monotonic() - self._held_since
