"""Lint of rules, scenarios, expectations, stimuli and texts taken together, on the pack and on packs with mistakes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from harness.catalogue.declared_codes import UndeclaredCode
from harness.catalogue.lint import LintProblem
from harness.catalogue.profiles import load_profile
from harness.expectations import Accepted, Acked, Expectation, NotReached
from harness.expectations.assessment import Assessment, Broken, Holding, Met, Pending
from harness.expectations.base import Codes, finding
from harness.expectations.evidence import Evidence
from harness.scenarios.context import ScenarioContext
from harness.scenarios.head import Head, Kinds, UndeclaredExpectation
from harness.scenarios.isolation import SHARED
from harness.scenarios.registry import Scenario, all_scenarios
from harness.selfcheck import coverage, selfcheck, stimuli
from harness.selfcheck import expectations as selfcheck_expectations
from harness.selfcheck.expectations import lint_expectations, lint_findings, vocabulary
from harness.selfcheck.origins import FindingOrigin, origins
from harness.selfcheck.selfcheck import lint_codes, lint_pack, lint_proofs, lint_scenarios, lint_tested
from harness.selfcheck.stimuli import lint_stimuli
from harness.vectors.packages.base import document
from harness.vectors.registry import VECTOR_PROFILE, Vector, all_vectors


async def nothing(context: ScenarioContext) -> None:
    """What the body of a scenario does is not looked at here."""


def made(name: str, *more: str, expects: Kinds = (), awaits: Kinds = (), alive: Kinds = ()) -> dict[str, Scenario]:
    head = Head(name, expects, awaits, alive)
    return {name: Scenario(name, (name.partition("/")[0], *more), SHARED, (), nothing, head)}


def codes(problems: Iterator[LintProblem]) -> list[str]:
    return [problem.code for problem in problems]


class Unheard(Expectation, frozen=True, tag="unheard"):
    gives: ClassVar[Codes] = {"never-heard-of": ()}

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        return Holding()


class Placeless(Expectation, frozen=True, tag="placeless"):
    gives: ClassVar[Codes] = {"not-fetched": ()}

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        return Broken((finding(requirement, "not-fetched", expected="1"),))


class AlwaysMet(Expectation, frozen=True, tag="always-met"):
    gives: ClassVar[Codes] = {"not-fetched": ("document",)}

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        return Met()


class NeverFound(Expectation, frozen=True, tag="never-found"):
    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        return Holding()


class Forgetful(Expectation, frozen=True, tag="forgetful"):
    """Gives a reason that it does not declare, or leaves out a value that it declares."""

    gives: ClassVar[Codes] = {"not-fetched": ("document",)}
    reason: str

    def assess(self, evidence: Evidence, requirement: str) -> Assessment:
        return Pending(finding(requirement, self.reason))


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let the vocabulary of this file count."""
    own = {kind.__name__: kind for kind in (Unheard, Placeless, AlwaysMet, NeverFound)}
    monkeypatch.setattr(selfcheck_expectations, "vocabulary", lambda: {**vocabulary(), **own})
    return monkeypatch


def test_the_pack_has_no_problem() -> None:
    assert list(lint_pack()) == []


@pytest.mark.parametrize("reason", ["not-acked", "not-fetched"])
def test_an_expectation_that_gives_what_it_does_not_declare_is_refused(reason: str) -> None:
    with pytest.raises(UndeclaredCode, match=f"SND-03.{reason}"):
        Forgetful(reason=reason).assess(Evidence.of([]), "SND-03")


def test_a_head_admits_what_it_names_in_that_role_only() -> None:
    head = Head("SND-03", expects=(Accepted,), alive=(Acked,))
    head.admit(Accepted(document="x"), "duty")
    head.admit(Acked(document="x"), "liveness")
    with pytest.raises(UndeclaredExpectation, match=r"SND-03 states Accepted: add it to awaits=\(…\)"):
        head.admit(Accepted(document="x"), "precondition")


@pytest.mark.parametrize(
    ("scenario", "problems"),
    [
        (made("SND-03", expects=(NotReached,)), ["silence-passes"]),
        (made("SND-03", expects=(NotReached,), alive=(Acked,)), []),
        (made("SND-03"), ["claims-unjudged"]),
        (made("SND-03", awaits=(Accepted,)), ["claims-unjudged"]),
        (made("STS-04", awaits=(Accepted,)), []),  # watched
        (made("STS-04", "XYZ-01", awaits=(Accepted,)), ["requirement-unknown", "claims-unjudged"]),
        (made("SND-03", "SND-02", expects=(Accepted,)), ["claims-unjudged"]),
    ],
)
def test_scenarios_that_cannot_tell_anything_are_found(scenario: dict[str, Scenario], problems: list[str]) -> None:
    found = list(lint_scenarios(scenario))
    assert [problem.code for problem in found] == problems
    for problem in found:
        assert problem.path == Path(__file__)
        assert problem.line > 1
        assert problem.parameters["scenario"] in scenario


def test_a_scenario_shows_known_requirements() -> None:
    (one,) = made("SND-03", expects=(Accepted,)).values()
    assert codes(lint_scenarios({"SND-03": replace(one, shows=frozenset({"XYZ-02", "ATT-02"}))})) == [
        "requirement-unknown"
    ]


def test_every_scenario_has_a_head() -> None:
    assert [
        one.id for one in all_scenarios().values() if one.head.open or not (one.head.expects or one.head.awaits)
    ] == []


def test_findings_without_texts_are_found() -> None:
    problem, *more = lint_findings(made("SND-03", expects=(Unheard,)))
    assert (problem.code, problem.parameters["code"], more) == ("finding-unknown", "SND-03.never-heard-of", [])


def test_unfilled_placeholders_are_found() -> None:
    problems = list(lint_findings(made("SND-03", expects=(Placeless,))))
    assert [(problem.code, problem.parameters["places"]) for problem in problems] == [
        ("places-unfilled", "document"),
        ("places-unfilled", "document"),
    ]


def test_expectations_that_cannot_fail_are_found(words: pytest.MonkeyPatch) -> None:
    found = {(problem.code, problem.parameters["expectation"]) for problem in lint_expectations()}
    assert found == {("cannot-fail", "AlwaysMet"), ("cannot-fail", "NeverFound")}


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
    kept = [replace(one, codes=one.codes - {"PDF-01.too-old"}) for one in origins()]
    strange = FindingOrigin("rule", "strange", (Path("pkg.py"), 7), frozenset({"PKG-01.never-heard-of"}))
    monkeypatch.setattr(selfcheck, "origins", lambda: (*kept, strange))
    monkeypatch.setattr(selfcheck, "declared", lambda: frozenset().union(*(one.codes for one in kept)))
    found = [(problem.code, problem.parameters["code"]) for problem in lint_codes()]
    assert found == [("finding-unknown", "PKG-01.never-heard-of"), ("text-idle", "PDF-01.too-old")]


def test_a_rule_that_no_bad_package_proves_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = {key: one for key, one in all_vectors().items() if one.requirement != "HDR-04"}
    monkeypatch.setattr(selfcheck, "all_vectors", lambda: vectors)
    problem, *more = lint_proofs()
    assert (problem.code, problem.parameters, more) == (
        "rule-unproven",
        {"rule": "no_receiver_twice", "id": "HDR-04"},
        [],
    )


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
