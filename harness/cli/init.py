"""`lienthong init`: a folder to start from, with a declaration and the skeleton of an adapter."""

import shutil
from pathlib import Path

import click

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import LANGUAGES
from harness.cli.exits import Exit
from harness.cli.language import help_text, say
from harness.cli.verb_help import Verb
from harness.resources import folder

_AREA = "cli-init"
_FILES = ("candidate.yaml", "adapter.py", "README.md")


@click.command(cls=Verb, name="init", help=help_text(_AREA))
@click.argument("target", metavar="[DIR]", type=click.Path(path_type=Path), default=Path())
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(_AREA, "lang"))
def command(target: Path, lang: str | None) -> int:
    """Write the files of the adapter kit; see the help text."""
    there = [name for name in _FILES if (target / name).exists()]
    if there:
        raise ConfigurationError("init.there", path=target, names=", ".join(there))
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            shutil.copyfile(folder("fixtures") / "adapter" / name, target / name)
    except OSError as error:
        raise ConfigurationError("out.unwritable", path=target, detail=error.strerror or error) from error
    click.echo(say(_AREA, "written", folder=target, declaration=target / _FILES[0], adapter=target / _FILES[1]))
    return Exit.PASS
