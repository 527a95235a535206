"""The recorder takes whatever it is given, and what it wrote can always be read again."""

import dataclasses
import enum
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.journal import Journal, read_record
from harness.journal.plain import DEEPEST, TOO_DEEP, plain
from tests.journal.told_events import fact


class _Code(enum.IntEnum):
    FAIL = 1


@dataclasses.dataclass
class _Point:
    x: int


def _recorded(directory: Path, data: dict[Any, Any]) -> dict[str, Any]:
    journal = Journal(directory)
    event = journal.record(fact("odd", data))
    journal.close()
    read = read_record(directory).events
    assert read == (event,)
    return dict(read[0].members)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("\ud800", "\\ud800"),
        ("a\udce9b", "a\\udce9b"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (2**63 - 1, 2**63 - 1),
        (2**63, "0x8000000000000000"),
        (-(2**200), hex(-(2**200))),
        (b"\xff", "/w=="),
        ((1, 2), [1, 2]),
        ({1: "a", None: "b"}, {"1": "a", "None": "b"}),
        ({"\ud800": 1}, {"\\ud800": 1}),
        (_Code.FAIL, 1),
        (_Point(3), {"x": 3}),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00Z"),
        (True, True),
        (1.0, 1.0),
    ],
)
def test_values_that_json_cannot_express_are_written_as_text(tmp_path: Path, value: object, expected: object) -> None:
    assert _recorded(tmp_path, {"value": value}) == {"value": expected}


def test_an_unknown_object_is_described(tmp_path: Path) -> None:
    assert "object object" in _recorded(tmp_path, {"value": object()})["value"]


def test_a_value_that_contains_itself_is_cut(tmp_path: Path) -> None:
    loop: dict[str, Any] = {}
    loop["again"] = loop
    value: Any = _recorded(tmp_path, loop)
    for _ in range(DEEPEST):
        value = value["again"]
    assert value == TOO_DEEP


_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.binary(max_size=20)
    | st.text(st.characters(codec=None), max_size=20)
    | st.datetimes(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.dictionaries(st.text(st.characters(codec=None), max_size=10), _ANY, max_size=5))
def test_whatever_is_recorded_can_be_read(tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]) -> None:
    assert _recorded(tmp_path_factory.mktemp("any"), data) == plain(data)


@given(value=_ANY)
def test_plain_values_stay_as_they_are(value: object) -> None:
    once = plain(value)
    assert plain(once) == once
