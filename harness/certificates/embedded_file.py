"""The certificate inside its PDF: the file for programs that it carries, and the signature over all of it."""

from collections.abc import Collection, Iterator
from io import BytesIO
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from harness.certificates.certificate_file import FILE_NAME
from harness.certificates.certificate_record import CertificateFlaw
from harness.crypto.chains.certificates import CertificateUnreadable, load
from harness.crypto.pdf.prechecks import PdfUnreadable

_LARGEST = 64 * 1024 * 1024
_DEEPEST = 8


class CertificatePdfUnreadable(Exception):
    """It is no PDF that carries a certificate."""


def embedded_certificate(content: bytes) -> bytes:
    """Return the file for programs that the PDF of a certificate carries.

    Raises:
        CertificatePdfUnreadable: it is no PDF, or carries none.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader  # its import takes half a second

    try:
        root = PdfFileReader(BytesIO(content), strict=False).root
        for name, specification in _named(root["/Names"]["/EmbeddedFiles"], 0):
            if name == FILE_NAME:
                data: bytes = specification["/EF"]["/F"].data
                return data[:_LARGEST]
    except Exception as error:  # the parser trips over hostile files in many ways; all mean the same
        raise CertificatePdfUnreadable from error
    raise CertificatePdfUnreadable


def pdf_problems(content: bytes, keys: Collection[ec.EllipticCurvePublicKey]) -> Iterator[CertificateFlaw]:
    """Yield what is wrong with the signature over the PDF of a certificate: it must be the authority's, over all of it.

    Args:
        content: the PDF.
        keys: of the authority.
    """
    from harness.crypto.pdf.signatures import read_pdf

    try:
        file = read_pdf(content)
    except PdfUnreadable:
        yield CertificateFlaw.PDF_CHANGED
        return
    if not file.signatures or file.loose is not None or file.after:
        yield CertificateFlaw.PDF_CHANGED
        return
    for signature in file.signatures:
        if signature.problem is not None:
            yield CertificateFlaw.PDF_CHANGED
        elif _key(signature.certificate) not in keys:
            yield CertificateFlaw.PDF_OTHER


def _key(certificate: bytes | None) -> Any:
    try:
        return load(certificate).public_key() if certificate else None
    except CertificateUnreadable:
        return None


def _named(node: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """Yield the entries of a name tree."""
    if depth > _DEEPEST:
        return
    names = node.get("/Names", ())
    for place in range(0, len(names) - 1, 2):
        yield str(names[place]), names[place + 1]
    for kid in node.get("/Kids", ()):
        yield from _named(kid.get_object() if hasattr(kid, "get_object") else kid, depth + 1)
