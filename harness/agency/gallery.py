"""The gallery: defective agencies, each breaking one requirement, and correct variants of the reference agency.

@defect("never-acks", breaks="RCV-02")
class NeverAcks(Fetcher):
    \"\"\"Never acknowledges a document, so that the hub lists it without end.\"\"\"

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

from harness.agency.component import Component
from harness.agency.components import Components
from harness.agency.settings import AgencySettings
from harness.agency.system import AgencySystem
from harness.catalogue.candidate import DeclaredTiming
from harness.catalogue.requirements import Capability

P = TypeVar("P", bound=type[Component])

_AS_THE_REFERENCE = DeclaredTiming()


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """One agency of the gallery.

    Attributes:
        name: its name on the command line.
        breaks: id of the requirement it breaks; None for a correct variant.
        docstring: what it does, in English.
        components: what it is made of.
        shown_by: ids of requirements whose scenarios reveal it, where those of its own do not.
        touches: ids and groups of requirements whose scenarios see where a correct variant differs.
        also: ids of requirements that it breaks as a consequence.
        lacks: capabilities that it does not have, and so must not be declared.
        timing: times that it declares, in seconds; None for those of the reference agency.
    """

    name: str
    breaks: str | None
    docstring: str
    components: Components
    shown_by: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    lacks: tuple[Capability, ...] = ()
    timing: DeclaredTiming = _AS_THE_REFERENCE

    def build(self, settings: AgencySettings | None = None) -> AgencySystem:
        """Return an agency of this kind."""
        return AgencySystem(settings, components=self.components, name=f"lienthong reference agency ({self.name})")


_DEFECTS: dict[str, GalleryEntry] = {}
_VARIANTS: dict[str, GalleryEntry] = {}


def defect(
    name: str,
    *,
    breaks: str,
    shown_by: tuple[str, ...] = (),
    also: tuple[str, ...] = (),
    lacks: tuple[Capability, ...] = (),
) -> Callable[[P], P]:
    """Register a component as a defect that breaks the requirement `breaks`; see `GalleryEntry` for the rest.

    Components registered under one name belong to one agency; the docstring of the first describes it.
    """
    return _registered(
        _DEFECTS, GalleryEntry(name, breaks, "", Components(), shown_by=shown_by, also=also, lacks=lacks)
    )


def variant(
    name: str,
    *,
    touches: tuple[str, ...] = (),
    lacks: tuple[Capability, ...] = (),
    timing: DeclaredTiming = _AS_THE_REFERENCE,
) -> Callable[[P], P]:
    """Register a component as a correct variant.

    Components and docstring are as for `defect`, the rest as in `GalleryEntry`.
    """
    return _registered(
        _VARIANTS, GalleryEntry(name, None, "", Components(), touches=touches, lacks=lacks, timing=timing)
    )


def _registered(table: dict[str, GalleryEntry], entry: GalleryEntry) -> Callable[[P], P]:
    def register(component: P) -> P:
        known = table.get(entry.name, entry)
        if known.breaks != entry.breaks:
            raise ValueError(f"two defects are called {entry.name}")
        docstring = known.docstring or inspect.cleandoc(component.__doc__ or "")
        table[entry.name] = replace(known, docstring=docstring, components=known.components.with_component(component))
        return component

    return register


@cache
def defects() -> Mapping[str, GalleryEntry]:
    """Return all defects by name, in the order of the requirements they break."""
    _load("harness.agency.defects")
    return MappingProxyType(dict(sorted(_DEFECTS.items(), key=lambda pair: (_place(pair[1]), pair[0]))))


@cache
def variants() -> Mapping[str, GalleryEntry]:
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


def _load(package: str) -> None:
    found = importlib.import_module(package)
    for module in pkgutil.iter_modules(found.__path__):
        importlib.import_module(f"{package}.{module.name}")


def _place(entry: GalleryEntry) -> tuple[int, str]:
    groups = ("PKG", "HDR", "TRC", "ATT", "STP", "SIG", "PDF", "VXP", "SND", "RCV", "STS", "OPS", "RTY", "SEC", "ARC")
    broken = entry.breaks or ""
    return groups.index(broken[:3]), broken
