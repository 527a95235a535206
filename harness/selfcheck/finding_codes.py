"""Every finding code that a requirement may bring, wherever it comes from."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from harness.catalogue.requirements import load_catalogue
from harness.catalogue.texts import SHARED_REASONS, entries, known_finding
from harness.judge.duties import confidential, receiving, refusals, sending
from harness.judge.watches import sts, vxp
from harness.scenarios.registry import all_scenarios
from harness.selfcheck.expectations import codes_given
from harness.selfcheck.sources import direct_codes

_WATCHES = (vxp, sts, confidential, receiving, refusals, sending)


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
    given = {code for scenario in all_scenarios().values() for code in codes_given(scenario)}
    given |= {code for module in _WATCHES for code in direct_codes(module)}
    places = {reason: place for place, reason in enumerate(entries(SHARED_REASONS))}
    readable = (code for code in given if known_finding(code))
    return sorted(readable, key=lambda code: (places.get(code.partition(".")[2], -1), code))
