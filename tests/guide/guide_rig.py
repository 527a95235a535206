"""What the guide's tests look at: whole pages, and the code shown in them."""

from collections.abc import Iterator
from functools import cache

from harness.catalogue.profiles import load_profile
from harness.catalogue.texts import Language
from harness.guide.model import BulletList, CodeBlock, Paragraph, ShownPage, Table
from harness.guide.page_builder import build


@cache
def shown(page_id: str, language: Language = "vi") -> ShownPage:
    """Return a page of the default profile."""
    return build(page_id, load_profile(), language)


def codes(page_id: str) -> list[str]:
    """Return the text of every piece of code on a page, in order."""
    return [block.text for block in shown(page_id).blocks if isinstance(block, CodeBlock)]


def marked_texts(page: ShownPage) -> Iterator[str]:
    """Yield every text of a page that may hold marks."""
    yield page.summary
    for block in page.blocks:
        match block:
            case Paragraph():
                yield block.text
            case BulletList():
                yield from block.items
            case Table():
                for row in block.rows:
                    yield from row
            case _:
                pass
