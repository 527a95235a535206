"""Who signed a package and its PDF files: a fetcher needs this to ask whether they were revoked."""

from collections.abc import Iterator

from harness.catalogue.parameters import Limits, Signatures
from harness.crypto.pdf.prechecks import PdfUnreadable, looks_like_pdf, may_be_signed, refuse_long_contents
from harness.crypto.xml.signature import XmlSignature, read_signature
from harness.edxml.attachments import Allowance, AttachmentBroken, unpack
from harness.edxml.model import DocumentPackage
from harness.edxml.packages import read_package
from harness.edxml.reader import PackageUnreadable, parse_untrusted

Signer = tuple[bytes, tuple[bytes, ...]]


def signers_of(data: bytes, signatures: Signatures, limits: Limits) -> tuple[Signer, ...]:
    """Return all certificates that signed a package, its PDF files or their time stamps, with what each brings.

    Args:
        data: the package; one that cannot be read has no signers.
        signatures: the profile's parameters.
        limits: those by which packages are read.
    """
    try:
        tree = parse_untrusted(data, limits)
        package = read_package(data, limits)
    except PackageUnreadable:
        return ()
    found: list[Signer] = []
    for element in tree.iter("{*}Signature"):
        read = read_signature(element, (*signatures.digests, *signatures.weak_digests), signatures.bounds)
        if isinstance(read, XmlSignature) and read.certificates:
            first, *others = read.certificates
            found.append((first, tuple(others)))
    if isinstance(package, DocumentPackage):
        found += _of_files(package, limits, signatures.bounds.pdf_contents)
    return tuple(dict.fromkeys(found))


def _of_files(package: DocumentPackage, limits: Limits, longest: int) -> Iterator[Signer]:
    allowance = Allowance(limits.expansion_bytes)
    for attachment in package.attachments:
        try:
            content = unpack(attachment, limits, allowance)
        except AttachmentBroken:
            continue
        if looks_like_pdf(content) and may_be_signed(content):
            yield from signers_of_pdf(content, longest)


def signers_of_pdf(content: bytes, longest: int) -> Iterator[Signer]:
    """Yield all certificates that signed a PDF file or its time stamps; none where it cannot be read.

    Args:
        content: of the file.
        longest: most bytes that a signature may take.
    """
    from harness.crypto.pdf.signatures import read_pdf

    try:
        refuse_long_contents(content, longest)
        file = read_pdf(content)
    except PdfUnreadable:
        return
    for signature in file.signatures:
        stored = signature.validation_data.certificates
        if signature.certificate is not None:
            yield signature.certificate, (*signature.embedded, *stored)
        for stamp in signature.time_stamps:
            if stamp.certificate is not None:
                yield stamp.certificate, (*stamp.embedded, *stored)
