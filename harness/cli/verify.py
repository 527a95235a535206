"""`lienthong verify`: checks the seal of a run, offline."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.exits import Exit
from harness.cli.language import help_text, say

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

    from harness.report.tampering import Problem
    from harness.report.verifying import Verification

AREA = "cli-verify"
SCHEMA = "lienthong.verification/1"
_LONGEST = 200


@click.command(name="verify", help=help_text(AREA))
@click.argument("run", metavar="RUN|BUNDLE", type=click.Path(path_type=Path))
@click.option("--key", metavar="PEM", type=click.Path(path_type=Path), help=say(AREA, "key"))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help=say(AREA, "format"),
)
@click.option("--quiet", is_flag=True, help=say(AREA, "quiet"))
@click.option("--lang", type=click.Choice(["vi", "en"]), help=say(AREA, "lang"))
def command(run: Path, key: Path | None, form: str, quiet: bool, lang: str | None) -> int:
    """Check a seal; see the help text."""
    from harness.report.verifying import verify

    trusted = _trusted(key)
    verification = verify(run, trusted)
    if form == "json":
        click.echo(json.dumps(_shape(verification), ensure_ascii=False, indent=1))
    elif not quiet or _status(verification) is not Exit.PASS:
        for line in _lines(verification, compared=trusted is not None):
            click.echo(line)
    return _status(verification)


def _trusted(path: Path | None) -> "ec.EllipticCurvePublicKey | None":
    from harness.report.laboratory import configured_laboratory, read_public_key

    if path is not None:
        return read_public_key(path)
    laboratory = configured_laboratory()
    return laboratory.key.private.public_key() if laboratory and laboratory.key else None


def _status(verification: "Verification") -> Exit:
    codes = {str(problem.code) for problem in verification.problems}
    if not codes:
        return Exit.PASS
    return Exit.INCONCLUSIVE if codes == {"unsigned"} else Exit.FAIL


def _lines(verification: "Verification", *, compared: bool) -> list[str]:
    from harness.catalogue.findings import clipped

    status = _status(verification)
    known = {name: clipped(getattr(verification, name)) for name in ("run_id", "verdict", "key")}
    if status is Exit.FAIL:
        listed = [f"  {_sentence(problem)}" for problem in verification.problems]
        return [say(AREA, "broken", number=len(listed)), *listed]
    if status is Exit.INCONCLUSIVE:
        return [say(AREA, "intact-unsigned", files=verification.files, run_id=known["run_id"])]
    lines = [say(AREA, "holds", files=verification.files, run_id=known["run_id"], verdict=known["verdict"])]
    lines += [say(AREA, "narrowed")] if verification.narrowed else []
    lines.append(say(AREA, "signed-by", key=known["key"]))
    return lines if compared else [*lines, say(AREA, "not-compared")]


def _sentence(problem: "Problem") -> str:
    from harness.catalogue.findings import clipped

    place = clipped(problem.path, _LONGEST)
    if problem.line is not None:
        place = f"{place}, {say(AREA, 'line', line=problem.line)}"
    detail = f" ({clipped(problem.detail, _LONGEST)})" if problem.detail else ""
    return f"{problem.code}: {place}: {say(AREA, problem.code)}{detail}"


def _shape(verification: "Verification") -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "verdict": {Exit.PASS: "pass", Exit.INCONCLUSIVE: "inconclusive"}.get(_status(verification), "fail"),
        "run_id": verification.run_id,
        "run_verdict": verification.verdict,
        "narrowed": verification.narrowed,
        "key": verification.key,
        "files": verification.files,
        "problems": [
            {"code": str(problem.code), "path": problem.path, "line": problem.line, "detail": problem.detail}
            for problem in verification.problems
        ],
    }
