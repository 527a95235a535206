"""Which scenarios a run plays: those of the required requirements, and those that make a candidate show the rest."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile
from harness.catalogue.verdicts import Level
from harness.records.check import KEPT
from harness.scenarios.isolation import EXCLUSIVE, FAULTED, SHARED, SPOILT, Isolation
from harness.scenarios.registry import Scenario, all_scenarios

# Requirements that are watched on all traffic need traffic: a document sent, a status sent, a document received.
_CARRIERS = ("SND-01", "RCV-02", "STS-01")
# What else makes a candidate show what these requirements speak of.
_CARRIERS_OF: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("ATT-02", "ATT-03", "ATT-04", "ATT-05", "ATT-06", "ATT-07"), ("SND-05/types",)),
    "HDR-13": ("SND-06",),
    **dict.fromkeys(("HDR-16", "TRC-04"), ("OPS-01",)),
    "TRC-05": ("OPS-04/sent",),
    "TRC-06": ("OPS-05/sent",),
    "TRC-07": ("OPS-01", "OPS-04/sent", "OPS-05/sent"),
    **dict.fromkeys(("STP-02", "STP-03", "STP-04", "STP-05", "STP-06"), ("STS-02", "STS-03", "OPS-03/sent")),
    "SND-10": ("SND-02", "SND-05/types"),
    **dict.fromkeys(KEPT, ("RCV-05", "STS-02", "OPS-01", "OPS-02")),
    **dict.fromkeys(("RCV-10", "RCV-11"), ("RCV-03/layouts", "RCV-03/senders", "RCV-04", "RCV-05")),
}
# Hostile input may leave a candidate dead, and whatever comes then shows nothing: the deadliest comes last.
_LAST = ("SEC-01", "SEC-04", "SEC-08", "SEC-03", "SEC-02")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run plays.

    Attributes:
        phases: one after the other; what is in one runs side by side.
        exclusive: run alone, at last, in this order.
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
    def crowd(self) -> Mapping[Isolation, int]:
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
    if wanted - covered:
        named = [*_CARRIERS, *(name for key in sorted(wanted - covered) for name in _CARRIERS_OF.get(key, ()))]
        chosen |= {name: scenarios[name] for name in named if name in scenarios}
    return _planned(chosen.values(), ids)


def _planned(scenarios: Iterable[Scenario], only: tuple[str, ...] | None) -> Plan:
    chosen = tuple(scenarios)
    phases = tuple(tuple(one for one in chosen if one.isolation == phase) for phase in (SHARED, FAULTED, SPOILT))
    exclusive = sorted((one for one in chosen if one.isolation == EXCLUSIVE), key=_place)
    return Plan(phases, tuple(exclusive), only)


def _place(scenario: Scenario) -> int:
    return _LAST.index(scenario.id) + 1 if scenario.id in _LAST else 0


def _single(name: str) -> Plan:
    found = all_scenarios().get(name)
    if found is None:
        raise ConfigurationError("scenario.unknown", name=name, known=", ".join(all_scenarios()))
    return _planned((found,), found.requirements)
