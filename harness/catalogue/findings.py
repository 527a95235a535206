"""A finding: one thing that is wrong, with the evidence for it. Its words are in the message files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import msgspec

from harness.catalogue.clipped_text import CLIP, clipped

__all__ = ["CLIP", "Finding", "Where", "clipped"]


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
