"""`lienthong selftest`: shows that the harness catches every catalogued defect and raises no false alarm."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import LANGUAGES
from harness.cli.exits import Exit
from harness.cli.language import help_text, language, say
from harness.cli.repeated_values import RepeatedValues

if TYPE_CHECKING:
    from harness.selftest.matrix import Matrix, SelftestScope
    from harness.selftest.rows import MatrixRow

_AREA = "cli-selftest"


class _Selftest(RepeatedValues):
    forms = {"--only": r"[a-z0-9]+(-[a-z0-9]+)*(,[a-z0-9]+(-[a-z0-9]+)*)*"}  # noqa: RUF012 - read only


@click.command(cls=_Selftest, name="selftest", help=help_text(_AREA))
@click.option("--quick", is_flag=True, help=say(_AREA, "quick"))
@click.option("--all", "everything", is_flag=True, help=say(_AREA, "all"))
@click.option("--crossed", is_flag=True, help=say(_AREA, "crossed"))
@click.option("--only", multiple=True, metavar="NAME…", help=say(_AREA, "only"))
@click.option("--jobs", type=click.IntRange(1), metavar="N", help=say(_AREA, "jobs"))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=say(_AREA, "out"))
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "html"]), default="text", help=say(_AREA, "format")
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, metavar="N", help=say(_AREA, "seed"))
@click.option("--write-summary", is_flag=True, help=say(_AREA, "write-summary"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(_AREA, "lang"))
@click.option("--quiet", is_flag=True, help=say(_AREA, "quiet"))
def command(
    quick: bool,
    everything: bool,
    crossed: bool,
    only: tuple[str, ...],
    jobs: int | None,
    out: Path | None,
    form: str,
    seed: int,
    write_summary: bool,
    lang: str | None,
    quiet: bool,
) -> int:
    """Run the gallery and print the matrix; see the help text."""
    from harness.selftest.matrix import SelftestOrder, selftest

    names = tuple(part for value in only for part in value.split(","))
    if quick + everything + crossed > 1:
        raise click.UsageError(say(_AREA, "either"))
    if write_summary and (names or not (everything or crossed)):
        raise click.UsageError(say(_AREA, "summary-needs-all"))
    order = SelftestOrder(_scope(quick, everything, crossed), names, jobs, out, seed, environment=dict(os.environ))
    matrix = selftest(order, _silent if quiet else _tell)
    click.echo(_rendered(matrix, form), nl=False)
    if out is not None:
        _keep(matrix, out)
    if write_summary:
        _ship(matrix)
    return _status(matrix)


def _scope(quick: bool, everything: bool, crossed: bool) -> "SelftestScope":
    from harness.selftest.matrix import SelftestScope

    if quick:
        return SelftestScope.QUICK
    if crossed:
        return SelftestScope.CROSSED
    return SelftestScope.ALL if everything else SelftestScope.GALLERY


def _silent(done: int, total: int, row: "MatrixRow") -> None:
    """Show no progress."""


def _tell(done: int, total: int, row: "MatrixRow") -> None:
    result = say(_AREA, f"result.{row.result}")
    said = say(_AREA, "progress", done=done, total=total, name=row.name, result=result, seconds=f"{row.seconds:.1f}")
    click.echo(said, err=True)


def _rendered(matrix: "Matrix", form: str) -> str:
    from harness.selftest.matrix import encoded
    from harness.selftest.page import as_html, as_text

    if form == "json":
        return encoded(matrix).decode("utf-8")
    return as_html(matrix, language()) if form == "html" else as_text(matrix, language())


def _keep(matrix: "Matrix", directory: Path) -> None:
    try:
        for form in ("json", "html"):
            (directory / f"selftest.{form}").write_text(_rendered(matrix, form), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError("out.unwritable", path=directory, detail=error.strerror or error) from error
    click.echo(say(_AREA, "where", directory=directory), err=True)


def _ship(matrix: "Matrix") -> None:
    from harness.report.selftest_summary import write_summary
    from harness.selftest.matrix import summary_of

    click.echo(say(_AREA, "written", path=write_summary(summary_of(matrix))), err=True)


def _status(matrix: "Matrix") -> Exit:
    if matrix.counts.trouble or not matrix.rows:
        return Exit.HARNESS
    return Exit.PASS if matrix.right else Exit.FAIL
