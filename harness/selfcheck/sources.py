"""What scenarios state and which findings expectations give, read from their sources."""

import ast
import importlib
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from harness.expectations import Expectation
from harness.scenarios.registry import Scenario

_SCENARIOS = "harness.scenarios"
_DUTY, _PRECONDITION, _LIVENESS = "duty", "precondition", "liveness"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Statement:
    """One expectation that a scenario states, itself or by a function that it calls.

    Attributes:
        expectation: name of its class, None where the source does not show it.
        role: `duty`, `precondition` or `liveness`.
        requirement: id it is charged to, None for the scenario's own.
    """

    expectation: str | None
    role: str
    requirement: str | None


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding that an expectation gives.

    Attributes:
        name: the part of the code behind the requirement; None where the source does not show it.
        values: names of the values that it gives to the message.
    """

    name: str | None
    values: frozenset[str]


def place_of(scenario: Scenario) -> tuple[Path, int]:
    """Return file and line of a scenario."""
    code = scenario.play.__code__
    return Path(code.co_filename), code.co_firstlineno


def place_of_kind(kind: type[Expectation]) -> tuple[Path, int]:
    """Return file and line of a kind of expectations."""
    module = importlib.import_module(kind.__module__)
    return Path(inspect.getfile(module)), _read(module).classes[kind.__name__].lineno


def statements(scenario: Scenario) -> list[Statement]:
    """Return everything that a scenario states."""
    module = importlib.import_module(scenario.play.__module__)
    return list(_stated(module, scenario.play.__name__, frozenset()))


@cache
def reasons(kind: type[Expectation]) -> tuple[Reason, ...]:
    """Return every finding that a kind of expectations may give."""
    module = importlib.import_module(kind.__module__)
    return tuple(_given(module, kind.__name__, frozenset()))


def direct_codes(module: ModuleType) -> Iterator[str]:
    """Yield the codes of findings that a module gives for requirements which it names itself."""
    tree = ast.parse(inspect.getsource(module))
    for body in ast.walk(tree):
        if not isinstance(body, Function):
            continue
        for call in _calls(body):
            if isinstance(call.func, ast.Name) and call.func.id == "finding" and call.args:
                named = {_constant(value) for value in _meant(call.args[0], tree)}
                reasons_given = {reason.name for reason in _reason(call, body)}
                yield from (f"{first}.{reason}" for first in named if first for reason in reasons_given if reason)


@dataclass(frozen=True, slots=True)
class _Source:
    """The functions, classes and imported names of a module."""

    functions: Mapping[str, Function]
    classes: Mapping[str, ast.ClassDef]
    imported: Mapping[str, str]


@cache
def _read(module: ModuleType) -> _Source:
    tree = ast.parse(inspect.getsource(module))
    functions = {node.name: node for node in tree.body if isinstance(node, Function)}
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    imported = {
        alias.asname or alias.name: str(node.module)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return _Source(functions, classes, imported)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))


def _stated(module: ModuleType, name: str, above: frozenset[str]) -> Iterator[Statement]:
    source = _read(module)
    key = f"{module.__name__}.{name}"
    if key in above or name not in source.functions:
        return
    for call in _calls(source.functions[name]):
        if isinstance(call.func, ast.Attribute):
            yield from _verb(call, call.func.attr)
        elif isinstance(call.func, ast.Name):
            called = call.func.id
            origin = source.imported.get(called, "")
            if called in source.functions:
                yield from _stated(module, called, above | {key})
            elif origin.startswith(_SCENARIOS):
                yield from _stated(importlib.import_module(origin), called, above | {key})


def _verb(call: ast.Call, verb: str) -> Iterator[Statement]:
    if verb == "probe":
        yield Statement("Acked", _LIVENESS, None)
    elif verb in {"expect", "until"} and call.args:
        given = {keyword.arg: _constant(keyword.value) for keyword in call.keywords}
        usual = _DUTY if verb == "expect" else _PRECONDITION
        expected = call.args[0]
        kind = expected.func.id if isinstance(expected, ast.Call) and isinstance(expected.func, ast.Name) else None
        yield Statement(kind, given.get("role") or usual, given.get("requirement"))


def _given(module: ModuleType, name: str, above: frozenset[str]) -> Iterator[Reason]:
    """Yield the findings given in a class or function, and in what it calls of the same module or vocabulary."""
    source = _read(module)
    key = f"{module.__name__}.{name}"
    body = source.classes.get(name) or source.functions.get(name)
    if key in above or body is None:
        return
    for call in _calls(body):
        if not isinstance(call.func, ast.Name):
            continue
        called = call.func.id
        if called == "finding":
            yield from _reason(call, body)
        elif called in source.classes or called in source.functions:
            yield from _given(module, called, above | {key})
        elif source.imported.get(called, "").startswith("harness.expectations."):
            yield from _given(importlib.import_module(source.imported[called]), called, above | {key})


def _reason(call: ast.Call, body: ast.AST) -> Iterator[Reason]:
    values = frozenset(str(keyword.arg) for keyword in call.keywords) | {"expected", "received"}
    names = list(_names(call.args[1], body)) if len(call.args) > 1 else [None]
    for name in names or [None]:
        yield Reason(name, values - {"event"})


def _names(node: ast.expr, body: ast.AST) -> Iterator[str | None]:
    """Yield what a reason may be: a constant, one of two, or a local name that stands for such."""
    if isinstance(node, ast.IfExp):
        yield from _names(node.body, body)
        yield from _names(node.orelse, body)
    elif isinstance(node, ast.Name):
        for value in _assigned(node.id, body):
            yield from _names(value, body)
    else:
        yield _constant(node)


def _meant(node: ast.expr, tree: ast.Module) -> Iterator[ast.expr]:
    """Yield what an argument stands for: itself, or what a module assigns to its name."""
    return _assigned(node.id, tree) if isinstance(node, ast.Name) else iter((node,))


def _assigned(name: str, body: ast.AST) -> Iterator[ast.expr]:
    """Yield what is assigned to a local name, by itself or as one of several."""
    for inner in ast.walk(body):
        if not isinstance(inner, ast.Assign):
            continue
        for target in inner.targets:
            targets = target.elts if isinstance(target, ast.Tuple) else [target]
            values = inner.value.elts if isinstance(inner.value, ast.Tuple) else [inner.value]
            for each, value in zip(targets, values, strict=False):
                if isinstance(each, ast.Name) and each.id == name:
                    yield value


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
