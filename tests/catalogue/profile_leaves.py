"""Every value of a profile by its path, and profiles in which one of them differs."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.parameters import Parameters
from harness.catalogue.profiles import Profile, load_profile
from harness.catalogue.requirements import Requirement
from harness.catalogue.verdicts import Severity

Path = tuple[str | int, ...]
SHIPPED = load_profile("qcvn102-2025")
_SECTIONS = ("version", "title", "raised", "severities", "requirements", "parameters")


class _Gone:
    """In the place of a value: it is taken out of its list or table."""


GONE = _Gone()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of the newest profile shipped; an empty list is one as well."""

    path: Path
    value: Any

    @property
    def name(self) -> str:
        return ".".join(map(str, self.path))


@dataclass(frozen=True, slots=True)
class Probe:
    """What shows a value's effect: how the value is changed, and what is looked at with and without the change."""

    change: Callable[[Any], Any]
    look: Callable[[Profile, Leaf], object]


def to(value: Any) -> Callable[[Any], Any]:
    """Return a change to this value, whatever the shipped one is."""
    return lambda _: value


def content(profile: Profile) -> dict[str, Any]:
    written = {name: msgspec.json.encode(getattr(profile, name)) for name in _SECTIONS}
    return {name: msgspec.json.decode(each) for name, each in written.items()}


def leaves() -> Iterator[Leaf]:
    """Yield every value; of a requirement those by which it weighs, as the rest says what it is."""
    for leaf in _leaves(content(SHIPPED), ()):
        if leaf.path[0] != "requirements" or leaf.path[2] in {"level", "basis"}:
            yield leaf


def _leaves(value: Any, path: Path) -> Iterator[Leaf]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if not steps or not value:
        if value is not None:
            yield Leaf(path, value)
        return
    for step, part in steps:
        yield from _leaves(part, (*path, step))


def changed(leaf: Leaf, change: Callable[[Any], Any]) -> Profile:
    """Return the shipped profile with another value in one place; its consistency is not checked."""
    whole = copy.deepcopy(content(SHIPPED))
    *steps, last = leaf.path
    part: Any = whole
    for step in steps:
        part = part[step]
    value = change(leaf.value)
    if value is GONE:
        del part[last]
    else:
        part[last] = value
    return msgspec.structs.replace(
        SHIPPED,
        version=whole["version"],
        title=msgspec.convert(whole["title"], LocalisedText),
        raised=msgspec.convert(whole["raised"], dict[str, LocalisedText]),
        severities=msgspec.convert(whole["severities"], dict[str, Severity]),
        requirements=msgspec.convert(whole["requirements"], dict[str, Requirement]),
        parameters=msgspec.convert(whole["parameters"], Parameters),
        sha256=f"{leaf.name} {value}",
    )
