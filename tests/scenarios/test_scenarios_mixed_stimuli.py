"""Mixtures: everything is delivered once, an operation after what it acts on, in an order that is the run's own."""

import random
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from harness.scenarios.context import ScenarioContext
from harness.scenarios.mixed_stimuli import Mixed, waves


def context(seed: int) -> ScenarioContext:
    return cast(ScenarioContext, SimpleNamespace(chance=random.Random(seed)))


def mixed(number: int, after: str = "") -> Mixed:
    document = cast(Any, SimpleNamespace(id=f"document {number}"))
    return Mixed(document, why=None if number % 3 else "HDR-01.missing", after=after)


@st.composite
def mixtures(draw: st.DrawFn) -> list[Mixed]:
    free = [mixed(number) for number in range(draw(st.integers(1, 400)))]
    targets = draw(st.lists(st.sampled_from(range(len(free))), max_size=20, unique=True))
    return free + [mixed(1000 + number, after=free[number].document.id) for number in targets]


@given(mixtures(), st.integers(0, 2**31))
def test_everything_comes_once_and_what_follows_another_comes_later(mixture: list[Mixed], seed: int) -> None:
    parts = list(waves(context(seed), mixture))
    place = {one.document.id: number for number, part in enumerate(parts) for one in part}
    assert sorted(place) == sorted(one.document.id for one in mixture)
    assert sum(map(len, parts)) == len(mixture)
    assert all(place[one.document.id] > place[one.after] for one in mixture if one.after)


@given(mixtures(), st.integers(0, 2**31))
def test_the_order_is_drawn_from_the_seed_alone(mixture: list[Mixed], seed: int) -> None:
    first, again = ([one.document.id for part in waves(context(seed), mixture) for one in part] for _ in range(2))
    assert first == again


def test_good_and_bad_stand_in_no_order() -> None:
    mixture = [mixed(number) for number in range(120)]
    orders = {tuple(one.why for part in waves(context(seed), mixture) for one in part) for seed in range(20)}
    assert len(orders) == 20
