"""What scenarios have a person do is read from the scenarios themselves."""

import re
from pathlib import Path

import harness.scenarios
from harness.scenarios.handwork import TASKS, VIEWS, handwork_of
from harness.scenarios.registry import all_scenarios

ROOM = Path(harness.scenarios.__file__).parent


def test_what_a_scenario_orders_is_found_through_what_it_calls() -> None:
    found = {name: handwork_of(one) for name, one in all_scenarios().items()}
    assert found["SND-01"].tasks == {"send"}
    assert found["STS-02"].tasks == {"decide"}
    assert found["OPS-03/sent"].tasks == {"send", "take_back"}
    assert found["RTY-16"].tasks == {"stop", "start", "configure"}
    assert found["VXP-11"].tasks == {"register"}
    assert found["RCV-02"].tasks == set()
    assert found["RCV-02"].views == {"inbox"}
    assert found["STS-06"].views == {"outbox"}
    assert set().union(*(one.tasks for one in found.values())) == set(TASKS)
    assert set().union(*(one.views for one in found.values())) == set(VIEWS)


def test_no_command_is_ordered_in_a_way_that_is_not_found() -> None:
    named = {word for path in ROOM.glob("*.py") for word in _commands(path.read_text("utf-8"))}
    assert named - {"hello"} <= set(TASKS)


def _commands(source: str) -> list[str]:
    return re.findall(r"\.(?:drive|tolerated)\(\s*\"(\w+)\"", source)
