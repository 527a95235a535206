"""The parts of a page: as the data files write them, and as they are shown in one language.

Texts that are shown may hold two marks: `` `code` `` and `[[page]]` or `[[page#section]]`, a link within the guide.
"""

from dataclasses import dataclass

from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.parameters import ParameterGroup


class Block(ParameterGroup, frozen=True):
    """One block of a page's file; exactly one of its parts is given, `id` only beside `h`.

    Attributes:
        h: a heading.
        id: name of the section that the heading begins, for links.
        p: a paragraph.
        note: a paragraph that must not be overlooked.
        items: a list.
        steps: a numbered list.
        code: lines to be copied, in one language for all or in each.
        show: name of a piece that code makes; see `harness.guide.pieces`.
        codes: finding codes that name what was said before.
    """

    h: LocalisedText | None = None
    id: str = ""
    p: LocalisedText | None = None
    note: LocalisedText | None = None
    items: tuple[LocalisedText, ...] | None = None
    steps: tuple[LocalisedText, ...] | None = None
    code: str | LocalisedText | None = None
    show: str | None = None
    codes: tuple[str, ...] | None = None


class Page(ParameterGroup, frozen=True):
    """One page's file."""

    title: LocalisedText
    summary: LocalisedText
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `id` is empty where nothing can point to it."""

    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, with a bar beside it where it must not be overlooked."""

    text: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class BulletList:
    """A list of sentences."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines to be shown letter for letter, without marks.

    Attributes:
        text: the lines; no line end at the end.
        label: what they are, empty where the text before says it.
    """

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of a row names it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing.

    Attributes:
        svg: an SVG element.
        lines: the same as text, for readers who cannot see it.
        label: what it shows.
    """

    svg: str
    lines: tuple[str, ...]
    label: str


Shown = Heading | Paragraph | BulletList | CodeBlock | Table | Picture


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page in one language, complete."""

    id: str
    title: str
    summary: str
    blocks: tuple[Shown, ...]
