"""`lienthong pki`: the test PKI and the laboratory's key."""

import signal
import threading
from datetime import UTC, datetime
from pathlib import Path

import click

from harness.catalogue.texts import LANGUAGES
from harness.cli.exits import Exit
from harness.cli.language import help_text, say
from harness.cli.listen_address import address
from harness.cli.pki_fetch import fetch
from harness.cli.pki_laboratory import laboratory
from harness.cli.verb_help import Verb, VerbGroup

_AREA = "cli-pki"
_DEFAULT_LISTEN = "127.0.0.1:8990"


@click.group(cls=VerbGroup, name="pki", help=help_text(_AREA))
def command() -> None:
    """Group of what can be done with a test PKI; the help text is in the message files."""


@command.command(name="init", cls=Verb, help=help_text(_AREA, "help.init"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--listen", default=_DEFAULT_LISTEN, show_default=True, metavar="HOST:PORT", help=say(_AREA, "responder"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(_AREA, "lang"))
@click.option("--quiet", is_flag=True, help=say(_AREA, "quiet"))
def init(folder: Path, listen: str, lang: str | None, quiet: bool) -> int:
    """Make a PKI; see the help text."""
    from harness.crypto.testpki.folder import create_pki

    host, port = address(listen)
    shown = f"[{host}]" if ":" in host else host
    pki = create_pki(folder, datetime.now(UTC), f"http://{shown}:{port}")
    if quiet:
        return Exit.PASS
    for key in ("anchors", "lab", "signers", "warning"):
        click.echo(say(_AREA, f"made.{key}", folder=folder, responder=pki.responder))
    return Exit.PASS


@command.command(name="serve", cls=Verb, help=help_text(_AREA, "help.serve"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--listen", metavar="HOST:PORT", help=say(_AREA, "listen"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(_AREA, "lang"))
@click.option("--quiet", is_flag=True, help=say(_AREA, "quiet"))
def serve(folder: Path, listen: str | None, lang: str | None, quiet: bool) -> int:
    """Answer OCSP, CRL and time stamp requests until interrupted; see the help text."""
    from harness.catalogue.errors import ConfigurationError
    from harness.crypto.testpki.folder import open_pki
    from harness.crypto.testpki.responder import Responder

    pki = open_pki(folder)
    host, port = address(listen or pki.responder.removeprefix("http://"))
    try:
        responder = Responder(host, port)
    except OSError as error:
        raise ConfigurationError("pki.cannot-listen", address=f"{host}:{port}", detail=error.strerror) from error
    stop = threading.Event()
    previous = signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        with responder:
            responder.serve(pki)
            if not quiet:
                click.echo(say(_AREA, "serving", url=responder.url), err=True)
            stop.wait()
    except KeyboardInterrupt:
        return Exit.PASS
    finally:
        signal.signal(signal.SIGTERM, previous)
    return Exit.PASS


command.add_command(fetch)
command.add_command(laboratory)
