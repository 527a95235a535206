"""report.pdf: the same page on A4 paper, in one language, made by weasyprint."""

import hashlib
import logging
from typing import Any

from harness.catalogue.errors import ConfigurationError
from harness.report.html import render_html
from harness.report.model import Report


class PdfUnavailable(ConfigurationError):
    """No PDF can be made here: weasyprint, or a system library it needs, is missing; the sentence names it."""


def render_pdf(report: Report) -> bytes:
    """Return the report as PDF; the same report gives the same bytes on the same machine.

    Raises:
        PdfUnavailable: weasyprint, or a system library it needs, is missing.
    """
    try:
        import weasyprint  # its import takes half a second and needs Pango
    except (ImportError, OSError) as error:
        raise PdfUnavailable("report.no-pdf", detail=str(error).partition("\n")[0]) from error
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    page = weasyprint.HTML(string=render_html([report], paper=True), url_fetcher=_nothing)
    content: bytes = page.write_pdf(pdf_identifier=hashlib.sha256(report.evidence.encode()).digest()[:16])
    return content


def _nothing(url: str, *_: Any, **__: Any) -> dict[str, Any]:
    """Fetch nothing: the page is complete in itself, and no text in it may reach for more."""
    raise ValueError(f"nothing is loaded: {url[:100]}")
