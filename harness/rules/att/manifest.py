"""ATT-01 to ATT-03, ATT-08, ATT-09: the manifest, and what it says of the attachments."""

from collections.abc import Iterator

from harness.catalogue.findings import Finding
from harness.edxml.names import VERSION
from harness.rules.filetypes import extension
from harness.rules.nodes import found, missing, spaced
from harness.rules.package_view import PackageView, ZipMember
from harness.rules.registry import rule

_PDF = "pdf"
_PDF_TYPES = ("application/pdf", "application/x-pdf")


def _has_manifest(specimen: PackageView) -> bool:
    return specimen.places.manifest is not None


@rule("ATT-01", codes=("missing", "version"), speaks_of=_has_manifest)
def manifest_has_version(specimen: PackageView) -> Iterator[Finding]:
    """The manifest says version 1.0."""
    manifest = specimen.places.manifest
    if manifest is None:
        return
    version = manifest.element.get("version")
    if version is None:
        yield found("ATT-01.missing", manifest, expected=VERSION)
    elif version != VERSION:
        yield found("ATT-01.version", manifest, expected=VERSION, received=version)


def _has_entries(specimen: PackageView) -> bool:
    return bool(specimen.references or specimen.attachments)


@rule(
    "ATT-02",
    codes=("no-attachment", "no-reference", "no-content-id", "content-id-twice", "cid-doubled", "white-space"),
    speaks_of=_has_entries,
)
def references_match_attachments(specimen: PackageView) -> Iterator[Finding]:
    """References and Attachments match one to one by ContentId."""
    if specimen.places.references is None or specimen.places.inline:
        return
    references, attachments = specimen.references, specimen.attachments
    yield from _identified(references)
    yield from _identified(attachments)
    listed = {entry.id for entry in references}
    carried = {entry.id for entry in attachments}
    # An id that is missing leaves its partner alone; that it is missing is told, the loneliness is not.
    if listed == carried or "" in listed or "" in carried:
        return
    for code, entries, partners in (
        ("ATT-02.no-attachment", references, carried),
        ("ATT-02.no-reference", attachments, listed),
    ):
        for entry in entries:
            if entry.id not in partners:
                yield found(code, entry.node, received=entry.node.value("ContentId"))


@rule("ATT-03", codes=("missing", "differs"), speaks_of=_has_entries)
def names_agree(specimen: PackageView) -> Iterator[Finding]:
    """AttachmentName is there, and the same in Reference and Attachment."""
    for entry in (*specimen.references, *specimen.attachments):
        if not entry.name:
            yield missing("ATT-03.missing", entry.node, "AttachmentName")
    references, attachments = _by_id(specimen.references), _by_id(specimen.attachments)
    for bare, entry in attachments.items():
        listed = references[bare].name if bare in references else ""
        if entry.name and listed and entry.name != listed:
            where = entry.node.child("AttachmentName") or entry.node
            yield found("ATT-03.differs", where, expected=listed, received=entry.name)


@rule("ATT-08", codes=("none",))
def has_an_attachment(specimen: PackageView) -> Iterator[Finding]:
    """There is at least one attachment."""
    places = specimen.places
    if places.references is None or places.inline or specimen.references or specimen.attachments:
        return
    yield found("ATT-08.none", places.references, expected="Attachment")


def _has_attachments(specimen: PackageView) -> bool:
    return bool(specimen.attachments)


@rule("ATT-09", codes=("no-pdf",), speaks_of=_has_attachments)
def has_a_pdf(specimen: PackageView) -> Iterator[Finding]:
    """At least one attachment says that it is a PDF; whether it is one is for ATT-07 to say."""
    entries = specimen.attachments
    if entries and not any(_says_pdf(entry) for entry in entries):
        yield found("ATT-09.no-pdf", entries[0].node, expected="*.pdf", received=entries[0].name)


def _identified(entries: list[ZipMember]) -> Iterator[Finding]:
    """Yield what is wrong with the ContentIds of one side."""
    told: set[str] = set()
    for entry in entries:
        own = entry.node.child("ContentId")
        if own is None or not entry.id:
            yield missing("ATT-02.no-content-id", entry.node, "ContentId")
            continue
        yield from spaced("ATT-02", own)
        if own.trimmed[:8].lower() == "cid:cid:":
            yield found("ATT-02.cid-doubled", own, expected=f"cid:{entry.id}", received=own.text)
        if entry.id in told:
            yield found("ATT-02.content-id-twice", own, received=own.text)
        told.add(entry.id)


def _by_id(entries: list[ZipMember]) -> dict[str, ZipMember]:
    """Return the entries whose ContentId is theirs alone, by it: of others nobody knows which belongs to which."""
    by_id: dict[str, ZipMember] = {}
    shared = {""}
    for entry in entries:
        if by_id.setdefault(entry.id, entry) is not entry:
            shared.add(entry.id)
    for bare in shared:
        by_id.pop(bare, None)
    return by_id


def _says_pdf(entry: ZipMember) -> bool:
    if extension(entry.name) == _PDF:
        return True
    return entry.node.value("ContentType").strip().lower() in _PDF_TYPES
