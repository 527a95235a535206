"""Which steps of a run need a person, by the scenarios that it plays and what the candidate declares."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from harness.console.subjects.default_profile import default_profile
from harness.engine.plan import make_plan
from harness.scenarios.handwork import TASKS, VIEWS, handwork_of
from harness.scenarios.registry import Scenario, all_scenarios


@dataclass(frozen=True, slots=True)
class PersonSteps:
    """What a person has to do in a run.

    Attributes:
        played: number of scenarios that are played.
        needing: those of them that need a person.
        tasks: scenarios by the command that the person carries out.
        views: scenarios by the view that the person looks at.
    """

    played: int
    needing: tuple[str, ...]
    tasks: tuple[tuple[str, tuple[str, ...]], ...]
    views: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def ordering(self) -> int:
        """Number of scenarios in which something is ordered."""
        return len({one for _, scenarios in self.tasks for one in scenarios})


@lru_cache(maxsize=256)
def steps_of(only: str, capabilities: frozenset[str]) -> PersonSteps:
    """Return what a person has to do.

    Args:
        only: requirement ids or groups, separated by blanks; empty for all.
        capabilities: that are declared; scenarios that need another are not played.

    Raises:
        ConfigurationError: `only` names something unknown.
    """
    return _steps(make_plan(default_profile(), only.split() or None).scenarios, capabilities)


def steps_of_planned(scenarios: Collection[str], capabilities: frozenset[str]) -> PersonSteps:
    """Return what a person has to do in a run that has begun.

    Args:
        scenarios: ids of those that it planned.
        capabilities: that are declared.
    """
    known = all_scenarios()
    return _steps((known[one] for one in scenarios if one in known), capabilities)


def _steps(scenarios: Iterable[Scenario], capabilities: frozenset[str]) -> PersonSteps:
    played = [one for one in scenarios if capabilities.issuperset(one.needs)]
    work = {one.id: handwork_of(one) for one in played}
    return PersonSteps(
        len(played),
        tuple(one for one, asked in work.items() if asked.tasks or asked.views),
        _by(TASKS, {one: asked.tasks for one, asked in work.items()}),
        _by(VIEWS, {one: asked.views for one, asked in work.items()}),
    )


def _by(names: Iterable[str], asked: dict[str, frozenset[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = ((name, tuple(one for one, wanted in asked.items() if name in wanted)) for name in names)
    return tuple((name, scenarios) for name, scenarios in found if scenarios)
