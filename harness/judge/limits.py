"""What a run could not show: the limits that the report states."""

from collections.abc import Iterator
from datetime import datetime

from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.profiles import Profile, profile_names
from harness.catalogue.texts import Language, text
from harness.journal import Record, events_of
from harness.journal.events import RunFinished, RunStarted
from harness.journal.recorder import VIETNAM
from harness.judge.finding_list import FindingList
from harness.judge.report_schema import sentence
from harness.judge.silences import Silence, silences

_MOST_SILENCES = 10


def limits_of(
    record: Record, start: RunStarted, profile: Profile, undeclared: tuple[str, ...], listing: FindingList
) -> tuple[LocalisedText, ...]:
    """Return the limits of a run.

    Args:
        record: the run.
        start: what its start says.
        profile: that was judged by.
        undeclared: capabilities that were shown without being declared.
        listing: how much of what was found is listed.
    """
    return (
        *_of_the_run(record, start, profile, undeclared),
        *_silent(record),
        *_left_out(listing),
    )


def _of_the_run(
    record: Record, start: RunStarted, profile: Profile, undeclared: tuple[str, ...]
) -> Iterator[LocalisedText]:
    if start.only is not None:
        yield sentence("limit.narrowed", {"ids": ", ".join(sorted(start.only))})
    finished = list(events_of(record.events, RunFinished))
    if record.cut or not finished or finished[-1].what.reason != "complete":
        yield sentence("limit.interrupted", {})
    if profile.id not in profile_names():
        yield sentence("limit.own-profile", {"id": profile.id, "version": profile.version})
    if undeclared:
        yield sentence("limit.undeclared", {"capabilities": ", ".join(undeclared)})
    yield sentence(f"limit.driver.{start.driver}", {})
    yield sentence("limit.times", {name: f"{value:g}" for name, value in start.times.items()})


def _silent(record: Record) -> Iterator[LocalisedText]:
    """Say when the candidate did not call, in Vietnam time."""
    noticed = list(silences(record.events))
    for one in noticed[:_MOST_SILENCES]:
        key = "limit.silent.for-good" if one.resumed is None else f"limit.silent{'.revived' * one.revived}"
        yield _silence(key, one)
    if len(noticed) > _MOST_SILENCES:
        yield sentence("limit.silent.more", {"number": str(len(noticed) - _MOST_SILENCES)})


def _silence(key: str, one: Silence) -> LocalisedText:
    return LocalisedText.of(lambda language: text("verdicts", key, language, **_moments(one, language)))


def _moments(one: Silence, language: Language) -> dict[str, str]:
    pattern = text("report", "moment.pattern", language)
    moments = {"stopped": one.stopped, "resumed": one.resumed or one.stopped}
    return {name: datetime.fromisoformat(at).astimezone(VIETNAM).strftime(pattern) for name, at in moments.items()}


def _left_out(listing: FindingList) -> Iterator[LocalisedText]:
    if listing.left_out:
        yield sentence("limit.left-out", {"most": str(listing.most), "number": str(listing.left_out)})
