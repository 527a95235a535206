"""The estimate of the remaining time: not given too early, adapted to the pace so far, and honest about an overrun."""

import pytest

from harness.engine.outlook import Outlook, usual_durations
from harness.journal.events import RunStarted
from harness.scenarios.isolation import EXCLUSIVE, SHARED
from harness.scenarios.registry import all_scenarios
from tests.journal.told_events import fact

TIMES = {"poll_interval": 0.3, "reaction": 2.0, "give_up": 3.0}
ALONE = ("RTY-05", "RTY-06", "SEC-07", "VXP-11")


def outlook(*names: str, **times: float) -> Outlook:
    planned = [{"id": name, "requirements": [name[:6]]} for name in names]
    started = fact("run.started", {"times": {**TIMES, **times}, "scenarios": planned})
    assert isinstance(started, RunStarted)
    return Outlook(started)


def usual(name: str) -> float:
    return usual_durations().seconds[name]


def test_the_usual_durations_cover_single_and_parallel_scenarios() -> None:
    known = all_scenarios()
    assert {known[name].isolation for name in ALONE} == {EXCLUSIVE}
    assert known["SND-01"].isolation == SHARED
    assert len(set(usual_durations().seconds) & set(known)) >= 70


def test_durations_add_up_only_for_scenarios_that_run_alone() -> None:
    one = outlook("SND-01", "OPS-07/recall", "OPS-02", *ALONE)
    for name in ("SND-01", "OPS-02"):
        one.started(name, 0.0)
    assert one.left(1.0) is None
    one.started("OPS-07/recall", 0.0)
    one.finished("SND-01", usual("SND-01"), played=True)
    one.finished("OPS-02", usual("OPS-02"), played=True)
    assert one.left(usual("OPS-02")) is None
    one.finished("OPS-07/recall", usual("OPS-07/recall"), played=True)
    assert one.left(30.0) == pytest.approx(sum(map(usual, ALONE)))


def test_a_slow_machine_and_longer_times_count() -> None:
    def left(pace: float, **times: float) -> float | None:
        one = outlook(*ALONE, **times)
        one.started("RTY-05", 0.0)
        one.finished("RTY-05", usual("RTY-05") * pace, played=True)
        one.started("RTY-06", 100.0)
        one.finished("RTY-06", 100.0 + usual("RTY-06") * pace, played=True)
        return one.left(200.0)

    rest = usual("SEC-07") + usual("VXP-11")
    assert left(1.0) == pytest.approx(rest)
    assert left(2.5) == pytest.approx(2.5 * rest)
    # With an estimate three times as long, a scenario of the usual duration is three times faster than estimated.
    assert left(3.0, poll_interval=0.9, reaction=6.0, give_up=9.0) == pytest.approx(3 * rest)


def test_slow_parallel_scenarios_do_not_change_the_estimate_for_single_ones() -> None:
    one = outlook("SND-01", "OPS-02", "STS-01", *ALONE)
    for name in ("SND-01", "OPS-02", "STS-01"):
        one.started(name, 0.0)
        one.finished(name, 5 * usual(name), played=True)
    assert one.left(200.0) == pytest.approx(sum(map(usual, ALONE)))


def test_a_scenario_that_was_not_played_does_not_change_the_estimate() -> None:
    one = outlook(*ALONE)
    for name in ("RTY-05", "RTY-06"):
        one.started(name, 0.0)
        one.finished(name, 0.01, played=False)
    assert one.left(1.0) == pytest.approx(usual("SEC-07") + usual("VXP-11"))


def test_past_the_estimate_nothing_is_left_to_estimate() -> None:
    one = outlook("RTY-05", "VXP-11")
    one.started("RTY-05", 0.0)
    one.finished("RTY-05", usual("RTY-05"), played=True)
    one.started("VXP-11", 100.0)
    assert one.left(1000.0) == 0.0
