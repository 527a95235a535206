"""Every failure that a user can see, as one sentence and an exit status."""

import errno
import os
import sys

import click

from harness.catalogue.clipped_text import clipped
from harness.catalogue.errors import ConfigurationError
from harness.cli.exits import Exit
from harness.cli.language import say, sentence
from harness.cli.misuse import misuse

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def report_failure(error: BaseException) -> int:
    """Print what went wrong to standard error and return the exit status.

    Args:
        error: what a verb raised; a `SystemExit` keeps its status.
    """
    if isinstance(error, SystemExit):
        # No verb exits this way: click does, with 1, when its output is no longer read.
        return Exit.PASS if error.code in {None, 0} else Exit.INCONCLUSIVE
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return Exit.USAGE
    if isinstance(error, click.ClickException):
        click.echo(misuse(error), err=True)
        return Exit.USAGE
    if isinstance(error, ConfigurationError):
        _complain(configuration_sentence(error))
        return Exit.USAGE
    if isinstance(error, click.Abort | KeyboardInterrupt):
        _complain(say("cli", "interrupted"))
        return Exit.INCONCLUSIVE
    if isinstance(error, BrokenPipeError):
        sys.stderr.close()  # flushing what is left would raise another error
        return Exit.INCONCLUSIVE
    if isinstance(error, OSError) and error.errno in _FULL:
        _complain(say("cli", "disk-full", place=clipped(str(error.filename or "-"))))
        return Exit.HARNESS
    _complain(say("cli", "harness-failed", kind=type(error).__name__, detail=clipped(str(error))))
    if os.environ.get("LIENTHONG_TRACEBACK"):
        import traceback

        traceback.print_exception(error)
    return Exit.HARNESS


def configuration_sentence(error: ConfigurationError) -> str:
    """Return what is wrong, where, and what to do, in the language of this call."""
    place = f"{error.path}:{error.line}: " if error.path and error.line else f"{error.path}: " if error.path else ""
    return place + sentence(error.code, **{name: clipped(value) for name, value in error.parameters.items()})


def _complain(message: str) -> None:
    click.echo(f"lienthong: {message}", err=True)
