"""Certificates are cached, and asn1crypto parses their parts lazily: two threads must not read one at once."""

import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_turn = threading.RLock()


def in_one_thread(work: Callable[P, R]) -> Callable[P, R]:
    """Let the decorated function, and all others decorated so, run in one thread at a time.

    asn1crypto reads the parts of a certificate when they are first looked at. Of two threads that look at the same
    part at once, one may find it half read, and a good certificate would seem unreadable.
    """

    @wraps(work)
    def taking_turns(*args: P.args, **kwargs: P.kwargs) -> R:
        with _turn:
            return work(*args, **kwargs)

    return taking_turns
