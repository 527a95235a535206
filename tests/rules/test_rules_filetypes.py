"""What bytes say they are, and under which names they may go."""

import pytest

from harness.rules.filetypes import extension, fits_content_type, fits_name, type_of, type_of_start, type_of_zip
from harness.vectors.packages import files

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (files.pdf(), "pdf"),
        (b"\r\n" * 100 + files.pdf(), None),
        (files.png(), "png"),
        (b"\xff\xd8\xff\xe0" + bytes(20), "jpg"),
        (b"{\\rtf1 x}", "rtf"),
        (OLE, "ole"),
        (files.docx(), "zip"),
        (b"PK\x05\x06" + bytes(18), "zip"),
        (b"PK\x07\x08" + bytes(18), "zip"),
        (b"PK\x01\x02" + bytes(18), None),
        (b"", None),
        ("Văn bản".encode(), None),
    ],
)
def test_type_of_start(content: bytes, kind: str | None) -> None:
    assert type_of_start(content) == kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (files.pdf(), "pdf"),
        (b"\r\n" * 100 + files.pdf(), "pdf"),
        (b" " * 1024 + files.pdf(), "pdf"),
        (b" " * 1025 + files.pdf(), None),
        (b"<html><!-- %PDF-1.7 --></html>", None),
        (files.png(), "png"),
    ],
)
def test_a_pdf_may_begin_with_something_else(content: bytes, kind: str | None) -> None:
    assert type_of(content) == kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (files.docx(), "docx"),
        (files.xlsx(), "xlsx"),
        (files.zipped(("[Content_Types].xml", b"<a/>"), ("ppt/presentation.xml", b"<a/>")), "pptx"),
        (files.zipped(("word/document.xml", b"<a/>")), "zip"),
        (files.zipped(("[Content_Types].xml", b"<a/>")), "zip"),
        (files.zipped(("a.txt", b"a")), "zip"),
        (files.docx() + b"a comment that is not one", "docx"),
        (b"PK\x03\x04", "zip"),
        (b"PK\x05\x06" + b"\xff" * 18, "zip"),
        (b"PK\x03\x04" + bytes(60), "zip"),
        (b"PK\x03\x04" + bytes(60) + b"PK\x05\x06" + b"\xff" * 17, "zip"),
        (files.docx()[:-1], "zip"),
        (files.docx() + bytes(0xFFFF), "docx"),
        (files.docx() + bytes(0x10000), "zip"),
        (files.zipped(*((f"{n}.txt", b"") for n in range(5000)), ("[Content_Types].xml", b"")), "zip"),
        (files.zipped(("[Content_Types].xml", b""), *((f"word/{n}", b"") for n in range(5000))), "docx"),
        (files.zipped(("a/word/x", b""), ("[Content_Types].xml", b"")), "zip"),
    ],
)
def test_type_of_zip(content: bytes, kind: str) -> None:
    assert type_of_zip(content) == kind


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("a.PDF", "pdf"),
        ("a.tar.gz", "gz"),
        ("a", ""),
        (".htaccess", ""),
        ("a.pdf ", "pdf"),
        ("a.pdf.", "pdf"),
        ("", ""),
    ],
)
def test_the_extension_is_the_last_part_of_a_name(name: str, ending: str) -> None:
    assert extension(name) == ending


@pytest.mark.parametrize(
    ("kind", "ending", "fits"),
    [
        ("pdf", "pdf", True),
        ("png", "pdf", False),
        (None, "pdf", False),
        ("docx", "docx", True),
        ("zip", "docx", False),
        ("docx", "zip", True),
        ("ole", "doc", True),
        ("rtf", "doc", True),
        ("docx", "doc", False),
        ("ole", "docx", False),
        ("zip", "odt", True),
        ("docx", "docm", True),
        ("ole", "ppt", True),
        ("jpg", "jpe", True),
        (None, "txt", True),
        ("pdf", "txt", False),
        ("zip", "txt", False),
        ("pdf", "", False),
    ],
)
def test_fits_name(kind: str | None, ending: str, fits: bool) -> None:
    assert fits_name(kind, ending) is fits  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "content_type", "fits"),
    [
        ("pdf", "application/pdf", True),
        ("docx", "application/pdf", False),
        ("docx", "application/docx", True),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", True),
        ("ole", "application/msword", True),
        ("xlsx", "application/xslx", True),
        ("pdf", "application/octet-stream", True),
        ("pdf", "", True),
    ],
)
def test_fits_content_type(kind: str, content_type: str, fits: bool) -> None:
    assert fits_content_type(kind, content_type) is fits  # type: ignore[arg-type]


EVERY = ("pdf", "zip", "docx", "xlsx", "pptx", "ole", "rtf", "jpg", "png", None)
OWN = {
    "pdf": {"pdf"}, "zip": {"zip", "docx", "xlsx", "pptx"}, "docx": {"docx"}, "xlsx": {"xlsx"}, "pptx": {"pptx"},
    "doc": {"ole", "rtf"}, "xls": {"ole"}, "rtf": {"rtf"}, "jpg": {"jpg"}, "jpeg": {"jpg"}, "png": {"png"},
}  # fmt: skip
INSIDE = {
    "zip": "odt ods odp epub jar apk key pages kmz xps vsdx xlsb",
    "docx": "docm dotx dotm odt vsdx",
    "xlsx": "xlsm xltx xltm xlsb xlam ods",
    "pptx": "pptm potx potm ppsx ppsm sldx odp",
    "ole": "ppt pps msg mdb mpp vsd pub dot xlt wps",
    "pdf": "ai pdfa fdf",
    "jpg": "jpe jfif jif",
    "png": "apng",
}


@pytest.mark.parametrize("ending", OWN)
def test_a_known_name_is_for_its_own_type_only(ending: str) -> None:
    assert {kind for kind in EVERY if fits_name(kind, ending)} == OWN[ending]  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "ending"), [(kind, one) for kind, said in INSIDE.items() for one in said.split()])
def test_another_format_s_name_is_for_the_container_that_it_is(kind: str, ending: str) -> None:
    assert fits_name(kind, ending)  # type: ignore[arg-type]
    assert fits_name(None, ending)
    fitting = {other for other in EVERY if fits_name(other, ending)} - {None}  # type: ignore[arg-type]
    assert fitting <= {kind} or fitting <= {"zip", "docx", "xlsx", "pptx"}


OFFICE = "application/vnd.openxmlformats-officedocument."
SAID = {
    "pdf": "application/pdf application/x-pdf",
    "zip": "application/zip application/x-zip-compressed",
    "doc": "application/doc application/msword",
    "docx": f"application/docx {OFFICE}wordprocessingml.document",
    "xls": "application/xls application/xsl application/vnd.ms-excel",
    "xlsx": f"application/xlsx application/xslx {OFFICE}spreadsheetml.sheet",
    "pptx": f"application/pptx {OFFICE}presentationml.presentation",
    "rtf": "application/rtf text/rtf",
    "jpg": "application/jpg application/jpeg image/jpeg image/jpg",
    "png": "application/png image/png",
}


@pytest.mark.parametrize(("ending", "said"), [(ending, one) for ending, all_ in SAID.items() for one in all_.split()])
def test_a_known_content_type_is_held_to_its_type(ending: str, said: str) -> None:
    assert {kind for kind in EVERY if fits_content_type(kind, said)} == OWN[ending]  # type: ignore[arg-type]
