"""No value of a profile is idle: the harness reads each, and a length that is changed changes what is found."""

import ast
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec
import pytest

import harness
from harness.catalogue import parameters
from harness.catalogue.parameters import Length, ParameterGroup, Parameters
from harness.catalogue.profiles import load_profile
from harness.journal.recorder import VIETNAM
from harness.rules.check import check_package
from harness.vectors.packages.base import Contact, DocumentIdentity, Particulars, document, status

PACKAGE = Path(harness.__file__).parent
# These define, load and check values; that they read one does not make it count.
DEFINING = {PACKAGE / "catalogue" / name for name in ("parameters.py", "consistency.py", "lint.py")}
NOW = datetime(2026, 11, 28, 20, tzinfo=VIETNAM)
FULL = Contact("Số 1", "a@b.vn", "024 38043100", "024 38043101", "coquan.gov.vn", in_charge=True)
PROFILE = load_profile()


def parts(kind: type[ParameterGroup] = Parameters) -> set[type[ParameterGroup]]:
    """Return a structure and those that it is made of."""
    found = {kind}
    for each in vars(parameters).values():
        if isinstance(each, type) and issubclass(each, ParameterGroup) and each is not ParameterGroup:
            found.add(each)
    return found


FIELDS = sorted(
    (kind.__name__, field.name)
    for kind in parts()
    for field in msgspec.structs.fields(kind)
    if kind.__name__ != "Words"
)


@cache
def read_names() -> frozenset[str]:
    """Return every attribute name that the package reads, outside of where values are defined."""
    files = [path for path in PACKAGE.rglob("*.py") if path not in DEFINING]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in files]
    nodes = (node for tree in trees for node in ast.walk(tree))
    return frozenset(node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load))


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_every_value_is_read_somewhere(kind: str, field: str) -> None:
    assert field in read_names()


def packages() -> list[bytes]:
    identity = DocumentIdentity(particulars=replace(Particulars(), sending=FULL, receiving=FULL))
    return [document(identity).written(), status(identity).written()]


def found(lengths: dict[str, Length]) -> set[tuple[str, str | None]]:
    changed = msgspec.structs.replace(PROFILE.parameters, lengths=lengths)
    profile = msgspec.structs.replace(PROFILE, parameters=changed)
    findings = [one for data in packages() for one in check_package(data, profile, NOW).findings]
    return {(one.code, one.where.xpath) for one in findings}


@pytest.mark.parametrize("path", PROFILE.parameters.lengths)
def test_a_shorter_length_is_found(path: str) -> None:
    usual = dict(PROFILE.parameters.lengths)
    assert found(usual | {path: Length(fail=1)}) - found(usual)
