"""ATT: document packages whose manifest or attachments are right or wrong."""

import base64
import stat
import struct
from dataclasses import replace
from typing import Any

from harness.edxml.drafting import Draft, replacing
from harness.edxml.model import Attachment
from harness.rules.twins import files, zips
from harness.rules.twins.base import Identity, attached, document, recall, with_attachments
from harness.rules.twins.registry import Make, bad, good

_CONTENT = "Attachment/ContentTransferEncoded"
_ENTRY = "00000000-0000-4000-8000-000000000000"
_HIDDEN = zips.local_entry("an.xlsx", files.xlsx())
_PDF = attached("cong-van.pdf", files.pdf(), "1")
_SHEET = attached("phu-luc.xlsx", files.xlsx(), "2")


def _carrying(*attachments: Attachment) -> Make:
    return lambda identity: with_attachments(identity, *attachments)


def _named(name: str) -> Make:
    return _carrying(replace(_PDF, name=name))


def _encoded(text: str) -> Make:
    return lambda identity: document(identity).with_text(_CONTENT, text)


def _interrupted(markup: str) -> Make:
    """Return a maker of documents in whose first content some XML stands after the first signs."""
    begun = _base64(files.pdf())[:40]
    return lambda identity: document(identity).edited(replacing(begun, begun + markup, 1))


def _packed(content: bytes) -> Make:
    """Return a maker of documents whose second attachment is sent as a zip with this content."""
    return _carrying(_PDF, replace(_SHEET, content=content))


def _entry(**how: Any) -> Make:
    """Return the same with a zip of one sheet; the arguments are those of `zip_of`."""
    return _packed(zips.zip_of(f"{_ENTRY}.xlsx", files.xlsx(), **how))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _encrypted() -> bytes:
    """Return a zip whose entry says that it is encrypted."""
    plain = bytearray(files.zipped((f"{_ENTRY}.xlsx", files.xlsx())))
    for sign, place in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        at = plain.index(sign) + place
        struct.pack_into("<H", plain, at, struct.unpack_from("<H", plain, at)[0] | 1)
    return bytes(plain)


def _damaged() -> bytes:
    """Return a zip in whose entry one bit has changed."""
    whole = bytearray(files.zipped((f"{_ENTRY}.xlsx", files.xlsx())))
    whole[len(whole) // 2] ^= 1
    return bytes(whole)


def _empty(identity: Identity) -> Draft:
    return document(identity).with_text("edXMLManifest", "").without("AttachmentEncoded")


good("ATT-01", "nothing-but-the-version", _carrying(_SHEET, _PDF))
bad("ATT-01.missing", "no-version", lambda i: document(i).with_attribute("edXMLManifest", "version", None))
bad("ATT-01.version", "version-2", lambda i: document(i).with_attribute("edXMLManifest", "version", "2.0"))
bad("ATT-01.version", "version-1", lambda i: document(i).with_attribute("edXMLManifest", "version", "1"))

good("ATT-02", "no-scheme-in-the-attachment", lambda i: document(i).with_text("Attachment/ContentId", "1"))
bad("ATT-02.no-attachment", "reference-alone", lambda identity: document(identity).without("Attachment[2]"))
bad("ATT-02.no-reference", "attachment-alone", lambda identity: document(identity).without("Reference[2]"))
bad("ATT-02.no-attachment", "no-attachments-at-all", lambda identity: document(identity).without("AttachmentEncoded"))
bad(
    "ATT-02.content-id-twice",
    "same-id-for-two",
    lambda i: (
        document(i)
        .with_text("Reference[2]/ContentId", "cid:1")
        .with_text("Attachment[2]/ContentId", "cid:1")
        .with_text("Reference[2]/AttachmentName", "cong-van.pdf")
    ),
)
bad("ATT-02.cid-doubled", "scheme-doubled", lambda i: document(i).with_text("Reference/ContentId", "cid:cid:1"))
bad(
    "ATT-02.white-space",
    "id-on-a-line-of-its-own",
    lambda i: document(i).with_text("Reference/ContentId", "\n  cid:1\n"),
)
bad("ATT-02.no-content-id", "no-id", lambda identity: document(identity).without("Attachment/ContentId"))

good("ATT-03", "vietnamese-name", _named("Công văn số 7816 về việc kết nối.pdf"))
bad("ATT-03.missing", "no-name-in-the-manifest", lambda i: document(i).without("Reference/AttachmentName"))
bad("ATT-03.missing", "no-name-at-the-attachment", lambda i: document(i).without("Attachment/AttachmentName"))
bad("ATT-03.differs", "two-names", lambda i: document(i).with_text("Reference/AttachmentName", "cong-van (1).pdf"))
bad("ATT-03.differs", "name-cut", lambda i: document(i).with_text("Reference/AttachmentName", "cong-van"))

good("ATT-04", "dots-and-blanks-inside", _named("QĐ 12.2024 - bản chính (1).pdf"))
bad("ATT-04.path", "way-up", _named("../../cong-van.pdf"))
bad("ATT-04.path", "drive", _named("C:\\VanBan\\cong-van.pdf"))
bad("ATT-04.direction", "hidden-extension", _named("cong-van\u202efdp.exe.pdf"))
bad("ATT-04.control", "line-break", _named("cong\nvan.pdf"))
bad("ATT-04.device", "device", _named("CON.pdf"))
bad("ATT-04.edge", "leading-blank", _named(" cong-van.pdf"))
bad("ATT-04.leading-dot", "leading-dot", _named(".cong-van.pdf"))
bad("ATT-04.edge", "trailing-blank", _named("cong-van.pdf "))
bad("ATT-04.too-long", "too-long", _named("ữ" * 90 + ".pdf"))
bad("ATT-04.too-long", "as-long-as-the-regulation-allows", _named("ữ" * 496 + ".pdf"))

good("ATT-05", "white-space-around", lambda i: document(i).with_text(_CONTENT, f"\n   {_base64(files.pdf())}\n  "))
good("ATT-05", "comment-inside", _interrupted("<!-- -->"))
bad("ATT-05.element", "element-inside", _interrupted("<b/>"))
bad("ATT-05.element", "base64-in-an-element", _interrupted("<b>AAAA</b>"))
bad(
    "ATT-05.alphabet",
    "url-form",
    _encoded(_base64(files.pdf() + b"\xff\xfe\xfb\xef\xbe\xff").replace("+", "-").replace("/", "_")),
)
bad("ATT-05.alphabet", "garbage", _encoded(_base64(files.pdf())[:400] + "!" + _base64(files.pdf())[400:]))
bad("ATT-05.padding", "no-padding", _encoded(_base64(files.pdf() + b"\n" * (1 + -len(files.pdf()) % 3)).rstrip("=")))
bad("ATT-05.truncated", "cut-off", _encoded(_base64(files.pdf()).rstrip("=")[:401]))
bad("ATT-05.unused-bits", "unused-bits", _encoded(_base64(b"%PDF-1.7 abcd")[:-3] + "B=="))
bad("ATT-05.empty", "empty", _encoded(""))
bad(
    "ATT-05.line-breaks",
    "in-lines",
    lambda i: document(i).with_text(_CONTENT, base64.encodebytes(files.pdf()).decode()),
)

good("ATT-06", "without-extension", _carrying(_PDF, attached("readme", b"Van ban", "2")))
bad("ATT-06.not-a-zip", "raw-bytes", _packed(files.xlsx()[:-30]))
bad("ATT-06.entries", "two-entries", _packed(files.zipped((f"{_ENTRY}.xlsx", files.xlsx()), ("2.xlsx", files.xlsx()))))
bad("ATT-06.encrypted", "encrypted", _packed(_encrypted()))
bad("ATT-06.entry-path", "entry-with-a-path", _packed(files.zipped(("../../phu-luc.xlsx", files.xlsx()))))
bad("ATT-06.extension", "other-extension", _packed(files.zipped((f"{_ENTRY}.edxml", b"<?xml version='1.0'?><edXML/>"))))
bad(
    "ATT-06.extension",
    "zip-in-zip",
    _packed(files.zipped((f"{_ENTRY}.zip", files.zipped(("phu-luc.xlsx", files.xlsx()))))),
)
bad("ATT-06.empty-entry", "empty-entry", _packed(files.zipped((f"{_ENTRY}.xlsx", b""))))
bad("ATT-06.damaged", "damaged", _packed(_damaged()))
bad("ATT-06.too-large", "expands-too-far", _packed(files.zipped((f"{_ENTRY}.xlsx", bytes(53_000_000)))))

good("ATT-06", "zip64-everywhere", _entry(wide={"local", "central", "end"}))
good("ATT-06", "zip64-in-its-own-header", _entry(wide={"local"}))
good("ATT-06", "zip64-in-the-directory", _entry(wide={"central"}))
good("ATT-06", "zip64-at-the-end", _entry(wide={"end"}))
good("ATT-06", "sizes-behind-the-entry", _entry(later=True))
good("ATT-06", "same-name-in-unicode", _entry(extra=zips.unicode_path(f"{_ENTRY}.xlsx", f"{_ENTRY}.xlsx")))
bad("ATT-06.unicode-path", "another-name-in-unicode", _entry(extra=zips.unicode_path(f"{_ENTRY}.xlsx", "b.xlsx")))
bad("ATT-06.unicode-path", "path-in-unicode", _entry(extra=zips.unicode_path(f"{_ENTRY}.xlsx", "../../b.xlsx")))
bad("ATT-06.special-entry", "symbolic-link", _entry(mode=stat.S_IFLNK | 0o777))
bad("ATT-06.special-entry", "named-pipe", _entry(mode=stat.S_IFIFO | 0o644))
bad("ATT-06.hidden-entry", "hidden-before", _entry(before=_HIDDEN))
bad("ATT-06.hidden-entry", "hidden-between", _entry(between=_HIDDEN))
bad("ATT-06.hidden-entry", "hidden-after", _entry(comment=_HIDDEN))
bad("ATT-06.hidden-entry", "hidden-behind-the-sizes", _entry(later=True, between=_HIDDEN))
bad("ATT-06.bytes-before", "bytes-before", _entry(before=b"#!/bin/sh\nexit 0\n"))
bad("ATT-06.bytes-before", "bytes-put-before", _entry(before=b"\r\n", counted=False))

good("ATT-07", "plain-text", _carrying(_PDF, attached("ghi-chu.txt", "Ghi chú".encode(), "2")))
good(
    "ATT-07",
    "office-file-in-zip64",
    lambda i: with_attachments(i, _PDF, attached("a.docx", zips.with_wide_end(files.docx()), "2")),
)
good("ATT-07", "open-document", _carrying(_PDF, attached("ghi-chu.odt", files.zipped(("content.xml", b"<a/>")), "2")))
bad("ATT-07.name", "picture-as-pdf", _carrying(replace(_PDF, content=files.png())))
bad("ATT-07.name", "pdf-as-word", _carrying(_PDF, attached("phu-luc.docx", files.pdf(), "2")))
bad("ATT-07.name", "zip-as-word", _carrying(_PDF, attached("phu-luc.docx", files.zipped(("a.txt", b"a")), "2")))
bad("ATT-07.name", "pdf-as-text", _carrying(_PDF, attached("ghi-chu.txt", files.pdf(), "2")))
bad(
    "ATT-07.content-type",
    "word-sent-as-pdf",
    _carrying(_PDF, replace(attached("phu-luc.docx", files.docx(), "2"), content_type="application/pdf")),
)

good("ATT-08", "one-attachment", _carrying(_PDF))
bad("ATT-08.none", "no-attachment", _empty)
bad(
    "ATT-08.none",
    "empty-lists",
    lambda i: document(i).with_text("edXMLManifest", "").with_text("AttachmentEncoded", ""),
)
bad(
    "ATT-08.none",
    "recall-without-attachment",
    lambda i: recall(i).with_text("edXMLManifest", "").without("AttachmentEncoded"),
)

good("ATT-09", "pdf-in-capitals", _carrying(attached("CONG-VAN.PDF", files.pdf(), "1")))
bad("ATT-09.no-pdf", "word-only", _carrying(attached("cong-van.docx", files.docx(), "1")))
bad("ATT-09.no-pdf", "picture-only", _carrying(attached("cong-van.png", files.png(), "1")))
bad("ATT-09.no-pdf", "zip-only", _carrying(attached("cong-van.zip", files.zipped(("cong-van.pdf", files.pdf())), "1")))
