"""Where vectors of what is kept are declared and found."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from harness.catalogue.texts import Language
from harness.catalogue.yaml_reader import Place, read
from harness.resources import folder
from harness.vectors.registry import caller

_MODULES = ("documents", "exchange", "originals", "packages")
_NOTES = "records.yaml"


@dataclass(frozen=True, slots=True)
class MadeExport:
    """An export, and the packages that it is compared with: files by path, packages by name."""

    export: Mapping[str, bytes]
    packages: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeepingVector:
    """One good or bad export.

    Attributes:
        requirement: id of the requirement it keeps or breaks.
        name: short name, unique within the requirement.
        code: code of the finding it gives; None: it is good.
        make: makes it, for a time of judgement.
        place: file and line of its declaration.
    """

    requirement: str
    name: str
    code: str | None
    make: Callable[[datetime], MadeExport]
    place: Place = field(default=(Path(), 0), compare=False)

    @property
    def key(self) -> str:
        """Unique name, `ARC-01/no-signer`."""
        return f"{self.requirement}/{self.name}"

    def why(self, language: Language) -> str:
        """Return in a sentence what is wrong with it, or why it is correct."""
        return str(_notes()[self.key][language])


_vectors: dict[str, KeepingVector] = {}


def declare(requirement: str, name: str, code: str | None, make: Callable[[datetime], MadeExport]) -> None:
    """Declare a vector."""
    vector = KeepingVector(requirement, name, code, make, caller(2))
    if vector.key in _vectors:
        raise ValueError(vector.key)
    _vectors[vector.key] = vector


@cache
def all_kept_vectors() -> Mapping[str, KeepingVector]:
    """Return all vectors by key, in the order of the catalogue."""
    for name in _MODULES:
        importlib.import_module(f"harness.vectors.kept.{name}")
    return dict(sorted(_vectors.items()))


def kept_vectors_of(requirement: str) -> list[KeepingVector]:
    """Return the vectors of a requirement, the good ones first."""
    chosen = [vector for vector in all_kept_vectors().values() if vector.requirement == requirement]
    return sorted(chosen, key=lambda vector: vector.code is not None)


@cache
def _notes() -> Mapping[str, Mapping[str, str]]:
    notes: Mapping[str, Mapping[str, str]] = read(folder("fixtures") / "packages" / _NOTES).value
    return notes
