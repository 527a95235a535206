"""The beginning of a body as lines of text, whatever it is."""

from dataclasses import dataclass
from itertools import islice

from harness.report.event_text import body_lines

_MOST = 200  # lines
_LARGEST = 256 * 1024  # bytes that are laid out for the page


@dataclass(frozen=True, slots=True)
class BodyView:
    """Attributes: `size` in bytes, and the first `lines`, invisible signs written out."""

    size: int
    lines: tuple[str, ...]
    cut: bool


def body_view(content: bytes) -> BodyView:
    """Return how a body is shown."""
    lines = tuple(islice(body_lines(content[:_LARGEST]), _MOST))
    return BodyView(len(content), lines, len(content) > _LARGEST or len(lines) == _MOST)
