"""`lienthong export`: the good and the bad packages of a requirement, with a note why."""

from datetime import datetime
from pathlib import Path

import click

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.requirements import load_catalogue
from harness.cli.exits import Exit
from harness.cli.language import help_text, language, say
from harness.journal.recording import VIETNAM
from harness.rules.twins.base import Identity
from harness.rules.twins.registry import Twin, all_twins, twins_of

_AREA = "cli-export"
_NOTE = "README.md"
_HOSTILE = "SEC"
_ANCHORS = "trust-anchors.pem"


@click.command(name="export", help=help_text(_AREA))
@click.argument("requirement", metavar="REQUIREMENT")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), metavar="DIR", help=say(_AREA, "out")
)
@click.option("--lang", type=click.Choice(["vi", "en"]), help=say(_AREA, "lang"))
def command(requirement: str, out: Path, lang: str | None) -> int:
    """Write the packages of one requirement; see the help text."""
    key = requirement.upper()
    if key.startswith(f"{_HOSTILE}-"):
        return _hostile(key, out)
    twins = twins_of(key)
    if not twins:
        known = dict.fromkeys(twin.requirement.partition("-")[0] for twin in all_twins().values())
        raise ConfigurationError("export.unknown-requirement", id=requirement, known=", ".join((*known, _HOSTILE)))
    folder = out / key
    try:
        _write(twins, folder, Identity(day=datetime.now(VIETNAM).date()))
    except OSError as error:
        raise ConfigurationError("export.not-a-folder", path=folder, detail=error.strerror or error) from error
    click.echo(say(_AREA, "written", count=len(twins), folder=folder))
    return Exit.PASS


def _hostile(key: str, out: Path) -> Exit:
    """Write hostile packages; they take a PKI, so its anchors go with them."""
    from harness.crypto.testpki import Pki
    from harness.scenarios.hostile.piece import why
    from harness.scenarios.hostile.samples import GOOD_KEY, REQUIREMENTS, samples

    if key not in REQUIREMENTS:
        raise ConfigurationError("export.unknown-requirement", id=key, known=", ".join(REQUIREMENTS))
    now, folder = datetime.now(VIETNAM), out / key
    pki = Pki(now)
    statement = getattr(load_catalogue().requirements[key].statement, language())
    lines = [f"# {say(_AREA, 'title', id=key)}", "", statement, "", say(_AREA, "hostile", file=_ANCHORS), ""]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = samples(key, now, pki)
        for one in made:
            good = one.key == GOOD_KEY
            name = f"{'good' if good else 'bad'}-{one.name}.edxml"
            (folder / name).write_bytes(one.content)
            lines.append(f"- `{name}`: {say(_AREA, 'good') if good else why(one.key, language())}")
        (folder / _ANCHORS).write_bytes(pki.anchors_pem())
        (folder / _NOTE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError("export.not-a-folder", path=folder, detail=error.strerror or error) from error
    click.echo(say(_AREA, "written", count=len(made), folder=folder))
    return Exit.PASS


def _write(twins: list[Twin], folder: Path, identity: Identity) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for twin in twins:
        (folder / _file_name(twin)).write_bytes(twin.written(identity))
    (folder / _NOTE).write_text("\n".join(_note(twins)) + "\n", encoding="utf-8")


def _file_name(twin: Twin) -> str:
    return f"{'good' if twin.code is None else 'bad'}-{twin.name}.edxml"


def _note(twins: list[Twin]) -> list[str]:
    """Return the lines of the note: the requirement, and of each package what it is and why."""
    key = twins[0].requirement
    statement = getattr(load_catalogue().requirements[key].statement, language())
    lines = [f"# {say(_AREA, 'title', id=key)}", "", statement, "", say(_AREA, "check"), ""]
    for twin in twins:
        judged = say(_AREA, "good") if twin.code is None else say(_AREA, "bad", code=twin.code)
        lines.append(f"- `{_file_name(twin)}` ({judged}): {twin.why(language())}")
    return lines
