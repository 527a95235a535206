"""`lienthong sample`: a small agency system to copy from, run as it is or written into a folder of one's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import LANGUAGES
from harness.cli.exits import Exit
from harness.cli.language import help_text, say
from harness.cli.verb_help import Verb
from harness.resources import folder

_AREA = "cli-sample"
_ENTRY = "driver.py"


@click.command(cls=Verb, name="sample", help=help_text(_AREA))
@click.option("--listen", metavar="HOST:PORT", default="127.0.0.1:0", show_default=True, help=say(_AREA, "listen"))
@click.option("--stdin", is_flag=True, help=say(_AREA, "stdin"))
@click.option("--data", metavar="DIR", type=click.Path(path_type=Path), help=say(_AREA, "data"))
@click.option("--declaration", metavar="FILE", type=click.Path(path_type=Path), help=say(_AREA, "declaration"))
@click.option("--defect", "defects", multiple=True, metavar="NAME", help=say(_AREA, "defect"))
@click.option("--list-defects", is_flag=True, help=say(_AREA, "list-defects"))
@click.option("--copy", "copy", metavar="DIR", type=click.Path(path_type=Path), help=say(_AREA, "copy"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(_AREA, "lang"))
def command(
    listen: str,
    stdin: bool,
    data: Path | None,
    declaration: Path | None,
    defects: tuple[str, ...],
    list_defects: bool,
    copy: Path | None,
    lang: str | None,
) -> int:
    """Run the sample agency, or write its files into a folder; see the help text."""
    if copy is not None:
        return _copied(copy)
    arguments = ["--stdin"] if stdin else ["--listen", listen]
    if list_defects:
        arguments.append("--list-defects")
    for name, value in (("--data", data), ("--declaration", declaration)):
        arguments += [name, str(value)] if value is not None else []
    for defect in defects:
        arguments += ["--defect", defect]
    return _run(arguments)


def _run(arguments: list[str]) -> int:
    """Run the sample as a program of its own, which knows nothing of the harness; Ctrl-C ends both."""
    program = [sys.executable, str(folder("fixtures") / "sample" / _ENTRY), *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIENTHONG_")}
    with subprocess.Popen(program, env=environment) as process:  # noqa: S603 - our own program
        try:
            status = process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            return Exit.PASS
    return Exit.PASS if status == 0 else Exit.USAGE


def _copied(target: Path) -> int:
    try:
        target.mkdir(parents=True, exist_ok=True)
        if any(target.iterdir()):
            raise ConfigurationError("out.not-empty", path=target)
        sources = sorted((folder("fixtures") / "sample").glob("*.py"))
        for source in sources:
            shutil.copyfile(source, target / source.name)
    except OSError as error:
        raise ConfigurationError("out.unwritable", path=target, detail=error.strerror or error) from error
    click.echo(say(_AREA, "copied", count=len(sources), folder=target, entry=target / _ENTRY))
    return Exit.PASS
