"""Every finding code that a requirement may bring, wherever it comes from."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from harness.catalogue.requirements import load_catalogue
from harness.catalogue.texts import SHARED_REASONS, entries, known_finding
from harness.selfcheck.origins import declared


def codes_of(requirement: str) -> tuple[str, ...]:
    """Return the codes of a requirement: those of its own first, then those for reasons that requirements share."""
    return _codes().get(requirement, ())


@cache
def _codes() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for code in (*_own(), *_shared()):
        found[code.partition(".")[0]][code] = None
    return {requirement: tuple(codes) for requirement, codes in found.items()}


def _own() -> Iterator[str]:
    for group in load_catalogue().groups:
        yield from entries(group.lower())


def _shared() -> list[str]:
    places = {reason: place for place, reason in enumerate(entries(SHARED_REASONS))}
    readable = (code for code in declared() if known_finding(code))
    return sorted(readable, key=lambda code: (places.get(code.partition(".")[2], -1), code))
