"""The log of a stand-alone hub: one line a call, and in detail what is wrong with it."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from harness.catalogue.findings import clipped
from harness.catalogue.texts import Language, text

if TYPE_CHECKING:
    from harness.workbench.bench import Workbench
    from harness.workbench.ring import KeptCall

_AREA = "cli-hub"
_LONGEST = 60


def log_calls(bench: "Workbench", language: Language, *, verbose: bool) -> None:
    """Write every call to standard error: when it was answered, or in detail when it was looked into.

    Args:
        bench: whose calls.
        language: of the findings.
        verbose: whether what is wrong with a call follows it.
    """
    if not verbose:
        bench.ring.subscribe(lambda kept: click.echo(_line(kept), err=True))
        return
    bench.subscribe(lambda kept: click.echo("\n".join([_line(kept), *_details(kept, language)]), err=True))


def _line(kept: "KeptCall") -> str:
    asked, answered = kept.exchange.asked, kept.exchange.answered
    at = datetime.fromisoformat(kept.exchange.request.at)
    caller = clipped(asked.system_id or "-", _LONGEST)
    operation = asked.operation or clipped(asked.target or "-", _LONGEST)
    status, said = 0, ""
    if answered is not None:
        status = answered.http_status or 0
        said = f"{answered.error_code or ''} {clipped(answered.error_desc or '')}"
    return f"{at:%H:%M:%S} {caller} {operation}: {status} {said}".rstrip()


def _details(kept: "KeptCall", language: Language) -> list[str]:
    problems = kept.exchange.asked.signature.problems
    named = [clipped(f"{problem.code} {problem.key}", _LONGEST) for problem in problems]
    lines = [text(_AREA, "signature", language, problem=problem) for problem in named]
    if kept.report is not None:
        found = (*kept.report.findings, *kept.report.undecided)
        lines += [f"{one.code}: {clipped(one.message[language])}" for one in found]
    return [f"         {line}" for line in lines]
