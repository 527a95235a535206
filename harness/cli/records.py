"""`lienthong records`: static check of what a system keeps of exchanged documents."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import DEFAULT_PROFILE, Profile, load_profile
from harness.catalogue.texts import LANGUAGES
from harness.cli.language import help_text, language, say
from harness.cli.moment import moment
from harness.cli.validation_call import exit_of
from harness.validation.rendering import Amount, Form, sink_for
from harness.validation.rows import FileRow, weigh
from harness.validation.summary import CheckSummary

if TYPE_CHECKING:
    from harness.records.check import KeepingReport
    from harness.records.exchanged import Exchanged

_AREA = "cli-records"
_TOLD = 5


class ExportRow(FileRow, frozen=True):
    """The outcome of one export.

    Attributes:
        records: records or descriptions in it.
        compared: those of documents that were exchanged, as far as packages were given.
        not_asked: requirements of which it holds nothing to look at.
    """

    records: int
    compared: int
    not_asked: list[str]


@click.command(name="records", help=help_text(_AREA))
@click.argument("export", metavar="EXPORT")
@click.option("--edxml", "packages", multiple=True, metavar="PATH", help=say(_AREA, "edxml"))
@click.option("--run", "run", metavar="RUN", type=click.Path(path_type=Path), help=say(_AREA, "run"))
@click.option(
    "--profile", default=DEFAULT_PROFILE, show_default=True, metavar="ID", help=say("cli-validate", "profile")
)
@click.option("--at", "at", metavar="TIME", help=say("cli-validate", "at"))
@click.option(
    "--format",
    "form",
    type=click.Choice(get_args(Form)),
    default="text",
    show_default=True,
    help=say("cli-validate", "format"),
)
@click.option("--lang", type=click.Choice(LANGUAGES), help=say("cli-validate", "lang"))
@click.option("--quiet", is_flag=True, help=say("cli-validate", "quiet"))
@click.option("--verbose", is_flag=True, help=say("cli-validate", "verbose"))
def command(
    export: str,
    packages: tuple[str, ...],
    run: Path | None,
    profile: str,
    at: str | None,
    form: Form,
    lang: str | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Check one export and print the outcome; see the help text."""
    for name in (export, *packages):
        if not os.path.lexists(name):
            raise ConfigurationError("records.no-such-file", path=Path(name))
    loaded, time = load_profile(profile), moment(at)
    amount: Amount = "quiet" if quiet else "verbose" if verbose else "normal"
    with _progress(quiet=quiet) as show:
        show(say(_AREA, "reading"))
        exchanged = _exchanged(packages, run, loaded)
        report = _checked(Path(export), loaded, time, exchanged, show)
    row = _row(export, report, loaded)
    summary = CheckSummary()
    summary.add(row)
    sink = sink_for(form, sys.stdout.buffer, language(), amount, coloured=sys.stdout.isatty(), verb="records")
    sink.add(row, named=True)
    sink.finish(summary)
    if form == "text":
        _close(row, exchanged)
    return exit_of(summary)


def _checked(
    export: Path, profile: Profile, at: datetime, exchanged: "Exchanged | None", show: Callable[[str], None]
) -> "KeepingReport":
    from harness.records.check import check_export

    try:
        return check_export(
            export, profile, at, exchanged, lambda requirement: show(say(_AREA, "asking", id=requirement))
        )
    except OSError as error:
        raise ConfigurationError("records.unreadable", path=export, detail=error.strerror or error) from error


def _row(label: str, report: "KeepingReport", profile: Profile) -> ExportRow:
    weighed = weigh(report.findings, report.undecided, profile)
    return ExportRow(
        label, report.form, weighed.verdict, weighed.undecided, weighed.findings,
        report.records, report.compared, list(report.not_asked),
    )  # fmt: skip


def _close(row: ExportRow, exchanged: "Exchanged | None") -> None:
    """Say what the outcome rests on."""
    key = "rests" if exchanged is None else "rests.compared"
    count = 0 if exchanged is None else len(exchanged.documents)
    click.echo(say(_AREA, key, records=row.records, compared=row.compared, documents=count))
    if row.not_asked:
        click.echo(say(_AREA, "not-asked", ids=", ".join(row.not_asked)))


def _exchanged(packages: tuple[str, ...], run: Path | None, profile: Profile) -> "Exchanged | None":
    """Return the packages to compare with, None where none were given; those that cannot be read are named."""
    if not packages and run is None:
        return None
    from harness.cli.run_packages import exchanged_of_run
    from harness.records.exchanged import Exchanged
    from harness.records.package_files import add_files

    exchanged = Exchanged() if run is None else exchanged_of_run(run, profile)
    add_files(exchanged, packages, sys.stdin.buffer, profile.parameters.limits)
    for name in exchanged.unreadable[:_TOLD]:
        click.echo(f"lienthong: {say(_AREA, 'package-unreadable', path=name)}", err=True)
    if len(exchanged.unreadable) > _TOLD:
        click.echo(f"lienthong: {say(_AREA, 'packages-unreadable', count=len(exchanged.unreadable))}", err=True)
    return exchanged


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Yield the function that shows on a terminal what is being done, and does nothing elsewhere."""
    wanted = sys.stderr.isatty() and not quiet

    def show(words: str) -> None:
        if wanted:
            click.echo(f"\r\x1b[2K{words}", err=True, nl=False)

    try:
        yield show
    finally:
        show("")
