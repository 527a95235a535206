"""Which scenarios a run plays: those of the requirements asked for, and those that give the others their traffic."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile
from harness.catalogue.verdicts import Level
from harness.scenarios.isolation import EXCLUSIVE, FAULTED, SHARED, SPOILT, Isolation
from harness.scenarios.registry import EVERYTHING, Scenario, all_scenarios


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run plays.

    Attributes:
        phases: one after the other; what is in one runs side by side.
        exclusive: played last, each alone, in this order.
        only: the ids asked for, None when all were.
    """

    phases: tuple[tuple[Scenario, ...], ...]
    exclusive: tuple[Scenario, ...]
    only: tuple[str, ...] | None

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """All of them, in the order in which they begin."""
        return (*(one for phase in self.phases for one in phase), *self.exclusive)

    @property
    def concurrency(self) -> Mapping[Isolation, int]:
        """How many play at once, by their isolation."""
        return {phase[0].isolation: len(phase) for phase in self.phases if phase} | {EXCLUSIVE: 0}


def expanded(profile: Profile, only: Collection[str]) -> tuple[str, ...]:
    """Return the requirement ids that `only` names: ids, or groups such as `RCV`.

    Raises:
        ConfigurationError: a name is neither.
    """
    chosen: list[str] = []
    for name in only:
        wanted = name.upper()
        ids = [key for key in profile.requirements if wanted in (key, key.partition("-")[0])]
        if not ids:
            raise ConfigurationError("only.unknown", id=name)
        chosen += ids
    return tuple(sorted(set(chosen)))


def make_plan(profile: Profile, only: Collection[str] | None, scenario: str | None = None) -> Plan:
    """Choose the scenarios.

    Args:
        profile: what is off in it is not played.
        only: requirement ids or groups to narrow the run to; None for all.
        scenario: the one scenario to play; then its requirements are what the run is narrowed to.

    Raises:
        ConfigurationError: `only` or `scenario` names something unknown.
    """
    if scenario is not None:
        return _single(scenario)
    ids = None if only is None else expanded(profile, only)
    scenarios: Mapping[str, Scenario] = all_scenarios()
    wanted = {key for key, entry in profile.requirements.items() if entry.level is not Level.OFF}
    if ids is not None:
        wanted &= set(ids)
    chosen = {name: one for name, one in scenarios.items() if wanted & set(one.requirements)}
    covered = {requirement for one in chosen.values() for requirement in one.requirements}
    # Its own scenario does not show all of what is watched on all traffic: a scenario may name it besides.
    missing = wanted - covered
    shown = {*wanted, *(key.partition("-")[0] for key in missing), *(EVERYTHING if missing else ())}
    chosen |= {name: one for name, one in scenarios.items() if one.shows & shown}
    return _planned(chosen.values(), ids)


def _planned(scenarios: Iterable[Scenario], only: tuple[str, ...] | None) -> Plan:
    chosen = tuple(scenarios)
    phases = tuple(tuple(one for one in chosen if one.isolation == phase) for phase in (SHARED, FAULTED, SPOILT))
    exclusive = sorted((one for one in chosen if one.isolation == EXCLUSIVE), key=lambda one: one.harm)
    return Plan(phases, tuple(exclusive), only)


def _single(name: str) -> Plan:
    found = all_scenarios().get(name)
    if found is None:
        raise ConfigurationError("scenario.unknown", name=name, known=", ".join(all_scenarios()))
    return _planned((found,), found.requirements)
