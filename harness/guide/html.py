"""The whole guide as one self-contained HTML page: no script, nothing loaded from elsewhere."""

from collections.abc import Sequence
from functools import cache, partial

from markupsafe import Markup, escape

from harness import __version__
from harness.catalogue.profiles import Profile
from harness.catalogue.texts import Language
from harness.guide.marks import Link, Quoted, parts
from harness.guide.model import Heading, ShownPage
from harness.guide.page_builder import build_all
from harness.guide.templates import environment
from harness.guide.texts import saying
from harness.resources import folder


def as_html(profile: Profile, languages: Sequence[Language]) -> str:
    """Return the guide as a page.

    Args:
        profile: whose numbers, codes and statuses are shown.
        languages: that it can be read in; the first is shown when it opens.
    """
    guides = [(language, saying(language), build_all(profile, language)) for language in languages]
    return (
        environment()
        .get_template("guide/guide.html.jinja")
        .render(
            guides=guides,
            marked={language: partial(_marked, language, _titles(pages)) for language, _, pages in guides},
            kind=lambda block: type(block).__name__,
            style=_style(),
            version=__version__,
            profile=profile,
        )
    )


def _titles(pages: Sequence[ShownPage]) -> dict[tuple[str, str], str]:
    """Return the titles of all link targets, by page and section."""
    titles = {(page.id, ""): page.title for page in pages}
    for page in pages:
        for block in page.blocks:
            if isinstance(block, Heading) and block.id:
                titles[page.id, block.id] = block.text
    return titles


def _marked(language: Language, titles: dict[tuple[str, str], str], text: str) -> Markup:
    """Return a text with its marks as elements, everything else escaped."""
    return Markup().join(_element(part, language, titles) for part in parts(text))


def _element(part: str | Link | Quoted, language: Language, titles: dict[tuple[str, str], str]) -> Markup:
    if isinstance(part, Quoted):
        return Markup("<code>{}</code>").format(part.text)
    if isinstance(part, str):
        return escape(part)
    target = "-".join(filter(None, (language, part.page, part.section)))
    return Markup('<a href="#{}">{}</a>').format(target, part.words or titles[part.page, part.section])


@cache
def _style() -> Markup:
    names = ("report.css", "report-screen.css", "guide/guide.css")
    files = (folder("reports") / name for name in names)
    return Markup("\n".join(file.read_text(encoding="utf-8") for file in files))  # noqa: S704 - our own files
