"""How an agency system is put together: every component asks for components that are made before it."""

import asyncio
import inspect
from collections.abc import Mapping
from dataclasses import fields
from typing import get_type_hints

import pytest

from harness.agency.component import Component
from harness.agency.components import Components
from harness.agency.core import Core
from harness.agency.gallery import defects, variants
from harness.agency.sender import Sender
from harness.agency.tasks import Tasks

_ORDER = [field.name for field in fields(Components)]
_KINDS: Mapping[str, Components] = {
    "reference": Components(),
    **{entry.name: entry.components for entry in (*defects().values(), *variants().values())},
}


@pytest.mark.parametrize("kind", _KINDS)
def test_a_constructor_asks_for_the_core_and_components_made_before_it_by_name_and_class(kind: str) -> None:
    for place, name in enumerate(_ORDER):
        constructor = getattr(_KINDS[kind], name).__init__
        first, *others = list(inspect.signature(constructor).parameters)[1:]
        hints = get_type_hints(constructor)
        assert (first, hints[first]) == ("core", Core)
        for other in others:
            assert other in _ORDER[:place]
            assert hints[other] is getattr(Components(), other)


def test_a_defect_takes_the_place_of_the_component_it_derives_from_and_of_no_other() -> None:
    class Silent(Sender):
        pass

    chosen = Components().with_component(Silent)
    assert chosen.sender is Silent
    assert [name for name in _ORDER if getattr(chosen, name) is not getattr(Components(), name)] == ["sender"]


def test_what_derives_from_no_component_is_refused() -> None:
    with pytest.raises(TypeError, match="Component is no component of an agency system"):
        Components().with_component(Component)


def test_a_task_ends_with_the_system_and_none_begins_afterwards() -> None:
    begun, ended = [], []

    async def work(name: str) -> None:
        begun.append(name)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)
            tasks.spawn(work("while ending"))

    async def play() -> None:
        tasks.spawn(work("first"))
        await asyncio.sleep(0)
        await tasks.cancel()
        tasks.spawn(work("too late"))
        await asyncio.sleep(0)

    tasks = Tasks()
    asyncio.run(play())
    assert (begun, ended) == (["first"], ["first"])
