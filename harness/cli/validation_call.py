"""One call of `validate`: from its arguments to the exit status."""

import sys
import time
from collections.abc import Iterator

import click
import msgspec

from harness.catalogue.profiles import Profile
from harness.catalogue.texts import Language
from harness.cli.exits import Exit
from harness.cli.language import say
from harness.cli.user_cache import user_cache
from harness.cluster.access import ClusterAccess
from harness.validation.processes import outcomes
from harness.validation.progress_record import WORTHWHILE, ProgressRecord, record_path
from harness.validation.rendering import Amount, Form, sink_for
from harness.validation.rows import FileRow
from harness.validation.sources import count_of, shown, units_of
from harness.validation.summary import CheckSummary
from harness.validation.units import Unit
from harness.validation.worker import Done, Failed, Outcome, Skipped, Task

_AREA = "cli-validate"
_TOLD = 20  # failures of the harness and skipped archives that are listed one by one
_REFRESH = 0.1  # seconds
_BY_VERDICT = {"pass": Exit.PASS, "fail": Exit.FAIL, "inconclusive": Exit.INCONCLUSIVE}


class ValidationCall(msgspec.Struct, frozen=True):
    """What the caller asked for.

    Attributes:
        files: the arguments.
        form: of the outcome.
        language: of texts.
        amount: how much the text form prints.
        jobs: processes to use.
        resume: go on where the same check was stopped.
        cluster: where other machines' processes are reached; None: this machine's are used.
    """

    files: tuple[str, ...]
    form: Form
    language: Language
    amount: Amount
    jobs: int
    resume: bool
    cluster: ClusterAccess | None = None


class ValidationProgress:
    """A line on the terminal that shows how far a check has come; nothing where there is no terminal."""

    def __init__(self, call: ValidationCall) -> None:
        self._wanted = sys.stderr.isatty() and call.amount != "quiet"
        self._total = count_of(call.files) if self._wanted else None
        self._begun = time.monotonic()
        self._next = self._begun + _REFRESH

    def update(self, summary: CheckSummary) -> None:
        """Show how far it is, not more often than can be read."""
        now = time.monotonic()
        if not self._wanted or now < self._next:
            return
        self._next = now + _REFRESH
        key = "progress" if self._total is None else "progress.of"
        rate = int(summary.checked / (now - self._begun))
        line = say(_AREA, key, checked=summary.checked, failed=summary.failed, rate=rate, total=self._total)
        click.echo(f"\r\x1b[2K{line}", err=True, nl=False)

    def clear(self) -> None:
        """Take the line away."""
        if self._wanted:
            click.echo("\r\x1b[2K", err=True, nl=False)


class Validation:
    """Runs one call."""

    def __init__(self, call: ValidationCall, task: Task, profile: Profile) -> None:
        self._call = call
        self._profile = profile
        path = record_path(user_cache(), call.files, profile.sha256, str(sorted(task.groups or ())), repr(task.trust))
        self._record = ProgressRecord(path, task.at, resume=call.resume)
        self._task = Task(task.profile, self._record.at, task.groups, task.trust)
        self._summary = CheckSummary()
        self._progress = ValidationProgress(call)
        self._sink = sink_for(call.form, sys.stdout.buffer, call.language, call.amount, coloured=sys.stdout.isatty())
        self._named = {shown(name) for name in call.files}
        self._known: list[FileRow] = []
        self._archives = 0

    def run(self) -> Exit:
        """Check everything, print the outcome, and return the exit status."""
        if len(self._record):
            click.echo(say(_AREA, "resumed", count=len(self._record)), err=True)
        finished = False
        try:
            for outcome in self._outcomes():
                self._take(outcome)
            self._tell_known()
            finished = True
        except KeyboardInterrupt:
            self._summary.interrupted = True
        finally:
            self._progress.clear()
            self._record.close(finished=finished)
        self._sink.finish(self._summary)
        return self._ended()

    def _outcomes(self) -> Iterator[Outcome]:
        if self._call.cluster is None:
            return outcomes(self._fresh(), self._task, self._profile, self._call.jobs)
        from harness.cluster.checks import cluster_outcomes  # brings dask along

        return cluster_outcomes(self._fresh(), self._task, self._profile, self._call.cluster)

    def _fresh(self) -> Iterator[Unit]:
        """Yield the units that an earlier check did not reach; the outcomes of the others are taken over."""
        limits = self._profile.parameters.limits
        for unit in units_of(self._call.files, sys.stdin.buffer, limits):
            row = self._record.known(unit.identity)
            if row is None:
                yield unit
            else:
                self._known.append(row)

    def _tell_known(self) -> None:
        for row in self._known:
            self._tell(row)
        self._known.clear()

    def _take(self, outcome: Outcome) -> None:
        self._tell_known()
        match outcome:
            case Done(row=row):
                self._record.keep(outcome)
                self._tell(row)
            case Skipped(label=label, archive=archive):
                self._summary.skipped += 1
                self._archives += archive
                if archive and self._archives <= _TOLD:
                    click.echo(f"lienthong: {say(_AREA, 'passed-over', path=label)}", err=True)
            case Failed(row=row, detail=detail):
                self._summary.broken += 1
                if self._summary.broken <= _TOLD:
                    click.echo(f"lienthong: {say(_AREA, 'broken', path=row.path, detail=detail)}", err=True)
                self._tell(row)

    def _tell(self, row: FileRow) -> None:
        self._summary.add(row)
        self._sink.add(row, named=row.path in self._named)
        self._progress.update(self._summary)

    def _ended(self) -> Exit:
        summary = self._summary
        if summary.interrupted:
            key = "interrupted" if summary.checked >= WORTHWHILE else "interrupted-few"
            click.echo(f"lienthong: {say(_AREA, key, checked=summary.checked)}", err=True)
        return exit_of(summary)


def exit_of(summary: CheckSummary) -> Exit:
    """Return the exit status for a summary."""
    if summary.broken:
        return Exit.HARNESS
    if not summary.checked and not summary.interrupted:
        return Exit.INCOMPLETE
    return _BY_VERDICT[summary.verdict]
