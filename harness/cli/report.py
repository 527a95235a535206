"""`lienthong report`: renders the reports of a run again, and compares it with an older one."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.catalogue.errors import ConfigurationError
from harness.cli.exits import Exit
from harness.cli.language import help_text, language, say
from harness.cli.repeated import RepeatedValues

if TYPE_CHECKING:
    from harness.report.laboratory import Laboratory
    from harness.report.model import Comparison
    from harness.report.writing import Renderer

AREA = "cli-report"
_FORMATS = ("html", "pdf", "json", "junit", "md")
_PRINTED = frozenset({"json", "junit", "md"})
_STANDARD_OUTPUT = Path("-")


class _Report(RepeatedValues):
    forms = {"--format": "|".join(_FORMATS)}  # noqa: RUF012 - read only


@click.command(cls=_Report, name="report", help=help_text(AREA))
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--format", "formats", multiple=True, type=click.Choice(_FORMATS), help=say(AREA, "format"))
@click.option("--lang", type=click.Choice(["vi", "en"]), help=say(AREA, "lang"))
@click.option("--out", metavar="PATH", type=click.Path(path_type=Path), help=say(AREA, "out"))
@click.option("--against", metavar="OLDER_RUN", type=click.Path(path_type=Path), help=say(AREA, "against"))
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
    from harness.report.laboratory import configured_laboratory
    from harness.report.resealing import written_and_sealed
    from harness.report.source import read_report, source_of
    from harness.report.writing import Renderer

    lab = configured_laboratory(laboratory)
    older = source_of(against, read_report(against)) if against else None
    renderer = Renderer(source_of(run, read_report(run)), language(), lab, older)
    wanted = list(dict.fromkeys(formats))
    if older is not None and not wanted:
        _print_comparison(renderer)
        return Exit.PASS
    wanted = wanted or ["html"]
    written: list[Path] = []
    if out is not None:
        written = _written_out(renderer, wanted, out, lab)
    elif set(wanted) <= _PRINTED and len(wanted) == 1:
        _print(renderer.render(wanted[0]))
    elif older is not None:
        raise ConfigurationError("report.against-needs-out")
    else:
        written = written_and_sealed(run, renderer, wanted, lab)
    for path in written if not quiet else ():
        click.echo(say(AREA, "written", path=path), err=True)
    return Exit.PASS


def _written_out(
    renderer: "Renderer", formats: Sequence[str], out: Path, laboratory: "Laboratory | None"
) -> list[Path]:
    """Write one format to a file or standard output, several into a folder, and return what was written."""
    if out == _STANDARD_OUTPUT and len(formats) == 1:
        _print(_handed_out(renderer, formats[0], laboratory))
        return []
    from harness.report.writing import FILES, write_whole

    many = len(formats) > 1 or out.is_dir()
    try:
        (out if many else out.parent).mkdir(parents=True, exist_ok=True)
        ordered = sorted(formats, key=list(FILES).index)
        return [
            write_whole(out / FILES[form] if many else out, _handed_out(renderer, form, laboratory)) for form in ordered
        ]
    except OSError as error:
        raise ConfigurationError("report.out-unwritable", path=out, detail=error.strerror or error) from error


def _handed_out(renderer: "Renderer", form: str, laboratory: "Laboratory | None") -> bytes:
    """Render a format that leaves the run directory: a PDF carries its signature with it."""
    content = renderer.render(form)
    if form != "pdf" or laboratory is None or laboratory.key is None:
        return content
    from harness.journal.recording import VIETNAM
    from harness.report.sealing import signed_report_pdf

    return signed_report_pdf(content, laboratory.key, datetime.now(VIETNAM))


def _print(content: bytes) -> None:
    if content.startswith(b"%PDF") and sys.stdout.isatty():
        raise ConfigurationError("report.pdf-to-terminal")
    click.echo(content, nl=False)


def _print_comparison(renderer: "Renderer") -> None:
    comparison: Comparison | None = renderer.report(language()).comparison
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
