"""`lienthong explain`: what a finding means and how to fix it."""

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import click

from harness.catalogue.clauses import clause_text
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.findings import Finding
from harness.catalogue.profiles import DEFAULT_PROFILE, Profile, load_profile
from harness.catalogue.requirements import Requirement
from harness.catalogue.texts import LANGUAGES, finding_text, known_finding
from harness.cli.exits import Exit
from harness.cli.language import help_text, language, say
from harness.cli.verb_help import Verb
from harness.rules.undecided import OPEN
from harness.vectors.examples import example_of, shown
from harness.vectors.kept.registry import kept_vectors_of
from harness.vectors.packages.base import DocumentIdentity
from harness.vectors.registry import vectors_of
from harness.vectors.signed_examples import signed_examples

_AREA = "cli-explain"
_NEAR = 5


@click.command(cls=Verb, name="explain", help=help_text(_AREA))
@click.argument("code", metavar="CODE")
@click.option("--profile", default=DEFAULT_PROFILE, show_default=True, metavar="ID", help=say(_AREA, "profile"))
@click.option("--source", is_flag=True, help=say(_AREA, "source"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(_AREA, "lang"))
def command(code: str, profile: str, source: bool, lang: str | None) -> int:
    """Print what a code, a requirement or a group means; see the help text."""
    from harness.selfcheck.finding_codes import codes_of

    loaded = load_profile(profile)
    requirement, _, reason = code.partition(".")
    key = requirement.upper()
    full = f"{key}.{reason}"
    if reason and key in loaded.requirements and known_finding(full):
        _requirement(loaded.requirements[key])
        if source:
            _sources(key, full)
            return Exit.PASS
        _code(full, loaded)
    elif not reason and key in loaded.requirements:
        _requirement(loaded.requirements[key])
        if source:
            _sources(key)
            return Exit.PASS
        for each in codes_of(key):
            click.echo()
            _code(each, loaded)
    elif not reason and any(entry.group == key for entry in loaded.requirements.values()):
        for entry in (entry for entry in loaded.requirements.values() if entry.group == key):
            click.echo(f"{entry.id}  {entry.statement[language()]}")
            for each in codes_of(entry.id):
                click.echo(f"        {each}")
    else:
        raise ConfigurationError("explain.unknown-code", code=code, near=", ".join(_near(code, loaded)))
    return Exit.PASS


def _sources(requirement: str, code: str | None = None) -> None:
    """Print file and line of everything about a requirement or code, from the working folder where that is above."""
    from harness.selfcheck.places import places_of

    here = Path.cwd()
    for one in places_of(requirement, code):
        path, line = one.place
        shown = path.relative_to(here) if path.is_relative_to(here) else path
        click.echo(f"  {say(_AREA, f'place.{one.kind}')}: {one.name}  {shown}:{line}")


def _requirement(requirement: Requirement) -> None:
    click.secho(f"{requirement.id}  {requirement.statement[language()]}", bold=True)
    _line("clause", clause_text(requirement.clause, language()))
    _line("level", say(_AREA, f"level.{requirement.level}"))
    _line("basis", f"{requirement.basis}: {say(_AREA, f'basis.{requirement.basis}')}")
    count = len(vectors_of(requirement.id)) or len(kept_vectors_of(requirement.id))
    if count:
        _line("packages", f"lienthong export {requirement.id} ({count})")


def _code(code: str, profile: Profile) -> None:
    click.secho(code, bold=True)
    _line("weight", say(_AREA, f"weight.{_weight(code, profile)}"))
    _line("message", _shown(code, "message"))
    _line("meaning", _shown(code, "explain"))
    _line("remedy", _shown(code, "remedy"))
    _example(code)


def _example(code: str) -> None:
    """Print how a package with this finding differs from a good one, where the rule is about packages."""
    vector = next((one for one in vectors_of(code.partition(".")[0]) if one.code == code), None)
    if vector is not None:
        example = example_of(vector, DocumentIdentity())
        _side("bad", shown(example.bad, example.good))
        _side("good", shown(example.good, example.bad))
    elif (kept := signed_examples().get(code)) is not None:
        _side("bad", kept.bad)
        _side("good", kept.good)
        if kept.note is not None:
            _line("example.note", kept.note[language()])


def _side(side: Literal["bad", "good"], lines: Sequence[str]) -> None:
    click.echo(f"  {say(_AREA, f'example.{side}')}:{'' if lines else ' ' + say(_AREA, 'example.none')}")
    for line in lines:
        click.echo(f"    {line}")


def _weight(code: str, profile: Profile) -> str:
    reason = code.partition(".")[2]
    hard = reason == "revocation-unknown" and profile.parameters.signatures.revocation == "hard"
    return "open" if reason in OPEN and not hard else str(profile.severity(Finding(code)))


def _shown(code: str, part: Literal["message", "explain", "remedy"]) -> str:
    """Return a text without values: each is shown by its name."""
    values: dict[str, str] = {}
    while True:
        try:
            return finding_text(code, part, language(), **values)
        except KeyError as error:
            name = str(error.args[0])
            if name in values:
                raise
            values[name] = f"‹{name}›"


def _line(key: str, words: str) -> None:
    click.echo(f"  {say(_AREA, key)}: {words}")


def _near(code: str, profile: Profile) -> Iterator[str]:
    from harness.selfcheck.finding_codes import codes_of

    known = [each for key in profile.requirements for each in (key, *codes_of(key))]
    yield from difflib.get_close_matches(code, known, n=_NEAR, cutoff=0.4)
