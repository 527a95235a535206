"""One attachment as the rules see it: its content is decoded only as far as a rule asks.

A content of many megabytes takes far longer to decode than to parse. Whether it is strict base64 can be seen without
decoding it, and what kind of file it is by its first bytes.
"""

import msgspec

from harness.catalogue.parameters import Limits
from harness.edxml.attachments import Allowance, AttachmentBroken, Base64Broken, is_packed, read_base64, unpack_entry
from harness.edxml.carried import Attachment
from harness.edxml.names import CONTENT
from harness.rules.nodes import Node

HEAD = 1032
"""Bytes of a file that tell its type; a multiple of three, as base64 is decoded by threes."""

_SLACK = 64 * 1024  # bytes of white space in a base64 text which may make it look too large before it is decoded
_LONG = 2048  # characters of base64 from which on it is worth while not to decode
_BLANKS = " \t\r\n"
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class TooLarge(Exception):
    """A content is larger than the profile's limit and is not decoded; `size` in bytes, decoded."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class Content(msgspec.Struct, frozen=True):
    """A content that is strict base64.

    Attributes:
        size: in bytes, decoded.
        line_breaks: line breaks are inside the base64.
        head: the first bytes, `HEAD` of them or all.
    """

    size: int
    line_breaks: bool
    head: bytes


class Opened(msgspec.Struct, frozen=True):
    """The file that an attachment carries.

    Attributes:
        content: its bytes.
        packed_as: name of the zip entry that it was packed in, None where it was carried raw.
        before: bytes that are before that entry in the zip, and belong to none.
    """

    content: bytes
    packed_as: str | None
    before: int = 0


class AttachmentView:
    """One Attachment with its Reference in the manifest, if it has one.

    Attributes:
        node: the Attachment.
        name: AttachmentName; empty where it is absent.
        reference: the Reference of the same ContentId.
        content_type: ContentType in lower case; empty where it is absent.
        packed: the packing rule says that a reader unzips it.
        notes: what one rule leaves for a later one about the same attachment.
    """

    def __init__(
        self, node: Node, name: str, reference: Node | None, limits: Limits, allowance: Allowance | None = None
    ) -> None:
        self.node = node
        self.name = name
        self.reference = reference
        self.content_type = node.value("ContentType").strip().lower()
        self.notes: dict[str, object] = {}
        self.packed = is_packed(self._as_carried(b""))
        self._limits = limits
        self._allowance = allowance
        self._content: Content | Base64Broken | TooLarge | None = None
        self._bytes: bytes | None = None
        self._opened: Opened | AttachmentBroken | None = None

    @property
    def encoded(self) -> Node:
        """The element that holds the content in base64; the Attachment itself where there is none."""
        nodes = self.node.every(CONTENT)
        return nodes[0] if nodes else self.node

    @property
    def text(self) -> str:
        """The content in base64, as it is in the package; taken out of the tree at every call."""
        node = self.encoded
        if node is self.node:
            return ""
        return "".join(map(str, node.element.itertext())) if len(node.element) else node.element.text or ""

    @property
    def content(self) -> Content | Base64Broken | TooLarge:
        """The content, or why there is none."""
        if self._content is None:
            self._content = self._look()
        return self._content

    @property
    def opened(self) -> Opened | AttachmentBroken | None:
        """The file, decoded, and unzipped where the packing rule says so; or what is wrong with the zip.

        None where there is no content to open.
        """
        content = self.content
        if self._opened is None and isinstance(content, Content) and content.size:
            self._opened = self._open()
        return self._opened

    def _look(self) -> Content | Base64Broken | TooLarge:
        interrupted = self._interrupted()
        if interrupted is not None:
            return interrupted
        text = self.text
        largest = self._limits.attachment_bytes
        size = len(text) // 4 * 3
        if size > largest + _SLACK:
            return TooLarge(size)
        content = _checked(text) if len(text) > _LONG and not self.packed else None
        if content is None:
            try:
                decoded = read_base64(text)
            except Base64Broken as error:
                return error
            self._bytes = decoded.content
            content = Content(len(decoded.content), decoded.line_breaks, decoded.content[:HEAD])
        return content if content.size <= largest else TooLarge(content.size)

    def _interrupted(self) -> Base64Broken | None:
        """Say that an element is inside the base64: some readers stop there, others read on in it or behind it."""
        element = self.encoded.element
        if element is self.node.element or not any(isinstance(child.tag, str) for child in element):
            return None
        return Base64Broken(len(element.text or ""), "element")

    def _open(self) -> Opened | AttachmentBroken:
        content = read_base64(self.text).content if self._bytes is None else self._bytes
        self._bytes = content
        try:
            entry = unpack_entry(self._as_carried(content), self._limits, self._allowance)
        except AttachmentBroken as broken:
            return broken
        return Opened(content, None) if entry is None else Opened(entry.content, entry.name, entry.before)

    def _as_carried(self, content: bytes) -> Attachment:
        return Attachment("", self.name, self.content_type, content)


def _checked(text: str) -> Content | None:
    """Return what a long text holds, without decoding it; None where it is not strict base64 on one line."""
    letters = text.strip(_BLANKS).encode("ascii", "replace")
    padding = letters.translate(None, _ALPHABET)
    if len(letters) % 4 or padding not in {b"", b"=", b"=="} or not letters.endswith(padding):
        return None
    try:
        read_base64(letters[-4:])
    except Base64Broken:
        return None
    return Content(len(letters) // 4 * 3 - len(padding), False, read_base64(letters[: HEAD // 3 * 4]).content)
