"""The differences between bad packages about signatures and good ones, kept as text because making them takes too
long."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.parameters import ParameterGroup
from harness.catalogue.typed_yaml import convert, read
from harness.resources import folder


class SignedExample(ParameterGroup, frozen=True):
    """Lines that differ between two packages about signatures, without the equal parts.

    Attributes:
        package: name of the package that the bad side is taken from, of `signed_names`.
        bad: as the package that gives the finding has them.
        good: as one that keeps the requirement has them.
        good_package: name of that one; empty: the first of its group.
        note: what the lines cannot say by themselves.
    """

    package: str
    bad: tuple[str, ...]
    good: tuple[str, ...]
    good_package: str = ""
    note: LocalisedText | None = None


class _Kept(ParameterGroup, frozen=True):
    schema: Literal["lienthong.examples/1"]
    examples: dict[str, SignedExample]


@cache
def signed_examples() -> Mapping[str, SignedExample]:
    """Return the examples by code of finding."""
    return convert(read(folder("profiles") / "examples.yaml"), _Kept).examples
