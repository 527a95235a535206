"""Which laboratory a call is made by: `--laboratory`, else LIENTHONG_LABORATORY, else none; and its passphrase."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.language import say
from harness.cli.page_password import first_line

if TYPE_CHECKING:
    from harness.console.certification.certifier import Certifier
    from harness.seal.laboratory import KnownSigner, Laboratory
    from harness.seal.timestamp import TimeStampingAuthority

VARIABLE = "LIENTHONG_LABORATORY"
AUTHORITY = "LIENTHONG_AUTHORITY"


def configured_laboratory(folder: Path | None = None) -> "Laboratory | None":
    """Return the laboratory in `folder`, else in the folder that LIENTHONG_LABORATORY names, else None.

    The passphrase of an encrypted key comes from a file or from the environment, and else is asked for at the terminal.

    Raises:
        ConfigurationError: the folder has neither key nor identity, one of its files is wrong, or the passphrase is.
    """
    from harness.seal.laboratory import load_laboratory

    named = folder or os.environ.get(VARIABLE)
    return load_laboratory(Path(named), _passphrase) if named else None


def known_laboratory() -> "tuple[KnownSigner | None, TimeStampingAuthority | None]":
    """Return what is publicly known of the laboratory that LIENTHONG_LABORATORY names; nobody is asked for anything.

    Raises:
        ConfigurationError: the folder has neither key nor identity, or one of its files is wrong.
    """
    from harness.seal.laboratory import known_laboratory as known

    named = os.environ.get(VARIABLE)
    return known(Path(named)) if named else (None, None)


def configured_certifier() -> "Certifier | None":
    """Return by whom is certified: the authority in LIENTHONG_AUTHORITY, else the laboratory where it has the terms.

    Raises:
        ConfigurationError: a folder is not that of an authority or laboratory, or one of its files is wrong.
    """
    from harness.certificates.authority import authority_of
    from harness.console.certification.certifier import Certifier
    from harness.seal.laboratory import load_laboratory

    own = os.environ.get(AUTHORITY)
    named = own or os.environ.get(VARIABLE)
    if not named:
        return None
    folder = Path(named)
    if not own and not _certifies(folder):
        return None
    authority = authority_of(load_laboratory(folder, _of_authority if own else _passphrase), folder)
    laboratory, _ = known_laboratory()
    return Certifier(authority, laboratory.key if laboratory else authority.keys[0])


def _certifies(folder: Path) -> bool:
    from harness.seal.laboratory import read_identity

    identity = read_identity(folder)
    return identity is not None and identity.certificates is not None


def _of_authority() -> bytes | None:
    return _passphrase(AUTHORITY)


def _passphrase(variable: str = VARIABLE) -> bytes | None:
    file = os.environ.get(f"{variable}_PASSPHRASE_FILE")
    if file:
        return first_line(Path(file)).encode()
    given = os.environ.get(f"{variable}_PASSPHRASE")
    if given is None and sys.stdin.isatty():
        given = click.prompt(say("cli", "laboratory.passphrase"), hide_input=True, err=True)
    return given.encode() if given else None
