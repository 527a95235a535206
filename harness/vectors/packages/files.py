"""Small files of the common types, to be attached: always the same bytes, with matching name and type."""

import io
import struct
import zipfile
import zlib

_EPOCH = (1980, 1, 1, 0, 0, 0)
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_TYPE = "application/vnd.openxmlformats-officedocument"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def pdf(text: str = "Van ban thu nghiem") -> bytes:
    """Return a PDF file of one page with one line of Latin text."""
    page = f"BT /F1 14 Tf 72 770 Td ({text}) Tj ET".encode("latin-1", "replace")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    return pdf_file(objects)


def pdf_file(objects: tuple[bytes, ...], version: str = "1.7") -> bytes:
    """Return a PDF file of these objects, numbered from 1; the first is the catalogue."""
    written, places = b"%%PDF-%b\n" % version.encode(), []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table) + trailer


def docx(text: str = "Văn bản thử nghiệm") -> bytes:
    """Return a Word document of one paragraph."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<w:document xmlns:w="{space}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>'
    return _office("word/document.xml", f"{_TYPE}.wordprocessingml.document.main+xml", body)


def xlsx() -> bytes:
    """Return an Excel workbook without sheets' contents."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return _office(
        "xl/workbook.xml", f"{_TYPE}.spreadsheetml.sheet.main+xml", f'<workbook xmlns="{space}"><sheets/></workbook>'
    )


def png() -> bytes:
    """Return a picture of one white point."""
    header = struct.pack(">2I5B", 1, 1, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0\xff")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def zipped(*entries: tuple[str, bytes]) -> bytes:
    """Return a zip of the entries, each a name and its content."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _office(part: str, content_type: str, body: str) -> bytes:
    types = (
        f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{part}" ContentType="{content_type}"/></Types>'
    )
    relations = (
        f'{_XML}<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="r1" Type="{_OFFICE}" Target="{part}"/></Relationships>'
    )
    return zipped(
        ("[Content_Types].xml", types.encode()), ("_rels/.rels", relations.encode()), (part, f"{_XML}{body}".encode())
    )
