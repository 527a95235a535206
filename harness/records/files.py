"""ARC-14, 19: the documents' files are there, and the originals are those exchanged."""

from collections.abc import Iterator, Mapping

from harness.catalogue.findings import Finding, Where, clipped
from harness.catalogue.verdicts import Cause
from harness.crypto.pdf.prechecks import PdfUnreadable, may_be_signed, refuse_long_contents
from harness.edxml.reader import XmlRefused, parse_untrusted
from harness.records.exchanged import ExchangedDocument
from harness.records.export_view import ExportView, ListedFile, readable_digest, record_finding
from harness.records.holding import BROKEN, FlawKind, HeldFile
from harness.records.kept import KeptRecord
from harness.records.registry import records_rule
from harness.rules.registry import Outcome
from harness.rules.undecided import Undecided
from harness.validation.file_names import is_beside

CONVERTED = frozenset({"converted", "copy"})
_XML = (".xml", ".edxml")
_NO_DOCUMENTS = (".xsd", ".md", "readme.txt")
_FLAWS: Mapping[FlawKind, str] = {
    "unsafe": "ARC-14.unsafe",
    "link": "ARC-14.unsafe",
    "expands": "ARC-14.expands",
    "damaged": "ARC-14.unreadable",
    "twice": "ARC-14.unsafe",
}


@records_rule("ARC-14", codes=("no-file", "missing", "unlisted", "unreadable", "unsafe", "expands", "not-read"))
def export_is_readable(export: ExportView) -> Iterator[Outcome]:
    """The tables and archives of an export can be read, and none leads out of it."""
    for flaw in export.holding.flaws:
        yield Finding(_FLAWS[flaw.kind], Where(xpath=export.holding.label), received=flaw.detail)
    for name, line, detail in export.tables.unreadable:
        yield Finding("ARC-14.unreadable", Where(xpath=clipped(name), line=line), received=detail)
    for name, detail in export.tables.unread:
        question = Finding("ARC-14.not-read", Where(xpath=clipped(name)), received=detail)
        yield Undecided(question, Cause.CONFIGURATION)
    if not export.tables.records and not export.tables.unreadable and not export.tables.unread:
        label = export.holding.label
        yield Undecided(Finding("ARC-14.not-read", Where(xpath=label), received=label), Cause.CONFIGURATION)
    if export.has_files and export.documents:
        yield from _files(export)


def _files(export: ExportView) -> Iterator[Outcome]:
    listed: set[str] = set()
    for record in export.documents:
        files = export.files(record)
        if not any(file.path for file in files):
            yield record_finding("ARC-14.no-file", record, "File", expected="File/Path")
        for file in files:
            if file.held is not None:
                if file.held.name not in listed:
                    yield from _well_formed(file.held, record, export)
                listed.add(file.held.name)
            elif file.path:
                yield record_finding("ARC-14.missing", record, "File", expected=file.path)
    for name in export.holding.files:
        if name not in listed and name not in export.tables.names and not _is_no_document(name):
            yield Finding("ARC-14.unlisted", Where(xpath=clipped(name)), received=clipped(name))


def _is_no_document(name: str) -> bool:
    return is_beside(name) or name.rpartition("/")[2].startswith(".") or name.lower().endswith(_NO_DOCUMENTS)


def _well_formed(file: HeldFile, record: KeptRecord, export: ExportView) -> Iterator[Outcome]:
    if not file.name.lower().endswith(_XML):
        return
    if _came_so(file, export):
        return
    try:
        parse_untrusted(file.content(export.profile.parameters.limits.package_bytes), export.profile.parameters.limits)
    except XmlRefused as error:
        yield record_finding("ARC-14.unreadable", record, "File", received=f"{file.name}: {error.code} {error.detail}")
    except BROKEN as error:
        yield record_finding("ARC-14.unreadable", record, "File", received=f"{file.name}: {error}")


def _came_so(file: HeldFile, export: ExportView) -> bool:
    """Tell whether a file was exchanged exactly like this: then it must be kept like this, even if it is defective."""
    return export.exchanged is not None and not export.exchanged.seen.isdisjoint(readable_digest(file))


def _has_originals(export: ExportView) -> bool:
    compared = any(document.files for _, document in export.pairs)
    return (compared and _digests_known(export)) or (export.has_files and bool(export.documents))


def _digests_known(export: ExportView) -> bool:
    return export.has_files or any(any(record.values.get("File.Sha256", ())) for record in export.documents)


@records_rule("ARC-19", codes=("no-original", "signature-broken"), asks=_has_originals)
def originals_are_unchanged(export: ExportView) -> Iterator[Outcome]:
    """Each file exchanged is kept byte for byte; what is kept and signed still verifies."""
    known = _digests_known(export)
    looked: set[str] = set()
    for record in export.documents:
        files = [file for file in export.files(record) if file.path]
        document = export.exchanged_of.get(id(record))
        complete = bool(files) and not (export.has_files and any(file.held is None for file in files))
        if document is not None and known and complete:
            yield from _originals(record, files, document)
        for file in files:
            if file.held is not None and file.role not in CONVERTED and file.held.name not in looked:
                looked.add(file.held.name)
                yield from _signatures(record, file.held, export)


def _originals(record: KeptRecord, files: list[ListedFile], document: ExchangedDocument) -> Iterator[Outcome]:
    kept = {digest for file in files for digest in _digests(file)}
    for sent in document.files:
        if sent.sha256 not in kept:
            yield record_finding(
                "ARC-19.no-original",
                record,
                "File",
                expected=f"SHA-256 {sent.sha256[:16]}…",
                received=_names(files),
                file=sent.name,
            )


def _names(files: list[ListedFile]) -> str:
    return ", ".join(file.path for file in files[:5])


def _digests(file: ListedFile) -> Iterator[str]:
    """Yield the digest of a file: its own where it is there, else what the record says."""
    if file.held is not None:
        yield from readable_digest(file.held)
    elif file.sha256:
        yield file.sha256


def _signatures(record: KeptRecord, file: HeldFile, export: ExportView) -> Iterator[Outcome]:
    if not file.name.lower().endswith(".pdf"):
        return
    from harness.crypto.pdf.signatures import read_pdf  # costs half a second, for signed files only

    parameters = export.profile.parameters
    try:
        content = file.content(parameters.limits.attachment_bytes)
        if not may_be_signed(content) or _came_so(file, export):
            return
        refuse_long_contents(content, parameters.signatures.bounds.pdf_contents)
        broken = [one for one in read_pdf(content).signatures if one.problem is not None]
    except PdfUnreadable as error:
        yield record_finding("ARC-19.signature-broken", record, "File", received=error.detail, file=file.name)
        return
    except BROKEN:
        return  # ARC-14 has said that the archive is damaged
    for one in broken:
        detail = f"{one.problem} {one.detail}".strip()
        yield record_finding("ARC-19.signature-broken", record, "File", received=detail, file=file.name)
