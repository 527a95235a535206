"""`lienthong console runner`: the machines that may take runs of a console."""

from pathlib import Path

import click

from harness.cli.console_place import data_option, database_option, lang_option, opened
from harness.cli.exits import Exit
from harness.cli.language import help_text, say
from harness.cli.verb_help import Verb, VerbGroup

_AREA = "cli-runner"
_BY_COMMAND = "command line"


@click.group(cls=VerbGroup, name="runner", help=help_text(_AREA, "group.help"))
def runner() -> None:
    """Machines that may take runs."""


@runner.command(cls=Verb, name="add", help=help_text(_AREA, "add.help"))
@click.argument("name", metavar="NAME")
@data_option
@database_option
@lang_option
@click.pass_context
def add(ctx: click.Context, name: str, data: Path, database: str | None, lang: str | None) -> int:
    """Make the token of a runner; see the help text."""
    from harness.console.runners.registry import add_runner

    kept = opened(ctx, data, database)
    try:
        with kept.writing() as db:
            token = add_runner(db, name, _BY_COMMAND)
    finally:
        kept.close()
    click.echo(say(_AREA, "added", name=name), err=True)
    click.echo(token)
    return Exit.PASS


@runner.command(cls=Verb, name="list", help=help_text(_AREA, "list.help"))
@data_option
@database_option
@lang_option
@click.pass_context
def listed(ctx: click.Context, data: Path, database: str | None, lang: str | None) -> int:
    """List the runners; see the help text."""
    from sqlalchemy import select

    from harness.console.data.runner_tables import RunnerRow
    from harness.console.runners.leases import taken_by
    from harness.console.runners.registry import runner_state

    kept = opened(ctx, data, database)
    try:
        with kept.reading() as db:
            for row in db.scalars(select(RunnerRow).order_by(RunnerRow.name)):
                state = say(_AREA, f"state.{runner_state(row)}")
                click.echo(say(_AREA, "line", name=row.name, state=state, version=row.version or "–",
                               running=len(taken_by(db, row)), capacity=row.capacity))  # fmt: skip
    finally:
        kept.close()
    return Exit.PASS


@runner.command(cls=Verb, name="remove", help=help_text(_AREA, "remove.help"))
@click.argument("name", metavar="NAME")
@data_option
@database_option
@lang_option
@click.pass_context
def remove(ctx: click.Context, name: str, data: Path, database: str | None, lang: str | None) -> int:
    """Take the token of a runner back; see the help text."""
    from harness.console.runners.registry import revoke_runner, runner_named

    kept = opened(ctx, data, database)
    try:
        with kept.writing() as db:
            revoke_runner(db, runner_named(db, name), _BY_COMMAND)
    finally:
        kept.close()
    click.echo(say(_AREA, "removed", name=name))
    return Exit.PASS
