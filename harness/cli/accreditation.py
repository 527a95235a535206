"""`lienthong accreditation`: the validation pack, made and checked."""

from datetime import UTC, datetime
from pathlib import Path

import click

from harness.cli.exits import Exit
from harness.cli.language import help_text, say
from harness.cli.verb_help import Verb

_AREA = "cli-accreditation"
_SHOWN = 200


@click.command(cls=Verb, name="accreditation", help=help_text(_AREA))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--matrix", type=click.Path(path_type=Path), metavar="JSON", help=say(_AREA, "matrix"))
@click.option("--check", is_flag=True, help=say(_AREA, "check"))
@click.option("--key", type=click.Path(path_type=Path), metavar="PEM", help=say(_AREA, "key"))
@click.option("--lang", type=click.Choice(["vi", "en"]), help=say(_AREA, "lang"))
def command(file: Path, matrix: Path | None, check: bool, key: Path | None, lang: str | None) -> int:
    """Make or check a validation pack; see the help text."""
    return _checked(file, key) if check else _made(file, matrix)


def _made(file: Path, matrix: Path | None) -> int:
    from harness.accreditation.validation_pack import validation_pack
    from harness.catalogue.errors import ConfigurationError
    from harness.cli.laboratory import configured_laboratory
    from harness.journal.whole_file import write_whole

    laboratory = configured_laboratory()
    if laboratory is None:
        raise ConfigurationError("accreditation.no-key")
    content = validation_pack(laboratory, datetime.now(UTC), matrix)
    try:
        write_whole(file, content)
    except OSError as error:
        raise ConfigurationError("out.unwritable", path=file, detail=error.strerror or error) from error
    click.echo(say(_AREA, "made", file=file, size=len(content)))
    if matrix is None:
        click.echo(say(_AREA, "no-matrix"), err=True)
    return Exit.PASS


def _checked(file: Path, key: Path | None) -> int:
    from harness.accreditation.validation_pack import verify_pack
    from harness.catalogue.findings import clipped
    from harness.cli.laboratory import known_laboratory
    from harness.seal.laboratory import read_signer

    signer = read_signer(key) if key else known_laboratory()[0]
    found = verify_pack(file, (signer.key,) if signer else ())
    if found.problems:
        click.echo(say(_AREA, "broken", files=clipped(", ".join(found.problems), _SHOWN)))
        return Exit.FAIL
    version = clipped(str(found.content.get("harness", {}).get("version")), _SHOWN)
    click.echo(say(_AREA, "holds", version=version, made=clipped(str(found.content.get("made")), _SHOWN)))
    click.echo(say(_AREA, "signer", name=clipped(signer.name, _SHOWN)) if signer else say(_AREA, "unknown"))
    return Exit.PASS if found.known else Exit.INCONCLUSIVE
