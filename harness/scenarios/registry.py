"""Scenarios declare themselves here; the engine asks here which there are."""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache

from harness.scenarios.context import ScenarioContext
from harness.scenarios.head import UNDECLARED, Head, Kinds
from harness.scenarios.isolation import SHARED, Isolation

EVERYTHING = ("*",)
"""Of a scenario that shows something of every requirement that is watched on all traffic."""
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
        head: the expectations that it states.
        shows: further requirements, or groups of them, which it gives a candidate occasion to show. It is always
            played for a requirement that it names, and for a group, or `EVERYTHING`, where nothing else tests it.
        harm: of exclusive ones: those that may kill a candidate come last, in the order of this number.
        play: what it does.
    """

    id: str
    requirements: tuple[str, ...]
    isolation: Isolation
    needs: tuple[str, ...]
    play: Play
    head: Head = UNDECLARED
    shows: frozenset[str] = frozenset()
    harm: int = 0


_declared: dict[str, Scenario] = {}


def scenario(
    name: str,
    *,
    requirements: tuple[str, ...] = (),
    expects: Kinds = (),
    awaits: Kinds = (),
    alive: Kinds = (),
    isolation: Isolation = SHARED,
    needs: tuple[str, ...] = (),
    shows: Collection[str] = (),
    harm: int = 0,
) -> Callable[[Play], Play]:
    """Declare the decorated function as a scenario.

    Args:
        name: id of its requirement; `<id>/<part>` where there are several.
        requirements: ids of further requirements that it tests.
        expects: kinds of the expectations that it states as duties; stating another fails in the harness.
        awaits: kinds of those that it states as preconditions.
        alive: kinds of those that it states as signs of life; `context.probe()` states `Acked`.
        isolation: whether others may run beside it.
        needs: capabilities without which it is not applicable.
        shows: ids or groups of requirements of which it makes a candidate show something, or `EVERYTHING`.
        harm: for what may kill a candidate: the greater, the later it plays.

    Raises:
        ValueError: the name is taken.
    """

    def declare(play: Play) -> Play:
        if name in _declared:
            raise ValueError(f"two scenarios called {name}")
        tested = (name.partition("/")[0], *requirements)
        head = Head(name, expects, awaits, alive)
        _declared[name] = Scenario(name, tested, isolation, needs, play, head, frozenset(shows), harm)
        return play

    return declare


@cache
def all_scenarios() -> Mapping[str, Scenario]:
    """Return every scenario of the project, by id, in the order of their ids."""
    package = importlib.import_module("harness.scenarios")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"harness.scenarios.{module.name}")
    return dict(sorted(_declared.items()))
