"""The workbench's templates: whatever a system sent is shown as text, invisible signs written out."""

from functools import cache
from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from harness.catalogue.findings import clipped
from harness.catalogue.texts import LANGUAGES, Language, measured, text
from harness.resources import folder
from harness.templates import template_environment
from harness.workbench.declined import AREA
from harness.workbench.status_text import status_text

STYLE, SCRIPT = "page.css", "page.js"
_FOLDER = "workbench"
_SHOWN = 2000
_UNITS = ("B", "kB", "MB", "GB")
_THOUSAND = 1000


def rendered(name: str, language: Language, **values: Any) -> str:
    """Return a page.

    Args:
        name: of the template, without ending.
        language: of its words.
        values: that it shows.
    """

    def say(key: str, /, **parameters: object) -> str:
        return text(AREA, key, language, **parameters)

    def said_by(code: str) -> str:
        return status_text(code, language)

    template = _environment().get_template(f"{_FOLDER}/{name}.html.jinja")
    return template.render(say=say, status_text=said_by, lang=language, other=_next(language), **values)


def _next(language: Language) -> Language:
    """Return the language that the page offers instead."""
    return LANGUAGES[(LANGUAGES.index(language) + 1) % len(LANGUAGES)]


@cache
def own_file(name: str) -> bytes:
    """Return the style or the script of the page."""
    return (folder("reports") / _FOLDER / name).read_bytes()


@cache
def _environment() -> Environment:
    environment = template_environment()
    environment.filters |= {"shown": _shown, "size": _size}
    return environment


def _shown(value: object, limit: int = _SHOWN) -> str:
    return clipped(str(value), limit)


@pass_context
def _size(context: Context, value: int) -> str:
    amount, unit = float(value), 0
    while amount >= _THOUSAND and unit < len(_UNITS) - 1:
        amount, unit = amount / _THOUSAND, unit + 1
    written = f"{amount:.0f} {_UNITS[unit]}" if unit == 0 else f"{amount:.1f} {_UNITS[unit]}"
    return measured(written, context["lang"])
