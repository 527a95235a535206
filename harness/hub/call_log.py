"""A recorder that keeps nothing: it tells a listener in one line what each call was and what came of it."""

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from harness.catalogue.findings import clipped
from harness.journal.event import Event
from harness.journal.events import AnswerSent, Fact, RequestReceived
from harness.journal.recorder import VIETNAM

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call in a log; every text is fit to be shown.

    Attributes:
        at: Vietnam time.
        caller: system as claimed.
        operation: its name, or what was asked for instead.
        http_status: of the answer, 0 when none left.
        error_code, error_desc: of the answer, empty when it has none.
        problems: what is wrong with the signature.
    """

    at: datetime
    caller: str
    operation: str
    http_status: int
    error_code: str
    error_desc: str
    problems: tuple[str, ...]


class CallLog:
    """Takes the hub's events and passes on one line per call."""

    def __init__(self, listener: Callable[[CallLine], None]) -> None:
        self._listener = listener
        self._numbers = itertools.count()
        self._open: dict[int, RequestReceived] = {}

    def record(self, what: F, *, scenario: str | None = None) -> Event[F]:
        """Take one event; the line comes with the answer."""
        number = next(self._numbers)
        match what:
            case RequestReceived():
                self._open[number] = what
            case AnswerSent():
                self._listener(_line(self._open.pop(what.request), what))
        return Event(number, "", 0.0, what, scenario=scenario)

    def blob(self, content: bytes) -> str:
        """Return the name that `content` would have; it is not kept."""
        return hashlib.sha256(content).hexdigest()

    def keep(self, content: bytes) -> None:
        """Keep nothing."""

    def holds_secret(self, content: bytes) -> bool:
        """Return False: nothing is kept, so nothing is looked for."""
        return False


def _line(request: RequestReceived, answer: AnswerSent) -> CallLine:
    return CallLine(
        at=datetime.now(VIETNAM),
        caller=clipped(request.system_id or "-", 60),
        operation=request.operation or clipped(request.target or "-", 60),
        http_status=answer.http_status or 0,
        error_code=answer.error_code or "",
        error_desc=clipped(answer.error_desc or ""),
        problems=tuple(clipped(f"{problem.code} {problem.key}", 60) for problem in request.signature.problems),
    )
