"""Expectations that cannot fail, and findings without complete texts."""

import importlib
import string
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

import msgspec

from harness.catalogue.lint import LintProblem
from harness.catalogue.texts import LANGUAGES, finding_parts, known_finding
from harness.expectations import Expectation
from harness.expectations.assessment import Assessment, Holding, Met
from harness.expectations.evidence import Evidence
from harness.journal import Event
from harness.journal.events import Unlisted
from harness.scenarios.registry import Scenario
from harness.selfcheck.origins import codes_given, kinds_giving, place_of

_ANY = "XXX-00"
_SAMPLES: Mapping[type, object] = {str: "x", int: 1, float: 1.0, bool: False}


def vocabulary() -> Mapping[str, type[Expectation]]:
    """Return every kind of expectations, by the name of its class."""
    module = importlib.import_module("harness.expectations")
    kinds = (getattr(module, name) for name in module.__all__)
    return {kind.__name__: kind for kind in kinds if isinstance(kind, type) and kind is not Expectation}


def at_first(kind: type[Expectation]) -> Assessment:
    """Return what an expectation of a kind comes to while nothing has happened but time passing."""
    empty = [Event(seq, "2026-01-01T00:00:00.000+07:00", float(seq), Unlisted("note", {})) for seq in range(3)]
    return _sample(kind).assess(Evidence.of(empty), _ANY)


def lint_expectations() -> Iterator[LintProblem]:
    """Yield the kinds of expectations that are met by nothing, or that never give a finding."""
    for name, kind in vocabulary().items():
        if isinstance(at_first(kind), Met) or not kind.gives:
            yield LintProblem("cannot-fail", *place_of(kind), {"expectation": name})


def lint_findings(scenarios: Mapping[str, Scenario]) -> Iterator[LintProblem]:
    """Yield the findings that a scenario may give and that have no texts, or texts with placeholders that are never
    filled."""
    for scenario in scenarios.values():
        for code in sorted(codes_given(scenario)):
            yield from _unreadable(code, scenario)


def _unreadable(code: str, scenario: Scenario) -> Iterator[LintProblem]:
    path, line = place_of(scenario.play)
    if not known_finding(code):
        yield LintProblem("finding-unknown", path, line, {"code": code, "scenario": scenario.id})
        return
    filled = {"expected", "received"}
    filled |= set.intersection(*(set(kind.gives[code.partition(".")[2]]) for kind in kinds_giving(code, scenario)))
    for language in LANGUAGES:
        written = _message(code)[language]
        unfilled = {name for _, name, _, _ in string.Formatter().parse(written) if name} - filled
        if unfilled:
            places = ", ".join(sorted(unfilled))
            yield LintProblem("places-unfilled", path, line, {"code": code, "places": places, "language": language})


def _message(code: str) -> Mapping[str, str]:
    return typing.cast("Mapping[str, str]", finding_parts(code)["message"])


def holds_at_first(kind: type[Expectation]) -> bool:
    """Say whether expectations of a kind hold as long as nothing happens, so that silence would pass them."""
    return isinstance(at_first(kind), Holding)


def _sample(kind: type[Expectation]) -> Expectation:
    fields = (field for field in msgspec.structs.fields(kind) if field.required)
    return kind(**{field.name: _value(field.type) for field in fields})


def _value(wanted: Any) -> Any:
    """Return some value of a type: the least that is not empty."""
    origin = get_origin(wanted)
    if origin is tuple:
        parts = [part for part in get_args(wanted) if part is not Ellipsis]
        return tuple(_value(part) for part in parts)
    if origin is dict:
        key, value = get_args(wanted)
        return {_value(key): _value(value)}
    if origin in {types.UnionType, typing.Union}:
        return _value(get_args(wanted)[0])
    return _SAMPLES[wanted]
