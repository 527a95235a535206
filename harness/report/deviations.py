"""Known deviations: failures with an owner and a last day. They are still tested, and still count.

The file (schema lienthong.deviations/1):

    schema: lienthong.deviations/1
    deviations:
    - requirement: RTY-05
      owner: Nguyễn Văn A <a@alpha.example>
      reason: Bản 3.3 mới có giãn cách tăng dần
      expires: 2027-03-31
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.parameters import ParameterGroup
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.typed_yaml import convert, read
from harness.catalogue.verdicts import Verdict
from harness.journal.recorder import VIETNAM
from harness.judge.report_schema import DeviationEntry, DeviationState, Judgement
from harness.report.model import DeviationLine
from harness.report.texts import ReportTexts, shown
from harness.seal.run_files import RUN_FILE

_GOOD = frozenset({Verdict.PASS, Verdict.REMARK})


class Deviation(ParameterGroup, frozen=True):
    """One known deviation: what fails, who is responsible, why, and until when (that day included)."""

    requirement: str
    owner: str
    reason: str
    expires: date


class _DeviationFile(ParameterGroup, frozen=True):
    schema: Literal["lienthong.deviations/1"]
    deviations: tuple[Deviation, ...]


class _Recorded(msgspec.Struct, frozen=True):
    deviations: tuple[Deviation, ...] = ()


def load_deviations(path: Path) -> tuple[Deviation, ...]:
    """Read a file of known deviations.

    Raises:
        ConfigurationError: unreadable, an unknown key or requirement, or a requirement that is there twice.
    """
    located = read(path)
    deviations = convert(located, _DeviationFile).deviations
    known, seen = load_catalogue().requirements, set()
    for index, deviation in enumerate(deviations):
        line = located.place(("deviations", index))[1]
        if deviation.requirement not in known:
            raise ConfigurationError("deviations.unknown", path=path, line=line, id=deviation.requirement)
        if deviation.requirement in seen:
            raise ConfigurationError("deviations.twice", path=path, line=line, id=deviation.requirement)
        seen.add(deviation.requirement)
    return deviations


def judge_deviations(
    deviations: Iterable[Deviation], verdicts: Mapping[str, str], on: date
) -> tuple[DeviationEntry, ...]:
    """Return each known deviation with its state.

    Args:
        deviations: as loaded.
        verdicts: verdict of each requirement of the run.
        on: day of the run in Vietnam; never today, or judging again would give another result.
    """
    return tuple(
        DeviationEntry(one.requirement, one.owner, one.reason, one.expires.isoformat(), _state(one, verdicts, on))
        for one in deviations
    )


def recorded(deviations: Iterable[Deviation]) -> list[dict[str, Any]]:
    """Return known deviations as run.json keeps them, so that judging again has the same."""
    content: list[dict[str, Any]] = msgspec.to_builtins(list(deviations))
    return content


def recorded_deviations(directory: Path) -> tuple[Deviation, ...]:
    """Return the known deviations that were handed in with a run; none where run.json is missing.

    Raises:
        ConfigurationError: run.json is not what a run writes.
    """
    path = directory / RUN_FILE
    try:
        content = msgspec.json.decode(path.read_bytes(), type=_Recorded)
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigurationError("run.broken", path=path, detail=error) from error
    return content.deviations


def with_deviations(judgement: Judgement, deviations: Iterable[Deviation]) -> Judgement:
    """Return a judgement with the known deviations and their states; its verdicts stay what they are.

    In a narrowed run a requirement that was not asked for can fail, but its pass is no unexpected one.
    """
    narrowed = judgement.narrowed
    counted = [one for one in judgement.requirements if one.required or not narrowed or one.verdict is Verdict.FAIL]
    verdicts = {one.id: str(one.verdict) for one in counted}
    on = datetime.fromisoformat(judgement.started).astimezone(VIETNAM).date()
    return msgspec.structs.replace(judgement, deviations=judge_deviations(deviations, verdicts, on))


def within_term(judgement: Judgement) -> set[str]:
    """Return the requirements that fail as known, within the term of their deviation."""
    return {one.requirement for one in judgement.deviations if one.state is DeviationState.OPEN}


def standing(judgement: Judgement) -> Literal["pass", "fail", "inconclusive"]:
    """Return what a pipeline makes of a run: its verdict, as changed by the known deviations.

    An expired deviation or an unexpected pass is a failure. A run that fails by nothing but known deviations within
    their term passes the pipeline: its verdict stays `fail`, and it is not a certificate.
    """
    known = within_term(judgement)
    failed = {one.id for one in judgement.requirements if one.verdict is Verdict.FAIL}
    left = {one.id for one in judgement.requirements if one.required and one.verdict not in _GOOD}
    if breaches(judgement.deviations) or (judgement.verdict == "fail" and not (failed and failed <= known)):
        return "fail"
    if judgement.verdict != "fail":
        return judgement.verdict
    return "pass" if left <= failed else "inconclusive"


def excused(judgement: Judgement) -> bool:
    """Return whether a run passes a pipeline although its verdict is `fail`."""
    return judgement.verdict == "fail" and standing(judgement) == "pass"


def breaches(deviations: Sequence[DeviationEntry]) -> tuple[DeviationEntry, ...]:
    """Return those that fail a pipeline by themselves: the expired, and those that pass unexpectedly."""
    return tuple(one for one in deviations if one.state in {DeviationState.EXPIRED, DeviationState.PASSED})


def deviation_lines(report: Judgement, wording: ReportTexts) -> tuple[DeviationLine, ...]:
    """Return the known deviations of a report as they are printed."""
    return tuple(
        DeviationLine(
            requirement=shown(one.requirement),
            owner=shown(one.owner),
            reason=shown(one.reason),
            expires=wording.day(one.expires),
            state=str(one.state),
            state_word=wording.say(f"deviation.{one.state}"),
        )
        for one in report.deviations
    )


def _state(deviation: Deviation, verdicts: Mapping[str, str], on: date) -> DeviationState:
    verdict = verdicts.get(deviation.requirement)
    if verdict in {Verdict.PASS, Verdict.REMARK}:
        return DeviationState.PASSED
    if verdict != Verdict.FAIL:
        return DeviationState.UNJUDGED
    return DeviationState.EXPIRED if on > deviation.expires else DeviationState.OPEN
