"""Small PDF files with real signatures, as the reference agency sends them and the scenarios need them."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Literal, TypeVar

from asn1crypto.cms import ContentInfo
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.signers.pdf_signer import PdfSigningSession, PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper

from harness.crypto.pdf.identity_signers import IdentitySigner, IdentityTimeStamper
from harness.crypto.testpki.issuance import IssuedIdentity

T = TypeVar("T")
Form = Literal["pades", "pkcs7"]
Box = tuple[int, int, int, int]

_FORMS = 2  # the later changes that a certification permits by default
# Hexadecimal digits for one signature, without a time stamp and with one; sparing a trial run. Each costs readers time.
_RESERVED, _RESERVED_STAMPED = 7168, 14336
_RESERVED_FOREIGN = 65536  # an authority elsewhere may send a long chain
_PAGE = (0, 0, 595, 842)
_SUBFILTERS: dict[Form, SigSeedSubFilter] = {
    "pades": SigSeedSubFilter.PADES,
    "pkcs7": SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
}


def plain_pdf(lines: Sequence[str], *, version: tuple[int, int] = (1, 7)) -> bytes:
    """Return a PDF file of one page.

    Args:
        lines: text of the page; what is not Latin-1 is written as `?`.
        version: of the file format, as its header tells.
    """
    writer = PdfFileWriter(stream_xrefs=version >= (1, 5))
    writer.output_version = version
    font = writer.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Font"),
                pdf_name("/Subtype"): pdf_name("/Type1"),
                pdf_name("/BaseFont"): pdf_name("/Helvetica"),
            }
        )
    )
    page = PageObject(
        contents=writer.add_object(generic.StreamObject(stream_data=_text(lines))),
        media_box=generic.ArrayObject(map(generic.NumberObject, _PAGE)),
        resources=generic.DictionaryObject({pdf_name("/Font"): generic.DictionaryObject({pdf_name("/F1"): font})}),
    )
    writer.insert_page(page)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def signed_pdf(
    *signers: IssuedIdentity,
    at: datetime,
    tsa: IssuedIdentity | None = None,
    lines: Sequence[str] = ("lienthong",),
    form: Form = "pades",
    digest: str = "sha256",
    embed_chain: bool = False,
) -> bytes:
    """Return a PDF file signed by each of `signers` in turn; the law asks for the person first, the agency last.

    Args:
        signers: who signs.
        at: signing time that the signatures claim, with a zone.
        tsa: who puts a time stamp on every signature, at the time `at`; None for none.
        lines: text of the page.
        form: PAdES, or the older PKCS#7 signature of Adobe.
        digest: short name of the digest.
        embed_chain: whether intermediates are put into the signatures; official tools leave them out.
    """
    content = plain_pdf(lines)
    for signer in signers:
        content = add_signature(content, signer, at=at, tsa=tsa, form=form, digest=digest, embed_chain=embed_chain)
    return content


def add_signature(
    content: bytes,
    signer: IssuedIdentity,
    *,
    at: datetime,
    tsa: IssuedIdentity | None = None,
    form: Form = "pades",
    digest: str = "sha256",
    embed_chain: bool = False,
    box: Box | None = None,
    certify: int | None = None,
    stamper: TimeStamper | None = None,
) -> bytes:
    """Return a PDF file with one more signature.

    Args:
        content: the file.
        signer: who signs.
        at: as of `signed_pdf`; so are `tsa`, `form`, `digest` and `embed_chain`.
        tsa: see there.
        form: see there.
        digest: see there.
        embed_chain: see there.
        box: where the signature is seen on the first page, in points from its lower left corner; None: nowhere.
        certify: the later changes that the signature permits, the `P` of ISO 32000: 1 nothing, 2 signatures and form
        entries,
            3 annotations too; None for an ordinary signature. That only the first one may certify is not enforced.
        stamper: a time stamping authority elsewhere, in the place of `tsa`.
    """
    writer = IncrementalPdfFileWriter(BytesIO(content))
    field = f"Signature{_fields(writer) + 1}"
    metadata = PdfSignatureMetadata(
        field_name=field,
        md_algorithm=digest,
        subfilter=_SUBFILTERS[form],
        certify=certify is not None,
        docmdp_permissions=MDPPerm(certify or _FORMS),
    )
    dated = _DatedSigner(
        metadata,
        IdentitySigner(signer, embed_chain=embed_chain),
        timestamper=IdentityTimeStamper(tsa, at) if tsa else stamper,
        new_field_spec=SigFieldSpec(field, on_page=0, box=box) if box is not None else None,
    )
    dated.at = at
    reserved = _RESERVED if tsa is None and stamper is None else _RESERVED_FOREIGN if stamper else _RESERVED_STAMPED
    output: BytesIO = _complete(dated.async_sign_pdf(writer, bytes_reserved=reserved))
    return output.getvalue()


def add_document_time_stamp(content: bytes, tsa: IssuedIdentity, at: datetime) -> bytes:
    """Return a PDF file with a time stamp over all of it."""
    writer = IncrementalPdfFileWriter(BytesIO(content))
    stamper = PdfTimeStamper(IdentityTimeStamper(tsa, at))
    output: BytesIO = _complete(stamper.async_timestamp_pdf(writer, "sha256", bytes_reserved=_RESERVED_STAMPED))
    return output.getvalue()


def detached_cms(signer: IssuedIdentity, digest: bytes, at: datetime) -> bytes:
    """Return the value of a PDF signature, a CMS in DER, over the SHA-256 digest of what it covers."""
    simple = IdentitySigner(signer)
    attributes = PdfCMSSignedAttributes(signing_time=at)
    cms: ContentInfo = _complete(simple.async_sign(digest, "sha256", use_pades=True, signed_attr_settings=attributes))
    value: bytes = cms.dump()
    return value


def add_page_text(content: bytes, text: str) -> bytes:
    """Return a PDF file with text added to its first page in a further revision, which no signature permits."""
    writer = IncrementalPdfFileWriter(BytesIO(content))
    stream = writer.add_object(generic.StreamObject(stream_data=_text((text,))))
    writer.add_stream_to_page(0, stream)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def add_annotation(content: bytes, text: str, box: Box = (100, 700, 140, 716)) -> bytes:
    """Return a PDF file with a text put over its first page as an annotation, in a further revision."""
    writer = IncrementalPdfFileWriter(BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    annotation = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, box)),
            pdf_name("/F"): generic.NumberObject(4),
            pdf_name("/DA"): generic.TextStringObject("/Helv 12 Tf 0 g"),
            pdf_name("/Contents"): generic.TextStringObject(text),
            pdf_name("/P"): generic.IndirectObject(page.container_ref.idnum, 0, writer),
        }
    )
    held = page["/Annots"] if "/Annots" in page else generic.ArrayObject()
    page[pdf_name("/Annots")] = generic.ArrayObject([*held, writer.add_object(annotation)])
    writer.update_container(page)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def move_annotation(content: bytes, box: Box) -> bytes:
    """Return a PDF file whose first annotation, a seal for instance, is moved in a further revision."""
    writer = IncrementalPdfFileWriter(BytesIO(content))
    annotation = writer.root["/Pages"]["/Kids"][0]["/Annots"][0]
    annotation[pdf_name("/Rect")] = generic.ArrayObject(map(generic.NumberObject, box))
    writer.update_container(annotation)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


class _DatedSigner(PdfSigner):
    """Signs as of a given time."""

    at: datetime

    def init_signing_session(self, *arguments: Any, **named: Any) -> PdfSigningSession:
        session = super().init_signing_session(*arguments, **named)
        session.system_time = self.at
        return session

    def _enforce_certification_constraints(self, reader: Any) -> None:
        """Sign without the check: forgeries need forbidden signatures."""


def _fields(writer: IncrementalPdfFileWriter) -> int:
    """Return how many form fields the file has, without reading the signatures in them."""
    catalogue = writer.prev.root
    if "/AcroForm" not in catalogue:
        return 0
    form = catalogue["/AcroForm"]
    return len(form["/Fields"]) if "/Fields" in form else 0


def _text(lines: Sequence[str]) -> bytes:
    shown = [
        line.encode("latin-1", "replace").replace(b"\\", b"").replace(b"(", b"").replace(b")", b"") for line in lines
    ]
    moves = b" ".join(b"(%b) Tj 0 -18 Td" % line for line in shown)
    return b"BT /F1 12 Tf 72 770 Td " + moves + b" ET"


def _complete(work: Coroutine[Any, Any, T]) -> T:
    """Run pyHanko's coroutine to its end, in a thread of its own where an event loop is running already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    results: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(asyncio.run(work))
        except BaseException as error:  # raised again below, in the calling thread
            failures.append(error)

    thread = threading.Thread(target=run, name="pdf-signing")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return results[0]
