"""ARC-08 to 13: dossiers, and the documents in them."""

import itertools
import re
from collections.abc import Iterator, Mapping

from harness.records.dates import any_day
from harness.records.exchanged import levelled
from harness.records.export_view import ExportView, record_finding
from harness.records.kept import KeptRecord
from harness.records.registry import records_rule
from harness.rules.registry import Outcome

FileCode = tuple[str, str, str]
_YEAR = re.compile(r"\d{4}", re.ASCII)
_NOTATION = re.compile(r"\d+\.[^\W\d_][\w.-]*")
_YEARS = re.compile(r"\d{1,3}\s*(?:năm|years?)?", re.IGNORECASE)
_NEEDED = ("Title", "Maintenance", "Creator", "StartDate")


def codes_of(record: KeptRecord) -> list[FileCode]:
    """Return the file codes of a record, levelled."""
    return [
        (levelled(row["OrganId"]), levelled(row["FileCatalog"]), levelled(row["FileNotation"]))
        for row in record.group("FileCode")
    ]


def _has_dossiers(export: ExportView) -> bool:
    return bool(export.dossiers)


def _in_dossiers(export: ExportView) -> bool:
    return _has_dossiers(export) and bool(export.documents)


def _has_codes(export: ExportView) -> bool:
    return any(record.group("FileCode") for record in export.tables.records)


def _members(export: ExportView) -> Mapping[FileCode, list[tuple[str | None, KeptRecord]]]:
    """Return the documents of each dossier, with their ordinals in it.

    A document of several dossiers which has one ordinal only has it in the first; in the others it is None.
    """
    members: dict[FileCode, list[tuple[str | None, KeptRecord]]] = {
        code: [] for one in export.dossiers for code in codes_of(one)
    }
    for record in export.documents:
        ordinals = record.values.get("DocOrdinal", ())
        for place, code in enumerate(codes_of(record)):
            if code in members:
                given = ordinals[place].strip() if place < len(ordinals) else "" if place == 0 else None
                members[code].append((given, record))
    return members


@records_rule("ARC-08", codes=("no-dossier",), asks=_in_dossiers)
def document_names_its_dossier(export: ExportView) -> Iterator[Outcome]:
    """Every document names a dossier."""
    for record in export.documents:
        if not record.group("FileCode"):
            yield record_finding("ARC-08.no-dossier", record, "FileCode", expected="FileCode")


@records_rule("ARC-09", codes=("incomplete", "year", "unknown-dossier", "form"), asks=_has_codes)
def file_code_is_whole(export: ExportView) -> Iterator[Outcome]:
    """A file code has its three parts; that of a document is a dossier's, where dossiers are exported."""
    known = {code for dossier in export.dossiers for code in codes_of(dossier)}
    for record in export.tables.records:
        codes = codes_of(record)
        if record.kind == "dossier" and not codes:
            yield record_finding(
                "ARC-09.incomplete", record, "FileCode", expected="OrganId + FileCatalog + FileNotation"
            )
        for code in codes:
            shown = ".".join(part or "…" for part in code)
            if not all(code):
                yield record_finding(
                    "ARC-09.incomplete",
                    record,
                    "FileCode",
                    expected="OrganId + FileCatalog + FileNotation",
                    received=shown,
                )
            elif not _YEAR.fullmatch(code[1]):
                yield record_finding("ARC-09.year", record, "FileCode/FileCatalog", expected="YYYY", received=code[1])
            elif known and code not in known:
                listed = ", ".join(".".join(one) for one in sorted(known)[:3])
                yield record_finding("ARC-09.unknown-dossier", record, "FileCode", expected=listed, received=shown)
            elif not _NOTATION.fullmatch(code[2]):
                yield record_finding("ARC-09.form", record, "FileCode/FileNotation", expected="NN.XX", received=code[2])


@records_rule("ARC-10", codes=("not-a-number", "twice", "gap", "time-order"), asks=_in_dossiers)
def ordinals_stand_once(export: ExportView) -> Iterator[Outcome]:
    """The documents of a dossier are numbered from 1, each number once."""
    for members in _members(export).values():
        seen: dict[int, KeptRecord] = {}
        for text, record in members:
            if text is None:
                continue
            number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
            if number < 1:
                yield record_finding("ARC-10.not-a-number", record, "DocOrdinal", expected="≥ 1", received=text)
            elif seen.setdefault(number, record) is not record:
                yield record_finding("ARC-10.twice", record, "DocOrdinal", received=text, first=seen[number].place)
        yield from _order(seen)


def _order(seen: Mapping[int, KeptRecord]) -> Iterator[Outcome]:
    numbers = sorted(seen)
    for before, number in zip((0, *numbers), numbers, strict=False):
        if number != before + 1:
            yield record_finding(
                "ARC-10.gap", seen[number], "DocOrdinal", expected=str(before + 1), received=str(number)
            )
            break
    days = [(day, number) for number in numbers if (day := any_day(_time(seen[number])))]
    for (earlier, _), (day, number) in itertools.pairwise(days):
        if day < earlier:
            yield record_finding(
                "ARC-10.time-order",
                seen[number],
                "DocOrdinal",
                expected=f"≥ {earlier:%d/%m/%Y}",
                received=f"{day:%d/%m/%Y}",
            )
            break


def _time(record: KeptRecord) -> str:
    return record.text("ArrivalDate") or record.text("IssuedDate")


@records_rule("ARC-11", codes=("doc-total", "page-total"), asks=_in_dossiers)
def totals_are_right(export: ExportView) -> Iterator[Outcome]:
    """DocTotal counts the documents, PageTotal their pages."""
    members = _members(export)
    for dossier in export.dossiers:
        inside = [record for code in codes_of(dossier) for _, record in members[code]]
        total, pages = dossier.text("DocTotal"), dossier.text("PageTotal")
        if total and total.lstrip("0") != (str(len(inside)) if inside else ""):
            yield record_finding("ARC-11.doc-total", dossier, "DocTotal", expected=str(len(inside)), received=total)
        amounts = [record.text("PageAmount") for record in inside]
        if pages and amounts and all(text.isdecimal() and len(text) < 10 for text in amounts):
            counted = sum(map(int, amounts))
            if pages.lstrip("0") != (str(counted) if counted else ""):
                yield record_finding("ARC-11.page-total", dossier, "PageTotal", expected=str(counted), received=pages)


@records_rule("ARC-12", codes=("missing", "end-before-start"), asks=_has_dossiers)
def dossier_is_opened_whole(export: ExportView) -> Iterator[Outcome]:
    """Title, retention, creator and start are there; the end is not before the start."""
    for dossier in export.dossiers:
        for field in _NEEDED:
            if not dossier.text(field):
                yield record_finding("ARC-12.missing", dossier, field, expected=field)
        start, end = any_day(dossier.text("StartDate")), any_day(dossier.text("EndDate"))
        if start and end and end < start:
            kept = dossier.text("EndDate")
            yield record_finding(
                "ARC-12.end-before-start", dossier, "EndDate", expected=f"≥ {start:%d/%m/%Y}", received=kept
            )


@records_rule("ARC-13", codes=("not-a-period",), asks=_has_dossiers)
def retention_is_a_period(export: ExportView) -> Iterator[Outcome]:
    """Retention has no end, or is a number of years, or a code."""
    keeping = export.keeping
    for dossier in export.dossiers:
        text = levelled(dossier.text("Maintenance"))
        named = text.lower() in keeping.permanent or text in keeping.retention_codes
        if text and not named and not _YEARS.fullmatch(text):
            expected = ", ".join((*keeping.permanent, "NN năm", *keeping.retention_codes))
            yield record_finding("ARC-13.not-a-period", dossier, "Maintenance", expected=expected, received=text)
