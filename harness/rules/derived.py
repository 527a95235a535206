"""Values made once from a part of a profile: compiled forms, sets, tables."""

from collections.abc import Callable
from typing import TypeVar

Source = TypeVar("Source")
Value = TypeVar("Value")
_MOST = 8


def derived(make: Callable[[Source], Value]) -> Callable[[Source], Value]:
    """Return `make` with a memory for the last few sources, distinguished by identity.

    Parts of a profile are immutable but hold mappings, so that they have no hash.
    """
    kept: dict[int, tuple[Source, Value]] = {}

    def get(source: Source) -> Value:
        entry = kept.get(id(source))
        if entry is None:
            if len(kept) >= _MOST:
                kept.clear()
            entry = kept[id(source)] = (source, make(source))
        return entry[1]

    return get
