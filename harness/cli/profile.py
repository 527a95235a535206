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
    from harness.catalogue.texts import Language
    from harness.selfcheck.trust import TrustNote

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
    from harness.selfcheck.trust import not_as_published, trust_notes

    notes: list[TrustNote] = []
    if profile is None:
        problems = [*lint_shipped(), *lint_pack(), *(one for name in profile_names() for one in lint_effects(name))]
    else:
        notes = list(trust_notes(profile))
        problems = [*lint_whole(profile), *not_as_published(notes)]
    if form == "json":
        rows = [_as_data(problem) for problem in problems]
        _print_json({"schema": "lienthong.lint/1", "problems": rows, "certificates": [_as_row(one) for one in notes]})
    else:
        for note in (one for one in notes if one.likeness != "name-only"):  # of which a problem tells
            click.echo(f"{note.path}:{note.line}: {_note_sentence(note, language())}")
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


def _note_sentence(note: "TrustNote", lang: "Language") -> str:
    """Return what is known of a certificate, its addresses included; names in it are a stranger's words."""
    from harness.catalogue.findings import clipped
    from harness.catalogue.texts import text

    known = note.recognition.of.name if note.recognition else None
    name = getattr(known, lang) if known else ""
    whose = text(_AREA, f"lint.certificate.{note.likeness}", lang, file=note.file, subject=clipped(note.subject),
                 sha256=note.sha256, name=name)  # fmt: skip
    parts = [("OCSP", note.ocsp), ("CRL", note.crls)]
    return " ".join([whose, *(f"{kind}: {clipped(', '.join(urls), 300)}." for kind, urls in parts if urls)])


def _as_row(note: "TrustNote") -> dict[str, object]:
    from harness.catalogue.texts import LANGUAGES

    return {
        "path": str(note.path), "line": note.line, "file": note.file, "subject": note.subject, "sha256": note.sha256,
        "likeness": note.likeness, "ocsp": note.ocsp, "crls": note.crls,
        "message": {name: _note_sentence(note, name) for name in LANGUAGES},
    }  # fmt: skip


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
