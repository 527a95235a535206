"""`lienthong runner`: this machine carries out runs of a console."""

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.catalogue.errors import ConfigurationError
from harness.cli.console_place import DATABASE_VARIABLE
from harness.cli.exits import Exit
from harness.cli.language import help_text, language, say
from harness.cli.page_password import first_line
from harness.cli.verb_help import Verb

if TYPE_CHECKING:
    from harness.console.machine.runner_machine import RunnerSettings

_AREA = "cli-runner"
_VARIABLE = "LIENTHONG_RUNNER_TOKEN"
_PROGRAM = (sys.executable, "-c", "from harness.cli import main; main()")
_MOST = 64
_LARGEST_PORT = 65_535


@click.command(cls=Verb, name="runner", help=help_text(_AREA))
@click.option("--console", required=True, metavar="URL", help=say(_AREA, "console"))
@click.option("--token-file", type=click.Path(path_type=Path), metavar="FILE", help=say(_AREA, "token-file"))
@click.option("--capacity", type=click.IntRange(1, _MOST), default=1, show_default=True, metavar="N",
              help=say(_AREA, "capacity"))  # fmt: skip
@click.option("--listen", default="127.0.0.1:0", show_default=True, metavar="HOST:PORTS", help=say(_AREA, "listen"))
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default="lienthong-runner", show_default=True,
              metavar="DIR", help=say(_AREA, "data"))  # fmt: skip
@click.option("--ca", type=click.Path(path_type=Path), metavar="PEM", help=say(_AREA, "ca"))
@click.option("--unencrypted", is_flag=True, help=say(_AREA, "unencrypted"))
@click.option("--lang", type=click.Choice(["vi", "en"]), help=say(_AREA, "lang"))
def command(
    console: str,
    token_file: Path | None,
    capacity: int,
    listen: str,
    data: Path,
    ca: Path | None,
    unencrypted: bool,
    lang: str | None,
) -> int:
    """Carry out runs of a console until interrupted; see the help text."""
    from harness.console.machine.console_link import ConsoleDeclined, ConsoleLink
    from harness.console.machine.runner_machine import RunnerMachine, instance_of

    settings = _settings(data.resolve(), capacity, listen)
    link = ConsoleLink(console, _token(token_file), instance_of(settings.data), ca=ca, plain=unencrypted)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as by Ctrl-C: a service is ended this way
    try:
        RunnerMachine(settings, link, _tell).serve()
    except ConsoleDeclined as error:
        click.echo(f"lienthong: {error.message.get(language()) or error.code}", err=True)
        return Exit.USAGE
    except KeyboardInterrupt:
        click.echo(say(_AREA, "closed"), err=True)
    finally:
        link.close()
    return Exit.PASS


def _settings(data: Path, capacity: int, listen: str) -> "RunnerSettings":
    from harness.cli.laboratory import AUTHORITY, known_laboratory
    from harness.console.machine.runner_machine import RunnerSettings
    from harness.seal.laboratory import public_part

    laboratory, _ = known_laboratory()
    host, ports = _places(listen)
    ours = {_VARIABLE, DATABASE_VARIABLE}
    # Runs have no business with this machine's token, nor with a console's database or its key for certificates.
    environment = {
        name: value for name, value in os.environ.items() if name not in ours and not name.startswith(AUTHORITY)
    }
    return RunnerSettings(
        data, capacity, host, ports, _PROGRAM, environment, public_part(laboratory.key).sha256 if laboratory else ""
    )


def _token(file: Path | None) -> str:
    token = (os.environ.get(_VARIABLE, "") if file is None else first_line(file)).strip()
    if not token or not token.isascii():
        raise ConfigurationError("runner.token", variable=_VARIABLE, path=file)
    return token


def _places(text: str) -> tuple[str, range]:
    """Return host and ports of `HOST:PORT` or `HOST:FIRST-LAST`.

    Raises:
        ConfigurationError: it is not of that form.
    """
    host, _, ports = text.rpartition(":")
    first, dash, last = ports.partition("-")
    numbers = [first, last] if dash else [first]
    fit = all(one.isascii() and one.isdigit() and len(one) < 6 and int(one) <= _LARGEST_PORT for one in numbers)
    if not host or not fit or int(numbers[0]) > int(numbers[-1]):
        raise ConfigurationError("runner.listen", value=text)
    return host.strip("[]"), range(int(numbers[0]), int(numbers[-1]) + 1)


def _tell(word: str, values: Mapping[str, str]) -> None:
    """Say what happens; what the console declines has its own sentence."""
    said = values.get(language()) if word == "declined" else say(_AREA, f"told.{word}", **values)
    click.echo(said or word, err=True)
