"""A second reading of the standard: the sample agency, written from its pages alone, judges vectors as the rules do.

Where the two disagree one of them is wrong, or the pages leave it open; what they leave open is named here.
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from harness.catalogue.findings import Finding
from harness.catalogue.profiles import load_profile
from harness.catalogue.verdicts import Level, Severity
from harness.resources import folder
from harness.vectors.packages.base import DocumentIdentity
from harness.vectors.registry import Vector, all_vectors

PROFILE = load_profile()
# Whether an element that is there and empty is there; and what is a matter of size or of the day that it is judged on.
OPEN = {"HDR-16/all-empty"}
OTHERWISE = ("PKG-10", "HDR-08", "STP")
VECTORS = [
    vector
    for vector in all_vectors().values()
    if vector.key not in OPEN and not vector.requirement.startswith(OTHERWISE)
]

Faults = Callable[[bytes], list[str]]


@pytest.fixture(scope="module")
def faults() -> Iterator[Faults]:
    place = str(folder("fixtures") / "sample")
    before = set(sys.modules)
    sys.path.insert(0, place)
    try:
        packages, checks = (importlib.import_module(name) for name in ("packages", "checks"))
        yield lambda data: _faults(packages, checks, data)
    finally:
        sys.path.remove(place)
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(place):
                del sys.modules[name]


def _faults(packages: ModuleType, checks: ModuleType, data: bytes) -> list[str]:
    try:
        package = packages.Package(data)
    except (packages.Broken, packages.Cut) as error:
        return [str(error) or type(error).__name__]
    found: list[str] = checks.faults_of(package)[1]
    return found


def fails(vector: Vector) -> bool:
    return vector.code is not None and PROFILE.severity(Finding(vector.code)) is Severity.FAIL


@pytest.mark.parametrize("vector", [vector for vector in VECTORS if vector.code is None], ids=lambda vector: vector.key)
def test_what_the_rules_call_good_is_good(vector: Vector, faults: Faults) -> None:
    assert faults(vector.written(DocumentIdentity())) == []


@pytest.mark.parametrize(
    "vector",
    [
        vector
        for vector in VECTORS
        if fails(vector) and PROFILE.requirements[vector.requirement].level is Level.MANDATORY
    ],
    ids=lambda vector: vector.key,
)
def test_what_the_rules_call_broken_is_broken(vector: Vector, faults: Faults) -> None:
    assert faults(vector.written(DocumentIdentity())) != []
