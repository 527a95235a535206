"""The types of hostile input."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from harness.catalogue.texts import Language
from harness.catalogue.yaml_reader import read
from harness.edxml.model import Attachment
from harness.resources import folder
from harness.vectors.file_kinds import file_content


@dataclass(frozen=True, slots=True)
class CanaryTargets:
    """What hostile input points at; all of it belongs to the harness.

    Attributes:
        url: returns an address of the canary for a label.
        trap: folder in which no file may appear, as an absolute path.
    """

    url: Callable[[str], str]
    trap: PurePath


Twist = Callable[[bytes, CanaryTargets], bytes]
"""Changes the bytes of a good package."""

Corrupt = Callable[[CanaryTargets, str, bytes], Attachment]
"""Makes a hostile attachment in the place of an honest one of that name and content."""


def unchanged(data: bytes, targets: CanaryTargets) -> bytes:
    """Leave a package as it is."""
    return data


@dataclass(frozen=True, slots=True)
class HostileVector:
    """One hostile package, made from a good one.

    Attributes:
        requirement: id of the requirement that it tests.
        name: short name, unique within the requirement.
        twist: changes the bytes of the good package.
        attachment: makes the last attachment of the package a hostile one; None leaves the good ones.
        kind: of the good file that it replaces.
        passed_over: whether a careful reader may accept the package and ignore the hostile part; it refuses the others.
    """

    requirement: str
    name: str
    twist: Twist = unchanged
    attachment: Corrupt | None = None
    kind: str = "txt"
    passed_over: bool = False

    @property
    def key(self) -> str:
        """Unique name, `SEC-01/external-entity`."""
        return f"{self.requirement}/{self.name}"

    def example(self, targets: CanaryTargets) -> Attachment | None:
        """Return its attachment in place of a small file, None where it has none."""
        if self.attachment is None:
            return None
        return self.attachment(targets, f"phu-luc.{self.kind}", file_content(self.kind, b"Phu luc."))


def why(key: str, language: Language) -> str:
    """Return in a sentence what is hostile about the vector called `key`.

    Raises:
        KeyError: there is none of that name.
    """
    return _notes()[key][language]


@cache
def _notes() -> dict[str, dict[str, str]]:
    notes: dict[str, dict[str, str]] = read(folder("fixtures") / "hostile" / "why.yaml").value
    return notes
