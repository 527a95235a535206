"""Small PDF files as scanners make them: one picture that fills the page, with or without text and PDF/A marks."""

import zlib

from harness.vectors.packages.files import pdf_file

_WIDTH, _HEIGHT = 595, 842  # A4 in points
_INCH = 72
_PDFA = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>2</pdfaid:part>'
    b"<pdfaid:conformance>B</pdfaid:conformance></rdf:Description></rdf:RDF></x:xmpmeta>"
)


def scan(
    dpi: int = 300, *, coloured: bool = True, text: bool = True, archival: bool = True, version: str = "1.7"
) -> bytes:
    """Return a PDF file of one scanned page.

    Args:
        dpi: of the picture, in its width; one line of it is stored, stretched over the page.
        coloured: RGB instead of grey.
        text: it has a text layer.
        archival: it declares PDF/A.
        version: of the file format.
    """
    pixels = round(_WIDTH * dpi / _INCH)
    space, samples = ("/DeviceRGB", 3) if coloured else ("/DeviceGray", 1)
    picture = zlib.compress(b"\x80" * pixels * samples)
    page = b"q %d 0 0 %d 0 0 cm /I1 Do Q" % (_WIDTH, _HEIGHT)
    if text:
        page += b" BT 3 Tr /F1 10 Tf 72 770 Td (Van ban) Tj ET"
    fonts = b"/Font << /F1 6 0 R >>" if text else b""
    metadata = b" /Metadata 7 0 R" if archival else b""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R%b >>" % metadata,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R"
        b" /Resources << /XObject << /I1 5 0 R >> %b >> >>" % (_WIDTH, _HEIGHT, fonts),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(page), page),
        b"<< /Type /XObject /Subtype /Image /Width %d /Height 1 /ColorSpace %b /BitsPerComponent 8"
        b" /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (pixels, space.encode(), len(picture), picture),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%b\nendstream" % (len(_PDFA), _PDFA),
    )
    return pdf_file(objects, version)
