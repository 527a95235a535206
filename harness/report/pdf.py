"""report.pdf: the same page on A4 paper, in one language, tagged for screen readers, made by weasyprint."""

import hashlib
import io
import logging
import re
from contextlib import redirect_stderr, redirect_stdout
from types import ModuleType
from typing import Any

from harness.catalogue.errors import ConfigurationError
from harness.report.html import render_html
from harness.report.model import Report

_VARIANT = "pdf/ua-1"
_LIBRARY = re.compile(r"cannot load library '([^']+)'")


class PdfUnavailable(ConfigurationError):
    """No PDF can be made here: weasyprint, or a system library it needs, is missing; the sentence names it."""


def render_pdf(report: Report) -> bytes:
    """Return the report as PDF; the same report gives the same bytes on the same machine.

    Raises:
        PdfUnavailable: weasyprint, or a system library it needs, is missing.
    """
    weasyprint = pdf_library()
    page = weasyprint.HTML(string=render_html([report], paper=True), url_fetcher=load_nothing)
    content: bytes = page.write_pdf(
        pdf_identifier=hashlib.sha256(report.evidence.encode()).digest()[:16], pdf_variant=_VARIANT
    )
    return content


def pdf_library() -> ModuleType:
    """Import weasyprint, which takes half a second and needs Pango; it prints a banner where that is missing.

    Raises:
        PdfUnavailable: it, or a system library it needs, is missing.
    """
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            import weasyprint
    except (ImportError, OSError) as error:
        raise PdfUnavailable("report.no-pdf", detail=_missing(error)) from error
    return weasyprint  # type: ignore[no-any-return]


def _missing(error: Exception) -> str:
    """Name what is missing: only the library, where the loader lists every place that it looked in."""
    named = _LIBRARY.search(str(error))
    return named[1] if named else str(error).partition("\n")[0].rstrip(".")


def load_nothing(url: str, *_: Any, **__: Any) -> dict[str, Any]:
    """Fetch nothing: the page is complete in itself, and no text in it may load anything."""
    raise ValueError(f"nothing is loaded: {url[:100]}")
