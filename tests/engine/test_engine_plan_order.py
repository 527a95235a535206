"""Scenarios that may crash a candidate are played after everything else."""

from harness.catalogue.profiles import load_profile
from harness.engine.plan import make_plan
from harness.scenarios.isolation import EXCLUSIVE
from harness.scenarios.registry import all_scenarios

HOSTILE = ["SEC-01", "SEC-04", "SEC-08", "SEC-03", "SEC-02"]


def test_hostile_scenarios_come_last_and_the_deadliest_at_the_very_end() -> None:
    plan = make_plan(load_profile(), None)
    order = [one.id for one in plan.exclusive]
    assert order[-len(HOSTILE) :] == HOSTILE
    assert sorted(order) == sorted(name for name, one in all_scenarios().items() if one.isolation == EXCLUSIVE)


def test_the_others_keep_the_order_of_their_ids() -> None:
    order = [one.id for one in make_plan(load_profile(), None).exclusive if one.id not in HOSTILE]
    assert order == sorted(order)
    assert make_plan(load_profile(), ["SEC-02", "STS-01"]).scenarios[-1].id == "SEC-02"


def test_what_is_watched_everywhere_gets_occasions_that_its_own_scenario_does_not_give() -> None:
    played = {one.id for one in make_plan(load_profile(), ["STS-04"]).scenarios}
    assert {"STS-02", "STS-03", "STS-04"} <= played
