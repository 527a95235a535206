"""The only place where XML from outside is parsed. Every byte is treated as hostile.

What would cost memory or time beyond the size of the package is refused before the parser sees it; what the parser can
handle but the profile's limits forbid is refused afterwards, by searches that are skipped where the size of the package
already proves that they would find nothing.
"""

import re
import threading
from functools import lru_cache
from typing import Any

import msgspec
from lxml import etree

from harness.catalogue.findings import clipped
from harness.catalogue.parameters import Limits
from harness.edxml.names import CONTENT
from harness.edxml.open_elements import no_utf8_line, too_deep_line

UTF8_BOM = b"\xef\xbb\xbf"
# UTF-16 and UTF-32 with and without their marks, and EBCDIC.
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\0<", b"<\0", b"\0\0", b"\x4c\x6f\xa7\x94")
_UTF8_NAMES = {"utf-8", "utf8"}
_SMALLEST_ELEMENT = len(b"<a/>")  # shorter than the smallest attribute too
_DEEPEST = 2048  # libxml2 itself goes no deeper

_SPACE = rb"[ \t\r\n]"
_NAME = rb"[^ \t\r\n\"'<>=/]+"
_SIGN = re.compile(rb"[^ \t\r\n]")
_DECLARATION = re.compile(
    rb"""<\?xml(?:\s+version\s*=\s*["']([^"'<>]{0,99})["'])?(?:\s+encoding\s*=\s*["']([^"'<>]{0,99})["'])?"""
)
_ASSIGNMENT = re.compile(rb"=%b*[\"']" % _SPACE)
_TAG_NAME = re.compile(_NAME)
_ATTRIBUTE = re.compile(rb"%b+(%b)%b*=%b*(?:\"([^\"<]*)\"|'([^'<]*)')" % (_SPACE, _NAME, _SPACE, _SPACE))

_NO_TAG = (b"!", b"?", b"/")  # what follows the sign `<` where no start tag begins
_UNDECLARED_ENTITY = 26
_INVALID_BYTES = 81
_RESOURCE_LIMIT = 114
_UNBOUND_PREFIX = 201
_CODES = {
    _UNDECLARED_ENTITY: "entity",
    _INVALID_BYTES: "encoding",
    _RESOURCE_LIMIT: "too-deep",
    _UNBOUND_PREFIX: "unbound-prefix",
}

_NTH = etree.XPath("(//*)[$n]")
_LONG_TEXT = etree.XPath(f"(//*[local-name() != '{CONTENT}'][text()[string-length() > $n]])[1]")
_LONG_COMMENT = etree.XPath("(//comment()[string-length() > $n])[1]")
_LONG_INSTRUCTION = etree.XPath("(//processing-instruction()[string-length() > $n])[1]")


class PackageUnreadable(Exception):
    """A package cannot be read.

    Args:
        code: stable code of the reason.
        line: line in the package, from 1; None where no line can be named.
        xpath: path of the element with the names as the standard writes them; "" where there is none.
        detail: evidence, clipped and fit to be shown.
    """

    def __init__(self, code: str, line: int | None, xpath: str, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.xpath = xpath
        self.detail = clipped(detail)

    def __str__(self) -> str:
        return f"{self.code}, line {self.line}: {self.xpath} {self.detail}"


class XmlRefused(PackageUnreadable):
    """The bytes are not XML that may be taken in.

    Codes: `too-large`, `empty`, `encoding` (not UTF-8), `nul`, `dtd`, `entity` (a reference to an undeclared entity),
    `not-well-formed`, `unbound-prefix`, `too-deep`, `too-many-elements`, `too-many-attributes`,
    `attribute-too-long` (names of elements and attributes too), `text-too-long` (comments and processing
    instructions too).
    """

    def __init__(self, code: str, line: int | None, detail: str) -> None:
        super().__init__(code, line, "", detail)


class Declaration(msgspec.Struct, frozen=True):
    """How a package introduces itself; None for what it does not say."""

    bom: bool
    version: str | None
    encoding: str | None


def declaration_of(data: bytes) -> Declaration:
    """Tell byte order mark, XML version and declared encoding of UTF-8 bytes, as they are written."""
    bom = data.startswith(UTF8_BOM)
    found = _DECLARATION.match(data, len(UTF8_BOM) if bom else 0)
    version, encoding = found.groups() if found else (None, None)
    return Declaration(bom, _ascii(version), _ascii(encoding))


def parse_untrusted(data: bytes, limits: Limits) -> etree._ElementTree:
    """Parse XML from outside.

    No entity is resolved, nothing is fetched, no schema default is added; the encoding is UTF-8, whatever is
    declared. Comments and processing instructions stay in the tree. Attachment text (ContentTransferEncoded) may be
    of any length.

    Args:
        data: the whole package.
        limits: the profile's limits; as many attributes as elements are let through.

    Raises:
        XmlRefused: see there for the codes.
    """
    crowded = len(data) > _SMALLEST_ELEMENT * limits.elements
    _check_bytes(data, limits, crowded=crowded)
    root = _parsed(data, limits.depth)
    _check_tree(root, data, limits, crowded=crowded)
    return root.getroottree()


def _check_bytes(data: bytes, limits: Limits, *, crowded: bool) -> None:
    if len(data) > limits.package_bytes:
        raise XmlRefused("too-large", None, f"{len(data)} > {limits.package_bytes}")
    _check_encoding(data)
    if crowded:
        _check_markup_count(data, limits.elements)
        _check_attribute_count(data, limits.elements)
    _check_prolog(data)
    if len(data) > limits.attribute_chars:
        _check_attribute_lengths(data, limits.attribute_chars)


def _check_tree(root: etree._Element, data: bytes, limits: Limits, *, crowded: bool) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlRefused("dtd", 1, "")
    _refuse(_deeper_than(limits.depth)(root), "too-deep")
    if crowded:
        _refuse(_NTH(root, n=limits.elements + 1), "too-many-elements")
    if len(data) > limits.text_chars:
        _refuse(_LONG_TEXT(root, n=limits.text_chars), "text-too-long")
        _refuse(_LONG_COMMENT(root, n=limits.text_chars), "text-too-long")
        _refuse(_LONG_INSTRUCTION(root, n=limits.text_chars), "text-too-long")


def _ascii(text: bytes | None) -> str | None:
    return None if text is None else text.decode("ascii", "backslashreplace")


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def _start(data: bytes) -> int:
    return len(UTF8_BOM) if data.startswith(UTF8_BOM) else 0


def _check_encoding(data: bytes) -> None:
    if _SIGN.search(data, _start(data)) is None:
        raise XmlRefused("empty", 1, "")
    if data.startswith(_OTHER_ENCODINGS):
        raise XmlRefused("encoding", 1, data[:16].hex(" "))
    declared = declaration_of(data).encoding
    if declared is not None and declared.lower() not in _UTF8_NAMES:
        raise XmlRefused("encoding", 1, declared)
    nul = data.find(b"\0")
    if nul >= 0:
        raise XmlRefused("nul", _line(data, nul), str(nul))


def _more_than(most: int, sign: bytes, data: bytes) -> bool:
    """Return whether `sign` occurs more than `most` times: on a long text `find` is ten times as fast as `count`."""
    place = -1
    for _ in range(most + 1):
        place = data.find(sign, place + 1)
        if place < 0:
            return False
    return True


def _check_prolog(data: bytes) -> None:
    """Refuse a document type declaration before the parser could expand anything that it declares."""
    position = _start(data)
    while (sign := _SIGN.search(data, position)) is not None:
        position = sign.start()
        if data.startswith(b"<!DOCTYPE", position):
            shown = data[position : position + 400].decode("utf-8", "replace")
            raise XmlRefused("dtd", _line(data, position), shown)
        if data.startswith(b"<!--", position):
            closing, end = b"-->", data.find(b"-->", position + 4)
        elif data.startswith(b"<?", position):
            closing, end = b"?>", data.find(b"?>", position + 2)
        else:
            return
        if end < 0:
            return  # not well-formed: the parser says where
        position = end + len(closing)


def _check_markup_count(data: bytes, most: int) -> None:
    """Refuse too many elements before they become a tree: each takes some hundred bytes there.

    An element has at most two signs `<`. Those of comments and CDATA sections count too, which refuses
    nothing sensible.
    """
    signs = 2 * most + 2
    if _more_than(signs, b"<", data):
        raise XmlRefused("too-many-elements", None, f"> {signs} '<'")


def _check_attribute_count(data: bytes, most: int) -> None:
    if not _more_than(most, b"=", data):
        return
    for number, assignment in enumerate(_ASSIGNMENT.finditer(data), 1):
        if number > most:
            raise XmlRefused("too-many-attributes", _line(data, assignment.start()), f"> {most}")


def _check_attribute_lengths(data: bytes, most: int) -> None:
    """Refuse long names, attributes and namespaces; a namespace would be multiplied by the elements in it."""
    # A start tag cannot hold a second `<`: only a long stretch without one can hold anything long.
    start = data.find(b"<")
    while start >= 0:
        following = data.find(b"<", start + 1)
        end = following if following >= 0 else len(data)
        if end - start > most and data[start + 1 : start + 2] not in _NO_TAG:
            _check_tag(data, start, end, most)
        start = following


def _check_tag(data: bytes, start: int, end: int, most: int) -> None:
    """Look at one start tag. What is not well-formed ends the look: the parser will stop there too."""
    part = _TAG_NAME.match(data, start + 1, end)
    while part is not None:
        for text in part.groups() or (part.group(),):
            # Characters are counted only where the bytes are too many already.
            if text is not None and len(text) > most and len(text.decode("utf-8", "replace")) > most:
                shown = text[:400].decode("utf-8", "replace")
                raise XmlRefused("attribute-too-long", _line(data, part.start()), shown)
        part = _ATTRIBUTE.match(data, part.end(), end)


class _Own(threading.local):
    """One parser for each thread: made once it is quicker, and threads never wait for each other."""

    def __init__(self) -> None:
        # With the encoding given, the parser cannot use another one than the checks above have read.
        self.parser = etree.XMLParser(
            huge_tree=True, resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8"
        )


_own = _Own()


def _parsed(data: bytes, depth: int) -> etree._Element:
    try:
        return etree.fromstring(data, _own.parser)
    except etree.XMLSyntaxError as error:
        raise _refused(error, data, depth) from None


def _refused(error: etree.XMLSyntaxError, data: bytes, depth: int) -> XmlRefused:
    """Say why the parser stopped; where the bytes alone show it, they decide and not the parser's error number."""
    stopped = max(error.lineno or 1, 1)
    deep = too_deep_line(data, depth, stopped)
    if deep is not None:
        return XmlRefused("too-deep", deep, f"> {depth}")
    foreign = no_utf8_line(data, stopped)
    if foreign is not None:
        return XmlRefused("encoding", foreign, error.msg or "")
    return XmlRefused(_CODES.get(error.code, "not-well-formed"), stopped, error.msg or "")  # type: ignore[attr-defined]


@lru_cache(maxsize=8)
def _deeper_than(depth: int) -> etree.XPath:
    return etree.XPath("(" + "/*" * (min(depth, _DEEPEST) + 1) + ")[1]")


def _refuse(found: Any, code: str) -> None:
    for node in found:
        raise XmlRefused(code, node.sourceline, node.tag if isinstance(node.tag, str) else str(node))
