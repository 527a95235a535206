"""What sets a bad package apart from a good one, in a few lines of XML."""

import difflib
import re
import unicodedata
from dataclasses import dataclass

from harness.vectors.packages import base
from harness.vectors.packages.base import DocumentIdentity
from harness.vectors.registry import Vector

_MOST = 4  # lines of each
_LONGEST = 160  # letters of a line
_GOOD = (base.document, base.status, base.recall, base.update, base.replacement)
_between = re.compile(r"(?<=>)\s*(?=<)")


@dataclass(frozen=True, slots=True)
class Example:
    """Lines that differ between two packages; a side that lacks them has none.

    Attributes:
        good: as a package that keeps the requirement has them.
        bad: as the one that breaks it has them.
    """

    good: tuple[str, ...]
    bad: tuple[str, ...]


def example_of(vector: Vector, identity: DocumentIdentity) -> Example:
    """Compare a bad package with the good one that is most like it, element by element.

    Args:
        vector: a bad one.
        identity: whose packages they are.
    """
    bad = _lines(vector.written(identity))
    made = [_lines(make(identity).written()) for make in _GOOD]
    return min((_difference(good, bad) for good in made), key=_size)


def _lines(content: bytes) -> list[str]:
    first, *others = _between.split(content.decode("utf-8", "backslashreplace"))
    return [first, *(line.strip() for line in others if line.strip())]  # nothing may stand before the declaration


def _difference(good: list[str], bad: list[str]) -> Example:
    changes = [
        one for one in difflib.SequenceMatcher(None, good, bad, autojunk=False).get_opcodes() if one[0] != "equal"
    ]
    return Example(
        tuple(line for _, first, last, _, _ in changes for line in good[first:last]),
        tuple(line for _, _, _, first, last in changes for line in bad[first:last]),
    )


def _size(example: Example) -> int:
    return len(example.good) + len(example.bad)


def shown(lines: tuple[str, ...]) -> list[str]:
    """Return the first lines as people see them: cut where they are long, signs that do not print written out."""
    return [_printable(line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…") for line in lines[:_MOST]] + (
        ["…"] if len(lines) > _MOST else []
    )


def _printable(line: str) -> str:
    """Write signs out that cannot be seen; combining ones among them, as they look like part of a letter."""
    return "".join(
        sign if sign.isprintable() and not unicodedata.combining(sign) else ascii(sign)[1:-1] for sign in line
    )
