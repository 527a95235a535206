"""How far the requirements, and the clauses of the standard they come from, are tested; and why some are not."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Literal

import msgspec

from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.parameters import ParameterGroup
from harness.catalogue.profiles import Profile
from harness.catalogue.requirements import Requirement, load_catalogue
from harness.catalogue.typed_yaml import convert, read
from harness.catalogue.verdicts import Basis, Level
from harness.judge.duties import DUTIES
from harness.judge.watches.sts import WATCHED_ORDER
from harness.judge.watches.vxp import WATCHED
from harness.records.check import KEPT
from harness.resources import folder
from harness.rules.check import IMPLEMENTED
from harness.scenarios.registry import all_scenarios

NOTES = "coverage.yaml"


class CoverageState(StrEnum):
    """How far something is tested."""

    TESTED = "tested"
    PARTLY = "partly"
    NOT = "not"


class Beyond(ParameterGroup, frozen=True):
    """A clause of the standard for which the catalogue has no requirement.

    Attributes:
        clause: where the standard says it.
        after: id of the requirement after which it is listed.
        statement: what it asks.
        reason: why it is not tested.
    """

    clause: str
    after: str
    basis: Basis
    statement: LocalisedText
    reason: LocalisedText


class Notes(ParameterGroup, frozen=True):
    """What is known about the limits of the tests, schema lienthong.coverage-notes/1.

    Attributes:
        untested: by requirement, why nothing tests it.
        partly: by requirement, which part of it nothing tests, and why.
        beyond: clauses without a requirement.
    """

    schema: Literal["lienthong.coverage-notes/1"]
    untested: dict[str, LocalisedText]
    partly: dict[str, LocalisedText]
    beyond: tuple[Beyond, ...]


class Tested(msgspec.Struct, frozen=True):
    """A requirement, and what tests it.

    Attributes:
        level: in the profile.
        by: `rules`, `records`, `watch`, and names of scenarios.
        reason: why it is not, or not wholly, tested; None where it is.
    """

    id: str
    level: Level
    state: CoverageState
    statement: LocalisedText
    by: tuple[str, ...]
    reason: LocalisedText | None


class Clause(msgspec.Struct, frozen=True):
    """A clause of the standard.

    Attributes:
        bases: how sure the requirements of this level are.
        requirements: those; none for a clause beyond the catalogue, which then has a statement and a reason.
    """

    clause: str
    bases: tuple[Basis, ...]
    state: CoverageState
    requirements: tuple[Tested, ...]
    statement: LocalisedText | None = None
    reason: LocalisedText | None = None


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """The clauses in the catalogue's order, schema lienthong.coverage/1."""

    schema: str = "lienthong.coverage/1"
    profile: str
    version: str
    clauses: tuple[Clause, ...]

    def count(self, state: CoverageState) -> int:
        """Return how many clauses are in a state."""
        return sum(clause.state is state for clause in self.clauses)


@cache
def load_notes() -> Notes:
    """Return the notes that the project ships.

    Raises:
        ConfigurationError: the file is damaged; with file and line.
    """
    return convert(read(folder("profiles") / NOTES), Notes)


def encoded(coverage: Coverage) -> bytes:
    """Return the coverage as JSON."""
    return msgspec.json.format(msgspec.json.encode(coverage), indent=2) + b"\n"


def testers() -> Mapping[str, tuple[str, ...]]:
    """Return what tests each requirement: `rules`, `records`, `watch`, names of scenarios; an empty tuple for none."""
    scenarios = all_scenarios().values()
    watched = {*WATCHED, WATCHED_ORDER, *(duty.requirement for duty in DUTIES)}
    return {
        key: (
            *(("rules",) if key in IMPLEMENTED else ()),
            *(("records",) if key in KEPT else ()),
            *(("watch",) if key in watched else ()),
            *(one.id for one in scenarios if key in one.requirements),
        )
        for key in load_catalogue().requirements
    }


def coverage_of(profile: Profile) -> Coverage:
    """Return how far a profile's requirements are tested, clause by clause."""
    by = testers()
    notes = load_notes()
    clauses: dict[str, list[Tested]] = {}
    beyond: dict[str, list[Beyond]] = {}
    for clause in notes.beyond:
        beyond.setdefault(clause.after, []).append(clause)
    ordered: dict[str, Clause] = {}
    for requirement in profile.requirements.values():
        entries = clauses.setdefault(requirement.clause, [])
        entries.append(_tested(requirement, by[requirement.id], notes))
        ordered[requirement.clause] = _clause(requirement.clause, tuple(entries), profile)
        for one in beyond.get(requirement.id, ()):
            ordered[one.clause] = Clause(one.clause, (one.basis,), CoverageState.NOT, (), one.statement, one.reason)
    return Coverage(profile=profile.id, version=profile.version, clauses=tuple(ordered.values()))


def _clause(name: str, entries: tuple[Tested, ...], profile: Profile) -> Clause:
    bases = dict.fromkeys(profile.requirements[entry.id].basis for entry in entries)
    states = {entry.state for entry in entries}
    state = states.pop() if len(states) == 1 else CoverageState.PARTLY
    return Clause(name, tuple(bases), state, entries)


def _tested(requirement: Requirement, by: tuple[str, ...], notes: Notes) -> Tested:
    reason = notes.untested.get(requirement.id) or notes.partly.get(requirement.id)
    state = CoverageState.TESTED if reason is None else CoverageState.PARTLY
    if requirement.level is Level.OFF or not by:
        state = CoverageState.NOT
    return Tested(requirement.id, requirement.level, state, requirement.statement, by, reason)


def idle_notes() -> Iterator[tuple[str, str]]:
    """Yield the section and the id of every note that is about nothing: unknown, or tested and said not to be."""
    by = testers()
    notes = load_notes()
    yield from (("untested", key) for key in notes.untested if by.get(key, "-"))
    yield from (("partly", key) for key in notes.partly if not by.get(key))
    yield from (("beyond", one.after) for one in notes.beyond if one.after not in by)
