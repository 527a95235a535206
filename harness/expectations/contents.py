"""What a document said when it was delivered, and whether a row of the inbox shows that very document."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.catalogue.findings import Finding
from harness.expectations.base import finding
from harness.expectations.evidence import Evidence
from harness.journal import Event

ACCEPTED = ("arrived", "registered", "assigned", "processing", "finished", "cancelled")
"""States of the inbox in which a document was accepted, whatever came after."""

REFUSED = frozenset({"refused", "rejected"})
"""States of the inbox in which a document was not accepted."""

File = tuple[str, int, str]
"""Name, size in bytes, SHA-256 in hex."""


def altered_content(evidence: Evidence, document: str, row: Mapping[str, Any], requirement: str) -> Iterator[Finding]:
    """Yield what a row shows otherwise than the document was delivered; nothing where that was not recorded.

    Values that a person was not asked for are not compared.
    """
    given = evidence.good_delivery(document)
    if given is None:
        return
    look = evidence.view("inbox")
    partial = look is not None and look.what.asked is not None
    if "subject" in row or not partial:
        yield from altered_subject(str(given.what.subject), row, document, requirement, look)
    if "attachments" in row or not partial:
        files = tuple((one.name, one.size, one.sha256) for one in given.what.files or ())
        yield from altered_files(files, row, document, requirement, look)


def altered_subject(
    subject: str, row: Mapping[str, Any], document: str, requirement: str, look: Event | None
) -> Iterator[Finding]:
    """Yield a finding if a row shows another subject."""
    shown = row.get("subject")
    if shown != subject:
        received = "-" if shown is None else shown
        yield finding(
            requirement, "subject-altered", event=look, expected=subject, received=received, document=document
        )


def altered_files(
    files: tuple[File, ...], row: Mapping[str, Any], document: str, requirement: str, look: Event | None
) -> Iterator[Finding]:
    """Yield a finding for each file that a row does not show as it was, or shows though it was not sent."""
    entries = row.get("attachments")
    listed = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    shown = [(str(entry.get("name")), entry.get("size"), entry.get("sha256")) for entry in listed]
    names = ", ".join(sorted(name for name, _, _ in shown)) or "-"
    missing = [one for one in files if not _taken_out(one, shown)]
    for name, size, digest in missing:
        received = next(((held, of) for kept, held, of in shown if kept == name), None) or f"- ({names})"
        yield finding(
            requirement, "stored-file-altered", event=look, expected=f"{size} {digest}", received=received,
            file=name, document=document,
        )  # fmt: skip
    # A file may be shown under another name: then it is reported once.
    for name, _, _ in shown if files and not missing else ():
        yield finding(
            requirement, "stored-file-added", event=look, expected="-", received=name, file=name, document=document
        )


def _taken_out(file: File, shown: list[Any]) -> bool:
    if file in shown:
        shown.remove(file)
        return True
    return False
