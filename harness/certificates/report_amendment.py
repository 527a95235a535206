"""An amended report: a document with a number of its own that corrects a statement of a run's report, beside it.

The report itself is evidence and stays as it was sealed. The amended one is identified by its own number, refers to the
report, and states the change and its reason (ISO/IEC 17025, 7.8.8).
"""

import hashlib
from typing import Literal

import msgspec

from harness.catalogue.texts import Language, text
from harness.certificates.document import CertificatePart
from harness.report.pdf import IDENTIFIER, load_nothing, loaded
from harness.templates import template_environment

AREA = "amendment"
_VARIANT = "pdf/a-3b"


class AmendedStatement(CertificatePart, frozen=True, kw_only=True):
    """What is corrected: the part of the report, how it reads, and how it should read."""

    part: str
    reads: str
    should_read: str


class AmendedReport(CertificatePart, frozen=True, kw_only=True):
    """An amended report, schema lienthong.report-amendment/1.

    Attributes:
        number: of this document.
        run: whose report is amended.
        report, manifest: SHA-256 in hex of its report.json and manifest.json; empty where it has no manifest.
        verdict: of that report, which an amendment never changes.
        product, version: that were tested, as reported.
        previous: number of the amended report before this one; empty for none.
        statement: what is corrected.
        why: reason.
        body: who issues it; empty where the console has no authority.
        by: name of the person.
        at: when, ISO 8601 in Vietnam time.
    """

    schema: Literal["lienthong.report-amendment/1"] = "lienthong.report-amendment/1"
    number: str
    run: str
    report: str
    manifest: str
    verdict: str
    product: str
    version: str
    previous: str
    statement: AmendedStatement
    why: str
    body: str
    by: str
    at: str


def amended_report_json(document: AmendedReport, jws: str) -> bytes:
    """Return an amended report for programs: readable, and as signed.

    Args:
        document: the amended report.
        jws: the same, signed; empty where it is not.
    """
    content = {"amendment": msgspec.to_builtins(document), "signed": jws or None}
    return msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"


def amended_report_pdf(document: AmendedReport, jws: str, language: Language) -> bytes:
    """Return an amended report as PDF/A-3, with its file for programs inside.

    Args:
        document: the amended report.
        jws: the same, signed; empty where it is not.
        language: of its words.

    Raises:
        PdfUnavailable: a library needed to make a PDF is missing.
    """
    weasyprint = loaded()
    file = amended_report_json(document, jws)
    inside = weasyprint.Attachment(
        string=file, name=f"{document.number}.json", relationship="Alternative", description=document.number
    )
    page = weasyprint.HTML(string=amended_report_page(document, language, signed=bool(jws)), url_fetcher=load_nothing)
    content: bytes = page.write_pdf(
        pdf_identifier=hashlib.sha256(file).digest()[:IDENTIFIER], pdf_variant=_VARIANT, attachments=[inside]
    )
    return content


def amended_report_page(document: AmendedReport, language: Language, *, signed: bool) -> str:
    """Return the page that is printed."""
    return template_environment().get_template("certificate/amended-report.html.jinja").render(
        document=document, signed=signed, lang=language,
        say=lambda key, **values: text(AREA, key, language, **values),
    )  # fmt: skip
