"""Progress of a run on standard error: a line that changes on a terminal, plain lines elsewhere."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from harness.catalogue.findings import clipped
from harness.cli.language import say

if TYPE_CHECKING:
    from harness.journal import Event
    from harness.journal.events import AnswerSent, DriverFault, PreflightChecked, RequestReceived, RunStarted

_WIDTH = 60


class RunProgress:
    """Follows the events of a run and shows its progress."""

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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wipe()

    def follow(self, event: "Event") -> None:
        """Take note of an event; called for every one, as it happens."""
        if not self._quiet:
            self._tell(event)

    def _tell(self, event: "Event") -> None:
        from harness.journal import events as kinds

        match event.what:
            case kinds.RunStarted() as started:
                self._started(started)
            case kinds.RunFinished(reason=reason):
                self._ended(event, reason)
            case kinds.ScenarioStarted():
                self._scenario_started(event)
            case kinds.ScenarioFinished(outcome=outcome):
                self._scenario_finished(event, outcome)
            case kinds.RequestReceived() as request:
                self._request(event, request)
            case kinds.AnswerSent() as answer:
                self._answered_by_hub(answer)
            case _:
                self._tell_of_candidate(event)

    def _tell_of_candidate(self, event: "Event") -> None:
        from harness.journal import events as kinds

        match event.what:
            case kinds.DriverCalled(error=kinds.DriverFault() as error):
                self._driver(error)
            case kinds.PreflightChecked() as preflight:
                self._preflight(preflight)
            case kinds.OperatorAsked():
                self._asked()
            case kinds.OperatorAnswered():
                self._answered()
            case kinds.OperatorAwaited(seconds=seconds):
                self._line(say("cli-certify", "waiting", seconds=f"{seconds:g}"))
            case kinds.CandidateSilent(seconds=seconds):
                self._line(say("cli-certify", "silent", seconds=f"{seconds:g}"))
            case kinds.CandidateBack():
                self._line(say("cli-certify", "back"))

    def _started(self, started: "RunStarted") -> None:
        self._total = len(started.scenarios)
        name = clipped(str(started.candidate["candidate"]["name"]))
        self._line(say("cli-certify", "started", name=name, run_id=started.run_id, total=self._total))

    def _ended(self, event: "Event", reason: str) -> None:
        told = {"seconds": f"{event.elapsed:.1f}", "requests": self._requests, "answer": self._answer}
        self._line(say("cli-certify", f"ended.{reason}", said=self._said, **told))

    def _scenario_started(self, event: "Event") -> None:
        self._playing.append(str(event.scenario))
        self._draw()

    def _scenario_finished(self, event: "Event", outcome: str) -> None:
        self._finished += 1
        if event.scenario in self._playing:
            self._playing.remove(event.scenario)
        if self._verbose or not self._alive:
            word = say("cli-certify", f"outcome.{outcome}")
            self._line(f"[{self._finished}/{self._total}] {event.scenario}: {word}")
        self._draw()

    def _request(self, event: "Event", request: "RequestReceived") -> None:
        self._requests += 1
        if self._verbose:
            self._line(f"  {event.elapsed:8.3f}  {clipped(request.operation or request.target, _WIDTH)}")
        self._draw()

    def _answered_by_hub(self, answer: "AnswerSent") -> None:
        code, words = answer.error_code, answer.error_desc
        status = f"HTTP {answer.http_status or '–'}"
        self._answer = clipped(f"{code} {words or ''}".strip() if code is not None else status, _WIDTH)

    def _driver(self, error: "DriverFault") -> None:
        if error.where is not None:
            self._said = say("verdicts", f"driver-lost.{error.reason}", where=error.where, detail=error.detail)
        else:
            self._said = clipped(error.message or error.kind)

    def _preflight(self, preflight: "PreflightChecked") -> None:
        troubles = [trouble for check in preflight.checks for trouble in check.troubles]
        if troubles:
            self._line(say("cli-certify", "preflight", codes=", ".join(trouble.code for trouble in troubles)))

    def _asked(self) -> None:
        """Leave the terminal to the question: nothing else is printed until it is answered."""
        self._wipe()
        self._asking = True

    def _answered(self) -> None:
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
