"""`lienthong profile`: lists, shows and checks the profiles."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from harness.catalogue.texts import LANGUAGES
from harness.cli.exits import Exit
from harness.cli.language import help_text, language, say, sentence
from harness.cli.verb_help import Verb, VerbGroup

if TYPE_CHECKING:
    from harness.catalogue.lint import LintProblem

_AREA = "cli-profile"


def _output(*forms: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a subcommand the options of its output, whose first form is the usual one."""
    lang = click.option("--lang", type=click.Choice(LANGUAGES), help=say(_AREA, "lang"))
    choice = click.Choice(forms)
    form = click.option("--format", "form", type=choice, default=forms[0], show_default=True, help=say(_AREA, "format"))
    return lambda function: form(lang(function))


@click.group(cls=VerbGroup, name="profile", help=help_text(_AREA))
def command() -> None:
    """Group of the subcommands; the help text is in the message files."""


@command.command("list", cls=Verb, help=help_text(_AREA, "help.list"), short_help=say(_AREA, "short.list"))
@_output("text", "json")
def list_profiles(form: str, lang: str | None) -> int:
    """List the shipped profiles; see the help text."""
    import msgspec

    from harness.catalogue.profiles import DEFAULT_PROFILE, load_profile, profile_names
    from harness.cli.profile_view import as_row

    profiles = [load_profile(name) for name in profile_names()]
    if form == "json":
        rows = [
            {"id": one.id, "version": one.version, "title": msgspec.to_builtins(one.title), "sha256": one.sha256}
            for one in profiles
        ]
        _print_json({"schema": "lienthong.profiles/1", "default": DEFAULT_PROFILE, "profiles": rows})
        return Exit.PASS
    for profile in profiles:
        note = say(_AREA, "default") if profile.id == DEFAULT_PROFILE else ""
        for line in as_row(profile, language(), note):
            click.echo(line)
    return Exit.PASS


@command.command("show", cls=Verb, help=help_text(_AREA, "help.show"), short_help=say(_AREA, "short.show"))
@click.argument("profile", metavar="ID")
@_output("text", "json")
def show(profile: str, form: str, lang: str | None) -> int:
    """Show one profile; see the help text."""
    from harness.catalogue.profiles import load_profile
    from harness.cli.profile_view import as_data, as_lines

    loaded = load_profile(profile)
    if form == "json":
        _print_json(as_data(loaded))
    else:
        for line in as_lines(loaded, language()):
            click.echo(line)
    return Exit.PASS


@command.command("lint", cls=Verb, help=help_text(_AREA, "help.lint"), short_help=say(_AREA, "short.lint"))
@click.argument("profile", metavar="[FILE]", required=False)
@_output("text", "json")
def lint(profile: str | None, form: str, lang: str | None) -> int:
    """Check one profile, or all shipped data; see the help text."""
    from harness.catalogue.lint import lint_shipped
    from harness.catalogue.profiles import profile_names
    from harness.selfcheck.profile import lint_effects, lint_whole
    from harness.selfcheck.selfcheck import lint_pack

    if profile is None:
        problems = [*lint_shipped(), *lint_pack(), *(one for name in profile_names() for one in lint_effects(name))]
    else:
        problems = list(lint_whole(profile))
    if form == "json":
        _print_json({"schema": "lienthong.lint/1", "problems": [_as_data(problem) for problem in problems]})
    else:
        for problem in problems:
            click.echo(f"{problem.path}:{problem.line}: {sentence(f'lint.{problem.code}', **problem.parameters)}")
        click.echo(say(_AREA, "lint.count", count=len(problems)) if problems else say(_AREA, "lint.nothing"), err=True)
    return Exit.FAIL if problems else Exit.PASS


@command.command("coverage", cls=Verb, help=help_text(_AREA, "help.coverage"), short_help=say(_AREA, "short.coverage"))
@click.argument("profile", metavar="ID")
@_output("text", "json", "html")
def coverage(profile: str, form: str, lang: str | None) -> int:
    """Show how far the standard's clauses are tested; see the help text."""
    from harness.catalogue.profiles import load_profile
    from harness.cli.profile_view import width
    from harness.selfcheck.coverage import coverage_of, encoded
    from harness.selfcheck.coverage_page import as_html, as_text

    covered = coverage_of(load_profile(profile))
    if form == "json":
        click.echo(encoded(covered).decode("utf-8"), nl=False)
    elif form == "html":
        click.echo(as_html(covered, language()), nl=False)
    else:
        click.echo(as_text(covered, language(), width()), nl=False)
    return Exit.PASS


def _as_data(problem: "LintProblem") -> dict[str, object]:
    from harness.catalogue.texts import LANGUAGES, text

    message = {name: text("errors", f"lint.{problem.code}", name, **problem.parameters) for name in LANGUAGES}
    return {"code": problem.code, "path": str(problem.path), "line": problem.line, "message": message}


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
