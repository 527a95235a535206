"""A package laid out element by element, with the place that a finding is about marked."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.catalogue.findings import clipped

_LARGEST = 2 * 1024 * 1024
_LONGEST = 400
_MOST = 400
_BEFORE = 60
_MANY = 3
_DEEPEST = 20
_between = re.compile(r"(?<=>)\s*(?=<)")
_base64 = re.compile(r"(?<=>)([A-Za-z0-9+/=\s]{120,})(?=<)")
_name = re.compile(r"([A-Za-z_][\w.-]*)(?:\[\d+\])?\Z")


@dataclass(frozen=True, slots=True)
class PackageLine:
    """A line as laid out; `number` is that of the package itself, `here` marks what a finding is about."""

    number: int
    text: str
    here: bool


def package_lines(content: bytes, line: int | None, xpath: str | None) -> list[PackageLine]:
    """Lay a package out, whatever it is.

    Args:
        content: of the package.
        line: number of the line that a finding is about, from 1; None where only its element is known.
        xpath: of the element that it is about; tells lines apart where many are on one.
    """
    text = _text(content[:_LARGEST])
    lines = list(_laid_out(text)) if text.lstrip("\ufeff \r\n\t").startswith("<") else list(_plain(text))
    hit = {index for index, (first, last, _) in enumerate(lines) if (xpath if line is None else first <= line <= last)}
    if len(hit) > _MANY:
        found = _name.search((xpath or "").rpartition(":")[2] or (xpath or "").rpartition("/")[2])
        opening = re.compile(rf"<(?:[\w.-]+:)?{re.escape(found[1])}[\s>/]") if found else None
        hit = {index for index in hit if opening is not None and opening.search(lines[index][2])}
    shown = [
        PackageLine(first, clipped(words, _LONGEST), index in hit) for index, (first, _, words) in enumerate(lines)
    ]
    start = max(0, min(hit, default=0) - _BEFORE) if len(shown) > _MOST else 0
    return shown[start : start + _MOST]


def _text(content: bytes) -> str:
    """Return what a body says: UTF-8, or the UTF-16 that its first bytes announce."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8", "backslashreplace")


def _plain(text: str) -> Iterator[tuple[int, int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        yield number, number, line


def _laid_out(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield first and last line of each piece between two tags, and the piece, indented by the tags before it."""
    depth, number, start = 0, 1, 0
    for gap in [*_between.finditer(text), None]:
        piece = text[start : gap.start() if gap else len(text)]
        closing = piece.startswith("</")
        depth = max(0, depth - closing)
        last = number + piece.count("\n")
        words = " ".join(_base64.sub(_cut, piece).split())
        yield number, last, "  " * min(depth, _DEEPEST) + words
        depth = max(0, depth + closing + piece.count("<") - 2 * piece.count("</") - _bare(piece))
        number = last + (gap.group().count("\n") if gap else 0)
        start = gap.end() if gap else len(text)


def _bare(piece: str) -> int:
    """Return how many tags of a piece open nothing: empty elements, declarations, comments."""
    return piece.count("/>") + piece.count("<?") + piece.count("<!")


def _cut(found: re.Match[str]) -> str:
    content = found[1].strip()
    return f"{content[:40]}… ({len(content)})"
