"""The package under examination, as the rules see it."""

from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from harness.catalogue.parameters import Parameters
from harness.catalogue.profiles import Profile
from harness.crypto.chains.trust import Trust
from harness.edxml.attachments import Allowance
from harness.edxml.identifiers import document_id
from harness.rules.attachment_view import AttachmentView, Opened
from harness.rules.nodes import Node
from harness.rules.sections import PackageKind, locate
from harness.rules.structure import vocabulary
from harness.rules.tree import read_tree

__all__ = ["AttachmentView", "ManifestEntry", "Opened", "PackageView"]


class ManifestEntry:
    """A Reference or an Attachment.

    Attributes:
        node: the element.
        id: its ContentId without `cid:`, however often that is there, and without white space around it; empty
            where it is absent.
        name: its AttachmentName; empty where it is absent.
    """

    __slots__ = ("id", "name", "node")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.name = node.value("AttachmentName")
        self.id = _bare(node.code("ContentId"))


class PackageView:
    """One package with everything a rule may ask of it.

    Attributes:
        data: the package as received.
        tree: the parsed XML.
        profile: the profile it is judged by.
        at: time of judgement, with a zone.
        trust: what the caller trusts for signatures besides the profile's anchors.
        nodes: all elements.
        places: header, body and the other parts, wherever they are.
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
        self.references = (
            [ManifestEntry(node) for node in references.every("Reference")] if references is not None else []
        )
        self.attachments = [ManifestEntry(node) for node in encoded.every("Attachment")] if encoded is not None else []
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
                self.code("From", "OrganId"),
                self.code("PromulgationInfo", "PromulgationDate"),
                self.code("Code", "CodeNumber"),
                self.code("Code", "CodeNotation"),
            )
        return self._composed_id

    def value(self, *names: str) -> str:
        """Return the text found by following `names` below MessageHeader, empty where it is absent or blank."""
        return self.message.value(*names) if self.message is not None else ""

    def code(self, *names: str) -> str:
        """Return the same as `value`, without white space around it."""
        return self.message.code(*names) if self.message is not None else ""

    def document_id(self) -> str | None:
        """Return the DocumentId of a document, or of the document that a status answers."""
        path = ("ResponseFor", "DocumentId") if self.kind == "status" else ("DocumentId",)
        return self.code(*path) or None

    def attachment_views(self) -> Iterator[AttachmentView]:
        """Yield every attachment with its Reference; a content is kept only while its attachment is looked at."""
        references = {entry.id: entry.node for entry in reversed(self.references)}
        limits = self.parameters.limits
        allowance = Allowance(limits.expansion_bytes)
        for entry in self.attachments:
            yield AttachmentView(entry.node, entry.name, references.get(entry.id), limits, allowance)


def _bare(content_id: str) -> str:
    while content_id[:4].lower() == "cid:":
        content_id = content_id[4:]
    return content_id
