"""Every bad export is found for its own requirement only, every good one for nothing; every code is given by one."""

from pathlib import Path

import pytest

from harness.catalogue.requirements import load_catalogue
from harness.catalogue.texts import LANGUAGES, entries
from harness.catalogue.verdicts import Level, Severity
from harness.records.check import KEPT
from harness.validation.rows import weigh
from harness.vectors.kept.registry import KeepingVector, all_kept_vectors, kept_vectors_of
from tests.records.records_rig import AT, PROFILE, codes, report_of

VECTORS = list(all_kept_vectors().values())
# These take an archive, a link, or packages of somebody else: test_records_hostile.py and test_records_rules.py.
NOT_BY_A_VECTOR = {
    "ARC-01.left-out", "ARC-02.left-out", "ARC-03.not-compared", "ARC-14.unsafe", "ARC-14.expands", "ARC-14.not-read",
    "ARC-24.folder-name", "ARC-25.unsafe",
    "ARC-25.expands", "ARC-25.damaged", "ARC-25.other-digest", "ARC-30.not-compared",
}  # fmt: skip


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.key)
def test_a_vector_brings_its_own_finding_and_no_other(vector: KeepingVector, tmp_path: Path) -> None:
    report = report_of(vector.make(AT), tmp_path)
    assert codes(report) == ([vector.code] if vector.code else [])
    assert vector.requirement in report.asked


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.key)
def test_a_vector_weighs_as_its_requirement_and_is_reported_in_both_languages(
    vector: KeepingVector, tmp_path: Path
) -> None:
    report = report_of(vector.make(AT), tmp_path)
    weighed = weigh(report.findings, report.undecided, PROFILE)
    mandatory = PROFILE.requirements[vector.requirement].level is Level.CONDITIONAL
    remark = vector.code is None or PROFILE.severities.get(vector.code) is Severity.REMARK or not mandatory
    assert weighed.verdict == ("pass" if remark else "fail")
    for finding in weighed.findings:
        assert finding.where.xpath
        for language in LANGUAGES:
            assert finding.message[language]
            assert "{" not in finding.message[language]
    assert all(vector.why(language) for language in LANGUAGES)


@pytest.mark.parametrize("requirement", sorted(KEPT))
def test_every_requirement_has_a_good_and_two_bad_vectors(requirement: str) -> None:
    given = [vector.code for vector in kept_vectors_of(requirement)]
    assert given.count(None) >= 1
    assert len(given) - given.count(None) >= 2


def test_every_requirement_about_what_is_kept_has_a_rule() -> None:
    assert set(KEPT) == {entry.id for entry in load_catalogue().requirements.values() if entry.where == "K"}


def test_every_code_is_given_by_some_vector() -> None:
    assert set(entries("arc")) - {vector.code for vector in VECTORS} == NOT_BY_A_VECTOR


def test_a_rule_looks_at_the_form_that_its_requirement_is_about() -> None:
    for requirement, forms in KEPT.items():
        assert PROFILE.requirements[requirement].capability in forms
