"""Progress of a run on standard error: a living line on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from harness.catalogue.findings import clipped
from harness.cli.language import say

if TYPE_CHECKING:
    from harness.journal import Event

_WIDTH = 60


class RunProgress:
    """Follows the events of a run and tells where it stands."""

    def __init__(self, *, quiet: bool, verbose: bool) -> None:
        self._quiet = quiet
        self._verbose = verbose
        self._alive = sys.stderr.isatty() and not quiet
        self._total = 0
        self._finished = 0
        self._requests = 0
        self._answer = "–"
        self._said = "–"
        self._playing: list[str] = []
        self._asking = False
        self._acts: dict[str, Callable[[Event], None]] = {
            "run.started": self._started,
            "run.finished": self._ended,
            "scenario.started": self._scenario_started,
            "scenario.finished": self._scenario_finished,
            "request": self._request,
            "answer": self._answered_by_hub,
            "driver": self._driver,
            "preflight": self._preflight,
            "operator.asked": self._asked,
            "operator.answered": self._answered,
            "operator.waiting": self._waiting,
            "candidate.silent": self._silent,
            "candidate.back": self._back,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wipe()

    def follow(self, event: "Event") -> None:
        """Take note of an event; called for every one, as it happens."""
        act = self._acts.get(event.kind)
        if act is not None and not self._quiet:
            act(event)

    def _started(self, event: "Event") -> None:
        self._total = len(event.data["scenarios"])
        name = clipped(str(event.data["candidate"]["candidate"]["name"]))
        self._line(say("cli-certify", "started", name=name, run_id=event.data["run_id"], total=self._total))

    def _ended(self, event: "Event") -> None:
        told = {"seconds": f"{event.elapsed:.1f}", "requests": self._requests, "answer": self._answer}
        self._line(say("cli-certify", f"ended.{event.data['reason']}", said=self._said, **told))

    def _scenario_started(self, event: "Event") -> None:
        self._playing.append(str(event.scenario))
        self._draw()

    def _scenario_finished(self, event: "Event") -> None:
        self._finished += 1
        if event.scenario in self._playing:
            self._playing.remove(event.scenario)
        if self._verbose or not self._alive:
            word = say("cli-certify", f"outcome.{event.data['outcome']}")
            self._line(f"[{self._finished}/{self._total}] {event.scenario}: {word}")
        self._draw()

    def _request(self, event: "Event") -> None:
        self._requests += 1
        if self._verbose:
            data = event.data
            self._line(f"  {event.elapsed:8.3f}  {clipped(str(data.get('operation') or data['target']), _WIDTH)}")
        self._draw()

    def _answered_by_hub(self, event: "Event") -> None:
        code, words = event.data.get("error_code"), event.data.get("error_desc")
        status = f"HTTP {event.data.get('http_status') or '–'}"
        self._answer = clipped(f"{code} {words or ''}".strip() if code is not None else status, _WIDTH)

    def _driver(self, event: "Event") -> None:
        error = event.data.get("error")
        if error and "where" in error:
            self._said = say("verdicts", f"driver-lost.{error['reason']}", where=error["where"], detail=error["detail"])
        elif error:
            self._said = clipped(str(error.get("message") or error.get("kind")))

    def _preflight(self, event: "Event") -> None:
        troubles = [trouble for check in event.data["checks"] for trouble in check["troubles"]]
        if troubles:
            self._line(say("cli-certify", "preflight", codes=", ".join(trouble["code"] for trouble in troubles)))

    def _asked(self, event: "Event") -> None:
        """Leave the terminal to the question: whatever else happens now is told afterwards, by the numbers."""
        self._wipe()
        self._asking = True

    def _waiting(self, event: "Event") -> None:
        self._line(say("cli-certify", "waiting", seconds=f"{event.data['seconds']:g}"))

    def _silent(self, event: "Event") -> None:
        self._line(say("cli-certify", "silent", seconds=f"{event.data['seconds']:g}"))

    def _back(self, event: "Event") -> None:
        self._line(say("cli-certify", "back"))

    def _answered(self, event: "Event") -> None:
        self._asking = False
        self._draw()

    def _line(self, text: str) -> None:
        if self._asking:
            return
        self._wipe()
        click.echo(text, err=True)

    def _draw(self) -> None:
        if self._alive and not self._asking:
            playing = ", ".join(self._playing)
            state = say("cli-certify", "state", done=self._finished, total=self._total, requests=self._requests)
            click.echo(f"\r\x1b[2K{state} {clipped(playing, _WIDTH)}", nl=False, err=True)

    def _wipe(self) -> None:
        if self._alive:
            click.echo("\r\x1b[2K", nl=False, err=True)
