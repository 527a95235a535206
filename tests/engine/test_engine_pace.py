"""Patience follows the pace of the machine, within a bound."""

import anyio
import pytest

from harness.engine import pace as pacing
from harness.engine.pace import Pace


def test_before_anything_was_measured_the_pace_is_the_usual_one() -> None:
    assert Pace().factor == 1.0


@pytest.mark.parametrize(("nominal", "least", "most"), [(1000.0, 1.0, 1.0), (1e-9, 4.0, 4.0)])
def test_the_factor_stays_within_its_bounds(
    monkeypatch: pytest.MonkeyPatch, nominal: float, least: float, most: float
) -> None:
    monkeypatch.setattr(pacing, "_NOMINAL", nominal)
    pace = Pace()
    anyio.run(pace.measure)
    assert least <= pace.factor <= most


def test_one_slow_moment_is_not_the_pace() -> None:
    pace = Pace()
    pace._measured.extend((1.0, 1.2, 50.0, 1.1, 1.0))
    assert pace.factor == 1.1
