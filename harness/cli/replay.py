"""`lienthong replay`: one scenario of a run again, with the same data under new numbers, against the same candidate."""

import os
import secrets
from pathlib import Path

import click

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import LANGUAGES
from harness.cli.language import help_text, language, say
from harness.cli.run_folder import RunFolder
from harness.cli.verb_help import Verb

_NUMBERINGS = 2**31


@click.command(cls=Verb, name="replay", help=help_text("cli-replay"))
@click.argument("run", metavar="RUN", type=RunFolder())
@click.argument("scenario", metavar="SCENARIO")
@click.option("--candidate", metavar="CANDIDATE", help=say("cli-replay", "candidate"))
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help=say("cli-certify", "out"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say("cli-certify", "lang"))
@click.option(
    "--listen", metavar="HOST:PORT", default="127.0.0.1:0", show_default=True, help=say("cli-certify", "listen")
)
@click.option("--quiet", is_flag=True, help=say("cli-certify", "quiet"))
@click.option("--verbose", is_flag=True, help=say("cli-certify", "verbose"))
def command(
    run: Path,
    scenario: str,
    candidate: str | None,
    out: Path | None,
    lang: str | None,
    listen: str,
    quiet: bool,
    verbose: bool,
) -> int:
    """Play one scenario again; see the help text."""
    from harness.cli.certify import certified
    from harness.cli.listen_address import address
    from harness.cli.user_cache import user_cache
    from harness.doctor.target import REFERENCE
    from harness.engine.certification import CertificationOrder
    from harness.engine.known_runs import is_remembered
    from harness.report.agreement import run_file
    from harness.seal.run_files import RUN_FILE

    recorded, cache = run_file(run), user_cache()
    source = recorded.source
    # A declaration may name a program to be started: a run of other origin must not choose it.
    if candidate is None and source.partition(":")[0] != REFERENCE and not is_remembered(run, cache):
        raise ConfigurationError("replay.foreign", path=run / RUN_FILE, source=source)
    order = CertificationOrder(
        candidate=candidate or source,
        profile=recorded.profile.source,
        only=None,
        scenario=_named(scenario),
        directory=out,
        language=language(),
        listen=address(listen),
        quiet=quiet,
        seed=recorded.seed,
        # A real system remembers the numbers of the first run, and must refuse them.
        numbering=secrets.randbelow(_NUMBERINGS),
        environment=dict(os.environ),
        cache=cache,
    )
    return certified(order, quiet=quiet, verbose=verbose)


def _named(scenario: str) -> str:
    """Return a scenario's id as it is written: the requirement in capitals, its part in small letters."""
    requirement, slash, part = scenario.partition("/")
    return f"{requirement.upper()}{slash}{part.lower()}"
