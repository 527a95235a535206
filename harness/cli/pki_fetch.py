"""`lienthong pki fetch`: gathers revocation data beforehand; the only verb that calls addresses in certificates."""

from pathlib import Path

import click

from harness.catalogue.texts import LANGUAGES
from harness.cli.exits import Exit
from harness.cli.language import help_text, say
from harness.cli.verb_help import Verb

_AREA = "cli-pki"
_KNOWN = 64  # digits of a fingerprint in hex


@click.command(name="fetch", cls=Verb, help=help_text(_AREA, "help.fetch"))
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--out", required=True, metavar="DIR", type=click.Path(path_type=Path), help=say(_AREA, "fetch.out"))
@click.option("--profile", metavar="ID", help=say(_AREA, "fetch.profile"))
@click.option(
    "--trust-anchors", "anchors", multiple=True, metavar="PEM", type=click.Path(path_type=Path),
    help=say(_AREA, "fetch.anchors"),
)  # fmt: skip
@click.option("--allow-private", is_flag=True, help=say(_AREA, "fetch.private"))
@click.option("--timeout", type=click.FloatRange(0.1, 600), default=10.0, show_default=True, metavar="SECONDS",
              help=say(_AREA, "fetch.timeout"))  # fmt: skip
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(_AREA, "lang"))
@click.option("--quiet", is_flag=True, help=say(_AREA, "quiet"))
def fetch(
    files: tuple[Path, ...],
    out: Path,
    profile: str | None,
    anchors: tuple[Path, ...],
    allow_private: bool,
    timeout: float,
    lang: str | None,
    quiet: bool,
) -> int:
    """Gather revocation lists and OCSP answers; see the help text."""
    from harness.catalogue.profiles import load_profile
    from harness.crypto.chains.trust import trust_of
    from harness.crypto.revocation_fetcher import RevocationFetcher
    from harness.crypto.revocation_folder import gather_revocation

    judged_by = load_profile(profile) if profile else load_profile()
    trust = trust_of(judged_by, anchors)
    with RevocationFetcher(timeout, seconds=timeout, public_only=not allow_private) as fetcher:
        gathered = gather_revocation(files, out, judged_by.parameters, trust, fetcher)
    for about, path in () if quiet else gathered.written:
        click.echo(say(_AREA, "fetched.answer" if len(about) == _KNOWN else "fetched.list", about=about, path=path))
    for failure in gathered.failures:
        click.echo(_sentence(failure.problem, failure.url, failure.detail), err=True)
    if gathered.written and not quiet:
        click.echo(say(_AREA, "fetched.use", folder=out))
    if not gathered.signers:
        click.echo(say(_AREA, "fetched.nobody"), err=True)
        return Exit.INCOMPLETE
    return Exit.INCONCLUSIVE if gathered.missing else Exit.PASS


def _sentence(problem: str, url: str, detail: str) -> str:
    from harness.catalogue.findings import clipped

    return say(_AREA, f"not-had.{problem}", url=clipped(url, 200), detail=clipped(detail, 200))
