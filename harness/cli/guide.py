"""`lienthong guide`: how a vendor connects a system, on the terminal or as one page."""

import difflib
import shutil
import sys
from pathlib import Path

import click

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import DEFAULT_PROFILE, Profile, load_profile
from harness.catalogue.texts import LANGUAGES
from harness.cli.exits import Exit
from harness.cli.language import help_text, language, say
from harness.cli.verb_help import Verb

_AREA = "cli-guide"
_STANDARD_OUTPUT = "-"
_NARROWEST, _WIDEST = 60, 120


@click.command(cls=Verb, name="guide", help=help_text(_AREA))
@click.argument("page", required=False, metavar="[PAGE]")
@click.option("--html", "html", metavar="FILE", help=say(_AREA, "html"))
@click.option("--files", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=say(_AREA, "files"))
@click.option("--profile", default=DEFAULT_PROFILE, show_default=True, metavar="ID", help=say(_AREA, "profile"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(_AREA, "lang"))
def command(page: str | None, html: str | None, files: Path | None, profile: str, lang: str | None) -> int:
    """Show or write the guide; see the help text."""
    from harness.guide.page_builder import build
    from harness.guide.terminal import as_text, contents

    loaded = load_profile(profile)
    width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    if page is not None:
        click.echo(as_text(build(_known(page), loaded, language()), language(), width), nl=False)
    if html is not None:
        _write_html(html, loaded, only=lang is not None)
    if files is not None:
        _write_files(files)
    if page is None and html is None and files is None:
        click.echo(contents(language(), width), nl=False)
    return Exit.PASS


def _known(page: str) -> str:
    from harness.guide.files import page_ids

    wanted = page.lower()
    if wanted not in page_ids():
        near = difflib.get_close_matches(wanted, page_ids(), n=3, cutoff=0.5) or page_ids()
        raise ConfigurationError("guide.unknown-page", page=page, near=", ".join(near))
    return wanted


def _write_html(name: str, profile: Profile, *, only: bool) -> None:
    from harness.guide.html import as_html

    first = language()
    content = as_html(profile, [first] if only else [first, *(one for one in LANGUAGES if one != first)])
    if name == _STANDARD_OUTPUT:
        sys.stdout.buffer.write(content.encode("utf-8"))
        return
    _write(Path(name), content.encode("utf-8"))
    click.echo(say(_AREA, "written", path=name))


def _write_files(folder: Path) -> None:
    from harness.guide.packages import sample_files

    for name, content in sample_files().items():
        _write(folder / name, content)
        click.echo(say(_AREA, "written", path=folder / name))


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise ConfigurationError("guide.unwritable", path=path, detail=error.strerror or error) from error
