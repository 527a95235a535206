"""The message of a command that sealed a run for which the time stamping authority gave no stamp."""

from typing import TYPE_CHECKING

import click

from harness.catalogue.findings import clipped
from harness.cli.language import say

if TYPE_CHECKING:
    from harness.seal.timestamp import NotStamped

_LONGEST = 200


def complain_unstamped(unstamped: "NotStamped | None") -> None:
    """Say on standard error that a run was sealed without the time stamp it should have, if so."""
    if unstamped is not None:
        click.echo(unstamped_sentence(unstamped), err=True)


def unstamped_sentence(unstamped: "NotStamped") -> str:
    """Return the sentence that there is no time stamp, and why."""
    why = say("cli", f"unstamped.{unstamped.reason}", detail=clipped(unstamped.detail, _LONGEST))
    return say("cli", "unstamped", why=why)
