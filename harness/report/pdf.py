"""report.pdf: the same page on A4 paper, in one language, tagged for screen readers, made by weasyprint."""

import hashlib
import io
import logging
import re
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from harness.catalogue.errors import ConfigurationError
from harness.report.html import render_html
from harness.report.model import Report

IDENTIFIER = 16
"""Bytes of a PDF's identifier."""
_VARIANT = "pdf/ua-1"
_LIBRARY = re.compile(r"cannot load library '([^']+)'")


class PdfUnavailable(ConfigurationError):
    """No PDF can be made here: weasyprint, or a system library it needs, is missing; the sentence names it."""


@dataclass(frozen=True, slots=True)
class PaperPage:
    """What is printed: a page of HTML, complete in itself, and the `IDENTIFIER` bytes that tell its PDF from others."""

    html: str
    identifier: bytes


def paper_page(report: Report) -> PaperPage:
    """Return the page of a report as it is printed."""
    identifier = hashlib.sha256(report.evidence.encode()).digest()[:IDENTIFIER]
    return PaperPage(render_html([report], paper=True), identifier)


def render_pdf(page: PaperPage) -> bytes:
    """Return a page as PDF; the same page gives the same bytes on the same machine.

    Raises:
        PdfUnavailable: weasyprint, or a system library it needs, is missing.
    """
    html = loaded().HTML(string=page.html, url_fetcher=load_nothing)
    content: bytes = html.write_pdf(pdf_identifier=page.identifier, pdf_variant=_VARIANT)
    return content


def loaded() -> ModuleType:
    """Import weasyprint, which takes nearly a second and needs Pango; it prints a banner where that is missing.

    Raises:
        PdfUnavailable: weasyprint, or a system library it needs, is missing.
    """
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            import weasyprint
    except (ImportError, OSError) as error:
        raise PdfUnavailable("report.no-pdf", detail=_missing(error)) from error
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    return weasyprint  # type: ignore[no-any-return]


def _missing(error: Exception) -> str:
    """Name what is missing: only the library, where the loader lists every place that it looked in."""
    named = _LIBRARY.search(str(error))
    return named[1] if named else str(error).partition("\n")[0].rstrip(".")


def load_nothing(url: str, *_: Any, **__: Any) -> dict[str, Any]:
    """Fetch nothing: the page is complete in itself, and no text in it may load anything."""
    raise ValueError(f"nothing is loaded: {url[:100]}")
