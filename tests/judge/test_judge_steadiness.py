"""A clock that was set during a scenario leaves undecided what depends on time, and nothing else."""

from datetime import datetime, timedelta

import pytest

from harness.catalogue.findings import Finding
from harness.catalogue.verdicts import Cause, Verdict
from harness.engine.clock import clock_state
from harness.journal import Event
from harness.journal.recorder import VIETNAM
from harness.judge.scenarios import ScenarioOutcome, _steadied
from harness.judge.steadiness import Jump, jumps, within
from tests.journal.told_events import event_told

BEGIN = datetime(2026, 11, 23, 10, tzinfo=VIETNAM)


def events(*pairs: tuple[float, float]) -> list[Event]:
    """Return events at these seconds of the day's clock and of the steady one."""
    return [
        event_told(
            seq, "x", {}, at=(BEGIN + timedelta(seconds=wall)).isoformat(timespec="milliseconds"), elapsed=steady
        )
        for seq, (wall, steady) in enumerate(pairs)
    ]


def test_a_clock_that_runs_steadily_has_no_jumps() -> None:
    assert jumps(events((0, 0), (100, 100), (3700, 3698.2), (3701, 3699.2)), 5) == ()


@pytest.mark.parametrize("moved", [6.0, -3600.0])
def test_a_clock_that_was_set_is_noticed_where_it_happened(moved: float) -> None:
    found = jumps(events((0, 0), (10, 10), (20 + moved, 20), (30 + moved, 30)), 5)
    assert found == (Jump(1, 2, moved),)
    assert jumps(events((0, 0), (10, 10), (20 + moved, 20)), abs(moved) + 1) == ()


def test_only_a_scenario_that_was_played_meanwhile_is_concerned() -> None:
    listed = events(*((second, second) for second in range(10)))
    found = (Jump(3, 4, 6.0), Jump(4, 5, -60.0))
    assert within(listed[2:7], found) == found[1]
    assert within(listed[4:7], found) == found[1]
    assert within(listed[5:], found) is None
    assert within((), found) is None


def test_what_was_measured_or_did_not_come_in_time_is_undecided() -> None:
    jump = Jump(1, 2, -7.0)
    late = ScenarioOutcome(Verdict.PASS, findings=(Finding("RCV-02.not-fetched"),))
    for outcome in (late, ScenarioOutcome(Verdict.PASS, detail="measured", parameters={"values": "3 s of 5"})):
        judged = _steadied(outcome, jump)
        assert (judged.verdict, judged.cause, judged.detail) == (Verdict.INCONCLUSIVE, Cause.HARNESS, "clock-jumped")
        assert judged.parameters == {"seconds": "-7.0"}
        assert _steadied(outcome, None) is outcome
    for outcome in (ScenarioOutcome(Verdict.PASS), ScenarioOutcome(Verdict.NOT_APPLICABLE)):
        assert _steadied(outcome, jump) is outcome


def test_the_clock_state_is_reported_or_unknown() -> None:
    state = clock_state()
    assert state.synchronised in {True, False, None}
