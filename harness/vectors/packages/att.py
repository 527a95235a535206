"""ATT: document packages whose manifest or attachments are right or wrong."""

import base64
import stat
import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.edxml.attachments import extension, is_packed
from harness.edxml.draft import NoSuchElement, PackageDraft, replacing
from harness.edxml.model import Attachment, content_key
from harness.vectors import zips
from harness.vectors.packages import files
from harness.vectors.packages.base import DocumentIdentity, document, recall, with_attachments
from harness.vectors.registry import Make, bad, good

_CONTENT = "Attachment/ContentTransferEncoded"
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

Choose = Callable[[DocumentIdentity], Attachment]


def _first(identity: DocumentIdentity) -> Attachment:
    return identity.attachment(0)


def _second(identity: DocumentIdentity) -> Attachment:
    return identity.attachment(1)


def _file(index: int) -> Callable[[DocumentIdentity], bytes]:
    """Return a reader of the content of one of a package's files, before packing."""

    def content(identity: DocumentIdentity) -> bytes:
        identity.attachment(index)
        return identity.particulars.files[index][1]

    return content


_pdf, _sheet = _file(0), _file(1)


def _carrying(*chosen: Choose) -> Make:
    return lambda identity: with_attachments(identity, *(choose(identity) for choose in chosen))


def _named(change: Callable[[str], str]) -> Make:
    """Return a maker of documents with the first attachment alone, under another name."""

    def make(identity: DocumentIdentity) -> PackageDraft:
        first = identity.attachment(0)
        return with_attachments(identity, replace(first, name=change(first.name)))

    return make


def _encoded(encode: Callable[[bytes], str]) -> Make:
    """Return a maker of documents that carry the first file in another way than in base64."""
    return lambda identity: document(identity).with_text(_CONTENT, encode(_pdf(identity)))


def _packed(pack: Callable[[str, bytes], bytes]) -> Make:
    """Return a maker of documents whose second attachment is sent as a zip made of its entry's name and its content."""

    def make(identity: DocumentIdentity) -> PackageDraft:
        first, second = identity.attachment(0), identity.attachment(1)
        if not is_packed(second):
            raise NoSuchElement("application/zip")
        entry = f"{identity.particulars.entries[1]}.{extension(second.name)}"
        return with_attachments(identity, first, replace(second, content=pack(entry, _sheet(identity))))

    return make


def _renamed(ending: str, content: Callable[[DocumentIdentity], bytes], stem: str = "") -> Choose:
    """Return a maker of second attachments with a content of one's own, under the name of another kind of file."""

    def choose(identity: DocumentIdentity) -> Attachment:
        name = stem or identity.attachment(1).name.rpartition(".")[0]
        return identity.packed(1, f"{name}.{ending}" if ending else name, content(identity))

    return choose


def _alone(name: str, content: Callable[[DocumentIdentity], bytes]) -> Choose:
    return lambda identity: identity.packed(0, name, content(identity))


def _numbered(name: str) -> str:
    return f"{_stem(name)} (1).{extension(name)}"


def _interrupted(markup: str) -> Make:
    """Return a maker of documents in whose first content some XML follows the first characters."""

    def make(identity: DocumentIdentity) -> PackageDraft:
        begun = _base64(_pdf(identity))[:40]
        return document(identity).edited(replacing(begun, begun + markup, 1))

    return make


def _entry(**how: Any) -> Make:
    """Return the same with a zip of the file; the arguments are those of `zip_of`, or make them of name and file."""

    def pack(entry: str, content: bytes) -> bytes:
        arguments = {key: value(entry, content) if callable(value) else value for key, value in how.items()}
        return zips.zip_of(entry, content, **arguments)

    return _packed(pack)


def _hidden(entry: str, content: bytes) -> bytes:
    return zips.local_entry(f"an.{extension(entry)}", content)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _url_form(content: bytes) -> str:
    return _base64(content + b"\xff\xfe\xfb\xef\xbe\xff").replace("+", "-").replace("/", "_")


def _with_garbage(content: bytes) -> str:
    text = _base64(content)
    return f"{text[:400]}!{text[400:]}"


def _padded(content: bytes) -> bytes:
    """Return content whose base64 ends with two signs of padding."""
    return content + b"\n" * ((1 - len(content)) % 3)


def _without_padding(content: bytes) -> str:
    return _base64(_padded(content)).rstrip("=")


def _with_unused_bits(content: bytes) -> str:
    text = _base64(_padded(content))
    return f"{text[:-3]}{_ALPHABET[_ALPHABET.index(text[-3]) + 1]}=="


def _cut_off(content: bytes) -> str:
    return _base64(content).rstrip("=")[:401]


def _in_lines(content: bytes) -> str:
    return base64.encodebytes(content).decode("ascii")


def _encrypted(entry: str, content: bytes) -> bytes:
    """Return a zip whose entry says that it is encrypted."""
    plain = bytearray(files.zipped((entry, content)))
    for sign, place in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        at = plain.index(sign) + place
        struct.pack_into("<H", plain, at, struct.unpack_from("<H", plain, at)[0] | 1)
    return bytes(plain)


def _damaged(entry: str, content: bytes) -> bytes:
    """Return a zip in whose entry one bit has changed."""
    whole = bytearray(files.zipped((entry, content)))
    whole[len(whole) // 2] ^= 1
    return bytes(whole)


def _stem(entry: str) -> str:
    return entry.rpartition(".")[0]


def _empty(identity: DocumentIdentity) -> PackageDraft:
    return document(identity).with_text("edXMLManifest", "").without("AttachmentEncoded")


def _same_id(identity: DocumentIdentity) -> PackageDraft:
    """Give both attachments the id and the name of the first; the files stay two."""
    first, second = identity.attachment(0), identity.attachment(1)
    made = with_attachments(identity, first, second)
    return (
        made.with_text("Reference[2]/ContentId", first.content_id)
        .with_text("Attachment[2]/ContentId", first.content_id)
        .with_text("Reference[2]/AttachmentName", first.name)
    )


good("ATT-01", "nothing-but-the-version", _carrying(_second, _first))
bad("ATT-01.missing", "no-version", lambda i: document(i).with_attribute("edXMLManifest", "version", None))
bad("ATT-01.version", "version-2", lambda i: document(i).with_attribute("edXMLManifest", "version", "2.0"))
bad("ATT-01.version", "version-1", lambda i: document(i).with_attribute("edXMLManifest", "version", "1"))

good(
    "ATT-02",
    "no-scheme-in-the-attachment",
    lambda i: document(i).with_text("Attachment/ContentId", content_key(i.attachment(0).content_id)),
)
bad("ATT-02.no-attachment", "reference-alone", lambda identity: document(identity).without("Attachment[2]"))
bad("ATT-02.no-reference", "attachment-alone", lambda identity: document(identity).without("Reference[2]"))
bad("ATT-02.no-attachment", "no-attachments-at-all", lambda identity: document(identity).without("AttachmentEncoded"))
bad("ATT-02.content-id-twice", "same-id-for-two", _same_id)
bad(
    "ATT-02.cid-doubled",
    "scheme-doubled",
    lambda i: document(i).with_text("Reference/ContentId", f"cid:{i.attachment(0).content_id}"),
)
bad(
    "ATT-02.white-space",
    "id-on-a-line-of-its-own",
    lambda i: document(i).with_text("Reference/ContentId", f"\n  {i.attachment(0).content_id}\n"),
)
bad("ATT-02.no-content-id", "no-id", lambda identity: document(identity).without("Attachment/ContentId"))

good(
    "ATT-03",
    "vietnamese-name",
    lambda i: with_attachments(
        i, replace(i.attachment(0), name=f"Công văn số {i.number} về việc kết nối.{extension(i.attachment(0).name)}")
    ),
)
bad("ATT-03.missing", "no-name-in-the-manifest", lambda i: document(i).without("Reference/AttachmentName"))
bad("ATT-03.missing", "no-name-at-the-attachment", lambda i: document(i).without("Attachment/AttachmentName"))
bad(
    "ATT-03.differs",
    "two-names",
    lambda i: document(i).with_text("Reference/AttachmentName", _numbered(i.attachment(0).name)),
)
bad(
    "ATT-03.differs",
    "name-cut",
    lambda i: document(i).with_text("Reference/AttachmentName", _stem(i.attachment(0).name)),
)

good("ATT-04", "dots-and-blanks-inside", _named(lambda name: f"QĐ 12.2024 - bản chính (1).{extension(name)}"))
bad("ATT-04.path", "way-up", _named(lambda name: f"../../{name}"))
bad("ATT-04.path", "drive", _named(lambda name: f"C:\\VanBan\\{name}"))
bad("ATT-04.direction", "hidden-extension", _named(lambda name: f"{_stem(name)}\u202efdp.exe.pdf"))
bad("ATT-04.control", "line-break", _named(lambda name: name.replace("-", "\n", 1) if "-" in name else f"\n{name}"))
bad("ATT-04.device", "device", _named(lambda name: f"CON.{extension(name)}"))
bad("ATT-04.edge", "leading-blank", _named(lambda name: f" {name}"))
bad("ATT-04.leading-dot", "leading-dot", _named(lambda name: f".{name}"))
bad("ATT-04.edge", "trailing-blank", _named(lambda name: f"{name} "))
bad("ATT-04.too-long", "too-long", _named(lambda name: f"{'ữ' * 90}.{extension(name)}"))
bad("ATT-04.too-long", "as-long-as-the-regulation-allows", _named(lambda name: f"{'ữ' * 496}.{extension(name)}"))

good("ATT-05", "white-space-around", _encoded(lambda content: f"\n   {_base64(content)}\n  "))
good("ATT-05", "comment-inside", _interrupted("<!-- -->"))
bad("ATT-05.element", "element-inside", _interrupted("<b/>"))
bad("ATT-05.element", "base64-in-an-element", _interrupted("<b>AAAA</b>"))
bad("ATT-05.alphabet", "url-form", _encoded(_url_form))
bad("ATT-05.alphabet", "garbage", _encoded(_with_garbage))
bad("ATT-05.padding", "no-padding", _encoded(_without_padding))
bad("ATT-05.truncated", "cut-off", _encoded(_cut_off))
bad("ATT-05.unused-bits", "unused-bits", _encoded(_with_unused_bits))
bad("ATT-05.empty", "empty", _encoded(lambda content: ""))
bad("ATT-05.line-breaks", "in-lines", _encoded(_in_lines))

good("ATT-06", "without-extension", _carrying(_first, _renamed("", lambda identity: b"Van ban", "readme")))
bad("ATT-06.not-a-zip", "raw-bytes", _packed(lambda entry, content: content[:-30]))
bad(
    "ATT-06.entries",
    "two-entries",
    _packed(lambda entry, content: files.zipped((entry, content), (f"2.{extension(entry)}", content))),
)
bad("ATT-06.encrypted", "encrypted", _packed(_encrypted))
bad(
    "ATT-06.entry-path",
    "entry-with-a-path",
    _packed(lambda entry, content: files.zipped((f"../../phu-luc.{extension(entry)}", content))),
)
bad(
    "ATT-06.extension",
    "other-extension",
    _packed(lambda entry, content: files.zipped((f"{_stem(entry)}.edxml", b"<?xml version='1.0'?><edXML/>"))),
)
bad(
    "ATT-06.extension",
    "zip-in-zip",
    _packed(
        lambda entry, content: files.zipped(
            (f"{_stem(entry)}.zip", files.zipped((f"phu-luc.{extension(entry)}", content)))
        )
    ),
)
bad("ATT-06.empty-entry", "empty-entry", _packed(lambda entry, content: files.zipped((entry, b""))))
bad("ATT-06.damaged", "damaged", _packed(_damaged))
bad("ATT-06.too-large", "expands-too-far", _packed(lambda entry, content: files.zipped((entry, bytes(53_000_000)))))

good("ATT-06", "zip64-everywhere", _entry(wide={"local", "central", "end"}))
good("ATT-06", "zip64-in-its-own-header", _entry(wide={"local"}))
good("ATT-06", "zip64-in-the-directory", _entry(wide={"central"}))
good("ATT-06", "zip64-at-the-end", _entry(wide={"end"}))
good("ATT-06", "sizes-behind-the-entry", _entry(later=True))
good("ATT-06", "same-name-in-unicode", _entry(extra=lambda name, _: zips.unicode_path(name, name)))
bad("ATT-06.unicode-path", "another-name-in-unicode", _entry(extra=lambda name, _: zips.unicode_path(name, "b.xlsx")))
bad("ATT-06.unicode-path", "path-in-unicode", _entry(extra=lambda name, _: zips.unicode_path(name, "../../b.xlsx")))
bad("ATT-06.special-entry", "symbolic-link", _entry(mode=stat.S_IFLNK | 0o777))
bad("ATT-06.special-entry", "named-pipe", _entry(mode=stat.S_IFIFO | 0o644))
bad("ATT-06.hidden-entry", "hidden-before", _entry(before=_hidden))
bad("ATT-06.hidden-entry", "hidden-between", _entry(between=_hidden))
bad("ATT-06.hidden-entry", "hidden-after", _entry(comment=_hidden))
bad("ATT-06.hidden-entry", "hidden-behind-the-sizes", _entry(later=True, between=_hidden))
bad("ATT-06.bytes-before", "bytes-before", _entry(before=b"#!/bin/sh\nexit 0\n"))
bad("ATT-06.bytes-before", "bytes-put-before", _entry(before=b"\r\n", counted=False))

good("ATT-07", "plain-text", _carrying(_first, _renamed("txt", lambda identity: "Ghi chú".encode())))
good("ATT-07", "open-document", _carrying(_first, _renamed("odt", lambda i: files.zipped(("content.xml", b"<a/>")))))
good("ATT-07", "office-file-in-zip64", _carrying(_first, _renamed("docx", lambda i: zips.with_wide_end(files.docx()))))
bad(
    "ATT-07.name",
    "picture-as-pdf",
    lambda i: with_attachments(i, replace(i.attachment(0), content=i.particulars.picture)),
)
bad(
    "ATT-07.name",
    "page-with-pdf-mark",
    _carrying(_first, _renamed("pdf", lambda identity: b"<html><!-- %PDF-1.7 --><body>Van ban</body></html>")),
)
bad(
    "ATT-07.bytes-before",
    "lines-before-pdf",
    _carrying(_first, _renamed("pdf", lambda identity: b"\r\n\r\n" + files.pdf())),
)
bad("ATT-07.name", "pdf-as-word", _carrying(_first, _renamed("docx", _pdf)))
bad("ATT-07.name", "zip-as-word", _carrying(_first, _renamed("docx", lambda i: files.zipped(("a.txt", b"a")))))
bad("ATT-07.name", "pdf-as-text", _carrying(_first, _renamed("txt", _pdf)))
bad(
    "ATT-07.content-type",
    "word-sent-as-pdf",
    _carrying(
        _first,
        lambda i: replace(_renamed("docx", lambda identity: files.docx())(i), content_type="application/pdf"),
    ),
)

good("ATT-08", "one-attachment", _carrying(_first))
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

good("ATT-09", "pdf-in-capitals", _carrying(_alone("CONG-VAN.PDF", _pdf)))
bad("ATT-09.no-pdf", "word-only", _carrying(_alone("cong-van.docx", lambda identity: files.docx())))
bad("ATT-09.no-pdf", "picture-only", _carrying(_alone("cong-van.png", lambda identity: identity.particulars.picture)))
bad("ATT-09.no-pdf", "zip-only", _carrying(_alone("cong-van.zip", lambda i: files.zipped(("cong-van.pdf", _pdf(i))))))
