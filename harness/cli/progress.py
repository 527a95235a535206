"""Progress of a run on standard error: each verdict as it falls, what is waited for, and how long it still takes."""

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from harness.catalogue.findings import clipped
from harness.catalogue.texts import measured
from harness.cli.awaited import awaited
from harness.cli.language import language, say
from harness.cli.living_line import LivingLine

if TYPE_CHECKING:
    from harness.catalogue.localised_text import LocalisedText
    from harness.engine.outlook import Outlook
    from harness.journal import Event
    from harness.journal.events import AnswerSent, DriverFault, PreflightChecked, RequestReceived, RunStarted
    from harness.judge.first_verdicts import FirstVerdicts
    from harness.judge.report_schema import Judgement, ScenarioEntry

_WIDTH = 60
_COLOURS = {"pass": "green", "fail": "red", "inconclusive": "yellow", "remark": "yellow"}
_LONGEST_MESSAGE = 300
_MINUTE = 60.0


class RunProgress:
    """Follows the events of a run and shows its progress."""

    def __init__(self, *, quiet: bool, verbose: bool, verdicts: "FirstVerdicts | None" = None) -> None:
        """Be ready to follow.

        Args:
            quiet: whether nothing is printed.
            verbose: whether every request is printed too.
            verdicts: says what each scenario comes to when it ends; None where only its end is printed.
        """
        self._quiet = quiet
        self._verbose = verbose
        self._verdicts = verdicts
        self._lines = LivingLine(self._state, quiet=quiet)
        self._total = 0
        self._finished = 0
        self._requests = 0
        self._answer = "–"
        self._said = "–"
        self._began: float | None = None
        self._playing: dict[str, str] = {}
        self._outlook: Outlook | None = None
        self._over = False

    def __enter__(self) -> Self:
        self._lines.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.__exit__(kind, error, trace)

    def follow(self, event: "Event") -> None:
        """Take note of an event; called for every one, as it happens."""
        if not self._quiet:
            with self._lines.lock:
                self._tell(event)

    def say_verdict(self, judgement: "Judgement") -> None:
        """Print the verdict of the run while its reports are being written."""
        if not self._quiet:
            with self._lines.lock:
                self._lines.write(say("cli-certify", f"judged.{judgement.verdict}"))

    def _tell(self, event: "Event") -> None:
        from harness.journal import events as kinds

        entry = self._judged(event)
        self._note_wait(event)
        match event.what:
            case kinds.RunStarted() as started:
                self._started(started)
            case kinds.RunFinished(reason=reason):
                self._ended(event, reason)
            case kinds.ScenarioStarted():
                self._scenario_started(event)
            case kinds.ScenarioFinished(outcome=outcome):
                self._scenario_finished(event, outcome, entry)
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
                self._lines.write(say("cli-certify", "waiting", seconds=f"{seconds:g}"))
            case kinds.CandidateSilent(seconds=seconds):
                self._lines.write(say("cli-certify", "silent", seconds=f"{seconds:g}"))
            case kinds.CandidateBack():
                self._lines.write(say("cli-certify", "back"))

    def _judged(self, event: "Event") -> "ScenarioEntry | None":
        """Return what a scenario comes to that ends with an event; an observer must not break a run."""
        if self._verdicts is None:
            return None
        try:
            return self._verdicts.add(event)
        except Exception:  # the report will say it, or what is wrong
            self._verdicts = None
            return None

    def _note_wait(self, event: "Event") -> None:
        if event.scenario in self._playing and (waits := awaited(event)) is not None:
            self._playing[event.scenario] = waits

    def _started(self, started: "RunStarted") -> None:
        from harness.engine.outlook import Outlook

        self._total = len(started.scenarios)
        self._began = time.monotonic()
        self._outlook = Outlook(started)
        self._lines.live()
        name = clipped(str(started.candidate["candidate"]["name"]))
        self._lines.write(say("cli-certify", "started", name=name, run_id=started.run_id, total=self._total))

    def _ended(self, event: "Event", reason: str) -> None:
        figures = {"seconds": f"{event.elapsed:.1f}", "requests": self._requests, "answer": self._answer}
        self._lines.write(say("cli-certify", f"ended.{reason}", said=self._said, **figures))
        self._over = True

    def _scenario_started(self, event: "Event") -> None:
        self._playing[str(event.scenario)] = awaited(event) or ""
        if self._outlook is not None:
            self._outlook.started(str(event.scenario), time.monotonic())
        self._lines.draw()

    def _scenario_finished(self, event: "Event", outcome: str, entry: "ScenarioEntry | None") -> None:
        self._finished += 1
        self._playing.pop(str(event.scenario), None)
        if self._outlook is not None:
            self._outlook.finished(str(event.scenario), time.monotonic(), played=outcome == "completed")
        word, rest = say("cli-certify", f"outcome.{outcome}"), ""
        if entry is not None:
            word = click.style(say("cli-certify", f"word.{entry.verdict}"), fg=_COLOURS.get(entry.verdict))
            rest = _reason(entry)
        self._lines.write(f"[{self._finished}/{self._total}] {event.scenario}  {word}  {rest}".rstrip())

    def _request(self, event: "Event", request: "RequestReceived") -> None:
        self._requests += 1
        if self._verbose:
            self._lines.write(f"  {event.elapsed:8.3f}  {clipped(request.operation or request.target, _WIDTH)}")
        self._lines.draw()

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
            self._lines.write(say("cli-certify", "preflight", codes=", ".join(trouble.code for trouble in troubles)))

    def _asked(self) -> None:
        """Leave the terminal to the question: nothing else is printed until it is answered."""
        self._lines.hold()

    def _answered(self) -> None:
        self._lines.go_on()

    def _state(self) -> str:
        """Return the state of the run: what is done, since when, how long it still takes, what is waited for."""
        if self._began is None:
            return ""
        if self._over:
            return say("cli-certify", "judging")
        now = time.monotonic()
        passed = divmod(int(now - self._began), 60)
        elapsed = f"{passed[0]}:{passed[1]:02}"
        words = {"done": self._finished, "total": self._total, "requests": self._requests, "elapsed": elapsed}
        parts = [say("cli-certify", "state", **words), self._left(now)]
        # The one that has played longest holds up the others.
        parts += [f"{clipped(name)}: {waits}" for name, waits in list(self._playing.items())[:1]]
        return " · ".join(part for part in parts if part)

    def _left(self, now: float) -> str:
        left = None if self._outlook is None or self._finished == self._total else self._outlook.left(now)
        if left is None:
            return ""
        if left <= 0:
            return say("cli-certify", "left.longer")
        if left < _MINUTE:
            return say("cli-certify", "left.minute")
        return say("cli-certify", "left.minutes", minutes=round(left / _MINUTE + 0.5))


def _reason(entry: "ScenarioEntry") -> str:
    """Return the first finding of a scenario, the failing ones first, or why it came to nothing."""
    found = min(entry.findings, key=lambda one: one.severity != "fail", default=None)
    if found is not None:
        return clipped(f"{found.code}: {_words(found.message)}", _LONGEST_MESSAGE)
    return clipped(_words(entry.detail), _LONGEST_MESSAGE) if entry.detail is not None else ""


def _words(text: "LocalisedText") -> str:
    return measured(text[language()], language())
