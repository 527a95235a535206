"""A finding: one thing that is wrong, with the evidence for it. Its words are in the message files."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import msgspec

CLIP = 200
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
_WIDE = 0x10000
_SHOWN = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Where(msgspec.Struct, frozen=True):
    """Where the evidence is.

    Attributes:
        event: sequence number in the journal, from 0.
        xpath: path of the element, with the names as the standard writes them and positions from 1.
        line: line in the package, from 1.
    """

    event: Annotated[int, msgspec.Meta(ge=0)] | None = None
    xpath: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found against a requirement.

    Attributes:
        code: `<requirement>.<reason>`, stable, e.g. `HDR-07.not-a-day`.
        where: the evidence.
        expected: what the standard asks, in its own notation.
        received: what was found, clipped.
        parameters: further values named by the message.
    """

    code: str
    where: Where = field(default_factory=Where)
    expected: str = ""
    received: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def requirement(self) -> str:
        """Id of the requirement that the finding is against."""
        return self.code.partition(".")[0]


def clipped(text: str, limit: int = CLIP) -> str:
    """Make hostile text fit to be shown: at most `limit` characters, what is invisible made visible."""
    head = text[:limit]
    # Printable is just what is in none of the categories below, but for the blank; most texts are.
    shown = head if head.isprintable() else "".join(_SHOWN.get(sign) or _visible(sign) for sign in head)
    return shown if len(text) <= limit else f"{shown}… ({len(text)})"


def _visible(sign: str) -> str:
    if sign == " " or unicodedata.category(sign) not in _INVISIBLE:
        return sign
    return f"\\u{ord(sign):04x}" if ord(sign) < _WIDE else f"\\U{ord(sign):08x}"
