"""Pages for a terminal: wrapped text, code letter for letter, tables in columns where they fit."""

import textwrap
from collections.abc import Iterator, Sequence

from harness.catalogue.texts import Language
from harness.guide.files import page, page_ids
from harness.guide.marks import Link, plain
from harness.guide.model import BulletList, CodeBlock, Heading, Paragraph, Picture, Shown, ShownPage, Table
from harness.guide.texts import Say, saying

_MARGIN = "    "
_NARROWEST_COLUMN = 28


def as_text(shown: ShownPage, language: Language, width: int) -> str:
    """Return a page as lines; only code may be wider than `width` signs."""
    writer = _TerminalWriter(saying(language), language, width)
    lines = [*writer.wrapped(shown.title.upper()), "", *writer.wrapped(shown.summary)]
    for block in shown.blocks:
        lines += ["", *writer.block(block)]
    return "\n".join(lines) + "\n"


def contents(language: Language, width: int) -> str:
    """Return the table of contents."""
    say = saying(language)
    longest = max(map(len, page_ids())) + 2
    lines = [say("guide"), ""]
    for page_id in page_ids():
        words = f"{getattr(page(page_id).title, language)}: {getattr(page(page_id).summary, language)}"
        lines += textwrap.wrap(
            words, width, initial_indent=f"  {page_id:<{longest}}", subsequent_indent=" " * (longest + 2)
        )
    return "\n".join([*lines, "", *textwrap.wrap(say("how"), width)]) + "\n"


class _TerminalWriter:
    """Writes the blocks of one page."""

    def __init__(self, say: Say, language: Language, width: int) -> None:
        self._say = say
        self._language = language
        self._width = width

    def block(self, block: Shown) -> list[str]:
        """Return the lines of a block."""
        match block:
            case Heading():
                return self.wrapped(f"── {block.text}")
            case Paragraph():
                return self.wrapped(block.text, "  ! " if block.urgent else "", "  ! " if block.urgent else "")
            case BulletList():
                return list(self._listing(block))
            case CodeBlock():
                return [
                    *([f"{block.label}:"] if block.label else []),
                    *textwrap.indent(block.text, _MARGIN).split("\n"),
                ]
            case Table():
                return [f"{block.label}:", *self._table(block)]
            case Picture():
                lines = (self.wrapped(line, _MARGIN, _MARGIN + "  ") for line in block.lines)
                return [f"{block.label}:", *(part for line in lines for part in line)]

    def wrapped(self, text: str, first: str = "", others: str = "") -> list[str]:
        """Return a text in lines."""
        said = plain(text, self._title)
        return textwrap.wrap(
            said, self._width, initial_indent=first, subsequent_indent=others, break_on_hyphens=False
        ) or [first]

    def _title(self, link: Link) -> str:
        """Say where a link leads, as what is to be typed."""
        return link.words or f"lienthong guide {link.page}"

    def _listing(self, listing: BulletList) -> Iterator[str]:
        for number, item in enumerate(listing.items, 1):
            sign = f"{number}. " if listing.numbered else "- "
            yield from self.wrapped(item, f"  {sign}", "  " + " " * len(sign))

    def _table(self, table: Table) -> list[str]:
        rows = [[plain(cell, self._title) for cell in row] for row in (table.heads, *table.rows)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        room = self._width - len(_MARGIN) - sum(widths[:-1]) - 2 * (len(widths) - 1)
        if room < min(widths[-1], _NARROWEST_COLUMN):
            return [line for row in rows[1:] for line in self._stacked(rows[0], row)]
        return [line for row in rows for line in _aligned(row, widths[:-1], max(room, 1))]

    def _stacked(self, heads: Sequence[str], row: Sequence[str]) -> Iterator[str]:
        """Yield a row that is too wide for columns, each cell with its head."""
        yield from self.wrapped(row[0], _MARGIN, _MARGIN)
        for head, cell in zip(heads[1:], row[1:], strict=True):
            yield from self.wrapped(f"{head}: {cell}", _MARGIN + "  ", _MARGIN + "    ")


def _aligned(row: Sequence[str], widths: Sequence[int], room: int) -> list[str]:
    """Return a row in columns; its last cell may take several lines."""
    before = "".join(f"{cell:<{width}}  " for cell, width in zip(row, widths, strict=False))
    last = textwrap.wrap(row[-1], room, break_on_hyphens=False) or [""]
    return [f"{_MARGIN}{before if not index else ' ' * len(before)}{part}".rstrip() for index, part in enumerate(last)]
