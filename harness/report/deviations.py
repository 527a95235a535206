"""Known deviations: failures that somebody answers for until a day. They still run, and still count.

The file (schema lienthong.deviations/1):

    schema: lienthong.deviations/1
    deviations:
    - requirement: RTY-05
      owner: Nguyễn Văn A <a@alpha.example>
      reason: Bản 3.3 mới có giãn cách tăng dần
      expires: 2027-03-31
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.parameters import Part
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.verdicts import Verdict
from harness.catalogue.yamlfile import convert, read
from harness.report.model import DeviationLine
from harness.report.rows import objects
from harness.report.wording import Wording, shown


class Deviation(Part, frozen=True):
    """One known deviation: what fails, who answers for it, why, and until when (that day included)."""

    requirement: str
    owner: str
    reason: str
    expires: date


class _DeviationFile(Part, frozen=True):
    schema: Literal["lienthong.deviations/1"]
    deviations: tuple[Deviation, ...]


class DeviationState(StrEnum):
    """How a known deviation stands: fails as known, term is over, passes now, or has no verdict."""

    OPEN = "open"
    EXPIRED = "expired"
    PASSED = "passed"
    UNJUDGED = "unjudged"


class JudgedDeviation(msgspec.Struct, frozen=True):
    """A known deviation as it stands in report.json, member `deviations`."""

    requirement: str
    owner: str
    reason: str
    expires: str
    state: DeviationState


def load_deviations(path: Path) -> tuple[Deviation, ...]:
    """Read a file of known deviations.

    Raises:
        ConfigurationError: unreadable, an unknown key or requirement, or a requirement that stands twice.
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
) -> tuple[JudgedDeviation, ...]:
    """Say how each known deviation stands.

    Args:
        deviations: as loaded.
        verdicts: verdict of each requirement of the run.
        on: day of the run in Vietnam; never today's, or judging again would tell otherwise.
    """
    return tuple(
        JudgedDeviation(one.requirement, one.owner, one.reason, one.expires.isoformat(), _state(one, verdicts, on))
        for one in deviations
    )


def breaches(deviations: Sequence[JudgedDeviation]) -> tuple[JudgedDeviation, ...]:
    """Return those that fail a pipeline by themselves: the expired, and those that pass unexpectedly."""
    return tuple(one for one in deviations if one.state in {DeviationState.EXPIRED, DeviationState.PASSED})


def deviation_lines(report: Mapping[str, Any], wording: Wording) -> tuple[DeviationLine, ...]:
    """Return the known deviations of a report as they are printed."""
    return tuple(
        DeviationLine(
            requirement=shown(one.get("requirement")),
            owner=shown(one.get("owner")),
            reason=shown(one.get("reason")),
            expires=shown(one.get("expires")),
            state=shown(one.get("state")),
            state_word=wording.known(f"deviation.{one.get('state')}") or shown(one.get("state")),
        )
        for one in objects(report.get("deviations"))
    )


def _state(deviation: Deviation, verdicts: Mapping[str, str], on: date) -> DeviationState:
    verdict = verdicts.get(deviation.requirement)
    if verdict in {Verdict.PASS, Verdict.REMARK}:
        return DeviationState.PASSED
    if verdict != Verdict.FAIL:
        return DeviationState.UNJUDGED
    return DeviationState.EXPIRED if on > deviation.expires else DeviationState.OPEN
