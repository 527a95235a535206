"""What the reference agency and its variants declare of themselves."""

import pytest

from harness.catalogue.profiles import load_profile
from harness.doctor.target import open_target


@pytest.mark.parametrize(
    ("name", "changed"), [("polls-seldom", {"poll_interval": 1.0}), ("slow-but-right", {"reaction": 4.0})]
)
def test_a_variant_declares_its_own_times_and_keeps_the_others(name: str, changed: dict[str, float]) -> None:
    plain = open_target("reference", load_profile(), {})
    variant = open_target(f"reference:{name}", load_profile(), {})
    declared = variant.candidate.timing
    for key in ("poll_interval", "reaction", "give_up"):
        assert getattr(variant.times, key) == changed.get(key, getattr(plain.times, key))
        assert getattr(declared, key) == changed.get(key)


def test_what_a_defect_lacks_is_not_declared() -> None:
    plain = open_target("reference", load_profile(), {}).candidate.capabilities
    lacking = open_target("reference:knows-no-take-back", load_profile(), {}).candidate.capabilities
    assert set(plain) - set(lacking) == {"take_back"}
