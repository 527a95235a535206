"""Lint of the whole pack: requirements nothing tests, scenarios nothing can fail, findings nobody can read."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from harness.catalogue.lint import LintProblem
from harness.catalogue.profiles import Profile, load_profile
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.texts import entries, known_finding
from harness.catalogue.typed_yaml import read
from harness.catalogue.verdicts import Level
from harness.judge.duties import DUTIES
from harness.judge.watches.sts import WATCHED_ORDER
from harness.judge.watches.vxp import WATCHED
from harness.resources import folder
from harness.rules.check import IMPLEMENTED
from harness.scenarios.registry import Scenario, all_scenarios
from harness.selfcheck.coverage import NOTES, idle_notes, load_notes, testers
from harness.selfcheck.expectations import holds_at_first, lint_expectations, lint_findings, vocabulary
from harness.selfcheck.sources import Statement, place_of, statements
from harness.selfcheck.stimuli import lint_stimuli
from harness.vectors.registry import VECTOR_PROFILE

_CODE = re.compile(r"[A-Z]{3}-[0-9]{2}\.[a-z0-9]+(-[a-z0-9]+)*")
_WATCHED = frozenset({*WATCHED, WATCHED_ORDER, *(duty.requirement for duty in DUTIES)})
# Where findings come from: their codes, or the reasons in them, stand in these rooms' sources.
_ROOMS = ("rules", "records", "validation", "expectations", "judge", "vxp", "edxml", "crypto")
_PACKAGE = Path(__file__).resolve().parents[1]


def lint_pack() -> Iterator[LintProblem]:
    """Yield what is wrong with rules, scenarios, expectations, stimuli and texts taken together.

    Raises:
        ConfigurationError: a data file cannot be read.
    """
    scenarios = all_scenarios()
    yield from lint_tested(load_profile())
    yield from lint_scenarios(scenarios)
    yield from lint_expectations()
    yield from lint_findings(scenarios)
    yield from lint_codes()
    yield from lint_stimuli(load_profile(VECTOR_PROFILE))


def lint_tested(profile: Profile) -> Iterator[LintProblem]:
    """Yield the requirements that weigh and that nothing tests without a reason, and reasons for what is tested."""
    path = folder("profiles") / "requirements.yaml"
    located = read(path)
    untested = load_notes().untested
    weighing = {Level.MANDATORY, Level.CONDITIONAL}
    by = testers()
    for index, key in enumerate(load_catalogue().requirements):
        if profile.requirements[key].level in weighing and not by[key] and key not in untested:
            yield LintProblem("untested", path, located.place(("requirements", index))[1], {"id": key})
    notes = folder("profiles") / NOTES
    for section, key in idle_notes():
        yield LintProblem("note-idle", notes, _line(notes, section, key), {"section": section, "id": key})


def lint_scenarios(scenarios: Mapping[str, Scenario]) -> Iterator[LintProblem]:
    """Yield scenarios that speak of unknown requirements, judge nothing, or take silence for an answer."""
    for scenario in scenarios.values():
        stated = statements(scenario)
        for code, parameters in (*_claims(scenario, stated), *_silent(scenario, stated)):
            path, line = place_of(scenario)
            yield LintProblem(code, path, line, {"scenario": scenario.id, **parameters})


def lint_codes() -> Iterator[LintProblem]:
    """Yield codes in the sources that have no texts, and texts for codes that nothing in the sources gives."""
    for path, line, code in _codes():
        if code[:3] in load_catalogue().groups and not known_finding(code):
            yield LintProblem("finding-unknown", path, line, {"code": code, "scenario": path.stem})
    said = _constants()
    for group in load_catalogue().groups:
        area = group.lower()
        path = folder("profiles") / "messages" / f"{area}.yaml"
        for code in entries(area):
            if not {code, code.partition(".")[2]} & said:
                yield LintProblem("text-idle", path, read(path).place((code,))[1], {"code": code})


Complaint = tuple[str, dict[str, str]]


def _claims(scenario: Scenario, stated: list[Statement]) -> Iterator[Complaint]:
    known = load_catalogue().requirements
    for requirement in scenario.requirements:
        if requirement not in known:
            yield "requirement-unknown", {"id": requirement}
    charged = {one.requirement or scenario.requirements[0] for one in stated if one.role == "duty"}
    for requirement in sorted(charged - set(scenario.requirements)):
        yield "charges-unclaimed", {"id": requirement}
    for requirement in scenario.requirements:
        if requirement not in charged and requirement not in _WATCHED and requirement not in IMPLEMENTED:
            yield "claims-unjudged", {"id": requirement}
    for one in stated:
        if one.expectation not in vocabulary():
            yield "expectation-hidden", {"expectation": one.expectation or "-"}


def _silent(scenario: Scenario, stated: list[Statement]) -> Iterator[Complaint]:
    """A scenario whose duties all hold while nothing happens needs something else that does happen."""
    duties = [one for one in stated if one.role == "duty"]
    signs = [one for one in stated if one.role != "duty" or not holds_at_first(one.expectation)]
    if duties and not any(not holds_at_first(one.expectation) for one in signs):
        yield "silence-passes", {}


def _line(path: Path, section: str, key: str) -> int:
    located = read(path)
    steps = (section, key) if (section, key) in located.places else (section,)
    return located.place(steps)[1]


@cache
def _strings() -> tuple[tuple[Path, int, str], ...]:
    """Return every string constant in the sources that findings come from, with file and line."""
    sources = (path for room in _ROOMS for path in sorted((_PACKAGE / room).rglob("*.py")))
    return tuple(
        (path, node.lineno, node.value)
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _codes() -> Iterator[tuple[Path, int, str]]:
    return ((path, line, value) for path, line, value in _strings() if _CODE.fullmatch(value))


def _constants() -> frozenset[str]:
    """Return the strings as they stand, and the ends of those that are put behind a requirement."""
    whole = (value for _, _, value in _strings())
    return frozenset(part for value in whole for part in (value, value.removeprefix(".")))
