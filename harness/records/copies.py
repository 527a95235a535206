"""ARC-20, 21: attachments in separate files are signed, electronic copies have the required quality."""

from collections.abc import Iterable, Iterator

from harness.crypto.pdf.prechecks import PdfUnreadable, may_be_signed
from harness.records.export_view import ExportView, ListedFile, record_finding
from harness.records.holding import BROKEN
from harness.records.kept import KeptRecord
from harness.records.pages import Pages, read_pages
from harness.records.registry import records_rule
from harness.rules.registry import Outcome

_COPY, _ATTACHMENT, _MAIN = "copy", "attachment", {"", "original"}
_PDF = ".pdf"


def _attachments(export: ExportView) -> Iterator[tuple[KeptRecord, ListedFile]]:
    """Yield the PDF files of attachments: those called so, and where no file has a role, all but the first."""
    for record in export.documents:
        files = [file for file in export.files(record) if file.held is not None and file.path.lower().endswith(_PDF)]
        roles = any(file.role for file in files)
        for place, file in enumerate(files):
            if file.role == _ATTACHMENT or (not roles and place > 0):
                yield record, file


def _copies(export: ExportView) -> Iterator[tuple[KeptRecord, ListedFile]]:
    for record in export.documents:
        yield from ((record, file) for file in export.files(record) if file.role == _COPY and file.held is not None)


def _once(files: Iterable[tuple[KeptRecord, ListedFile]]) -> Iterator[tuple[KeptRecord, ListedFile]]:
    """Yield each file with the first record that names it: a hostile export may name one in every record."""
    seen: set[str] = set()
    for record, file in files:
        if file.held is not None and file.held.name not in seen:
            seen.add(file.held.name)
            yield record, file


def _has_attachments(export: ExportView) -> bool:
    return any(True for _ in _attachments(export))


def _has_copies(export: ExportView) -> bool:
    return any(True for _ in _copies(export))


@records_rule("ARC-20", codes=("unsigned", "no-agency"), asks=_has_attachments)
def attachments_are_signed(export: ExportView) -> Iterator[Outcome]:
    """An attachment in its own PDF has a signature, and not only a person's."""
    for record, file in _once(_attachments(export)):
        content = _content(file, export)
        if content is None:
            continue
        if not may_be_signed(content):
            yield record_finding("ARC-20.unsigned", record, "File", received=file.path)
        elif not _agency_signed(content, export):
            yield record_finding("ARC-20.no-agency", record, "File", received=file.path)


def _agency_signed(content: bytes, export: ExportView) -> bool:
    from harness.crypto.chains.trust import Trust
    from harness.crypto.pdf.examination import examine_pdf

    try:
        examined = examine_pdf(content, export.at, export.profile.parameters.signatures, Trust())
    except PdfUnreadable:
        return True  # ARC-19 says that it does not verify
    return any(one.kind != "person" for one in examined.signatures)


def _content(file: ListedFile, export: ExportView) -> bytes | None:
    most = export.profile.parameters.limits.attachment_bytes
    try:
        content = file.held.content(most) if file.held is not None else b""
    except BROKEN:
        return None
    return content if len(content) <= most else None


@records_rule("ARC-21", codes=("no-pdf", "old-version", "coarse", "grey", "unsigned"), asks=_has_copies)
def copies_are_right(export: ExportView) -> Iterator[Outcome]:
    """An electronic copy is a PDF of 1.4 or later, in colour, fine enough, and signed."""
    signatures = export.profile.parameters.signatures
    for record, file in _once(_copies(export)):
        content = _content(file, export)
        if content is None:
            continue
        try:
            pages = read_pages(content, signatures.bounds)
        except PdfUnreadable as error:
            yield record_finding("ARC-21.no-pdf", record, "File", expected="PDF", received=error.detail, file=file.path)
            continue
        if pages.version is not None and pages.version < signatures.oldest_pdf:
            oldest = ".".join(map(str, signatures.oldest_pdf))
            said = ".".join(map(str, pages.version))
            yield record_finding("ARC-21.old-version", record, "File", expected=oldest, received=said, file=file.path)
        for code, expected, received in flaws_of(pages, least_dpi(export)):
            yield record_finding(f"ARC-21.{code}", record, "File", expected=expected, received=received, file=file.path)
        if not may_be_signed(content):
            yield record_finding("ARC-21.unsigned", record, "File", received="", file=file.path)


def least_dpi(export: ExportView) -> int:
    """Return the dots per inch that are asked for, minus the tolerance."""
    return export.keeping.resolution * (100 - export.keeping.margin_percent) // 100


def flaws_of(pages: Pages, least: int) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with the pictures of pages: `grey` or `coarse`, with the expected and the actual value."""
    coarsest = min((picture.dpi for picture in pages.pictures), default=least)
    if coarsest < least:
        yield "coarse", f"≥ {least} dpi", f"{coarsest} dpi"
    if any(not picture.coloured for picture in pages.pictures):
        yield "grey", "RGB", "grey"
