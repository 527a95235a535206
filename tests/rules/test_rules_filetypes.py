"""What bytes say they are, and under which names they may go."""

import pytest

from harness.rules.filetypes import extension, fits_content_type, fits_name, type_of_start, type_of_zip
from harness.rules.twins import files

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (files.pdf(), "pdf"),
        (b"\r\n" * 100 + files.pdf(), "pdf"),
        (b" " * 1100 + files.pdf(), None),
        (files.png(), "png"),
        (b"\xff\xd8\xff\xe0" + bytes(20), "jpg"),
        (b"{\\rtf1 x}", "rtf"),
        (OLE, "ole"),
        (files.docx(), "zip"),
        (b"PK\x05\x06" + bytes(18), "zip"),
        (b"", None),
        ("Văn bản".encode(), None),
    ],
)
def test_type_of_start(content: bytes, kind: str | None) -> None:
    assert type_of_start(content) == kind


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
def test_extension(name: str, ending: str) -> None:
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
