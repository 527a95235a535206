"""The sample agency in the self-test: it and each of its defects have a case, narrowed to what shows it."""

from pathlib import Path

from harness.catalogue.candidate import CommandDriverDeclaration, load_candidate
from harness.catalogue.profiles import load_profile
from harness.scenarios.isolation import EXCLUSIVE
from harness.scenarios.registry import all_scenarios
from harness.selftest.independent import REPRESENTATIVE, declared_sample, is_sample, sample_defects
from harness.selftest.matrix import SelftestOrder, SelftestScope, chosen_checks


def test_each_defect_of_the_sample_is_judged_by_its_own_requirement() -> None:
    known = load_profile().requirements
    cases = {case.name: case for case in chosen_checks(SelftestOrder(SelftestScope.GALLERY)) if is_sample(case.name)}
    assert len(sample_defects()) == 10
    assert len(cases) == 11
    for name, (breaks, description) in sample_defects().items():
        case = cases[f"sample-{name}"]
        assert (case.breaks, case.description) == (breaks, description)
        assert breaks in known
        assert breaks in (case.only or ())


def test_the_sample_is_judged_by_everything_where_everything_is_asked_for() -> None:
    (whole,) = chosen_checks(SelftestOrder(SelftestScope.ALL, ("sample",)))
    assert whole.only is None
    (narrowed,) = chosen_checks(SelftestOrder(SelftestScope.GALLERY, ("sample",)))
    groups = {key[:3] for key in narrowed.only or ()}
    assert groups >= {"SND", "RCV", "STS", "OPS", "RTY", "SEC"}
    alone = {key for one in all_scenarios().values() if one.isolation == EXCLUSIVE for key in one.requirements}
    assert not alone & set(REPRESENTATIVE)


def test_it_is_declared_as_a_program_with_its_defect(tmp_path: Path) -> None:
    candidate, _ = load_candidate(declared_sample("sample-day-first-dates", tmp_path / "sample"))
    assert isinstance(candidate.driver, CommandDriverDeclaration)
    assert candidate.driver.argv[-2:] == ("--defect", "day-first-dates")
