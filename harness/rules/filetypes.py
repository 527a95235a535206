"""What the first bytes of a file say, and what its name and ContentType promise.

Only types whose beginning is known are judged. Many formats are zip or OLE containers under a name of their own:
these may look like a zip or an OLE file.
"""

from collections.abc import Iterator
from typing import Literal

from harness.crypto.pdf.prechecks import looks_like_pdf
from harness.edxml.zip_directory import find_directory, read_record

FileType = Literal["pdf", "zip", "docx", "xlsx", "pptx", "ole", "rtf", "jpg", "png"]

_STARTS: tuple[tuple[bytes, FileType], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"%PDF-", "pdf"),
)
_OFFICE: tuple[tuple[bytes, FileType], ...] = ((b"word/", "docx"), (b"xl/", "xlsx"), (b"ppt/", "pptx"))
_CONTENT_TYPES = b"[Content_Types].xml"
_MOST_ENTRIES = 5_000

_BY_EXTENSION: dict[str, frozenset[FileType]] = {
    "pdf": frozenset({"pdf"}),
    "zip": frozenset({"zip", "docx", "xlsx", "pptx"}),
    "docx": frozenset({"docx"}),
    "xlsx": frozenset({"xlsx"}),
    "pptx": frozenset({"pptx"}),
    "doc": frozenset({"ole", "rtf"}),
    "xls": frozenset({"ole"}),
    "rtf": frozenset({"rtf"}),
    "jpg": frozenset({"jpg"}),
    "jpeg": frozenset({"jpg"}),
    "png": frozenset({"png"}),
}
# Names of other formats that are containers of a known kind inside.
_ZIPS = (
    "3mf apk cbz dwfx ear epub idml ipa jar key kmz mmap mscz numbers nupkg odb odf odg odp ods odt "
    "otp ots ott oxps pages pbix sketch thmx vsdx vstx war whl xlsb xmind xpi xps"
)
_OLES = "db dot dps et hwp mdb mpp msg msi pot pps ppt pub vsd vss vst wps xla xlt"
_CONTAINERS: dict[FileType, frozenset[str]] = {
    "zip": frozenset(_ZIPS.split()),
    "docx": frozenset({"docm", "dotx", "dotm"}),
    "xlsx": frozenset({"xlsm", "xltx", "xltm", "xlsb", "xlam"}),
    "pptx": frozenset({"pptm", "potx", "potm", "ppsx", "ppsm", "sldx"}),
    "ole": frozenset(_OLES.split()),
    "pdf": frozenset({"ai", "pdfa", "fdf"}),
    "jpg": frozenset({"jpe", "jfif", "jif"}),
    "png": frozenset({"apng"}),
    "rtf": frozenset(),
}
_OFFICE_MIME = "application/vnd.openxmlformats-officedocument."
_BY_CONTENT_TYPE: dict[str, str] = {
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    "application/zip": "zip",
    "application/x-zip-compressed": "zip",
    "application/doc": "doc",
    "application/msword": "doc",
    "application/docx": "docx",
    f"{_OFFICE_MIME}wordprocessingml.document": "docx",
    "application/xls": "xls",
    "application/xsl": "xls",
    "application/vnd.ms-excel": "xls",
    "application/xlsx": "xlsx",
    "application/xslx": "xlsx",
    f"{_OFFICE_MIME}spreadsheetml.sheet": "xlsx",
    f"{_OFFICE_MIME}presentationml.presentation": "pptx",
    "application/pptx": "pptx",
    "application/rtf": "rtf",
    "text/rtf": "rtf",
    "application/jpg": "jpg",
    "application/jpeg": "jpg",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "application/png": "png",
    "image/png": "png",
}


def extension(name: str) -> str:
    """Return the extension of a file name in lower case, without the dot; empty where it has none.

    Blanks and dots at the end are ignored: ATT-04 reports them.
    """
    stem, dot, ending = name.rstrip(" .\u00a0\t\r\n").rpartition(".")
    return ending.lower() if dot and stem else ""


def type_of_start(head: bytes) -> FileType | None:
    """Return the type that the first bytes of a file show, None if they are unknown or the type shows only later."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    return None


def type_of(content: bytes) -> FileType | None:
    """Return the type that the beginning of a file says; a PDF file may begin with something else."""
    return type_of_start(content) or ("pdf" if looks_like_pdf(content) else None)


def fits_name(kind: FileType | None, ending: str) -> bool:
    """Say whether bytes of a type may be under a name with that extension."""
    wanted = _BY_EXTENSION.get(ending)
    if wanted is not None:
        return kind in wanted
    if kind is None:
        return True
    containers = _CONTAINERS[kind]
    return ending in containers or (kind in {"docx", "xlsx", "pptx"} and ending in _CONTAINERS["zip"])


def fits_content_type(kind: FileType | None, content_type: str) -> bool:
    """Say whether bytes of a type may be sent with a ContentType; one that is not known says nothing."""
    ending = _BY_CONTENT_TYPE.get(content_type)
    return ending is None or fits_name(kind, ending)


def type_of_zip(content: bytes) -> FileType:
    """Return what a zip is: an Office file has its list of content types and a folder of its program."""
    names = set(_entry_names(content))
    if _CONTENT_TYPES not in names:
        return "zip"
    for folder, kind in _OFFICE:
        if any(name.startswith(folder) for name in names):
            return kind
    return "zip"


def _entry_names(content: bytes) -> Iterator[bytes]:
    """Yield the names in the directory of a zip, the first of them if they are very many.

    The zip library reads a whole directory into memory before it shows a name, be it of a million entries.
    """
    directory = find_directory(content)
    place = directory.start if directory is not None else len(content)
    for _ in range(_MOST_ENTRIES):
        record = read_record(content, place)
        if record is None:
            return
        yield record.name
        place += record.length
