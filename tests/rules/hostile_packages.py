"""Packages made to harm their reader, and the codes that they give."""

import base64
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace

from harness.edxml.model import Attachment
from harness.vectors.packages import files
from harness.vectors.packages.base import DocumentIdentity, attached, document, with_attachments

_MB = 1024 * 1024


def _good() -> bytes:
    return document(DocumentIdentity()).written()


def _headed(head: bytes) -> bytes:
    return _good().replace(b"<edXML ", head + b"<edXML ", 1)


def _laughs() -> bytes:
    entities = [b'<!ENTITY a0 "ha">'] + [b'<!ENTITY a%d "%b">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)]
    return _headed(b"<!DOCTYPE edXML [%b]>" % b"".join(entities)).replace(b"V/v ", b"&a11;", 1)


def _in_subject(text: bytes) -> bytes:
    data = _good()
    start = data.index(b"<edXML:Subject>") + len(b"<edXML:Subject>")
    return data[:start] + text + data[data.index(b"</edXML:Subject>") :]


def _after_subject(markup: bytes) -> bytes:
    return _good().replace(b"</edXML:Subject>", b"</edXML:Subject>" + markup, 1)


def _carrying(content: bytes, name: str = "phu-luc.xlsx", content_type: str = "application/zip") -> bytes:
    bad = Attachment("cid:2", name, content_type, content)
    return with_attachments(DocumentIdentity(), attached("a.pdf", files.pdf(), "1"), bad).written()


def _deflated_zeros(megabytes: int) -> tuple[bytes, int, int]:
    compressor, crc, packed = zlib.compressobj(9, zlib.DEFLATED, -15), 0, b""
    for _ in range(megabytes):
        packed += compressor.compress(bytes(_MB))
        crc = zlib.crc32(bytes(_MB), crc)
    return packed + compressor.flush(), crc, megabytes * _MB


def _lying_bomb() -> bytes:
    """Return a zip whose directory says that its entry is small; it expands to 100 MB."""
    packed, crc, _ = _deflated_zeros(100)
    name = b"phu-luc.xlsx"
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(packed), 1000, len(name), 0) + name + packed
    central = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(packed), 1000, len(name), 0, 0, 0, 0, 0, 0
    )
    central += name
    return local + central + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local), 0)


def _many_entries() -> bytes:
    """Return an Office file whose directory lists 400,000 entries."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    central = entry * 400_000
    start = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"a"
    return start + central + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(central), len(start), 0)


def _attachments(count: int) -> bytes:
    one = attached("a.pdf", files.pdf(), "1")
    return with_attachments(DocumentIdentity(), *(replace(one, content_id=f"cid:{n}") for n in range(count))).written()


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "bare DTD": (lambda: _headed(b"<!DOCTYPE edXML>"), "PKG-03.doctype"),
    "external DTD": (lambda: _headed(b'<!DOCTYPE edXML SYSTEM "http://127.0.0.1:9/x.dtd">'), "PKG-03.doctype"),
    "external entity": (
        lambda: _headed(b'<!DOCTYPE edXML [<!ENTITY x SYSTEM "file:///etc/passwd">]>').replace(b"V/v ", b"&x;", 1),
        "PKG-03.doctype",
    ),
    "parameter entity": (
        lambda: _headed(b'<!DOCTYPE edXML [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]>'),
        "PKG-03.doctype",
    ),
    "billion laughs": (_laughs, "PKG-03.doctype"),
    "undeclared entity": (lambda: _in_subject(b"&co_quan;"), "PKG-01.unknown-entity"),
    "100,000 levels": (lambda: _after_subject(b"<a>" * 100_000 + b"</a>" * 100_000), "PKG-10."),
    "1,000 levels": (lambda: _after_subject(b"<a>" * 1000 + b"</a>" * 1000), "PKG-10.depth"),
    "10 MB attribute": (lambda: _after_subject(b'<a b="%b"/>' % (b"x" * (10 * _MB))), "PKG-10.attribute"),
    "10 MB name": (lambda: _after_subject(b"<%b/>" % (b"x" * (10 * _MB))), "PKG-10.attribute"),
    "10 MB text": (lambda: _in_subject(b"x" * (10 * _MB)), "PKG-10.text"),
    "10 MB comment": (lambda: _after_subject(b"<!--%b-->" % (b"x" * (10 * _MB))), "PKG-10.text"),
    "1,000,000 elements": (lambda: _after_subject(b"<a/>" * 1_000_000), "PKG-10.elements"),
    "90,000 unknown elements": (lambda: _after_subject(b"".join(b"<a%d/>" % n for n in range(90_000))), "PKG-08."),
    "40,000 foreign namespaces": (
        lambda: _after_subject(b"".join(b'<To xmlns="u:%d"/>' % n for n in range(40_000))),
        "PKG-08.",
    ),
    "200,000 attributes": (
        lambda: _after_subject(b"<a " + b" ".join(b'b%d="1"' % n for n in range(200_000)) + b"/>"),
        "PKG-10.",
    ),
    "30,000 receivers": (
        lambda: _good().replace(
            b"<edXML:To>", b"<edXML:To><edXML:OrganId>x</edXML:OrganId></edXML:To>" * 30_000 + b"<edXML:To>", 1
        ),
        "HDR-02.not-a-form",
    ),
    "10,000 attachments": (lambda: _attachments(10_000), "PKG-10.attachments"),
    "package over the limit": (lambda: _good() + b" " * (200 * _MB), "PKG-10.package"),
    "attachment over the limit": (lambda: _carrying(bytes(51 * _MB), "a.pdf", "application/pdf"), "PKG-10.attachment"),
    "zip bomb": (lambda: _carrying(files.zipped(("phu-luc.xlsx", bytes(60 * _MB)))), "ATT-06.too-large"),
    "zip bomb that lies": (lambda: _carrying(_lying_bomb()), "ATT-06.damaged"),
    "zip slip": (lambda: _carrying(files.zipped(("../../../tmp/x.xlsx", files.xlsx()))), "ATT-06.entry-path"),
    "zip of 400,000 entries": (lambda: _carrying(_many_entries()), "ATT-06."),
    "Office file of 400,000 entries": (
        lambda: _carrying(_many_entries(), "a.docx", "application/docx"),
        "ATT-07.name",
    ),
    "path as name": (lambda: _carrying(files.png(), "../../x.png", "image/png"), "ATT-04.path"),
    "NUL": (lambda: _in_subject(b"a\0b"), "PKG-01.nul"),
    "UTF-16": (lambda: _good().decode().replace("UTF-8", "UTF-16").encode("utf-16"), "PKG-02.not-utf8"),
    "UTF-16 without mark": (lambda: _good().decode().encode("utf-16-le"), "PKG-0"),
    "UTF-32": (lambda: _good().decode().encode("utf-32"), "PKG-0"),
    "UTF-7": (lambda: _good().replace(b"UTF-8", b"UTF-7", 1), "PKG-02.not-utf8"),
    "windows-1258": (
        lambda: _good().decode().replace("UTF-8", "windows-1258").encode("cp1258", "replace"),
        "PKG-02.not-utf8",
    ),
    "broken UTF-8": (lambda: _in_subject(b"\xc3\x28\xff"), "PKG-02.not-utf8"),
    "over-long UTF-8": (lambda: _in_subject(b"\xc0\xaf"), "PKG-02.not-utf8"),
    "truncated": (lambda: _good()[:3000], "PKG-01.not-well-formed"),
    "empty": (lambda: b"", "PKG-01.empty"),
    "blank": (lambda: b" \r\n\t" * 1000, "PKG-01.empty"),
    "not XML": (lambda: base64.b64decode("JVBERi0xLjcK") * 1000, "PKG-01.not-well-formed"),
    "zip for a package": (lambda: files.zipped(("a.edxml", b"<edXML/>")), "PKG-0"),
    "HTML": (lambda: b"<html><body><h1>502 Bad Gateway</h1></body></html>", "PKG-04.foreign"),
}
