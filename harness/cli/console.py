"""`lienthong console`: the web console, its first accounts, its backups."""

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.catalogue.errors import ConfigurationError
from harness.cli.console_place import DATABASE_VARIABLE, data_option, database_option, lang_option, opened, place
from harness.cli.console_runner import runner
from harness.cli.exits import Exit
from harness.cli.language import help_text, language, say
from harness.cli.listen_address import address
from harness.cli.page_password import first_line
from harness.cli.verb_help import Verb, VerbGroup

if TYPE_CHECKING:
    from harness.console.console_state import ConsoleState

_AREA = "cli-console"
_DEFAULT_LISTEN = "127.0.0.1:8500"
_BY_COMMAND = "command line"
# How this command line is begun anew: runs are processes of their own.
_PROGRAM = (sys.executable, "-c", "from harness.cli import main; main()")


@click.group(cls=VerbGroup, name="console", help=help_text(_AREA), invoke_without_command=True)
@click.option("--listen", default=_DEFAULT_LISTEN, show_default=True, metavar="HOST:PORT", help=say(_AREA, "listen"))
@data_option
@database_option
@click.option("--https", is_flag=True, help=say(_AREA, "https"))
@click.option("--openid", type=click.Path(path_type=Path), metavar="FILE", help=say(_AREA, "openid"))
@lang_option
@click.pass_context
def command(
    ctx: click.Context,
    listen: str,
    data: Path,
    database: str | None,
    https: bool,
    openid: Path | None,
    lang: str | None,
) -> int | None:
    """Serve until interrupted; see the help text."""
    ctx.obj = (data, database)
    if ctx.invoked_subcommand is not None:
        return None
    from harness.console.people.accounts import has_accounts
    from harness.console.server import serve
    from harness.workbench.access import is_loopback

    host, port = address(listen)
    state = _state(data, database, openid, local=is_loopback(host), secure=https)
    with state.database.reading() as db:
        if not has_accounts(db):
            click.echo(say(_AREA, "nobody", data=data), err=True)

    def announce(where: str) -> None:
        click.echo(say(_AREA, "open", address=where), err=True)

    _complain_to_standard_error()
    try:
        serve(state, language(), (host, port), announce)
    except KeyboardInterrupt:
        click.echo(say(_AREA, "closed"), err=True)
    finally:
        state.database.close()
    return Exit.PASS


command.add_command(runner)


@command.group(cls=VerbGroup, name="user", help=help_text(_AREA, "user.help"))
def user() -> None:
    """Accounts of the console."""


@user.command(cls=Verb, name="add", help=help_text(_AREA, "user-add.help"))
@click.argument("name", metavar="NAME")
@click.option("--role", required=True, metavar="ROLE", help=say(_AREA, "role"))
@click.option("--organisation", metavar="NAME", help=say(_AREA, "organisation"))
@click.option("--password-file", type=click.Path(path_type=Path), metavar="FILE", help=say(_AREA, "password-file"))
@data_option
@database_option
@lang_option
@click.pass_context
def user_add(
    ctx: click.Context,
    name: str,
    role: str,
    organisation: str | None,
    password_file: Path | None,
    data: Path,
    database: str | None,
    lang: str | None,
) -> int:
    """Add an account; see the help text."""
    from harness.console.people.accounts import add_user

    kept = opened(ctx, data, database)
    password = _asked() if password_file is None else first_line(password_file)
    try:
        with kept.writing() as db:
            added = add_user(db, name, role, password, organisation, _BY_COMMAND)
            click.echo(say(_AREA, "added", name=added.name, role=added.role))
    finally:
        kept.close()
    return Exit.PASS


@command.command(cls=Verb, name="backup", help=help_text(_AREA, "backup.help"))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@data_option
@database_option
@lang_option
@click.pass_context
def backup(ctx: click.Context, file: Path, data: Path, database: str | None, lang: str | None) -> int:
    """Write the console into a file; see the help text."""
    from harness.console.data.database import check_there
    from harness.console.safekeeping.backup import back_up

    folder, url = place(ctx, data, database)
    check_there(folder, url)
    kept = opened(ctx, data, database)
    try:
        manifest = back_up(kept, folder, file)
    finally:
        kept.close()
    click.echo(say(_AREA, "backed-up", file=file, files=len(manifest.digests), runs=manifest.rows.get("runs", 0)))
    return Exit.PASS


@command.command(cls=Verb, name="restore", help=help_text(_AREA, "restore.help"))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@data_option
@database_option
@lang_option
@click.pass_context
def restore(ctx: click.Context, file: Path, data: Path, database: str | None, lang: str | None) -> int:
    """Make a console from a backup; see the help text."""
    from harness.console.safekeeping.restoration import restore as restored

    folder, url = place(ctx, data, database)
    manifest = restored(file, folder, url)
    click.echo(say(_AREA, "restored", data=folder, files=len(manifest.digests), runs=manifest.rows.get("runs", 0)))
    return Exit.PASS


@command.command(cls=Verb, name="retention", help=help_text("retention", "cli.help"))
@click.option("--apply", is_flag=True, help=say("retention", "cli.apply"))
@click.option("--by", metavar="NAME", default="", help=say("retention", "cli.by"))
@click.option("--reason", metavar="TEXT", default="", help=say("retention", "cli.reason"))
@data_option
@database_option
@lang_option
@click.pass_context
def retention(
    ctx: click.Context, apply: bool, by: str, reason: str, data: Path, database: str | None, lang: str | None
) -> int:
    """List what is past its period, and delete it if asked to; see the help text."""
    from harness.cli.retention import told_retention
    from harness.console.data.database import check_there
    from harness.console.safekeeping.deletion import DeletionOrder

    folder, url = place(ctx, data, database)
    check_there(folder, url)
    state = _state(folder, url, None, local=True, secure=False)
    try:
        return told_retention(state, DeletionOrder(by.strip(), reason.strip()) if apply else None)
    finally:
        state.database.close()


def _asked() -> str:
    """Ask for a password twice at the terminal.

    Raises:
        ConfigurationError: there is no terminal to ask at.
    """
    if not sys.stdin.isatty():
        raise ConfigurationError("console.no-terminal")
    password: str = click.prompt(
        say(_AREA, "password"), hide_input=True, confirmation_prompt=say(_AREA, "password-again"), err=True
    )
    return password


def _state(data: Path, database: str | None, openid: Path | None, *, local: bool, secure: bool) -> "ConsoleState":
    from harness.cli.laboratory import AUTHORITY, configured_certifier, known_laboratory
    from harness.console.console_state import ConsoleState
    from harness.console.data.database import ConsoleDatabase
    from harness.console.openid.provider import OpenIdProvider
    from harness.console.openid.provider_file import load_settings
    from harness.console.subjects.vault import SecretVault

    settings = None if openid is None else load_settings(openid, os.environ)
    certifier, (laboratory, _) = configured_certifier(), known_laboratory()
    data = data.resolve()
    kept = ConsoleDatabase(data, database)
    # Runs and adapters have no business with the database, with the secret of the console at its provider, nor with
    # the key that signs certificates.
    ours = {DATABASE_VARIABLE, settings.file.client_secret_env if settings else None}
    environment = {
        name: value for name, value in os.environ.items() if name not in ours and not name.startswith(AUTHORITY)
    }
    provider = None if settings is None else OpenIdProvider(settings)
    return ConsoleState(
        data, kept, SecretVault(data), _PROGRAM, local=local, secure=secure, openid=provider, environment=environment,
        certifier=certifier, laboratory=laboratory.key if laboratory else None,
    )  # fmt: skip


def _complain_to_standard_error() -> None:
    """Log what went wrong in the console for its operator: people in the browser only see that something did."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.ERROR)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    for name in ("harness.console", "uvicorn.error"):
        logging.getLogger(name).addHandler(handler)
