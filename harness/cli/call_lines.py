"""The log of a stand-alone hub: one line a call, and in detail what is wrong with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

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
        verbose: whether what is wrong with a call stands below it.
    """
    if not verbose:
        bench.ring.subscribe(lambda kept: click.echo(_line(kept), err=True))
        return
    bench.subscribe(lambda kept: click.echo("\n".join([_line(kept), *_details(kept, language)]), err=True))


def _line(kept: "KeptCall") -> str:
    request = kept.exchange.request
    answer: Mapping[str, Any] = kept.exchange.answer.data if kept.exchange.answer else {}
    at = datetime.fromisoformat(request.at)
    caller = clipped(request.data["system_id"] or "-", _LONGEST)
    operation = request.data["operation"] or clipped(request.data["target"] or "-", _LONGEST)
    said = f"{answer.get('error_code') or ''} {clipped(answer.get('error_desc') or '')}"
    return f"{at:%H:%M:%S} {caller} {operation}: {answer.get('http_status', 0)} {said}".rstrip()


def _details(kept: "KeptCall", language: Language) -> list[str]:
    problems = kept.exchange.request.data["signature"]["problems"]
    named = [clipped(f"{problem['code']} {problem['key']}", _LONGEST) for problem in problems]
    lines = [text(_AREA, "signature", language, problem=problem) for problem in named]
    if kept.report is not None:
        found = (*kept.report.findings, *kept.report.undecided)
        lines += [f"{one.code}: {clipped(one.message.vi if language == 'vi' else one.message.en)}" for one in found]
    return [f"         {line}" for line in lines]
