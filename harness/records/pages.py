"""What the pages of a PDF file hold, as needed to judge copies and digitised documents: pictures and text."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.catalogue.parameters import SignatureBounds
from harness.crypto.pdf.prechecks import PdfUnreadable, header_version, refuse_long_contents

_MOST_PAGES = 20
_MOST_PICTURES = 50
_POINTS = 72.0  # an inch
_LEAST_PART = 0.5  # of the page's width that a picture of a page takes at least, in pixels of 72 dpi
_GREY = ("/DeviceGray", "/CalGray")
_METADATA = 1024 * 1024
_PDFA = b"http://www.aiim.org/pdfa/ns/id/"


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A picture that fills a page, or most of it: dots per inch, and whether it has colours."""

    dpi: int
    coloured: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """The first pages of a PDF file.

    Attributes:
        version: as the header tells.
        pictures: that fill a page.
        has_text: some page has a font.
        archival: it says that it is PDF/A.
    """

    version: tuple[int, int] | None
    pictures: tuple[PagePicture, ...]
    has_text: bool
    archival: bool


def read_pages(content: bytes, bounds: SignatureBounds) -> Pages:
    """Look at the first pages of a PDF file.

    Raises:
        PdfUnreadable: it is none, or broken, or encrypted.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    refuse_long_contents(content, bounds.pdf_contents)
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        pages = list(_pages(reader.root["/Pages"]))
        pictures = [one for page in pages for one in _pictures(page)]
        has_text = any("/Font" in _resources(page) for page in pages)
        return Pages(header_version(content), tuple(pictures), has_text, _is_archival(reader.root))
    except Exception as error:  # the parser fails on hostile files in many ways; all mean the same
        raise PdfUnreadable(f"{type(error).__name__}: {error}") from error


def _pages(top: Any) -> Iterator[Any]:
    waiting, seen = [top], 0
    while waiting and seen < _MOST_PAGES:
        node = waiting.pop()
        if "/Kids" in node:
            waiting.extend(kid.get_object() for kid in list(node["/Kids"])[:_MOST_PAGES][::-1])
            if len(waiting) > _MOST_PAGES * _MOST_PAGES:
                return
        else:
            seen += 1
            yield node


def _resources(page: Any) -> Any:
    """Return a page's resources, its own or those of the pages above it."""
    node, steps = page, 0
    while "/Resources" not in node and "/Parent" in node and steps < _MOST_PAGES:
        node, steps = node["/Parent"], steps + 1
    return node.get("/Resources", {})


def _pictures(page: Any) -> Iterator[PagePicture]:
    resources = _resources(page)
    if "/XObject" not in resources:
        return
    width = _width(page)
    for name in list(resources["/XObject"])[:_MOST_PICTURES]:
        picture = resources["/XObject"][name]
        if picture.get("/Subtype") == "/Image" and int(picture["/Width"]) >= width * _LEAST_PART:
            space = picture.get("/ColorSpace")
            bits = int(picture.get("/BitsPerComponent", 1))
            coloured = str(space) not in _GREY and bits > 1
            yield PagePicture(round(int(picture["/Width"]) / (width / _POINTS)), coloured)


def _width(page: Any) -> float:
    node, steps = page, 0
    while "/MediaBox" not in node and "/Parent" in node and steps < _MOST_PAGES:
        node, steps = node["/Parent"], steps + 1
    box = node["/MediaBox"]
    return max(abs(float(box[2]) - float(box[0])), 1.0)


def _is_archival(root: Any) -> bool:
    if "/Metadata" not in root:
        return False
    metadata = root["/Metadata"]
    return len(metadata.encoded_data) <= _METADATA and _PDFA in metadata.data
