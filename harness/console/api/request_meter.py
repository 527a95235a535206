"""How fast programs may ask: a bucket of tokens for each caller, in memory, as one console serves one database."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_MINUTE = 60.0
_MOST = 10_000  # callers that are remembered


class RequestMeter:
    """Counts the requests of callers."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare.

        Args:
            clock: seconds from any start.
        """
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, caller: str, most: int) -> float:
        """Count a request, and return how many seconds it came too early: 0 where it is in time.

        Args:
            caller: whose request it is.
            most: requests a minute; so many may come at once.
        """
        now = self._clock()
        with self._lock:
            left, before = self._left.pop(caller, (float(most), now))
            left = min(float(most), left + (now - before) * most / _MINUTE)
            admitted = left >= 1.0
            self._left[caller] = (left - 1.0 if admitted else left, now)
            while len(self._left) > _MOST:
                self._left.popitem(last=False)
        return 0.0 if admitted else (1.0 - left) * _MINUTE / most
