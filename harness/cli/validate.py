"""`lienthong validate`: static check of packages in files, folders, archives and standard input."""

import os
from pathlib import Path
from typing import get_args

import click

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import DEFAULT_PROFILE, load_profile
from harness.catalogue.texts import LANGUAGES
from harness.cli.language import help_text, language, say
from harness.cli.moment import moment
from harness.cli.validation_call import Validation, ValidationCall
from harness.cli.verb_help import Verb
from harness.cluster.access import Credentials, cluster_access
from harness.crypto.chains.trust import Trust, trust_of
from harness.rules.registry import MODULES
from harness.validation.rendering import Amount, Form
from harness.validation.sources import STANDARD_INPUT, gzipped_body
from harness.validation.worker import Task

_AREA = "cli-validate"
_MOST_JOBS = 8
_SIGNATURES = frozenset({"SIG", "PDF"})


@click.command(cls=Verb, name="validate", help=help_text(_AREA))
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--profile", default=DEFAULT_PROFILE, show_default=True, metavar="ID", help=say(_AREA, "profile"))
@click.option("--trust-anchors", "anchors", multiple=True, metavar="PEM", help=say(_AREA, "trust-anchors"))
@click.option("--no-signatures", is_flag=True, help=say(_AREA, "no-signatures"))
@click.option("--at", "at", metavar="TIME", help=say(_AREA, "at"))
@click.option(
    "--format", "form", type=click.Choice(get_args(Form)), default="text", show_default=True, help=say(_AREA, "format")
)
@click.option("--jobs", type=click.IntRange(1, 64), metavar="N", help=say(_AREA, "jobs"))
@click.option("--cluster", metavar="ADDRESS", help=say(_AREA, "cluster"))
@click.option("--cluster-ca", metavar="PEM", help=say(_AREA, "cluster-ca"))
@click.option("--cluster-cert", metavar="PEM", help=say(_AREA, "cluster-cert"))
@click.option("--cluster-key", metavar="PEM", help=say(_AREA, "cluster-key"))
@click.option("--cluster-plain", is_flag=True, help=say(_AREA, "cluster-plain"))
@click.option("--cluster-bytes", is_flag=True, help=say(_AREA, "cluster-bytes"))
@click.option("--resume", is_flag=True, help=say(_AREA, "resume"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(_AREA, "lang"))
@click.option("--quiet", is_flag=True, help=say(_AREA, "quiet"))
@click.option("--verbose", is_flag=True, help=say(_AREA, "verbose"))
def command(
    files: tuple[str, ...],
    profile: str,
    anchors: tuple[str, ...],
    no_signatures: bool,
    at: str | None,
    form: Form,
    jobs: int | None,
    cluster: str | None,
    cluster_ca: str | None,
    cluster_cert: str | None,
    cluster_key: str | None,
    cluster_plain: bool,
    cluster_bytes: bool,
    resume: bool,
    lang: str | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Check the packages and print the outcome; see the help text."""
    for name in files:
        if name != STANDARD_INPUT and not os.path.lexists(name) and gzipped_body(name) is None:
            raise ConfigurationError("validate.no-such-file", path=Path(name))
    tls = Credentials(cluster_ca, cluster_cert, cluster_key)
    access = cluster_access(cluster, tls, plain=cluster_plain, as_bytes=cluster_bytes) if cluster else None
    loaded = load_profile(profile)
    trust = Trust() if no_signatures else trust_of(loaded, [Path(name) for name in anchors])
    task = Task(profile, moment(at), _groups(no_signatures), trust)
    amount: Amount = "quiet" if quiet else "verbose" if verbose else "normal"
    call = ValidationCall(files, form, language(), amount, jobs or min(os.cpu_count() or 1, _MOST_JOBS), resume, access)
    return Validation(call, task, loaded).run()


def _groups(no_signatures: bool) -> frozenset[str] | None:
    return frozenset(name.upper() for name in MODULES) - _SIGNATURES if no_signatures else None
