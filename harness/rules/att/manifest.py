"""ATT-01 to ATT-03, ATT-08, ATT-09: the manifest, and what it says of the attachments."""

from collections.abc import Iterator

from harness.catalogue.findings import Finding
from harness.edxml.names import VERSION
from harness.rules.filetypes import extension
from harness.rules.nodes import found, missing, spaced
from harness.rules.package_view import ManifestEntry, PackageView
from harness.rules.registry import rule

_PDF = "pdf"
_PDF_TYPES = ("application/pdf", "application/x-pdf")


def _has_manifest(package: PackageView) -> bool:
    return package.places.manifest is not None


@rule("ATT-01", codes=("missing", "version"), speaks_of=_has_manifest)
def manifest_has_version(package: PackageView) -> Iterator[Finding]:
    """The manifest says version 1.0."""
    manifest = package.places.manifest
    if manifest is None:
        return
    version = manifest.element.get("version")
    if version is None:
        yield found("ATT-01.missing", manifest, expected=VERSION)
    elif version != VERSION:
        yield found("ATT-01.version", manifest, expected=VERSION, received=version)


def _has_entries(package: PackageView) -> bool:
    return bool(package.references or package.attachments)


@rule(
    "ATT-02",
    codes=("no-attachment", "no-reference", "no-content-id", "content-id-twice", "cid-doubled", "white-space"),
    speaks_of=_has_entries,
)
def references_match_attachments(package: PackageView) -> Iterator[Finding]:
    """References and Attachments match one to one by ContentId."""
    if package.places.references is None or package.places.inline:
        return
    references, attachments = package.references, package.attachments
    yield from _identified(references)
    yield from _identified(attachments)
    listed = {entry.id for entry in references}
    carried = {entry.id for entry in attachments}
    # Where an id is missing, its partner has no match either: only the missing id is reported.
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
def names_agree(package: PackageView) -> Iterator[Finding]:
    """AttachmentName is there, and the same in Reference and Attachment."""
    for entry in (*package.references, *package.attachments):
        if not entry.name:
            yield missing("ATT-03.missing", entry.node, "AttachmentName")
    references, attachments = _by_id(package.references), _by_id(package.attachments)
    for bare, entry in attachments.items():
        listed = references[bare].name if bare in references else ""
        if entry.name and listed and entry.name != listed:
            where = entry.node.child("AttachmentName") or entry.node
            yield found("ATT-03.differs", where, expected=listed, received=entry.name)


@rule("ATT-08", codes=("none",))
def has_an_attachment(package: PackageView) -> Iterator[Finding]:
    """There is at least one attachment."""
    places = package.places
    if places.references is None or places.inline or package.references or package.attachments:
        return
    yield found("ATT-08.none", places.references, expected="Attachment")


def _has_attachments(package: PackageView) -> bool:
    return bool(package.attachments)


@rule("ATT-09", codes=("no-pdf",), speaks_of=_has_attachments)
def has_a_pdf(package: PackageView) -> Iterator[Finding]:
    """At least one attachment says that it is a PDF; whether it is one is for ATT-07 to say."""
    entries = package.attachments
    if entries and not any(_says_pdf(entry) for entry in entries):
        yield found("ATT-09.no-pdf", entries[0].node, expected="*.pdf", received=entries[0].name)


def _identified(entries: list[ManifestEntry]) -> Iterator[Finding]:
    """Yield what is wrong with the ContentIds of one side."""
    seen: set[str] = set()
    for entry in entries:
        own = entry.node.child("ContentId")
        if own is None or not entry.id:
            yield missing("ATT-02.no-content-id", entry.node, "ContentId")
            continue
        yield from spaced("ATT-02", own)
        if own.trimmed[:8].lower() == "cid:cid:":
            yield found("ATT-02.cid-doubled", own, expected=f"cid:{entry.id}", received=own.text)
        if entry.id in seen:
            yield found("ATT-02.content-id-twice", own, received=own.text)
        seen.add(entry.id)


def _by_id(entries: list[ManifestEntry]) -> dict[str, ManifestEntry]:
    """Return the entries with a unique ContentId, by that id: entries that share one cannot be matched."""
    by_id: dict[str, ManifestEntry] = {}
    shared = {""}
    for entry in entries:
        if by_id.setdefault(entry.id, entry) is not entry:
            shared.add(entry.id)
    for bare in shared:
        by_id.pop(bare, None)
    return by_id


def _says_pdf(entry: ManifestEntry) -> bool:
    if extension(entry.name) == _PDF:
        return True
    return entry.node.value("ContentType").strip().lower() in _PDF_TYPES
