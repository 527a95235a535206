"""The marks in texts: code and links, for both ways of showing them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_MARK = re.compile(r"`([^`]+)`|\[\[([a-z]+)(?:#([A-Za-z0-9-]+))?(?:\|([^\]]+))?\]\]")


@dataclass(frozen=True, slots=True)
class Link:
    """A link within the guide; `words` are empty where the title of what it points to will do."""

    page: str
    section: str
    words: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """Code within a sentence."""

    text: str


def parts(text: str) -> Iterator[str | Link | Quoted]:
    """Yield a text piece by piece: plain words, code, links."""
    place = 0
    for match in _MARK.finditer(text):
        if match.start() > place:
            yield text[place : match.start()]
        yield Quoted(match[1]) if match[1] else Link(match[2], match[3] or "", match[4] or "")
        place = match.end()
    if place < len(text):
        yield text[place:]


def links(text: str) -> Iterator[Link]:
    """Yield every link in a text."""
    yield from (part for part in parts(text) if isinstance(part, Link))


def plain(text: str, title: Callable[[Link], str]) -> str:
    """Return a text without marks for links, code left in its quotes.

    Args:
        text: with marks.
        title: says where a link leads.
    """
    return "".join(_plain(part, title) for part in parts(text))


def _plain(part: str | Link | Quoted, title: Callable[[Link], str]) -> str:
    if isinstance(part, Quoted):
        return f"`{part.text}`"
    return part if isinstance(part, str) else title(part)
