"""Expectations to and from the form they have in the journal."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from harness.expectations.base import Expectation


def written_expectation(expectation: Expectation) -> dict[str, Any]:
    """Return the expectation as plain data for the journal."""
    written: dict[str, Any] = msgspec.to_builtins(expectation)
    return written


def read_expectation(written: Mapping[str, Any]) -> Expectation:
    """Return the expectation that is in a journal.

    Raises:
        msgspec.ValidationError: it is of a kind, or of a form, that this version does not know.
    """
    kind = _kinds().get(str(written.get("kind")))
    if kind is None:
        raise msgspec.ValidationError(f"unknown expectation {written.get('kind')!r}")
    return msgspec.convert(dict(written), kind)


@cache
def _kinds() -> dict[str, type[Expectation]]:
    return {str(kind.__struct_config__.tag): kind for kind in _subclasses(Expectation)}


def _subclasses(base: type[Expectation]) -> Iterator[type[Expectation]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _subclasses(kind)
