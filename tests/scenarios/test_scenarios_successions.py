"""Agencies whose codes end during a run: known by the profile's forms, never the candidate itself."""

from datetime import date

import pytest

from harness.catalogue.profiles import load_profile, profile_names
from harness.edxml.identifiers import organ_form
from harness.scenarios.successions import provinces, successions_of
from harness.scenarios.testdata import peers

CANDIDATE = "000.00.00.H41"


@pytest.mark.parametrize("name", profile_names())
def test_all_have_ids_of_the_profiles_forms_that_are_unique(name: str) -> None:
    identifiers = load_profile(name).parameters.identifiers
    pairs = successions_of(identifiers, CANDIDATE)
    ids = [one.organ_id for pair in pairs.values() for one in (pair.closed, pair.successor)]
    assert all(organ_form(one, identifiers) is not None for one in ids)
    taken = {code for peer in peers().values() for code in (peer.organ_id, peer.code102)}
    assert len({*ids} - taken) == len(ids)


@pytest.mark.parametrize("candidate", ["H37.45", "000.00.46.H37", "H52.50"])
def test_the_candidate_is_never_closed(candidate: str) -> None:
    identifiers = load_profile().parameters.identifiers
    usual, changed = successions_of(identifiers, CANDIDATE), successions_of(identifiers, candidate)
    assert usual.keys() == changed.keys()
    played = [one for pair in changed.values() for one in (pair.closed, pair.successor)]
    assert all(candidate not in {one.organ_id, one.code102} for one in played)


def test_the_provinces_are_those_of_the_day() -> None:
    parameters = load_profile("qcvn102-2025").parameters
    assert len(provinces(parameters, date(2025, 7, 1))) == 34
    assert len(provinces(parameters, date(2025, 6, 30))) == 63
