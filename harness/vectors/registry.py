"""Where vectors are declared and found."""

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from harness.catalogue.requirements import load_catalogue
from harness.catalogue.texts import Language, finding_text
from harness.catalogue.yaml_reader import Place, read
from harness.edxml.draft import PackageDraft
from harness.resources import folder
from harness.vectors.packages.base import DocumentIdentity

VECTOR_PROFILE = "qcvn102-2025"
"""The profile by which a bad package gives the finding that it names."""
GROUPS = ("pkg", "hdr", "trc", "att", "stp")
Make = Callable[[DocumentIdentity], PackageDraft]


@dataclass(frozen=True, slots=True)
class Vector:
    """One good or bad package, for whatever identity.

    Attributes:
        requirement: id of the requirement it keeps or breaks.
        name: short name, unique within the requirement.
        code: code of the finding it gives; None: it is good.
        make: makes the draft.
        place: file and line of its declaration.
    """

    requirement: str
    name: str
    code: str | None
    make: Make
    place: Place = field(default=(Path(), 0), compare=False)

    @property
    def key(self) -> str:
        """Unique name, `HDR-01/no-sender`."""
        return f"{self.requirement}/{self.name}"

    def written(self, identity: DocumentIdentity) -> bytes:
        """Return the package for an identity."""
        return self.make(identity).written()

    def why(self, language: Language) -> str:
        """Return in a sentence what is wrong with it, or why it is correct. Without its own note that is the meaning of
        its finding, or the statement of its requirement.
        """
        note = _notes(self.requirement.partition("-")[0].lower()).get(self.key)
        if note is not None:
            return note[language]
        if self.code is not None:
            return finding_text(self.code, "explain", language)
        return load_catalogue().requirements[self.requirement].statement[language]


_vectors: dict[str, Vector] = {}


def good(requirement: str, name: str, make: Make) -> None:
    """Declare a package that keeps a requirement although it looks as if it did not."""
    _declare(Vector(requirement, name, None, make, caller(1)))


def bad(code: str, name: str, make: Make) -> None:
    """Declare a package that gives the finding `code`, and no finding of another requirement."""
    _declare(Vector(code.partition(".")[0], name, code, make, caller(1)))


def caller(depth: int) -> Place:
    """Return file and line where the function that asks was called, or one `depth` - 1 further out."""
    frame = sys._getframe(depth + 1)
    return Path(frame.f_code.co_filename), frame.f_lineno


@cache
def all_vectors() -> dict[str, Vector]:
    """Return all vectors by key, those of one group together."""
    for group in GROUPS:
        importlib.import_module(f"harness.vectors.packages.{group}")
    return _vectors


def vectors_of(requirement: str) -> list[Vector]:
    """Return the vectors of a requirement, the good ones first."""
    chosen = [vector for vector in all_vectors().values() if vector.requirement == requirement]
    return sorted(chosen, key=lambda vector: vector.code is not None)


def _declare(vector: Vector) -> None:
    if vector.key in _vectors:
        raise ValueError(vector.key)
    _vectors[vector.key] = vector


@cache
def _notes(group: str) -> dict[str, dict[str, str]]:
    notes: dict[str, dict[str, str]] = read(folder("fixtures") / "packages" / f"{group}.yaml").value
    return notes
