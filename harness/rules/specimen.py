"""The package under examination, as the rules see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from harness.catalogue.parameters import Limits, Parameters
from harness.catalogue.profiles import Profile
from harness.crypto.trust import Trust
from harness.edxml.attachments import AttachmentBroken, Base64Broken, Decoded, read_base64, unpack_entry
from harness.edxml.identifiers import document_id
from harness.edxml.model import Attachment
from harness.edxml.names import CONTENT
from harness.rules.locating import PackageKind, locate
from harness.rules.nodes import Node
from harness.rules.structure import vocabulary
from harness.rules.tree import read_tree

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


class Entry:
    """A Reference or an Attachment.

    Attributes:
        node: the element.
        id: its ContentId without `cid:`, however often that stands there; empty where it is absent.
        name: its AttachmentName; empty where it is absent.
    """

    __slots__ = ("id", "name", "node")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.name = node.value("AttachmentName")
        self.id = _bare(node.value("ContentId"))


class Carried:
    """One Attachment with its Reference in the manifest, if it has one.

    Attributes:
        node: the Attachment.
        name: AttachmentName; empty where it is absent.
        reference: the Reference of the same ContentId.
        content_type: ContentType in lower case; empty where it is absent.
        notes: what one rule leaves for a later one about the same attachment.
    """

    def __init__(self, node: Node, name: str, reference: Node | None, limits: Limits) -> None:
        self.node = node
        self.name = name
        self.reference = reference
        self.content_type = node.value("ContentType").strip().lower()
        self.notes: dict[str, object] = {}
        self._limits = limits
        self._content: Decoded | Base64Broken | TooLarge | None = None
        self._opened: Opened | AttachmentBroken | None = None

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

    @property
    def content(self) -> Decoded | Base64Broken | TooLarge:
        """The decoded content, or why there is none."""
        if self._content is None:
            self._content = self._decode()
        return self._content

    @property
    def opened(self) -> Opened | AttachmentBroken | None:
        """The file, unzipped where the packing rule says so, or what is wrong with the zip.

        None where there is no content to open.
        """
        decoded = self.content
        if self._opened is None and isinstance(decoded, Decoded) and decoded.content:
            self._opened = self._open(decoded.content)
        return self._opened

    def _decode(self) -> Decoded | Base64Broken | TooLarge:
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

    def _open(self, content: bytes) -> Opened | AttachmentBroken:
        try:
            entry = unpack_entry(Attachment("", self.name, self.content_type, content), self._limits)
        except AttachmentBroken as broken:
            return broken
        return Opened(content, None) if entry is None else Opened(entry.content, entry.name)


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
        message: the MessageHeader.
        business: the element Bussiness, None where there is none or it is blank.
        hops: the TraceHeaders that are not blank.
        references: the References of the manifest.
        attachments: the Attachments.
        notes: what attachment rules leave for closing rules, by a name of their own.
    """

    def __init__(self, data: bytes, tree: etree._ElementTree, profile: Profile, at: datetime, trust: Trust) -> None:
        self.data = data
        self.tree = tree
        self.profile = profile
        self.at = at
        self.trust = trust
        self.nodes = read_tree(tree.getroot(), vocabulary())
        self.places = locate(self.nodes)
        self.message = self.places.message
        trace, references, encoded = self.places.trace, self.places.references, self.places.encoded
        self.business = trace.child("Bussiness") if trace is not None else None
        self.hops = trace.present("TraceHeader") if trace is not None else []
        self.references = [Entry(node) for node in references.every("Reference")] if references is not None else []
        self.attachments = [Entry(node) for node in encoded.every("Attachment")] if encoded is not None else []
        self.notes: dict[str, object] = {}
        self._composed_id: str | None = None

    @property
    def kind(self) -> PackageKind:
        """Document, status or unknown."""
        return self.places.kind

    @property
    def parameters(self) -> Parameters:
        """The profile's parameters."""
        return self.profile.parameters

    @property
    def composed_id(self) -> str:
        """The DocumentId that the header's values make: such an id has no defect that is not theirs."""
        if self._composed_id is None:
            self._composed_id = document_id(
                self.value("From", "OrganId"),
                self.value("PromulgationInfo", "PromulgationDate"),
                self.value("Code", "CodeNumber"),
                self.value("Code", "CodeNotation"),
            )
        return self._composed_id

    def value(self, *names: str) -> str:
        """Return the text found by following `names` below MessageHeader, empty where it is absent or blank."""
        return self.message.value(*names) if self.message is not None else ""

    def document_id(self) -> str | None:
        """Return the DocumentId of a document, or of the document that a status answers."""
        path = ("ResponseFor", "DocumentId") if self.kind == "status" else ("DocumentId",)
        return self.value(*path) or None

    def carried(self) -> Iterator[Carried]:
        """Yield every attachment with its Reference; a content is kept only while its attachment is looked at."""
        references = {entry.id: entry.node for entry in reversed(self.references)}
        for entry in self.attachments:
            yield Carried(entry.node, entry.name, references.get(entry.id), self.parameters.limits)


def _bare(content_id: str) -> str:
    while content_id[:4].lower() == "cid:":
        content_id = content_id[4:]
    return content_id
