"""ATT-01 to ATT-03, ATT-08, ATT-09: the manifest, and what it says of the attachments."""

from collections import Counter
from collections.abc import Iterator

from harness.catalogue.findings import Finding
from harness.edxml.names import VERSION
from harness.rules.filetypes import extension
from harness.rules.nodes import Node, found, missing
from harness.rules.registry import rule
from harness.rules.specimen import Specimen, content_id

_PDF = "pdf"
_PDF_TYPES = ("application/pdf", "application/x-pdf")


@rule("ATT-01")
def manifest_has_version(specimen: Specimen) -> Iterator[Finding]:
    """The manifest says version 1.0."""
    manifest = specimen.places.manifest
    if manifest is None:
        return
    version = manifest.element.get("version")
    if version is None:
        yield found("ATT-01.missing", manifest, expected=VERSION)
    elif version != VERSION:
        yield found("ATT-01.version", manifest, expected=VERSION, received=version)


@rule("ATT-02")
def references_match_attachments(specimen: Specimen) -> Iterator[Finding]:
    """References and Attachments match one to one by ContentId."""
    if specimen.places.references is None or specimen.places.inline:
        return
    references, attachments = specimen.references, specimen.attachments
    yield from _identified(references)
    yield from _identified(attachments)
    listed = {content_id(node) for node in references}
    carried = {content_id(node) for node in attachments}
    # An id that is missing leaves its partner alone; that it is missing is told, the loneliness is not.
    if "" in listed or "" in carried:
        return
    for node in references:
        if content_id(node) not in carried:
            yield found("ATT-02.no-attachment", node, received=node.value("ContentId"))
    for node in attachments:
        if content_id(node) not in listed:
            yield found("ATT-02.no-reference", node, received=node.value("ContentId"))


@rule("ATT-03")
def names_agree(specimen: Specimen) -> Iterator[Finding]:
    """AttachmentName is there, and the same in Reference and Attachment."""
    for node in (*specimen.references, *specimen.attachments):
        if node.child("AttachmentName") is None:
            yield missing("ATT-03.missing", node, "AttachmentName")
    references, attachments = _by_id(specimen.references), _by_id(specimen.attachments)
    for bare, node in attachments.items():
        reference = references.get(bare)
        name = node.child("AttachmentName")
        listed = reference.value("AttachmentName") if reference is not None else ""
        if name is not None and listed and name.text != listed:
            yield found("ATT-03.differs", name, expected=listed, received=name.text)


@rule("ATT-08")
def has_an_attachment(specimen: Specimen) -> Iterator[Finding]:
    """There is at least one attachment."""
    places = specimen.places
    if places.references is None or places.inline or specimen.references or specimen.attachments:
        return
    yield found("ATT-08.none", places.references, expected="Attachment")


@rule("ATT-09")
def has_a_pdf(specimen: Specimen) -> Iterator[Finding]:
    """At least one attachment says that it is a PDF; whether it is one is for ATT-07 to say."""
    nodes = specimen.attachments
    if nodes and not any(_says_pdf(node) for node in nodes):
        yield found("ATT-09.no-pdf", nodes[0], expected="*.pdf", received=nodes[0].value("AttachmentName"))


def _identified(nodes: list[Node]) -> Iterator[Finding]:
    """Yield what is wrong with the ContentIds of one side."""
    count = Counter(content_id(node) for node in nodes)
    told: set[str] = set()
    for node in nodes:
        own = node.child("ContentId")
        bare = content_id(node)
        if own is None or not bare:
            yield missing("ATT-02.no-content-id", node, "ContentId")
            continue
        if own.text[:8].lower() == "cid:cid:":
            yield found("ATT-02.cid-doubled", own, expected=f"cid:{bare}", received=own.text)
        if count[bare] > 1 and bare in told:
            yield found("ATT-02.content-id-twice", own, received=own.text)
        told.add(bare)


def _by_id(nodes: list[Node]) -> dict[str, Node]:
    """Return the nodes whose ContentId is theirs alone, by it: of others nobody knows which belongs to which."""
    count = Counter(content_id(node) for node in nodes)
    return {bare: node for node in nodes if count[bare := content_id(node)] == 1 and bare}


def _says_pdf(node: Node) -> bool:
    return extension(node.value("AttachmentName")) == _PDF or node.value("ContentType").strip().lower() in _PDF_TYPES
