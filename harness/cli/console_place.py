"""Which console a command of `lienthong console` is about: its data folder and its database."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.language import say

if TYPE_CHECKING:
    from harness.console.data.database import ConsoleDatabase

_AREA = "cli-console"
DATABASE_VARIABLE = "LIENTHONG_CONSOLE_DATABASE"
_DEFAULT_DATA = "lienthong-console"

data_option = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=_DEFAULT_DATA, show_default=True, metavar="DIR",
    help=say(_AREA, "data"),
)  # fmt: skip
database_option = click.option("--database", metavar="URL", envvar=DATABASE_VARIABLE, help=say(_AREA, "database"))
lang_option = click.option("--lang", type=click.Choice(["vi", "en"]), help=say(_AREA, "lang"))


def opened(ctx: click.Context, data: Path, database: str | None) -> "ConsoleDatabase":
    """Open the database that was named, before the subcommand or after it.

    Raises:
        ConfigurationError: it cannot be opened.
    """
    from harness.console.data.database import ConsoleDatabase

    return ConsoleDatabase(*place(ctx, data, database))


def place(ctx: click.Context, data: Path, database: str | None) -> tuple[Path, str | None]:
    """Return data folder and database that were named, before the subcommand or after it."""
    outer: tuple[Path, str | None] = ctx.obj or (Path(_DEFAULT_DATA), None)
    return (outer[0] if str(data) == _DEFAULT_DATA else data), database or outer[1]
