"""Scenarios declare themselves here; the engine asks here which there are."""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache

from harness.scenarios.context import ScenarioContext
from harness.scenarios.isolation import SHARED, Isolation

Play = Callable[[ScenarioContext], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario.

    Attributes:
        id: its requirement's id, with a suffix where a requirement has several scenarios.
        requirements: ids of the requirements that it tests.
        isolation: `shared` ones run side by side. After them `faulted` ones do: their faults meet only their own
            documents, and still hold up a candidate that does one thing after the other. Then `spoilt` ones, whose
            packages no candidate should accept. `exclusive` ones disturb the whole hub and run alone.
        needs: capabilities without which it is not applicable.
        play: what it does.
    """

    id: str
    requirements: tuple[str, ...]
    isolation: Isolation
    needs: tuple[str, ...]
    play: Play


_declared: dict[str, Scenario] = {}


def scenario(
    name: str,
    *,
    requirements: tuple[str, ...] = (),
    isolation: Isolation = SHARED,
    needs: tuple[str, ...] = (),
) -> Callable[[Play], Play]:
    """Declare the decorated function as a scenario.

    Args:
        name: id of its requirement; `<id>/<part>` where there are several.
        requirements: ids of further requirements that it tests.
        isolation: whether others may run beside it.
        needs: capabilities without which it is not applicable.

    Raises:
        ValueError: the name is taken.
    """

    def declare(play: Play) -> Play:
        if name in _declared:
            raise ValueError(f"two scenarios called {name}")
        _declared[name] = Scenario(name, (name.partition("/")[0], *requirements), isolation, needs, play)
        return play

    return declare


@cache
def all_scenarios() -> Mapping[str, Scenario]:
    """Return every scenario of the project, by id, in the order of their ids."""
    package = importlib.import_module("harness.scenarios")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"harness.scenarios.{module.name}")
    return dict(sorted(_declared.items()))
