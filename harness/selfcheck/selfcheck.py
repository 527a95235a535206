"""Lint of the whole pack: requirements without tests, scenarios that cannot fail, findings without texts."""

from collections.abc import Iterator, Mapping
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
from harness.scenarios.registry import EVERYTHING, Scenario, all_scenarios
from harness.selfcheck.coverage import NOTES, idle_notes, load_notes, testers
from harness.selfcheck.expectations import holds_at_first, lint_expectations, lint_findings
from harness.selfcheck.origins import awaited, declared, origins, place_of
from harness.selfcheck.stimuli import lint_stimuli
from harness.vectors.kept.registry import all_kept_vectors
from harness.vectors.registry import VECTOR_PROFILE, all_vectors
from harness.vectors.signed import signed_names

_WATCHED = frozenset({*WATCHED, WATCHED_ORDER, *(duty.requirement for duty in DUTIES)})


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
    yield from lint_proofs()
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
    """Yield scenarios that speak of unknown requirements, judge nothing, or pass when nothing happens."""
    for scenario in scenarios.values():
        for code, parameters in (*_claims(scenario), *_silent(scenario)):
            yield LintProblem(code, *place_of(scenario.play), {"scenario": scenario.id, **parameters})


def lint_codes() -> Iterator[LintProblem]:
    """Yield codes that something declares and that have no texts, and texts for codes that nothing declares."""
    for origin in origins():
        for code in sorted(origin.codes):
            if not known_finding(code):
                yield LintProblem("finding-unknown", *origin.place, {"code": code, "scenario": origin.name})
    possible = declared() | awaited()
    for group in load_catalogue().groups:
        area = group.lower()
        path = folder("profiles") / "messages" / f"{area}.yaml"
        for code in entries(area):
            if code not in possible:
                yield LintProblem("text-idle", path, read(path).place((code,))[1], {"code": code})


def lint_proofs() -> Iterator[LintProblem]:
    """Yield the rules on packages and records whose requirement no bad vector breaks: they are not tested."""
    signed = (code for codes in signed_names().values() for code in codes)
    broken = {code.partition(".")[0] for code in signed}
    broken |= {one.requirement for one in all_vectors().values() if one.code}
    broken |= {one.requirement for one in all_kept_vectors().values() if one.code}
    for origin in origins():
        requirements = {code.partition(".")[0] for code in origin.codes}
        if origin.kind in {"rule", "records"} and not requirements <= broken:
            yield LintProblem("rule-unproven", *origin.place, {"rule": origin.name, "id": ", ".join(requirements)})


Complaint = tuple[str, dict[str, str]]


def _claims(scenario: Scenario) -> Iterator[Complaint]:
    known = load_catalogue().requirements
    judged = {*_WATCHED, *IMPLEMENTED, *(scenario.requirements[:1] if scenario.head.expects else ())}
    for requirement in scenario.requirements:
        if requirement not in known:
            yield "requirement-unknown", {"id": requirement}
        if requirement not in judged:
            yield "claims-unjudged", {"id": requirement}
    for requirement in sorted(scenario.shows - known.keys() - {*EVERYTHING, *load_catalogue().groups}):
        yield "requirement-unknown", {"id": requirement}


def _silent(scenario: Scenario) -> Iterator[Complaint]:
    """A scenario whose duties all hold while nothing happens needs something else that does happen."""
    head = scenario.head
    if head.expects and all(holds_at_first(kind) for kind in (*head.expects, *head.awaits, *head.alive)):
        yield "silence-passes", {}


def _line(path: Path, section: str, key: str) -> int:
    located = read(path)
    steps = (section, key) if (section, key) in located.places else (section,)
    return located.place(steps)[1]
