"""`lienthong doctor`: checks everything a certification needs, before one is started."""

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from harness.catalogue.findings import clipped
from harness.catalogue.profiles import DEFAULT_PROFILE
from harness.catalogue.texts import LANGUAGES, Language, entries, measured, text
from harness.cli.exits import Exit
from harness.cli.language import help_text, language, say
from harness.cli.listen_address import address
from harness.cli.verb_help import Verb

if TYPE_CHECKING:
    from harness.doctor.checks import PreflightCheck, Trouble

_AREA = "cli-doctor"
# The message files that may have the sentence of a trouble.
_SENTENCES = (_AREA, "errors", "verdicts")
_COLOURS = {"ok": "green", "note": "yellow", "problem": "red", "skipped": None}
_WIDTH = 24


@click.command(cls=Verb, name="doctor", help=help_text(_AREA))
@click.argument("candidate", metavar="CANDIDATE")
@click.option("--profile", default=DEFAULT_PROFILE, show_default=True, metavar="ID", help=say(_AREA, "profile"))
@click.option("--listen", metavar="HOST:PORT", default="127.0.0.1:0", show_default=True, help=say(_AREA, "listen"))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=say(_AREA, "format"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(_AREA, "lang"))
@click.option("--quiet", is_flag=True, help=say(_AREA, "quiet"))
def command(candidate: str, profile: str, listen: str, form: str, lang: str | None, quiet: bool) -> int:
    """Examine a candidate; see the help text."""
    import anyio

    from harness.cli.terminal import Terminal
    from harness.doctor.examination import Preflight, examine

    visit = Preflight(candidate, profile, address(listen), language(), dict(os.environ))

    def tell(check: "PreflightCheck") -> None:
        if form == "text" and not (quiet and check.state in {"ok", "skipped"}):
            click.echo("\n".join(check_lines(check)))
        if check.id == "configure" and check.state in {"ok", "note"} and not quiet and sys.stderr.isatty():
            click.echo(say(_AREA, "waiting"), err=True)

    checks = anyio.run(examine, visit, Terminal(language()), tell)
    status = exit_status(checks)
    click.echo(as_json(checks, status) if form == "json" else closing_line(checks))
    return status


def exit_status(checks: "list[PreflightCheck]") -> Exit:
    """Return 2 when something has to be fixed, 4 when no call was seen, 0 when all is ready."""
    kinds = {trouble.kind for check in checks for trouble in check.troubles if not trouble.note}
    if "configuration" in kinds:
        return Exit.USAGE
    return Exit.INCONCLUSIVE if kinds or not _called(checks) else Exit.PASS


def check_lines(check: "PreflightCheck") -> list[str]:
    """Return what a person reads about one check: its outcome, and what to do about each trouble."""
    state = click.style(f"{say(_AREA, f'state.{check.state}'):<8}", fg=_COLOURS[check.state])
    facts = measured(clipped(check.facts), language())
    lines = [f"{state} {say(_AREA, f'check.{check.id}'):<{_WIDTH}} {facts}".rstrip()]
    for trouble in check.troubles:
        place = f"{trouble.path}:{trouble.line}: " if trouble.path and trouble.line else ""
        place = place or (f"{trouble.path}: " if trouble.path else "")
        lines.append(f"         {place}{measured(sentence(trouble, language()), language())}")
        lines.append(f"         → {remedy(trouble, language())}")
    return lines


def closing_line(checks: "list[PreflightCheck]") -> str:
    """Return the last line: ready or not."""
    from harness.doctor.checks import problems

    count = len(problems(checks))
    if count:
        return say(_AREA, "not-ready", count=count)
    return say(_AREA, "ready" if _called(checks) else "unseen")


def _called(checks: "list[PreflightCheck]") -> bool:
    return any(check.id == "round-trip" and check.state == "ok" for check in checks)


def as_json(checks: "list[PreflightCheck]", status: Exit) -> str:
    """Return the outcome for programs, schema `lienthong.doctor/1`."""
    content = {
        "schema": "lienthong.doctor/1",
        "ready": status is Exit.PASS,
        "checks": [
            {
                "id": check.id,
                "state": check.state,
                "facts": clipped(check.facts),
                "troubles": [_trouble_data(trouble) for trouble in check.troubles],
            }
            for check in checks
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _trouble_data(trouble: "Trouble") -> dict[str, Any]:
    return {
        "code": trouble.code,
        "kind": trouble.kind,
        "note": trouble.note,
        "path": str(trouble.path) if trouble.path else None,
        "line": trouble.line,
        "message": {chosen: sentence(trouble, chosen) for chosen in LANGUAGES},
        "remedy": {chosen: remedy(trouble, chosen) for chosen in LANGUAGES},
    }


def sentence(trouble: "Trouble", chosen: Language) -> str:
    """Return what is wrong, in words."""
    area = next(area for area in _SENTENCES if trouble.code in entries(area))
    shown = {name: clipped(value) for name, value in trouble.parameters.items()}
    return text(area, trouble.code, chosen, **shown)


def remedy(trouble: "Trouble", chosen: Language) -> str:
    """Return what to do about it: for this very code, or for its kind."""
    kind = trouble.code.partition(".")[0]
    known = entries(_AREA)
    key = next(key for key in (f"remedy.{trouble.code}", f"remedy.{kind}", "remedy.candidate") if key in known)
    return text(_AREA, key, chosen)
