"""The gallery: defective agencies, each breaking one requirement, and correct ones that differ in what is free.

@defect("never-acks", breaks="RCV-02")
class NeverAcks(Fetcher):
    \"\"\"Never acknowledges a document, so that the hub lists it for ever.\"\"\"

    async def acknowledge(self, item: Item) -> None: ...
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from harness.agency.part import Part
from harness.agency.settings import AgencySettings
from harness.agency.system import AgencySystem, Parts
from harness.catalogue.candidate import DeclaredTiming
from harness.catalogue.requirements import Capability

DEFECTS: Mapping[str, "Entry"]
VARIANTS: Mapping[str, "Entry"]

P = TypeVar("P", bound=type[Part])

_AS_THE_REFERENCE = DeclaredTiming()


@dataclass(frozen=True, slots=True)
class Entry:
    """One agency of the gallery.

    Attributes:
        name: its name on the command line.
        breaks: id of the requirement it breaks; None for a correct variant.
        docstring: what it does, in English.
        parts: what it is made of.
        shown_by: ids of requirements whose scenarios make it show, where its own has none that do.
        also: ids of requirements that nobody can keep who breaks this one so.
        lacks: capabilities that it does not have, and so must not be declared.
        timing: times that it declares, in seconds; None where it keeps those of the reference agency.
    """

    name: str
    breaks: str | None
    docstring: str
    parts: Parts
    shown_by: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    lacks: tuple[Capability, ...] = ()
    timing: DeclaredTiming = _AS_THE_REFERENCE

    def build(self, settings: AgencySettings | None = None) -> AgencySystem:
        """Return an agency of this kind."""
        return AgencySystem(settings, parts=self.parts, name=f"lienthong reference agency ({self.name})")


_DEFECTS: dict[str, Entry] = {}
_VARIANTS: dict[str, Entry] = {}


def defect(
    name: str,
    *,
    breaks: str,
    shown_by: tuple[str, ...] = (),
    also: tuple[str, ...] = (),
    lacks: tuple[Capability, ...] = (),
) -> Callable[[P], P]:
    """Register a part as a defect that breaks the requirement `breaks`; see `Entry` for the rest.

    Parts registered under one name belong to one agency; the docstring of the first describes it.
    """
    return _registered(_DEFECTS, Entry(name, breaks, "", Parts(), shown_by=shown_by, also=also, lacks=lacks))


def variant(
    name: str, *, lacks: tuple[Capability, ...] = (), timing: DeclaredTiming = _AS_THE_REFERENCE
) -> Callable[[P], P]:
    """Register a part as a correct variant; parts and docstring as for `defect`, `lacks` and `timing` as in `Entry`."""
    return _registered(_VARIANTS, Entry(name, None, "", Parts(), lacks=lacks, timing=timing))


def _registered(table: dict[str, Entry], entry: Entry) -> Callable[[P], P]:
    def register(part: P) -> P:
        known = table.get(entry.name, entry)
        if known.breaks != entry.breaks:
            raise ValueError(f"two defects are called {entry.name}")
        said = known.docstring or inspect.cleandoc(part.__doc__ or "")
        table[entry.name] = replace(known, docstring=said, parts=known.parts.with_part(part))
        return part

    return register


@cache
def defects() -> Mapping[str, Entry]:
    """Return all defects by name, in the order of the requirements they break."""
    _load("harness.agency.defects")
    return MappingProxyType(dict(sorted(_DEFECTS.items(), key=lambda pair: (_place(pair[1]), pair[0]))))


@cache
def variants() -> Mapping[str, Entry]:
    """Return all correct variants by name."""
    _load("harness.agency.variants")
    return MappingProxyType(dict(sorted(_VARIANTS.items())))


def build(kind: str | None = None, settings: AgencySettings | None = None) -> AgencySystem:
    """Return the reference agency (None), or the defect or variant called `kind`.

    Raises:
        KeyError: there is none of that name.
    """
    if kind is None:
        return AgencySystem(settings)
    return {**variants(), **defects()}[kind].build(settings)


def __getattr__(name: str) -> Mapping[str, Entry]:
    """Offer `DEFECTS` and `VARIANTS`, whose modules need this one and so are loaded when first asked for."""
    if name == "DEFECTS":
        return defects()
    if name == "VARIANTS":
        return variants()
    raise AttributeError(name)


def _load(package: str) -> None:
    found = importlib.import_module(package)
    for module in pkgutil.iter_modules(found.__path__):
        importlib.import_module(f"{package}.{module.name}")


def _place(entry: Entry) -> tuple[int, str]:
    groups = ("PKG", "HDR", "TRC", "ATT", "STP", "SIG", "PDF", "VXP", "SND", "RCV", "STS", "OPS", "RTY", "SEC")
    broken = entry.breaks or ""
    return groups.index(broken[:3]), broken
