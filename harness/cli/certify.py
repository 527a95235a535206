"""`lienthong certify`: the main job, from a candidate's declaration to its report and an exit status."""

import os
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.findings import clipped
from harness.catalogue.profiles import DEFAULT_PROFILE
from harness.catalogue.texts import LANGUAGES, measured
from harness.catalogue.verdicts import Severity, Verdict
from harness.cli.exits import Exit
from harness.cli.failures import configuration_sentence
from harness.cli.language import help_text, language, say
from harness.cli.listen_address import address
from harness.cli.repeated_values import RepeatedValues
from harness.cli.run_folder import RunFolder
from harness.cli.unstamped import complain_unstamped

if TYPE_CHECKING:
    from harness.engine.certification import CertificationOrder
    from harness.engine.publication import PublishedRun
    from harness.judge.first_verdicts import FirstVerdicts
    from harness.judge.report_schema import Judgement, RequirementEntry

_SEEDS = 2**31
_INDENT = " " * 10
_LONGEST_REASON = 600


class _Certify(RepeatedValues):
    forms = {"--only": r"(?i)[a-z]{3}(-[0-9]{2})?(,[a-z]{3}(-[0-9]{2})?)*"}  # noqa: RUF012 - read only


@click.command(cls=_Certify, name="certify", help=help_text("cli-certify"))
@click.argument("candidate", metavar="CANDIDATE")
@click.option("--profile", default=DEFAULT_PROFILE, show_default=True, metavar="ID", help=say("cli-certify", "profile"))
@click.option("--only", multiple=True, metavar="ID…", help=say("cli-certify", "only"))
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help=say("cli-certify", "out"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say("cli-certify", "lang"))
@click.option("--jobs", type=click.IntRange(1), metavar="N", help=say("cli-certify", "jobs"))
@click.option("--budget", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help=say("cli-certify", "budget"))
@click.option(
    "--listen",
    metavar="HOST:PORT",
    default="127.0.0.1:0",
    show_default=True,
    help=say("cli-certify", "listen"),
)
@click.option("--trust-anchors", type=click.Path(path_type=Path), metavar="PEM", help=say("cli-certify", "anchors"))
@click.option("--seed", type=click.IntRange(0, _SEEDS), metavar="N", help=say("cli-certify", "seed"))
@click.option("--deviations", type=click.Path(path_type=Path), metavar="FILE", help=say("cli-certify", "deviations"))
@click.option("--failed", metavar="RUN", type=RunFolder(), help=say("cli-certify", "failed"))
@click.option("--watch", is_flag=True, help=say("cli-certify", "watch"))
@click.option("--no-pdf", is_flag=True, help=say("cli-certify", "no-pdf"))
@click.option("--quiet", is_flag=True, help=say("cli-certify", "quiet"))
@click.option("--verbose", is_flag=True, help=say("cli-certify", "verbose"))
def command(
    candidate: str,
    profile: str,
    only: tuple[str, ...],
    out: Path | None,
    lang: str | None,
    jobs: int | None,
    budget: float | None,
    listen: str,
    trust_anchors: Path | None,
    seed: int | None,
    deviations: Path | None,
    failed: Path | None,
    watch: bool,
    no_pdf: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Run the profile's scenarios against a candidate; see the help text."""
    from harness.cli.user_cache import user_cache
    from harness.engine.certification import CertificationOrder
    from harness.engine.publication import FORMATS_OF_A_RUN

    ids = [part for value in only for part in value.split(",")]
    ids += _not_passed(failed) if failed is not None else []
    order = CertificationOrder(
        candidate=candidate,
        profile=profile,
        only=ids or None,
        directory=out,
        language=language(),
        jobs=jobs,
        budget=budget,
        listen=address(listen),
        quiet=quiet,
        trust_anchors=trust_anchors,
        seed=secrets.randbelow(_SEEDS) if seed is None else seed,
        deviations=deviations,
        formats=tuple(form for form in FORMATS_OF_A_RUN if not (no_pdf and form == "pdf")),
        environment=dict(os.environ),
        cache=user_cache(),
    )
    return _again_and_again(order, quiet, verbose) if watch else certified(order, quiet=quiet, verbose=verbose)


def certified(order: "CertificationOrder", *, quiet: bool, verbose: bool) -> Exit:
    """Carry out an order at this terminal: show its progress and its outcome, and return the exit status."""
    import anyio

    from harness.cli.laboratory import configured_laboratory
    from harness.cli.progress import RunProgress
    from harness.cli.terminal import Terminal
    from harness.engine.certification import run_order
    from harness.rules.confinement import prepare

    prepare()  # before the progress has a thread: a copy of a process with one thread is made in no time
    with RunProgress(quiet=quiet, verbose=verbose, verdicts=None if quiet else first_verdicts(order)) as progress:
        operator = Terminal(order.language)
        certification = anyio.run(
            run_order, order, operator, configured_laboratory(), (progress.follow,), progress.say_verdict
        )
    complain_unstamped(certification.unstamped)
    for line in closing_lines(certification):
        click.echo(line)
    return exit_status(certification.judgement)


def first_verdicts(order: "CertificationOrder") -> "FirstVerdicts":
    """Return who says, while an order is carried out, what each scenario comes to.

    Raises:
        ConfigurationError: the profile cannot be loaded.
    """
    from harness.catalogue.profiles import load_profile
    from harness.engine.certification import directory_of
    from harness.judge.first_verdicts import FirstVerdicts

    return FirstVerdicts(load_profile(order.profile), partial(directory_of, order))


def _again_and_again(order: "CertificationOrder", quiet: bool, verbose: bool) -> Exit:
    """Run once, then whenever the candidate comes back after a restart; Ctrl-C ends with the last run's status.

    Each run has a folder of its own: the second one beside `DIR` is `DIR-2`.

    Raises:
        ConfigurationError: as for one run; or a restart of this candidate cannot be noticed.
    """
    import anyio

    from harness.engine.restart_watch import check_watchable, restarted

    check_watchable(order.candidate, order.profile, order.environment)
    status, number, current = Exit.INCOMPLETE, 1, order
    try:
        while True:
            status = certified(current, quiet=quiet, verbose=verbose)
            click.echo(say("cli-certify", "watching"), err=True)
            anyio.run(restarted, order.candidate, order.profile, order.language, order.environment)
            number += 1
            folder = order.directory and order.directory.with_name(f"{order.directory.name}-{number}")
            current = replace(order, directory=folder)
    except KeyboardInterrupt:
        return status


def _not_passed(run: Path) -> list[str]:
    """Return the requirements that an earlier run needed and did not pass.

    Raises:
        ConfigurationError: it has no report that can be read, or passed all that it needed.
    """
    from harness.judge.open_requirements import not_passed
    from harness.seal.run_files import read_report

    ids = not_passed(read_report(run))
    if not ids:
        raise ConfigurationError("certify.nothing-failed", path=run)
    return ids


def closing_lines(certification: "PublishedRun") -> list[str]:
    """Return the closing lines: the verdict, what prevents a pass, where the report is."""
    judgement = certification.judgement
    lines = [say("cli-certify", f"verdict.{judgement.verdict}", run_id=judgement.run_id)]
    if judgement.narrowed:
        lines.append(say("cli-certify", "narrowed"))
    if not judgement.complete:
        lines += _inapplicable_lines(judgement)
    lines += _failed_lines(judgement)
    lines += _open_lines(judgement)
    lines += _deviation_lines(judgement)
    counts = judgement.summary.requirements
    lines.append(say("cli-certify", "counts", **counts))
    if certification.unwritten is not None:
        lines.append(configuration_sentence(certification.unwritten))
    lines.append(say("cli-certify", "where", directory=certification.directory))
    return lines


def _inapplicable_lines(judgement: "Judgement") -> Iterator[str]:
    """Yield why scenarios were not played; for a run of these alone that is the whole outcome."""
    for scenario in judgement.scenarios:
        if scenario.verdict is Verdict.NOT_APPLICABLE and scenario.detail is not None:
            yield f"  {scenario.id}  {measured(scenario.detail[language()], language())}"


def _failed_lines(judgement: "Judgement") -> Iterator[str]:
    """Yield what failed, with the codes that were found and how often."""
    found: dict[str, Counter[str]] = {}
    for scenario in judgement.scenarios:
        times = {one.code: one.occurrences for one in scenario.findings if one.severity is Severity.FAIL}
        for code, number in times.items():
            found.setdefault(code.partition(".")[0], Counter())[code] += number
    for entry in judgement.requirements:
        if entry.verdict is Verdict.FAIL:
            yield _requirement_line(entry)
            codes = found.get(entry.id, Counter[str]())
            yield from (f"{_INDENT}{code} ×{number}" for code, number in codes.items())


def _open_lines(judgement: "Judgement") -> Iterator[str]:
    """Yield what has no verdict, grouped by the reason, which follows."""
    details: dict[tuple[str, Verdict], str] = {}
    for scenario in judgement.scenarios:
        if scenario.detail is not None:
            for requirement in scenario.requirements:
                details.setdefault((requirement, scenario.verdict), scenario.detail[language()])
    reasons: dict[str, list[RequirementEntry]] = {}
    for entry in judgement.requirements:
        if entry.required and entry.verdict not in {Verdict.PASS, Verdict.REMARK, Verdict.FAIL}:
            reasons.setdefault(details.get((entry.id, entry.verdict), ""), []).append(entry)
    for reason, entries in reasons.items():
        yield from (_requirement_line(entry) for entry in entries)
        if reason:
            yield f"{_INDENT}{measured(clipped(reason, _LONGEST_REASON), language())}"


def _requirement_line(entry: "RequirementEntry") -> str:
    word = say("cli-certify", f"word.{entry.verdict}")
    return f"  {entry.id}  {word:<16} {entry.statement[language()]}"


def _deviation_lines(judgement: "Judgement") -> list[str]:
    from harness.report.deviations import excused

    lines = [
        say("cli-certify", f"deviation.{one.state}", id=one.requirement, expires=one.expires, owner=clipped(one.owner))
        for one in judgement.deviations
    ]
    return [*lines, say("cli-certify", "excused")] if excused(judgement) else lines


def exit_status(judgement: "Judgement") -> Exit:
    """Return the exit status of a judgement: what is incomplete is never a pass.

    A run that fails by nothing but known deviations within their term is not a certificate, but exits with 0; one whose
    deviations are expired, or pass by now, exits with 1.
    """
    from harness.report.deviations import standing

    found = standing(judgement)
    if found == "fail":
        return Exit.FAIL
    if not judgement.complete:
        return Exit.INCOMPLETE
    return Exit.PASS if found == "pass" else Exit.INCONCLUSIVE
