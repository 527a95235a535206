"""Everything that may give findings, as it declares itself: rules, what reading refuses, watches, duties, scenarios."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from harness.catalogue.findings import Finding
from harness.catalogue.yaml_reader import Place
from harness.expectations import Expectation
from harness.judge.duties import DUTIES
from harness.judge.life import owes_life
from harness.judge.watches import packages, sts, vxp
from harness.records.registry import KeepingRule, keeping_rules
from harness.rules import confinement, unreadable
from harness.rules.registry import AttachmentRule, Rule, all_rules
from harness.scenarios.registry import Scenario, all_scenarios
from harness.validation import rows
from harness.validation.units import PROBLEMS

OriginKind = Literal["rule", "reading", "records", "watch", "scenario"]


@dataclass(frozen=True, slots=True)
class FindingOrigin:
    """One thing that may give findings.

    Attributes:
        kind: a `rule` on packages, the `reading` of bytes before any rule, a rule on `records`, a `watch` or duty over
            a whole run, or a `scenario` by its expectations.
        name: of its function, or of the scenario.
        place: file and line.
        codes: of the findings that it declares.
    """

    kind: OriginKind
    name: str
    place: Place
    codes: frozenset[str]


@cache
def origins() -> tuple[FindingOrigin, ...]:
    """Return everything that may give findings."""
    return (*_rules(), *_reading(), *_watches(), *(_scenario(one) for one in all_scenarios().values()))


def declared() -> frozenset[str]:
    """Return the codes of all findings that anything may give."""
    return frozenset(code for one in origins() for code in one.codes)


def awaited() -> frozenset[str]:
    """Return the codes of what scenarios await: no report has such a finding, but `explain` may be asked about it."""
    return frozenset(
        f"{scenario.requirements[0]}.{reason}"
        for scenario in all_scenarios().values()
        for kind in scenario.head.awaits
        for reason in kind.gives
    )


def place_of(made: Callable[..., Any] | type) -> Place:
    """Return file and line of a function or class."""
    code = getattr(inspect.unwrap(made), "__code__", None)
    if code is not None:
        return Path(code.co_filename), code.co_firstlineno
    return Path(inspect.getfile(made)), inspect.getsourcelines(made)[1]


def codes_given(scenario: Scenario) -> frozenset[str]:
    """Return the codes that a scenario may give: of its duties, and of signs of life where these are due."""
    requirement = scenario.requirements[0]
    duties = (f"{requirement}.{reason}" for kind in scenario.head.expects for reason in kind.gives)
    lives = (f"{requirement}.{reason}" for kind in scenario.head.alive for reason in kind.gives)
    return frozenset((*duties, *(code for code in lives if owes_life(Finding(code)))))


def kinds_giving(code: str, scenario: Scenario) -> list[type[Expectation]]:
    """Return the kinds of expectations by which a scenario gives a finding."""
    requirement, _, reason = code.partition(".")
    if requirement != scenario.requirements[0] or code not in codes_given(scenario):
        return []
    kinds = dict.fromkeys((*scenario.head.expects, *scenario.head.alive))
    return [kind for kind in kinds if reason in kind.gives]


def _rules() -> Iterator[FindingOrigin]:
    rules, kept = all_rules(), keeping_rules()
    on_packages: tuple[Rule | AttachmentRule, ...] = (*rules.package, *rules.attachment, *rules.closing)
    on_records: tuple[KeepingRule[Any], ...] = (*kept.records, *kept.archive)
    yield from (_origin("rule", one.check, one.codes) for one in on_packages)
    yield from (_origin("records", one.check, one.codes) for one in on_records)


def _reading() -> Iterator[FindingOrigin]:
    yield _origin("reading", unreadable.refusal, unreadable.CODES)
    yield _origin("reading", confinement.over_budget, confinement.EXCESS_CODES)
    yield _origin("reading", rows.problem_row, frozenset(PROBLEMS))


def _watches() -> Iterator[FindingOrigin]:
    for watch in (*vxp.WIRE_WATCHES, sts.order):
        yield _origin("watch", watch.check, watch.codes)
    yield _origin("watch", packages.watch_packages, frozenset({packages.NOT_KEPT.detail}))
    for duty in DUTIES:
        yield _origin("watch", duty.judge, duty.codes)


def _scenario(scenario: Scenario) -> FindingOrigin:
    return FindingOrigin("scenario", scenario.id, place_of(scenario.play), codes_given(scenario))


def _origin(kind: OriginKind, function: Callable[..., Any], codes: frozenset[str]) -> FindingOrigin:
    return FindingOrigin(kind, function.__name__, place_of(function), codes)
