"""`lienthong report`: renders the reports of a run again, and compares it with an older one."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import LANGUAGES
from harness.cli.exits import Exit
from harness.cli.language import help_text, language, say
from harness.cli.repeated_values import RepeatedValues
from harness.cli.run_folder import RunFolder

if TYPE_CHECKING:
    from harness.report.model import Comparison
    from harness.report.rerendering import Rerendering

AREA = "cli-report"
_FORMATS = ("html", "pdf", "json", "junit", "md")
_PRINTED = frozenset({"json", "junit", "md"})
_STANDARD_OUTPUT = Path("-")


class _Report(RepeatedValues):
    forms = {"--format": "|".join(_FORMATS)}  # noqa: RUF012 - read only


@click.command(cls=_Report, name="report", help=help_text(AREA))
@click.argument("run", metavar="RUN", type=RunFolder())
@click.option("--format", "formats", multiple=True, type=click.Choice(_FORMATS), help=say(AREA, "format"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(AREA, "lang"))
@click.option("--out", metavar="PATH", type=click.Path(path_type=Path), help=say(AREA, "out"))
@click.option("--against", metavar="OLDER_RUN", type=RunFolder(), help=say(AREA, "against"))
@click.option("--laboratory", metavar="DIR", type=click.Path(path_type=Path), help=say(AREA, "laboratory"))
@click.option("--quiet", is_flag=True, help=say(AREA, "quiet"))
def command(
    run: Path,
    formats: tuple[str, ...],
    lang: str | None,
    out: Path | None,
    against: Path | None,
    laboratory: Path | None,
    quiet: bool,
) -> int:
    """Render a run again; see the help text."""
    from harness.cli.laboratory import configured_laboratory
    from harness.cli.unstamped import complain_unstamped
    from harness.report.rerendering import Rerendering
    from harness.seal.run_files import read_report, source_of

    older = source_of(against, read_report(against)) if against else None
    again = Rerendering(source_of(run, read_report(run)), language(), configured_laboratory(laboratory), older)
    wanted = list(dict.fromkeys(formats))
    if older is not None and not wanted:
        _print_comparison(again)
        return Exit.PASS
    wanted = wanted or ["html"]
    written: list[Path] = []
    if out is not None:
        written = _written_out(again, wanted, out)
    elif set(wanted) <= _PRINTED and len(wanted) == 1:
        _print(again.handed_out(wanted[0]))
    elif older is not None:
        raise ConfigurationError("report.against-needs-out")
    else:
        written = again.into_run(wanted)
    if again.unsealed is not None:
        click.echo(say(AREA, f"unsealed.{again.unsealed.reason}", code=again.unsealed.detail), err=True)
    complain_unstamped(again.unstamped)
    for path in written if not quiet else ():
        click.echo(say(AREA, "written", path=path), err=True)
    return Exit.PASS


def _written_out(again: "Rerendering", formats: Sequence[str], out: Path) -> list[Path]:
    """Write one format to a file or standard output, several into a folder, and return what was written."""
    if out == _STANDARD_OUTPUT and len(formats) == 1:
        _print(again.handed_out(formats[0]))
        return []
    from harness.journal.whole_file import write_whole
    from harness.report.renderers import FILES

    many = len(formats) > 1 or out.is_dir()
    try:
        (out if many else out.parent).mkdir(parents=True, exist_ok=True)
        ordered = sorted(formats, key=list(FILES).index)
        return [write_whole(out / FILES[form] if many else out, again.handed_out(form)) for form in ordered]
    except OSError as error:
        raise ConfigurationError("report.out-unwritable", path=out, detail=error.strerror or error) from error


def _print(content: bytes) -> None:
    if content.startswith(b"%PDF") and sys.stdout.isatty():
        raise ConfigurationError("report.pdf-to-terminal")
    click.echo(content, nl=False)


def _print_comparison(again: "Rerendering") -> None:
    comparison: Comparison | None = again.renderer.report(language()).comparison
    if comparison is None:
        return
    if comparison.caution:
        click.echo(comparison.caution, err=True)
    for change in comparison.changes:
        codes = f" ({', '.join(change.codes)})" if change.codes else ""
        words = say("report", f"change.{change.kind}")
        click.echo(f"{words}: {change.requirement}: {change.before.word} → {change.after.word}{codes}")
    if not comparison.changes:
        click.echo(say("report", "comparison.none"))
