"""From the files of pages to pages as they are shown: places filled, pieces made, in one language."""

from collections.abc import Iterator

from harness.catalogue.profiles import Profile
from harness.catalogue.texts import Language
from harness.guide.files import page, page_ids
from harness.guide.model import Block, BulletList, CodeBlock, Heading, Paragraph, Shown, ShownPage
from harness.guide.pieces import Making


def build(page_id: str, profile: Profile, language: Language) -> ShownPage:
    """Return a page, complete.

    Args:
        page_id: of one of `page_ids()`.
        profile: whose numbers, codes and statuses are shown.
        language: of the page.

    Raises:
        KeyError: the page's file names a place or a piece that there is not.
    """
    content = page(page_id)
    builder = _Builder(Making(profile, language))
    blocks = tuple(shown for block in content.blocks for shown in builder.shown(block))
    return ShownPage(page_id, builder.words(content.title), builder.words(content.summary), blocks)


def build_all(profile: Profile, language: Language) -> tuple[ShownPage, ...]:
    """Return all pages in their order."""
    return tuple(build(page_id, profile, language) for page_id in page_ids())


class _Builder:
    """Turns the blocks of one page's file into what is shown."""

    def __init__(self, making: Making) -> None:
        self._making = making
        self.words = making.words

    def shown(self, block: Block) -> Iterator[Shown]:
        """Yield what one block shows."""
        if block.h is not None:
            yield Heading(self.words(block.h), block.id)
        if block.p is not None:
            yield Paragraph(self.words(block.p))
        if block.note is not None:
            yield Paragraph(self.words(block.note), urgent=True)
        for items in (block.items, block.steps):
            if items is not None:
                yield BulletList(tuple(self.words(item) for item in items), numbered=items is block.steps)
        if block.code is not None:
            yield CodeBlock(self.words(block.code).rstrip("\n"))
        if block.codes is not None:
            named = " · ".join(f"`lienthong explain {code}`" for code in block.codes)
            yield Paragraph(f"{self._making.say('named-by')} {named}")
        if block.show is not None:
            yield from self._making.piece(block.show)
