"""PDF files as signing tools and careless hands make them: further revisions, form fields, bytes around the file."""

import hashlib
import re
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from harness.crypto.pdf.signed_files import detached_cms
from harness.crypto.testpki.issuance import IssuedIdentity
from tests.crypto.signing_material import NOW

_RANGE = re.compile(rb"/ByteRange \[0 ([0-9]+) ([0-9]+) ([0-9]+)")
Edit = Callable[[IncrementalPdfFileWriter, Any], None]


def revised(content: bytes, edit: Edit) -> bytes:
    """Return the file with a further revision, in which `edit` changes what it will; it is given the first page too."""
    writer = IncrementalPdfFileWriter(BytesIO(content), strict=False)
    edit(writer, writer.root["/Pages"]["/Kids"][0])
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def dictionary(**entries: Any) -> generic.DictionaryObject:
    """Return a dictionary; a text that begins with `/` is a name, another a text, numbers and lists are themselves."""
    return generic.DictionaryObject({pdf_name(f"/{name}"): _value(value) for name, value in entries.items()})


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return pdf_name(value) if value.startswith("/") else generic.TextStringObject(value)
    if isinstance(value, int):
        return generic.NumberObject(value)
    if isinstance(value, list):
        return generic.ArrayObject(map(_value, value))
    return value


def with_text_field(content: bytes) -> bytes:
    """Return the file with a form that has one empty text field, seen on the first page."""

    def edit(writer: IncrementalPdfFileWriter, page: Any) -> None:
        field = dictionary(Type="/Annot", Subtype="/Widget", FT="/Tx", T="so", Rect=[72, 600, 200, 620], F=4)
        reference = writer.add_object(field)
        page[pdf_name("/Annots")] = generic.ArrayObject([reference])
        writer.update_container(page)
        writer.root[pdf_name("/AcroForm")] = dictionary(Fields=[reference], DA="/Helv 12 Tf 0 g")
        writer.update_root()

    return revised(content, edit)


def filled(content: bytes, text: str = "17/UBND-VP") -> bytes:
    """Return the file with its text field filled in."""

    def edit(writer: IncrementalPdfFileWriter, page: Any) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0]
        field[pdf_name("/V")] = generic.TextStringObject(text)
        writer.update_container(field)

    return revised(content, edit)


def annotated(content: bytes, *, listed_apart: bool = False, drawn: bool = False, subtype: str = "/FreeText") -> bytes:
    """Return the file with an annotation: in a list that is an object of its own, with a drawing of its own."""

    def edit(writer: IncrementalPdfFileWriter, page: Any) -> None:
        note = dictionary(Type="/Annot", Subtype=subtype, Rect=[100, 700, 140, 716], Contents="17", F=4)
        if drawn:
            drawing = generic.StreamObject(dictionary(Type="/XObject", Subtype="/Form", BBox=[0, 0, 40, 16]))
            drawing._data = b"BT (17) Tj ET"
            note[pdf_name("/AP")] = dictionary(N=writer.add_object(drawing))
        held = page["/Annots"] if "/Annots" in page else generic.ArrayObject()
        after = generic.ArrayObject([*held, writer.add_object(note)])
        page[pdf_name("/Annots")] = writer.add_object(after) if listed_apart else after
        writer.update_container(page)

    return revised(content, edit)


def without_annotations(content: bytes) -> bytes:
    """Return the file with an empty list of annotations on its first page."""

    def edit(writer: IncrementalPdfFileWriter, page: Any) -> None:
        page[pdf_name("/Annots")] = generic.ArrayObject()
        writer.update_container(page)

    return revised(content, edit)


def rewritten_annotation(content: bytes) -> bytes:
    """Return the file with another text in its first annotation."""

    def edit(writer: IncrementalPdfFileWriter, page: Any) -> None:
        note = page["/Annots"][0]
        note[pdf_name("/Contents")] = generic.TextStringObject("71")
        writer.update_container(note)

    return revised(content, edit)


def other_page(content: bytes) -> bytes:
    """Return the file with other content on its first page."""

    def edit(writer: IncrementalPdfFileWriter, page: Any) -> None:
        stream = writer.add_object(generic.StreamObject(stream_data=b"BT /F1 12 Tf 72 770 Td (So 71) Tj ET"))
        page[pdf_name("/Contents")] = stream
        writer.update_container(page)

    return revised(content, edit)


def counted_from_the_first_byte(before: bytes, signers: Sequence[IssuedIdentity], sign: Callable[..., bytes]) -> bytes:
    """Return a signed file behind other bytes, all of whose positions and ranges count these.

    No library writes that. The bytes are behind the header while the file is made, and change places with it at the
    end; then each signature is made anew over the bytes as they are.
    """
    header = b"%PDF-1.7"
    content = _plain(header, before)
    for signer in signers:
        content = sign(content, signer)
    turned = before + header + content[len(header) + len(before) :]
    for number, signer in enumerate(signers):
        turned = _resigned(turned, number, signer)
    return turned


def _plain(header: bytes, before: bytes) -> bytes:
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>",
        b"<< /Length 5 >>\nstream\nBT ET\nendstream",
    )
    written, places = header + before + b"\n", []
    for number, value in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, value)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(written)
    return written + b"xref\n0 5\n0000000000 65535 f \n" + table + trailer


def _resigned(content: bytes, number: int, signer: IssuedIdentity) -> bytes:
    first, second, length = (int(each) for each in list(_RANGE.finditer(content))[number].groups())
    covered = content[:first] + content[second : second + length]
    value = detached_cms(signer, hashlib.sha256(covered).digest(), NOW).hex().encode()
    return content[: first + 1] + value.ljust(second - first - 2, b"0") + content[second - 1 :]


def signed_often(count: int, signer: IssuedIdentity) -> bytes:
    """Return a file with many signatures, each in a revision of its own; by hand, as a library takes minutes."""
    content = _plain(b"%PDF-1.7", b"")
    previous = int(content.rsplit(b"startxref\n", 1)[1].split()[0])
    fields: list[int] = []
    for number in range(count):
        field, value = 6 + 2 * number, 7 + 2 * number
        fields.append(field)
        listed = b" ".join(b"%d 0 R" % each for each in fields)
        changed = {
            1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>",
            5: b"<< /SigFlags 3 /Fields [%b] >>" % listed,
            field: b"<< /FT /Sig /Type /Annot /Subtype /Widget /T (So%d) /Rect [0 0 0 0] /F 132 /P 3 0 R /V %d 0 R >>"
            % (number, value),
            value: _signature_value(),
        }
        content, previous = _with_revision(content, changed, previous)
        content = _first_signed(content, signer)
    return content


_HELD = 8192  # hexadecimal digits for one signature


def _signature_value() -> bytes:
    empty = b"/ByteRange [0 0000000000 0000000000 0000000000] /Contents <" + b"0" * _HELD + b">"
    return b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached " + empty + b" >>"


def _with_revision(content: bytes, changed: dict[int, bytes], previous: int) -> tuple[bytes, int]:
    table = b""
    for number, value in changed.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, value)
    start = len(content)
    size = max(changed) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (size, previous, start)
    return content + b"xref\n" + table + trailer, start


def _first_signed(content: bytes, signer: IssuedIdentity) -> bytes:
    """Fill in range and value of the last signature."""
    empty = content.rindex(b"/ByteRange [0 0000000000")
    first = content.index(b"<", empty)
    second = first + _HELD + 2
    reported = b"/ByteRange [0 %010d %010d %010d]" % (first, second, len(content) - second)
    content = content[:empty] + reported + content[empty + len(reported) :]
    digest = hashlib.sha256(content[:first] + content[second:]).digest()
    value = detached_cms(signer, digest, NOW).hex().encode().ljust(_HELD, b"0")
    return content[: first + 1] + value + content[second - 1 :]
