"""The package under examination, as the rules see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from lxml import etree

from harness.catalogue.parameters import Limits, Parameters
from harness.catalogue.profiles import Profile
from harness.crypto.trust import Trust
from harness.edxml.attachments import AttachmentBroken, Base64Broken, Decoded, read_base64, unpack_entry
from harness.edxml.model import Attachment
from harness.edxml.names import CONTENT
from harness.rules.locating import PackageKind, locate
from harness.rules.nodes import Node, read_nodes
from harness.rules.structure import opaque

_SLACK = 64 * 1024  # bytes of white space in a base64 text which may make it look too large before it is decoded


class TooLarge(Exception):
    """A content is larger than the profile's limit and is not decoded; `size` in bytes, decoded."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


@dataclass(frozen=True, slots=True)
class Opened:
    """The file that an attachment carries.

    Attributes:
        content: its bytes.
        packed_as: name of the zip entry that it was packed in, None where it was carried raw.
    """

    content: bytes
    packed_as: str | None


class Carried:
    """One Attachment with its Reference in the manifest, if it has one.

    Attributes:
        node: the Attachment.
        reference: the Reference of the same ContentId.
        notes: what one rule leaves for a later one about the same attachment.
    """

    def __init__(self, node: Node, reference: Node | None, limits: Limits) -> None:
        self.node = node
        self.reference = reference
        self.notes: dict[str, object] = {}
        self._limits = limits

    @property
    def name(self) -> str:
        """AttachmentName; empty where it is absent."""
        return self.node.value("AttachmentName")

    @property
    def content_type(self) -> str:
        """ContentType in lower case; empty where it is absent."""
        return self.node.value("ContentType").strip().lower()

    @property
    def encoded(self) -> Node:
        """The element that holds the content in base64; the Attachment itself where there is none."""
        nodes = self.node.every(CONTENT)
        return nodes[0] if nodes else self.node

    @property
    def text(self) -> str:
        """The content in base64, as it stands in the package; taken out of the tree at every call."""
        node = self.encoded
        return "" if node is self.node else node.element.text or ""

    @cached_property
    def content(self) -> Decoded | Base64Broken | TooLarge:
        """The decoded content, or why there is none."""
        text = self.text
        largest = self._limits.attachment_bytes
        size = len(text) // 4 * 3
        if size > largest + _SLACK:
            return TooLarge(size)
        try:
            decoded = read_base64(text)
        except Base64Broken as error:
            return error
        return decoded if len(decoded.content) <= largest else TooLarge(len(decoded.content))

    @cached_property
    def opened(self) -> Opened | AttachmentBroken | None:
        """The file, unzipped where the packing rule says so, or what is wrong with the zip.

        None where there is no content to open.
        """
        decoded = self.content
        if not isinstance(decoded, Decoded) or not decoded.content:
            return None
        attachment = Attachment("", self.name, self.content_type, decoded.content)
        try:
            entry = unpack_entry(attachment, self._limits)
        except AttachmentBroken as broken:
            return broken
        return Opened(decoded.content, None) if entry is None else Opened(entry.content, entry.name)

    def release(self) -> None:
        """Forget the contents, which may be large."""
        for name in ("content", "opened"):
            self.__dict__.pop(name, None)


class Specimen:
    """One package with everything a rule may ask of it.

    Attributes:
        data: the package as received.
        tree: the parsed XML.
        profile: the profile it is judged by.
        at: time of judgement, with a zone.
        trust: what the caller trusts for signatures besides the profile's anchors.
        nodes: all elements.
        places: header, body and the other parts, wherever they stand.
        notes: what attachment rules leave for closing rules, by a name of their own.
    """

    def __init__(self, data: bytes, tree: etree._ElementTree, profile: Profile, at: datetime, trust: Trust) -> None:
        self.data = data
        self.tree = tree
        self.profile = profile
        self.at = at
        self.trust = trust
        self.nodes = read_nodes(tree.getroot(), opaque())
        self.places = locate(self.nodes)
        self.message = self.places.message
        self.notes: dict[str, object] = {}

    @property
    def kind(self) -> PackageKind:
        """Document, status or unknown."""
        return self.places.kind

    @property
    def parameters(self) -> Parameters:
        """The profile's parameters."""
        return self.profile.parameters

    @cached_property
    def business(self) -> Node | None:
        """The element Bussiness, if it is there and not blank."""
        return self.places.trace.child("Bussiness") if self.places.trace is not None else None

    @cached_property
    def hops(self) -> list[Node]:
        """The TraceHeaders."""
        return self.places.trace.present("TraceHeader") if self.places.trace is not None else []

    @cached_property
    def references(self) -> list[Node]:
        """The References of the manifest."""
        holder = self.places.references
        return holder.every("Reference") if holder is not None else []

    @cached_property
    def attachments(self) -> list[Node]:
        """The Attachments."""
        return self.places.encoded.every("Attachment") if self.places.encoded is not None else []

    def value(self, *names: str) -> str:
        """Return the text found by following `names` below MessageHeader, empty where it is absent or blank."""
        return self.message.value(*names) if self.message is not None else ""

    def document_id(self) -> str | None:
        """Return the DocumentId of a document, or of the document that a status answers."""
        path = ("ResponseFor", "DocumentId") if self.kind == "status" else ("DocumentId",)
        return self.value(*path) or None

    def carried(self) -> Iterator[Carried]:
        """Yield every attachment with its Reference; a content is kept only while its attachment is looked at."""
        references = {content_id(node): node for node in reversed(self.references)}
        for node in self.attachments:
            carried = Carried(node, references.get(content_id(node)), self.parameters.limits)
            yield carried
            carried.release()


def content_id(node: Node) -> str:
    """Return the ContentId of a Reference or Attachment without its `cid:` prefixes, empty where it is absent."""
    text = node.value("ContentId")
    while text[:4].lower() == "cid:":
        text = text[4:]
    return text
