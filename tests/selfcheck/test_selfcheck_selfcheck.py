"""Lint of rules, scenarios, expectations, stimuli and texts taken together, on the pack and on packs with mistakes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.catalogue.lint import LintProblem
from harness.catalogue.profiles import load_profile
from harness.expectations import Accepted, Expectation, NotReached, StatusSent
from harness.expectations.assessment import Assessment, Holding, Met
from harness.expectations.base import finding
from harness.expectations.evidence import Evidence
from harness.scenarios.context import ScenarioContext
from harness.scenarios.isolation import SHARED
from harness.scenarios.registry import Play, Scenario, all_scenarios
from harness.selfcheck import coverage, selfcheck, stimuli
from harness.selfcheck import expectations as selfcheck_expectations
from harness.selfcheck.expectations import lint_expectations, lint_findings, vocabulary
from harness.selfcheck.selfcheck import lint_codes, lint_pack, lint_scenarios, lint_tested
from harness.selfcheck.sources import reasons, statements
from harness.selfcheck.stimuli import lint_stimuli
from harness.vectors.packages.base import document
from harness.vectors.registry import VECTOR_PROFILE, Vector, all_vectors


def made(play: Play, name: str, *more: str) -> dict[str, Scenario]:
    return {name: Scenario(name, (name.partition("/")[0], *more), SHARED, (), play)}


def codes(problems: Iterator[LintProblem]) -> list[str]:
    return [problem.code for problem in problems]


async def _nothing_reaches(stage: ScenarioContext) -> None:
    stage.expect(NotReached(subject="x"))


async def only_silence(stage: ScenarioContext) -> None:
    await _nothing_reaches(stage)
    await stage.linger()


async def silence_and_a_sign_of_life(stage: ScenarioContext) -> None:
    await _nothing_reaches(stage)
    await stage.probe()


async def nothing_at_all(stage: ScenarioContext) -> None:
    await stage.linger()


async def a_precondition_only(stage: ScenarioContext) -> None:
    await stage.until(Accepted(document="x"))


async def charged_elsewhere(stage: ScenarioContext) -> None:
    stage.expect(Accepted(document="x"), requirement="SND-02")


async def hidden(stage: ScenarioContext) -> None:
    expectation = Accepted(document="x")
    stage.expect(expectation)


async def without_texts(stage: ScenarioContext) -> None:
    stage.expect(Unheard())


async def with_a_place_nobody_fills(stage: ScenarioContext) -> None:
    stage.expect(Placeless())


class Unheard(Expectation, frozen=True, tag="unheard"):
    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        finding(requirement, "never-heard-of")
        return Holding()


class Placeless(Expectation, frozen=True, tag="placeless"):
    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        finding(requirement, "not-fetched", expected="1")
        return Holding()


class AlwaysMet(Expectation, frozen=True, tag="always-met"):
    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        finding(requirement, "not-fetched", document="x")
        return Met()


class NeverFound(Expectation, frozen=True, tag="never-found"):
    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        return Holding()


class Veiled(Expectation, frozen=True, tag="veiled"):
    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        finding(requirement, str(len(evidence.events)))
        return Holding()


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let the vocabulary of this file count."""
    own = {kind.__name__: kind for kind in (Unheard, Placeless, AlwaysMet, NeverFound, Veiled)}
    for module in (selfcheck, selfcheck_expectations):
        monkeypatch.setattr(module, "vocabulary", lambda: {**vocabulary(), **own})
    return monkeypatch


def test_the_pack_has_no_problem() -> None:
    assert list(lint_pack()) == []


def test_every_scenario_shows_what_it_states() -> None:
    for scenario in all_scenarios().values():
        assert statements(scenario), scenario.id
        assert all(one.expectation for one in statements(scenario)), scenario.id


def test_the_source_tells_every_finding_of_an_expectation() -> None:
    assert {reason.name for reason in reasons(StatusSent)} == {"status-not-sent", "status-late", "reason-altered"}


@pytest.mark.parametrize(
    ("play", "problems"),
    [
        (only_silence, ["silence-passes"]),
        (silence_and_a_sign_of_life, []),
        (nothing_at_all, ["claims-unjudged"]),
        (a_precondition_only, ["claims-unjudged"]),
        (charged_elsewhere, ["charges-unclaimed", "claims-unjudged"]),
        (hidden, ["expectation-hidden"]),
    ],
)
def test_scenarios_that_cannot_tell_anything_are_found(play: Play, problems: list[str]) -> None:
    found = list(lint_scenarios(made(play, "SND-03")))
    assert [problem.code for problem in found] == problems
    for problem in found:
        assert problem.path == Path(__file__)
        assert problem.line > 1
        assert problem.parameters["scenario"] == "SND-03"


def test_a_requirement_that_is_watched_needs_no_duty() -> None:
    assert codes(lint_scenarios(made(a_precondition_only, "STS-04"))) == []


def test_unknown_requirements_are_found() -> None:
    assert codes(lint_scenarios(made(a_precondition_only, "STS-04", "XYZ-01"))) == [
        "requirement-unknown",
        "claims-unjudged",
    ]


def test_findings_without_texts_are_found(words: pytest.MonkeyPatch) -> None:
    problem, *more = lint_findings(made(without_texts, "SND-03"))
    assert (problem.code, problem.parameters["code"], more) == ("finding-unknown", "SND-03.never-heard-of", [])


def test_places_that_nobody_fills_are_found(words: pytest.MonkeyPatch) -> None:
    problems = list(lint_findings(made(with_a_place_nobody_fills, "SND-03")))
    assert [(problem.code, problem.parameters["places"]) for problem in problems] == [
        ("places-unfilled", "document"),
        ("places-unfilled", "document"),
    ]


def test_expectations_that_cannot_fail_are_found(words: pytest.MonkeyPatch) -> None:
    found = {(problem.code, problem.parameters["expectation"]) for problem in lint_expectations()}
    assert found == {
        ("cannot-fail", "AlwaysMet"),
        ("cannot-fail", "NeverFound"),
        ("reason-hidden", "Veiled"),
    }


def test_a_requirement_that_nothing_tests_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    by = {**coverage.testers(), "SND-01": (), "SND-06": ()}
    monkeypatch.setattr(selfcheck, "testers", lambda: by)
    problem, *more = lint_tested(load_profile())
    assert (problem.code, problem.parameters, more) == ("untested", {"id": "SND-01"}, [])
    line = problem.path.read_text(encoding="utf-8").splitlines()[problem.line - 1]
    assert line.strip().startswith("- id: SND-01") or "SND-01" in line


def test_notes_that_no_longer_hold_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    words = coverage.load_notes().beyond[0].reason
    notes = coverage.Notes(
        "lienthong.coverage-notes/1",
        untested={"SND-01": words},
        partly={"XYZ-01": words},
        beyond=(coverage.load_notes().beyond[0],),
    )
    monkeypatch.setattr(coverage, "load_notes", lambda: notes)
    assert list(coverage.idle_notes()) == [("untested", "SND-01"), ("partly", "XYZ-01")]
    assert codes(lint_tested(load_profile())) == ["note-idle", "note-idle"]


def test_codes_without_texts_and_texts_without_codes_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [one for one in selfcheck._strings() if "too-old" not in one[2]]
    strings = (*kept, (Path("pkg.py"), 7, "PKG-01.never-heard-of"))
    monkeypatch.setattr(selfcheck, "_strings", lambda: strings)
    found = [(problem.code, problem.parameters["code"]) for problem in lint_codes()]
    assert found == [("finding-unknown", "PKG-01.never-heard-of"), ("text-idle", "PDF-01.too-old")]


def test_equal_and_wrong_stimuli_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = all_vectors()
    same = replace(next(vector for vector in vectors.values() if vector.code is not None), name="again")
    wrong = Vector("HDR-10", "subject-there", "HDR-10.missing", document)
    chosen = {same.key: same, **vectors, wrong.key: wrong}
    monkeypatch.setattr(stimuli, "all_vectors", lambda: chosen)
    monkeypatch.setattr(stimuli, "_line", lambda path, key: 1)
    found = [problem.code for problem in lint_stimuli(load_profile(VECTOR_PROFILE))]
    assert found.count("breaks-otherwise") == 1
    assert found.count("stimuli-same") == 2  # the copy, and the good document that is called bad
