"""What a scenario asks of a candidate: the tasks and views for a person who operates the product by hand.

It is read from the code of the scenarios, so that nothing is declared twice. A command that a scenario gives only in
some cases counts as given.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from types import CodeType, FunctionType
from typing import Any

from harness.scenarios.context import ScenarioContext
from harness.scenarios.registry import Scenario
from harness.scenarios.run_context import RunContext

TASKS = ("send", "decide", "take_back", "register", "stop", "start", "configure")
"""Commands of the driver that a person carries out, in the order in which they are shown."""
VIEWS = ("inbox", "outbox", "directory")
_METHODS = frozenset({"send", "decide"})
_ANY = frozenset({"drive", "tolerated"})
_ROOM = "harness.scenarios."
_MEANS = (ScenarioContext, RunContext)


@dataclass(frozen=True, slots=True)
class Handwork:
    """What a scenario asks of the person who operates the product.

    Attributes:
        tasks: those of `TASKS` that it may ask for.
        views: those of `VIEWS` that it may look at.
    """

    tasks: frozenset[str]
    views: frozenset[str]


@cache
def handwork_of(scenario: Scenario) -> Handwork:
    """Return what a scenario asks of the person who operates the product."""
    head = scenario.head
    views = {view for kind in (*head.expects, *head.awaits, *head.alive) for view in kind.views}
    return Handwork(frozenset(_ordered(scenario.play, set())), frozenset(views))


def _ordered(what: Any, seen: set[int]) -> Iterator[str]:
    """Yield the commands that a function may give, itself or through functions of this package that it calls."""
    if isinstance(what, partial):
        yield from _ordered(what.func, seen)
        for given in (*what.args, *what.keywords.values()):
            yield from _ordered(given, seen)
    elif isinstance(what, type) and what.__module__.startswith(_ROOM) and what not in _MEANS:
        for member in vars(what).values():
            yield from _ordered(member, seen)
    elif isinstance(what, FunctionType) and what.__module__.startswith(_ROOM) and id(what) not in seen:
        seen.add(id(what))
        yield from _ordered(getattr(what, "__wrapped__", None), seen)
        for cell in what.__closure__ or ():
            yield from _ordered(cell.cell_contents, seen)
        for code in _parts(what.__code__):
            yield from _named(code)
            for name in code.co_names:
                yield from _ordered(what.__globals__.get(name), seen)


def _named(code: CodeType) -> Iterator[str]:
    yield from _METHODS & set(code.co_names)
    if _ANY & set(code.co_names):
        yield from (one for one in code.co_consts if isinstance(one, str) and one in TASKS)


def _parts(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _parts(one)
