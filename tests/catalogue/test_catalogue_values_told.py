"""Every value of a profile changes what is judged, played, waited for or reported: each is changed alone."""

import re
from collections.abc import Mapping

import pytest

from tests.catalogue import probes_of_keeping, probes_of_packages, probes_of_runs, probes_of_signatures
from tests.catalogue.profile_leaves import SHIPPED, Leaf, Probe, changed, leaves

PROBES: Mapping[str, Probe] = {
    **probes_of_packages.PROBES, **probes_of_signatures.PROBES, **probes_of_runs.PROBES, **probes_of_keeping.PROBES
}  # fmt: skip
LEAVES = list(leaves())


def probe_of(leaf: Leaf) -> Probe | None:
    return next((probe for form, probe in PROBES.items() if re.fullmatch(form, leaf.name)), None)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.name)
def test_a_value_that_is_changed_changes_what_is_done_or_judged(leaf: Leaf) -> None:
    probe = probe_of(leaf)
    assert probe is not None, "nothing shows what this value does"
    assert probe.look(changed(leaf, probe.change), leaf) != probe.look(SHIPPED, leaf)


@pytest.mark.parametrize("form", PROBES)
def test_a_probe_shows_the_same_as_long_as_nothing_is_changed(form: str) -> None:
    leaf = next(leaf for leaf in LEAVES if re.fullmatch(form, leaf.name))
    look = PROBES[form].look
    assert look(changed(leaf, lambda value: value), leaf) == look(SHIPPED, leaf)
