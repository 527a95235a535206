"""What sets a bad package apart from a good one, in a few lines of XML."""

import base64
import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from harness.vectors.packages import base
from harness.vectors.packages.base import DocumentIdentity
from harness.vectors.registry import Vector
from harness.vectors.zip_listing import zip_listing

_MOST = 4  # lines of each
_LONGEST = 160  # letters of a line
_AROUND = 40  # letters before and behind the place where a long line differs
_GOOD = (base.document, base.status, base.recall, base.update, base.replacement)
_ABOUT_ZIPS = "ATT-06"
_encoded = re.compile(r"<(?:\w+:)?ContentTransferEncoded[^>]*>([^<]*)</[^>]*>")
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
    example = min((_difference(good, bad) for good in made), key=_size)
    return _of_zips(example) if vector.requirement == _ABOUT_ZIPS else example


def _of_zips(example: Example) -> Example:
    """Show the records of the zips where nothing else differs, as their base64 is not readable."""
    good, bad = (_zipped(lines) for lines in (example.good, example.bad))
    if good == bad or not good or not bad:
        return example
    short = len(good) <= _MOST and len(bad) <= _MOST
    return Example(tuple(good), tuple(bad)) if short else _difference(good, bad)


def _zipped(lines: tuple[str, ...]) -> list[str]:
    """Return the records of the zips that these lines hold, none where one of them is something else."""
    found = [one[1] for line in lines if (one := _encoded.fullmatch(line))]
    if len(found) < len(lines):
        return []
    try:
        return [line for one in found for line in zip_listing(base64.b64decode(one, validate=True))]
    except ValueError:
        return []


def _lines(content: bytes) -> list[str]:
    first, *others = _between.split(content.decode("utf-8", "backslashreplace"))
    held = [first, *(line.strip() for line in others)]  # what is before the declaration is shown as it is
    return [line for line in held if line]


def _difference(good: list[str], bad: list[str]) -> Example:
    changes = [
        one for one in difflib.SequenceMatcher(None, good, bad, autojunk=False).get_opcodes() if one[0] != "equal"
    ]
    example = _taken(good, bad, changes, before=0)
    # Where lines are only in the wrong place, the line before them shows it.
    return _taken(good, bad, changes, before=1) if sorted(example.good) == sorted(example.bad) else example


def _taken(
    good: list[str], bad: list[str], changes: Sequence[tuple[str, int, int, int, int]], *, before: int
) -> Example:
    return Example(
        tuple(line for _, first, last, _, _ in changes if first < last for line in good[max(first - before, 0) : last]),
        tuple(line for _, _, _, first, last in changes if first < last for line in bad[max(first - before, 0) : last]),
    )


def _size(example: Example) -> int:
    return len(example.good) + len(example.bad)


def shown(lines: tuple[str, ...], other: tuple[str, ...] = ()) -> list[str]:
    """Return the first lines as people see them: cut where they are long, non-printing characters written out.

    Args:
        lines: of one side of an example.
        other: those of the other side. Where a long line begins as its counterpart there does, it is cut so that the
            difference is seen.
    """
    beside = other if len(other) == len(lines) else ("",) * len(lines)
    cut = [_printable(_cut(*pair)) for pair in zip(lines[:_MOST], beside, strict=False)]
    return cut + (["…"] if len(lines) > _MOST else [])


def _cut(line: str, other: str) -> str:
    if len(line) <= _LONGEST and len(other) <= _LONGEST:
        return line
    pairs = enumerate(zip(line, other, strict=False))
    alike = next((place for place, (one, another) in pairs if one != another), min(len(line), len(other)))
    if alike + _AROUND <= _LONGEST:
        return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
    tag = line[: line.find(">", 0, _LONGEST) + 1]
    first, last = max(alike - _AROUND, len(tag)), alike + _AROUND
    return f"{tag}…{line[first:last]}{'…' if last < len(line) else ''}"


def _printable(line: str) -> str:
    """Write out invisible characters, also combining ones, as they look like part of a letter."""
    return "".join(
        sign if sign.isprintable() and not unicodedata.combining(sign) else ascii(sign)[1:-1] for sign in line
    )
