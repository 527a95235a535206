"""Whether a report is what judging its record gives: the record judged again, and where the two differ."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from harness import __version__
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile, load_recorded_profile
from harness.journal import JournalBroken, Record, read_record
from harness.judge.judge import NothingToJudge, judge
from harness.judge.report_schema import Judgement, decoded, encoded, harness_of
from harness.report.deviations import recorded_deviations, with_deviations
from harness.rules.confinement import prepare
from harness.seal.run_files import REPORT_FILE, RUN_FILE, RunFile, read_run_file

# What judging may raise on a record that no harness wrote: its chain can be correct and its events of any shape.
MISSHAPEN = (LookupError, TypeError, ValueError, AttributeError, RecursionError, ArithmeticError)
_MOST_DIFFERENCES = 20
_LONGEST_PATH = 120


class Agreement(StrEnum):
    """What judging the record gives: the same report, another one, or another one that changed rules may explain."""

    SAME = "same"
    DIFFERS = "differs"
    CHANGED_RULES = "changed-rules"


@dataclass(frozen=True, slots=True)
class ReportComparison:
    """A report compared with what judging its record gives.

    Attributes:
        agreement: what it came to.
        differences: paths within the report where the two differ, at most 20.
    """

    agreement: Agreement
    differences: tuple[str, ...] = ()


def read(directory: Path) -> Record:
    """Read the record of a run.

    Raises:
        ConfigurationError: it is missing, or was changed since it was written.
    """
    try:
        return read_record(directory)
    except JournalBroken as error:
        raise ConfigurationError("run.broken", path=directory, detail=error) from error


def judged(profile: Profile, record: Record) -> Judgement:
    """Judge a record, and add the state of the known deviations that were handed in with the run.

    Raises:
        ConfigurationError: the run broke off before it began, a blob is missing or edited, or run.json is damaged.
    """
    prepare()
    try:
        return with_deviations(judge(profile, record), recorded_deviations(record.directory))
    except NothingToJudge as error:
        raise ConfigurationError("run.nothing", path=record.directory) from error
    except JournalBroken as error:
        raise ConfigurationError("run.broken", path=record.directory, detail=error) from error


def run_file(directory: Path) -> RunFile:
    """Return what run.json says of a run.

    Raises:
        ConfigurationError: it is missing or is not what a run writes.
    """
    path = directory / RUN_FILE
    try:
        content = read_run_file(directory)
    except ConfigurationError as error:
        raise ConfigurationError("run.broken", path=path, detail=error.parameters.get("detail")) from error
    if not content.profile.source:
        raise ConfigurationError("run.broken", path=path, detail="profile.source")
    return content


def recorded_profile(directory: Path) -> Profile:
    """Load the profile that a run names as its own, as it is today.

    Raises:
        ConfigurationError: run.json is damaged, or there is no such profile any more.
    """
    return load_recorded_profile(run_file(directory).profile.source)


def report_is_judged(directory: Path, judgement: Judgement) -> bool:
    """Return whether report.json of a run is, byte for byte, the judgement given."""
    try:
        return (directory / REPORT_FILE).read_bytes() == encoded(judgement)
    except OSError:
        return False


def compare(report: bytes, judgement: Judgement) -> ReportComparison:
    """Compare a report with a new judgement of its record.

    The same version and the same profile must give the same bytes. Where either has changed, the rules may have changed
    too: only what was found is compared, and a difference proves nothing.

    Args:
        report: content of report.json.
        judgement: what judging the record gives.
    """
    if report == encoded(judgement):
        return ReportComparison(Agreement.SAME)
    try:
        earlier, then = decoded(report), json.loads(report)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return ReportComparison(Agreement.DIFFERS, (REPORT_FILE,))
    if _rules(earlier) == _rules(judgement):
        differences = tuple(_differences(then, json.loads(encoded(judgement))))
        return ReportComparison(Agreement.DIFFERS, differences or (REPORT_FILE,))
    found = tuple(_differences(_found(earlier), _found(judgement)))
    return ReportComparison(Agreement.CHANGED_RULES if found else Agreement.SAME, found)


def _rules(report: Judgement) -> tuple[str, str]:
    """Return what decides by which rules a report was judged."""
    return report.profile.sha256, harness_of(report).version or __version__


def _found(report: Judgement) -> dict[str, Any]:
    """Return what a report found, without the texts, whose wording may differ in a newer version."""
    return {
        "run_id": report.run_id,
        "verdict": report.verdict,
        "candidate": report.candidate,
        "narrowed": report.narrowed,
        "started": report.started,
        "finished": report.finished,
        "requirements": {one.id: one.verdict for one in report.requirements},
    }


def _differences(then: Any, now: Any) -> Iterator[str]:
    for number, path in enumerate(_walk(then, now, "")):
        if number == _MOST_DIFFERENCES:
            yield "…"
            return
        yield path[:_LONGEST_PATH] or REPORT_FILE


def _walk(then: Any, now: Any, path: str) -> Iterator[str]:
    if isinstance(then, dict) and isinstance(now, dict):
        for name in sorted(then.keys() | now.keys(), key=lambda name: (name != "verdict", name)):
            if name not in then or name not in now:
                yield f"{path}.{name}".lstrip(".")
            else:
                yield from _walk(then[name], now[name], f"{path}.{name}".lstrip("."))
    elif isinstance(then, list) and isinstance(now, list):
        yield from _walk(_named(then), _named(now), path)
    elif then != now:
        yield path


def _named(entries: list[Any]) -> dict[str, Any]:
    """Return list entries under their ids, or their positions where ids are missing or repeated."""
    ids = [str(entry["id"]) for entry in entries if isinstance(entry, dict) and "id" in entry]
    if len(set(ids)) == len(entries):
        return dict(zip(ids, entries, strict=True))
    return {str(place): entry for place, entry in enumerate(entries)}
