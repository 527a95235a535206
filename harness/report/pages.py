"""Small pages beside the report: one self-contained HTML file each, in the report's style."""

from collections.abc import Callable
from functools import cache, partial

from jinja2 import Environment
from markupsafe import Markup

from harness.catalogue.texts import Language, text
from harness.resources import folder
from harness.templates import template_environment

Say = Callable[..., str]


def rendered(template: str, area: str, language: Language, **values: object) -> str:
    """Return a page.

    Args:
        template: its name in the folder `reports`.
        area: message file of its texts; the template uses them by `t(key)`.
        language: of the page.
        values: what the template shows; foreign text is escaped.
    """
    page = _environment().get_template(template)
    return page.render(t=saying(area, language), language=language, style=_style(), **values)


def saying(area: str, language: Language) -> Say:
    """Return the function that gives the texts of one message file in one language."""
    return partial(_said, area, language)


def _said(area: str, language: Language, key: str, /, **parameters: object) -> str:
    return text(area, key, language, **parameters)


@cache
def _environment() -> Environment:
    return template_environment()


@cache
def _style() -> Markup:
    files = ("report.css", "report-screen.css")
    return Markup("".join((folder("reports") / name).read_text(encoding="utf-8") for name in files))  # noqa: S704 - our own
