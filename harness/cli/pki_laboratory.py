"""`lienthong pki laboratory`: the key of a real laboratory or authority, in its own name, encrypted by a passphrase."""

import sys
from pathlib import Path

import click

from harness.cli.exits import Exit
from harness.cli.language import help_text, say
from harness.cli.verb_help import Verb

_AREA = "cli-pki"


@click.command(name="laboratory", cls=Verb, help=help_text(_AREA, "help.laboratory"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", required=True, metavar="NAME", help=say(_AREA, "laboratory.name"))
@click.option("--address", default="", metavar="TEXT", help=say(_AREA, "laboratory.address"))
@click.option("--register", default="", metavar="URL", help=say(_AREA, "laboratory.register"))
@click.option("--passphrase-file", type=click.Path(path_type=Path), metavar="FILE", help=say(_AREA, "passphrase-file"))
@click.option("--no-passphrase", is_flag=True, help=say(_AREA, "no-passphrase"))
@click.option("--pkcs11", "module", metavar="LIBRARY", help=say(_AREA, "pkcs11"))
@click.option("--token", "token", default="", metavar="LABEL", help=say(_AREA, "token"))
@click.option("--key-label", "label", default="lienthong", show_default=True, metavar="LABEL", help=say(_AREA, "label"))
@click.option("--quiet", is_flag=True, help=say(_AREA, "quiet"))
def laboratory(
    folder: Path,
    name: str,
    address: str,
    register: str,
    passphrase_file: Path | None,
    no_passphrase: bool,
    module: str | None,
    token: str,
    label: str,
    quiet: bool,
) -> int:
    """Make a laboratory's folder; see the help text."""
    from harness.seal.laboratory import HardwareToken
    from harness.seal.laboratory_folder import create_laboratory

    passphrase = None if no_passphrase else _passphrase(passphrase_file)
    place = HardwareToken(module, token, label) if module else None
    made = create_laboratory(
        folder, name=name, address=address, register=register, passphrase=passphrase, token=place
    )  # fmt: skip
    kept = "made.token" if place else "made.keep" if passphrase else "made.plain"
    if not quiet:
        click.echo(say(_AREA, "made.certificate" if place else "made.laboratory", folder=folder, name=made.name))
        click.echo(say(_AREA, kept, folder=folder))
    return Exit.PASS


def _passphrase(file: Path | None) -> bytes | None:
    """Return the passphrase from a file, else as typed twice at the terminal.

    Raises:
        ConfigurationError: nobody is there to be asked.
    """
    from harness.catalogue.errors import ConfigurationError
    from harness.cli.page_password import first_line

    if file is not None:
        return first_line(file).encode()
    if not sys.stdin.isatty():
        raise ConfigurationError("laboratory.no-terminal")
    typed: str = click.prompt(say("cli", "laboratory.passphrase"), hide_input=True, confirmation_prompt=True, err=True)
    return typed.encode()
