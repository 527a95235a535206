"""The certificate on paper: PDF/A-3 in Vietnamese and English, with its evidence embedded, signed by the authority."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from harness.catalogue.findings import clipped
from harness.catalogue.texts import Language, entries, text
from harness.certificates.authority import CertificationAuthority
from harness.certificates.badge import AREA, qr_code
from harness.certificates.certificate_file import FILE_NAME
from harness.certificates.document import Certificate
from harness.report.pdf import load_nothing, loaded
from harness.seal.manifest import MANIFEST_FILE
from harness.seal.run_files import REPORT_FILE
from harness.seal.timestamp import NotStamped
from harness.templates import template_environment

_VARIANT = "pdf/a-3b"
_SHOWN = 2000


@dataclass(frozen=True, slots=True)
class CertificatePdf:
    """A certificate as PDF.

    Attributes:
        content: the file.
        unstamped: why the signature lacks the time stamp that the authority wants; None if it does not lack one.
    """

    content: bytes
    unstamped: NotStamped | None = None


def certificate_pdf(
    certificate: Certificate, file: bytes, manifest: bytes, report: bytes, authority: CertificationAuthority
) -> CertificatePdf:
    """Return a certificate as PDF/A-3 with its evidence embedded, signed (PAdES).

    Args:
        certificate: the document.
        file: the certificate as a file for programs, which contains its signature.
        manifest: manifest.json of the run, which lists all evidence by digest.
        report: report.json of the run.
        authority: signs the PDF.

    Raises:
        PdfUnavailable: a library needed to make a PDF is missing.
    """
    weasyprint = loaded()
    inside = ((FILE_NAME, file, "Alternative"), (MANIFEST_FILE, manifest, "Source"), (REPORT_FILE, report, "Source"))
    attachments = [
        weasyprint.Attachment(
            string=content, name=name, relationship=relation, description=name,
            created=_moment(certificate.issued), modified=_moment(certificate.issued),
        )
        for name, content, relation in inside
    ]  # fmt: skip
    page = weasyprint.HTML(string=certificate_page(certificate), url_fetcher=load_nothing)
    content: bytes = page.write_pdf(
        pdf_identifier=hashlib.sha256(file).digest()[:16], pdf_variant=_VARIANT, attachments=attachments
    )
    return sign_pdf(content, authority, _moment(certificate.issued))


def certificate_page(certificate: Certificate) -> str:
    """Return the page that is printed."""
    template = _environment().get_template("certificate/certificate.html.jinja")
    return template.render(
        certificate=certificate,
        qr=Markup(qr_code(certificate.status)),  # noqa: S704 - the SVG is drawn here and contains no text
        both=both_languages,
        capabilities=[_capability(one) for one in certificate.scope.capabilities],
    )


def both_languages(key: str, **values: object) -> Mapping[Language, str]:
    """Return a text of the certificate in both languages."""
    return {"vi": text(AREA, key, "vi", **values), "en": text(AREA, key, "en", **values)}


def sign_pdf(content: bytes, authority: CertificationAuthority, at: datetime) -> CertificatePdf:
    """Return a PDF with the authority's signature (PAdES), with a time stamp if it names a time stamping authority.

    Args:
        content: the file.
        authority: signs; if no time stamp can be obtained, the signature is made without one.
        at: time of signing, with a zone.
    """
    from pyhanko.sign.timestamps import TimestampRequestError

    from harness.certificates.pdf_time_stamper import AuthorityTimeStamper
    from harness.crypto.pdf.signed_files import add_signature
    from harness.crypto.testpki.issuance import IssuedIdentity

    key = authority.key
    signer = IssuedIdentity("authority", key.chain[0], key.private, key.chain[1:])
    unstamped: NotStamped | None = None
    if authority.tsa is not None:
        try:
            stamper = AuthorityTimeStamper(authority.tsa)
            return CertificatePdf(add_signature(content, signer, at=at, embed_chain=True, stamper=stamper))
        except NotStamped as error:
            unstamped = error
        except TimestampRequestError as error:  # it answered, but without a valid time stamp
            unstamped = NotStamped("other", error)
    return CertificatePdf(add_signature(content, signer, at=at, embed_chain=True), unstamped)


def _capability(name: str) -> Mapping[str, str]:
    key = f"capability.{name}"
    known = key in entries("report")
    return {"vi": text("report", key, "vi"), "en": text("report", key, "en")} if known else {"vi": name, "en": name}


@cache
def _environment() -> Environment:
    environment = template_environment()
    environment.filters |= {
        "lines": _lines,
        "shown": lambda value: clipped(str(value), _SHOWN),
        "day": _day,
        "time": _time,
    }
    return environment


def _lines(value: str) -> str:
    return "\n".join(clipped(line, _SHOWN) for line in value[: 4 * _SHOWN].split("\n"))


def _day(value: str) -> str:
    """Return the day of an ISO date or moment in the usual Vietnamese form."""
    try:
        return f"{date.fromisoformat(value[:10]):%d/%m/%Y}"
    except ValueError:
        return clipped(value, _SHOWN)


def _time(value: str) -> str:
    try:
        return f"{_moment(value):%d/%m/%Y %H:%M}"
    except ValueError:
        return clipped(value, _SHOWN)


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value)
