"""`lienthong verify`: checks the seal of a run, offline, and judges its record once more; or checks a certificate."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.catalogue.texts import LANGUAGES
from harness.cli.exits import Exit
from harness.cli.language import help_text, say
from harness.cli.verb_help import Verb

if TYPE_CHECKING:
    from harness.report.second_judgement import SecondJudgement
    from harness.seal.tampering import SealProblem
    from harness.seal.verification import SealVerification

AREA = "cli-verify"
SCHEMA = "lienthong.verification/1"
_LONGEST = 200
_SHOWN_DIFFERENCES = 6


@dataclass(frozen=True, slots=True)
class _Examined:
    """All that was found about a run.

    Attributes:
        verification: of its seal.
        known: True when the sealing key was known from elsewhere, or any key is accepted.
        compared: True when the sealing key was compared with a known one.
        stampable: True when a time stamp is expected: the roots of an authority are known.
        second: the result of judging the record again, None when that was not done.
        signer: name of whom the sealing key is known to belong to, empty where that is not known.
    """

    verification: "SealVerification"
    known: bool
    compared: bool
    stampable: bool
    second: "SecondJudgement | None" = None
    signer: str = ""

    @property
    def unsigned(self) -> bool:
        """Whether there is no signature, and nothing else is wrong with the seal."""
        return {str(problem.code) for problem in self.verification.problems} == {"unsigned"}

    @property
    def broken(self) -> bool:
        """Whether something is wrong with the seal, or the report is not what judging gives."""
        altered = bool(self.verification.problems) and not self.unsigned
        return altered or (self.second is not None and self.second.outcome == "differs")

    @property
    def unsettled(self) -> bool:
        """Whether the record was to be judged again and could not be."""
        return self.second is not None and self.second.outcome not in {"same", "differs"}

    @property
    def status(self) -> Exit:
        """The exit status."""
        if self.broken:
            return Exit.FAIL
        return Exit.INCONCLUSIVE if self.unsigned or not self.known or self.unsettled else Exit.PASS


@click.command(cls=Verb, name="verify", help=help_text(AREA))
@click.argument("run", metavar="RUN|BUNDLE|CERTIFICATE", type=click.Path(path_type=Path))
@click.option("--key", metavar="PEM", type=click.Path(path_type=Path), help=say(AREA, "key"))
@click.option("--any-key", is_flag=True, help=say(AREA, "any-key"))
@click.option("--tsa-roots", metavar="PEM", type=click.Path(path_type=Path), help=say(AREA, "tsa-roots"))
@click.option("--no-judging", is_flag=True, help=say(AREA, "no-judging"))
@click.option("--profile", metavar="ID", help=say(AREA, "profile"))
@click.option("--register", metavar="FILE", type=click.Path(path_type=Path), help=say(AREA, "register"))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help=say(AREA, "format"),
)
@click.option("--quiet", is_flag=True, help=say(AREA, "quiet"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(AREA, "lang"))
def command(
    run: Path,
    key: Path | None,
    any_key: bool,
    tsa_roots: Path | None,
    no_judging: bool,
    profile: str | None,
    register: Path | None,
    form: str,
    quiet: bool,
    lang: str | None,
) -> int:
    """Check a seal or a certificate; see the help text."""
    from harness.cli.verify_certificate import shows_certificate, verified_certificate

    if register is not None or shows_certificate(run):
        return verified_certificate(run, key, register, any_key=any_key, form=form, quiet=quiet)
    examined = _examined(run, key, tsa_roots, any_key=any_key)
    if not no_judging and not examined.broken:
        examined = _judged(examined, run, profile)
    if form == "json":
        click.echo(json.dumps(_shape(examined), ensure_ascii=False, indent=1))
    elif not quiet or examined.status is not Exit.PASS:
        for line in _lines(examined):
            click.echo(line)
    return examined.status


def _examined(run: Path, key: Path | None, tsa_roots: Path | None, *, any_key: bool) -> _Examined:
    """Check the seal against the key and the time stamping authority that are known from elsewhere."""
    from harness.cli.laboratory import known_laboratory
    from harness.seal.laboratory import public_part, read_signer
    from harness.seal.timestamp import read_roots
    from harness.seal.verification import verify

    laboratory, tsa = known_laboratory()
    roots = read_roots(tsa_roots) if tsa_roots is not None else tsa.roots if tsa else None
    named = read_signer(key) if key else None
    trusted = named.key if named else None
    verification = verify(run, trusted, roots)
    own = bool(laboratory and public_part(laboratory.key).sha256 == verification.key)
    if tsa_roots is None and not own and verification.time_stamp and not verification.time_stamp.trusted:
        # Another laboratory may have another authority: that its root is not known here is no fault of the seal.
        verification = verify(run, trusted)
    compared = key is not None or own
    signer = named.name if named else laboratory.name if own and laboratory else ""
    return _Examined(verification, compared or any_key, compared, roots is not None, signer=signer)


def _judged(examined: _Examined, run: Path, profile: str | None) -> _Examined:
    from harness.report.second_judgement import judge_once_more

    return replace(examined, second=judge_once_more(run, profile))


def _lines(examined: _Examined) -> list[str]:
    from harness.catalogue.findings import clipped

    verification = examined.verification
    known = {name: clipped(getattr(verification, name)) for name in ("run_id", "verdict", "key")}
    if examined.broken:
        listed = [f"  {_sentence(problem)}" for problem in _problems(examined)]
        return [say(AREA, "broken", number=len(listed)), *listed]
    if examined.unsigned:
        lines = [say(AREA, "intact-unsigned", files=verification.files, run_id=known["run_id"])]
        return [*lines, *_judging_lines(examined)]
    lines = [say(AREA, "holds", files=verification.files, run_id=known["run_id"], verdict=known["verdict"])]
    lines += [say(AREA, "narrowed")] if verification.narrowed else []
    lines += [*_signer_lines(examined), say(AREA, "signed-by", key=known["key"])]
    lines += [] if examined.compared else [say(AREA, "not-compared" if examined.known else "unknown-key")]
    lines += [] if verification.born else [say(AREA, "not-born")]
    return [*lines, *_stamp_lines(examined), *_judging_lines(examined)]


def _signer_lines(examined: _Examined) -> list[str]:
    """Say who signed: by the key that is known from elsewhere, else as the run itself says."""
    from harness.catalogue.findings import clipped

    if examined.signer:
        return [say(AREA, "signer.known", name=clipped(examined.signer, _LONGEST))]
    said = examined.verification.laboratory
    return [say(AREA, "signer.said", name=clipped(said, _LONGEST))] if said else []


def _stamp_lines(examined: _Examined) -> list[str]:
    """Say when the seal was stamped, by whom, and whether that authority is known."""
    from harness.catalogue.findings import clipped

    stamp = examined.verification.time_stamp
    if stamp is None:
        return [say(AREA, "stamp.none")] if examined.stampable else []
    at, authority = f"{stamp.at:%d/%m/%Y %H:%M:%S}", clipped(stamp.authority, _LONGEST)
    return [say(AREA, "stamp.trusted" if stamp.trusted else "stamp.unchecked", at=at, authority=authority)]


def _judging_lines(examined: _Examined) -> list[str]:
    from harness.catalogue.findings import clipped

    if examined.second is None:
        return [say(AREA, "judging.skipped")]
    details = clipped(", ".join(examined.second.details[:_SHOWN_DIFFERENCES]), _LONGEST)
    return [say(AREA, f"judging.{examined.second.outcome}", details=details)]


def _problems(examined: _Examined) -> "tuple[SealProblem, ...]":
    from harness.seal.run_files import REPORT_FILE
    from harness.seal.tampering import SealProblem, Tampering

    second = examined.second
    if second is None or second.outcome != "differs":
        return examined.verification.problems
    detail = ", ".join(second.details[:_SHOWN_DIFFERENCES])
    return (SealProblem(Tampering.REPORT_DIFFERS, REPORT_FILE, detail=detail), *examined.verification.problems)


def _sentence(problem: "SealProblem") -> str:
    from harness.catalogue.findings import clipped

    place = clipped(problem.path, _LONGEST)
    if problem.line is not None:
        place = f"{place}, {say(AREA, 'line', line=problem.line)}"
    detail = f" ({clipped(problem.detail, _LONGEST)})" if problem.detail else ""
    return f"{problem.code}: {place}: {say(AREA, problem.code)}{detail}"


def _shape(examined: _Examined) -> dict[str, object]:
    verification, second, stamp = examined.verification, examined.second, examined.verification.time_stamp
    return {
        "schema": SCHEMA,
        "verdict": {Exit.PASS: "pass", Exit.INCONCLUSIVE: "inconclusive"}.get(examined.status, "fail"),
        "run_id": verification.run_id,
        "run_verdict": verification.verdict,
        "narrowed": verification.narrowed,
        "key": verification.key,
        "key_compared": examined.compared,
        "signer": {"name": examined.signer or verification.laboratory, "known": bool(examined.signer)},
        "record_sealed": verification.born,
        "time_stamp": stamp and {"at": stamp.at.isoformat(), "authority": stamp.authority, "trusted": stamp.trusted},
        "judged_again": str(second.outcome) if second else "skipped",
        "differences": list(second.details) if second else [],
        "files": verification.files,
        "problems": [
            {"code": str(problem.code), "path": problem.path, "line": problem.line, "detail": problem.detail}
            for problem in _problems(examined)
        ],
    }
