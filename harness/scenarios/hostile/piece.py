"""What every piece of hostile material is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from harness.catalogue.texts import Language
from harness.catalogue.yamlreading import read
from harness.edxml.model import Attachment
from harness.resources import folder


@dataclass(frozen=True, slots=True)
class Bait:
    """What hostile material points at, all of it the harness's own.

    Attributes:
        url: returns an address of the canary for a label.
        trap: folder in which no file may appear, as an absolute path.
    """

    url: Callable[[str], str]
    trap: PurePath


def _unchanged(data: bytes, bait: Bait) -> bytes:
    return data


@dataclass(frozen=True, slots=True)
class Piece:
    """One hostile package, made from a good one.

    Attributes:
        requirement: id of the requirement that it puts to the test.
        name: short name, unique within the requirement.
        twist: changes the bytes of the good package.
        attachment: the only attachment of the package; None leaves the good one.
        passed_over: whether a careful reader may read the package and pass the hostile part over; others it refuses.
    """

    requirement: str
    name: str
    twist: Callable[[bytes, Bait], bytes] = _unchanged
    attachment: Callable[[Bait], Attachment] | None = None
    passed_over: bool = False

    @property
    def key(self) -> str:
        """Unique name, `SEC-01/external-entity`."""
        return f"{self.requirement}/{self.name}"


def why(key: str, language: Language) -> str:
    """Return in a sentence what is hostile about the piece called `key`.

    Raises:
        KeyError: there is none of that name.
    """
    return _notes()[key][language]


@cache
def _notes() -> dict[str, dict[str, str]]:
    notes: dict[str, dict[str, str]] = read(folder("fixtures") / "hostile" / "why.yaml").value
    return notes
