"""When the candidate stopped calling, and when it called again, is in the report in Vietnam time."""

from pathlib import Path
from typing import Any

import pytest

from harness.expectations.evidence import Evidence
from harness.journal import Event
from harness.judge.life import silence_of
from harness.judge.silences import Silence, silences
from tests.journal.told_events import event_told
from tests.judge.recorded_run import RecordedRun


def at(second: int) -> str:
    return f"2026-11-23T10:15:{second:02}.000+07:00"


def events(*kinds: str) -> list[Event]:
    """Return events of these kinds, one every second."""
    data: dict[str, Any] = {}
    return [event_told(seq, kind, data, at=at(seq), elapsed=float(seq)) for seq, kind in enumerate(kinds)]


def test_a_silence_lasts_from_the_last_request_to_the_next() -> None:
    recorded = events("run.started", "request", "answer", "candidate.silent", "driver", "request", "candidate.back")
    assert list(silences(recorded)) == [Silence(at(1), at(5), revived=False)]


def test_who_is_configured_again_meanwhile_is_revived() -> None:
    recorded = events("request", "candidate.silent", "candidate.revived", "request", "request", "candidate.silent")
    assert list(silences(recorded)) == [Silence(at(0), at(3), revived=True), Silence(at(4), None, revived=False)]


def test_who_always_calls_is_never_silent() -> None:
    assert not list(silences(events("run.started", "request", "answer", "request", "run.finished")))


def limits(run: RecordedRun) -> list[str]:
    return [one.vi for one in run.judged().limits if "ngừng gọi" in one.vi]


def test_the_report_says_from_when_to_when(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path)
    last = run.poll()
    run.record("candidate.silent", {"seconds": 7.5})
    run.record("candidate.back", {"since": 1})
    run.poll()
    run.finish()
    (limit,) = limits(run)
    day, time = last.at[:10].split("-"), last.at[11:19]
    assert f"từ {day[2]}/{day[1]}/{day[0]} {time} đến" in limit
    assert "(giờ Việt Nam)" in limit


def test_of_many_silences_the_rest_is_counted(tmp_path: Path) -> None:
    run = RecordedRun(tmp_path)
    for _ in range(13):
        run.poll()
        run.record("candidate.silent", {"seconds": 7.5})
    run.finish()
    *each, rest = limits(run)
    assert len(each) == 10
    assert "3 lần khác" in rest
    assert "không gọi lại" not in each[-1]


@pytest.mark.parametrize("kinds", [("run.started",), ("laboratory", "run.started")])
def test_how_long_a_silence_may_be_is_declared_in_a_laboratory_s_run_too(kinds: tuple[str, ...]) -> None:
    said = {"laboratory": {"token": "t", "key": "k"}}
    evidence = Evidence.of(event_told(seq, kind, said.get(kind, {})) for seq, kind in enumerate(kinds))
    assert silence_of(evidence) == 5 * 1.0 + 1.0 + 1.0
