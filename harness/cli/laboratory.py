"""Which laboratory a call is made by: `--laboratory`, else LIENTHONG_LABORATORY, else none; and its passphrase."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.language import say
from harness.cli.page_password import first_line

if TYPE_CHECKING:
    from harness.seal.laboratory import KnownSigner, Laboratory
    from harness.seal.timestamp import TimeStampingAuthority

VARIABLE = "LIENTHONG_LABORATORY"
PASSPHRASE = "LIENTHONG_LABORATORY_PASSPHRASE"  # noqa: S105 - the name of a variable
PASSPHRASE_FILE = "LIENTHONG_LABORATORY_PASSPHRASE_FILE"  # noqa: S105


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


def _passphrase() -> bytes | None:
    file = os.environ.get(PASSPHRASE_FILE)
    if file:
        return first_line(Path(file)).encode()
    given = os.environ.get(PASSPHRASE)
    if given is None and sys.stdin.isatty():
        given = click.prompt(say("cli", "laboratory.passphrase"), hide_input=True, err=True)
    return given.encode() if given else None
