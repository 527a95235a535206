"""ARC-27 to 29: what EAD.xml and EAD_doc say, and the codes in them."""

import re
from collections.abc import Collection, Iterator

from harness.catalogue.findings import Where
from harness.records.archive.archive_view import EAD, ArchiveView, Described, found_in
from harness.records.dates import ARCHIVAL, any_day, read_any_day
from harness.records.registry import archive_rule
from harness.rules.registry import Outcome

_DOSSIER = (
    "fileCode", "title", "maintenance", "mode", "language", "startDate", "endDate", "totalDoc", "numberOfPage",
)  # fmt: skip
_RECOMMENDED = ("format", "confidenceLevel")
_DOCUMENT = ("docId", "docCode", "typeName", "issuedDate", "organName", "subject")
_CODE = re.compile(r"\d{1,2}", re.ASCII)


def _has_dossier(package: ArchiveView) -> bool:
    return package.dossier is not None


def _has_documents(package: ArchiveView) -> bool:
    return bool(package.documents)


def _has_any(package: ArchiveView) -> bool:
    return _has_dossier(package) or _has_documents(package)


@archive_rule("ARC-27", codes=("missing", "recommended", "date-form", "end-before-start"), asks=_has_dossier)
def dossier_is_described(package: ArchiveView) -> Iterator[Outcome]:
    """The needed fields of EAD.xml are filled, its dates are DD/MM/YYYY and in order."""
    dossier = package.dossier
    if dossier is None:
        return
    for name in _DOSSIER:
        if not dossier.text(name):
            yield found_in("ARC-27.missing", dossier.where(name), expected=name)
    for name in _RECOMMENDED:
        if not dossier.text(name):
            yield found_in("ARC-27.recommended", dossier.where(name), expected=name)
    for name in ("startDate", "endDate"):
        yield from _date(dossier, name, "ARC-27.date-form")
    start, end = any_day(dossier.text("startDate")), any_day(dossier.text("endDate"))
    if start and end and end < start:
        said = dossier.text("endDate")
        yield found_in(
            "ARC-27.end-before-start", dossier.where("endDate"), expected=f"≥ {start:%d/%m/%Y}", received=said
        )


def _date(described: Described, name: str, code: str) -> Iterator[Outcome]:
    text = described.text(name)
    if text and (ARCHIVAL.fullmatch(text) is None or isinstance(read_any_day(text), str)):
        yield found_in(code, described.where(name), expected="DD/MM/YYYY", received=text, name=name)


@archive_rule("ARC-28", codes=("missing", "doc-code", "twice", "total"), asks=_has_documents)
def documents_are_described(package: ArchiveView) -> Iterator[Outcome]:
    """The needed fields of each EAD_doc are filled; its code is the dossier's with seven digits; all are counted."""
    dossier = package.dossier
    code = dossier.text("fileCode") if dossier else ""
    seen: dict[str, str] = {}
    for described in package.documents:
        for name in _DOCUMENT:
            if not described.text(name):
                yield found_in("ARC-28.missing", described.where(name), expected=name)
        own = described.text("docCode")
        if own and code and not re.fullmatch(re.escape(code) + r"\.[0-9]{7}", own):
            expected = f"{code}.0000001"
            yield found_in("ARC-28.doc-code", described.where("docCode"), expected=expected, received=own)
        elif own and seen.setdefault(own, described.path) != described.path:
            yield found_in("ARC-28.twice", described.where("docCode"), received=own, first=seen[own])
    total = dossier.text("totalDoc") if dossier else ""
    count = str(len(package.documents))
    if total and total.lstrip("0") != count:
        yield found_in("ARC-28.total", Where(xpath=f"{EAD}: totalDoc"), expected=count, received=total)


@archive_rule("ARC-29", codes=("code", "doubtful"), asks=_has_any)
def codes_are_codes(package: ArchiveView) -> Iterator[Outcome]:
    """Retention, origin and language are written as codes of their lists; other lists are contested."""
    keeping = package.keeping
    lists = {
        "maintenance": keeping.retention_codes,
        "confidenceLevel": keeping.confidence_codes,
        "language": keeping.language_codes,
    }
    doubtful = {"mode": keeping.mode_codes, "format": keeping.format_codes, "typeName": None}
    for described in (*((package.dossier,) if package.dossier else ()), *package.documents):
        for name, codes in lists.items():
            yield from _code(described, name, codes, "ARC-29.code")
        for name, some in doubtful.items():
            yield from _code(described, name, some, "ARC-29.doubtful")


def _code(described: Described, name: str, codes: Collection[str] | None, code: str) -> Iterator[Outcome]:
    for text in (text.strip() for text in described.fields.get(name, ())):
        known = _CODE.fullmatch(text) is not None if codes is None else text in codes
        if text and not known:
            listed = "NN" if codes is None else ", ".join(codes)
            yield found_in(code, described.where(name), expected=listed, received=text, name=name)
