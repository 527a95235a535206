"""`lienthong agency`: the reference agency, or one of its defects and variants, as a candidate with a driver."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import DEFAULT_PROFILE
from harness.catalogue.texts import LANGUAGES
from harness.cli.exits import Exit
from harness.cli.language import help_text, say
from harness.cli.listen_address import address
from harness.cli.verb_help import Verb

if TYPE_CHECKING:
    from harness.agency.gallery import GalleryEntry
    from harness.agency.settings import AgencySettings

_AREA = "cli-agency"
_SECONDS = click.FloatRange(0.01, 3600)


@click.command(cls=Verb, name="agency", help=help_text(_AREA))
@click.option("--defect", metavar="NAME", help=say(_AREA, "defect"))
@click.option("--variant", metavar="NAME", help=say(_AREA, "variant"))
@click.option("--list-defects", "listing", flag_value="defects", help=say(_AREA, "list-defects"))
@click.option("--list-variants", "listing", flag_value="variants", help=say(_AREA, "list-variants"))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=say(_AREA, "format"))
@click.option("--listen", metavar="HOST:PORT", default="127.0.0.1:0", show_default=True, help=say(_AREA, "listen"))
@click.option("--stdio", is_flag=True, help=say(_AREA, "stdio"))
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=say(_AREA, "data"))
@click.option("--endpoint", default="", metavar="URL", help=say(_AREA, "endpoint"))
@click.option("--system-id", default="", metavar="ID", help=say(_AREA, "system-id"))
@click.option("--secret-env", default="", metavar="NAME", help=say(_AREA, "secret-env"))
@click.option("--organ-id", default="", metavar="ID", help=say(_AREA, "organ-id"))
@click.option("--organ-name", default="", metavar="TEXT", help=say(_AREA, "organ-name"))
@click.option("--poll-interval", type=_SECONDS, default=1.0, show_default=True, help=say(_AREA, "poll-interval"))
@click.option("--give-up", type=_SECONDS, default=10.0, show_default=True, help=say(_AREA, "give-up"))
@click.option("--profile", default=DEFAULT_PROFILE, show_default=True, metavar="ID", help=say(_AREA, "profile"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(_AREA, "lang"))
@click.option("--verbose", is_flag=True, help=say(_AREA, "verbose"))
def command(
    defect: str | None,
    variant: str | None,
    listing: str | None,
    form: str,
    listen: str,
    stdio: bool,
    verbose: bool,
    lang: str | None,
    **given: object,
) -> int:
    """Run one agency until it is interrupted, or list the gallery; see the help text."""
    if listing is not None:
        click.echo(_listed(listing, form))
        return Exit.PASS
    if defect and variant:
        raise click.UsageError(say(_AREA, "either"))
    host, port = address(listen)
    from harness.agency.settings import RUN_VARIABLE
    from harness.agency.standalone import StandardStreams, serve

    _log(verbose)
    kind = _kind(defect, variant)
    settings = _settings(given)
    streams = StandardStreams(sys.stdin.buffer, sys.stdout.buffer, os.environ.get(RUN_VARIABLE, "")) if stdio else None
    try:
        serve(kind, settings, host=host, port=port, stdio=streams, announce=_announce)
    except OSError as error:
        detail = error.strerror or str(error)
        raise ConfigurationError("agency.cannot-start", address=listen, detail=detail) from error
    return Exit.PASS


def _announce(url: str) -> None:
    click.echo(say(_AREA, "ready", url=url))


def _kind(defect: str | None, variant: str | None) -> str | None:
    from harness.agency.gallery import defects, variants

    if defect is not None and defect not in defects():
        raise ConfigurationError("agency.unknown-defect", name=defect)
    if variant is not None and variant not in variants():
        raise ConfigurationError("agency.unknown-variant", name=variant, known=", ".join(variants()))
    return defect or variant


def _settings(given: dict[str, object]) -> "AgencySettings":
    from harness.agency.settings import AgencySettings, AgencyTiming

    variable = str(given.pop("secret_env"))
    secret = os.environ.get(variable, "") if variable else ""
    if variable and not secret:
        raise ConfigurationError("candidate.secret-env-unset", name=variable)
    timing = AgencyTiming(
        poll_interval=float(str(given.pop("poll_interval"))),
        give_up=float(str(given.pop("give_up"))),
    )
    return AgencySettings(secret=secret, timing=timing, **given)  # type: ignore[arg-type]


def _log(verbose: bool) -> None:
    import logging

    logging.basicConfig(format="%(asctime)s %(name)s %(message)s", level=logging.INFO if verbose else logging.WARNING)
    logging.getLogger("httpx2").setLevel(logging.WARNING)


def _listed(listing: str, form: str) -> str:
    from harness.agency.gallery import defects, variants

    entries = list((defects() if listing == "defects" else variants()).values())
    if form == "json":
        return json.dumps([_as_json(entry) for entry in entries], ensure_ascii=False, indent=2)
    width = max((len(entry.name) for entry in entries), default=0)
    return "\n".join(f"{entry.name:<{width}}  {entry.breaks or '':<7} {_one_line(entry)}".rstrip() for entry in entries)


def _as_json(entry: "GalleryEntry") -> dict[str, str | None]:
    return {"name": entry.name, "breaks": entry.breaks, "description": _one_line(entry)}


def _one_line(entry: "GalleryEntry") -> str:
    return " ".join(entry.docstring.split())
