"""ARC-06, 07: numbers occur once."""

from collections import defaultdict
from collections.abc import Iterator

from harness.records.dates import any_day
from harness.records.exchanged import levelled, written_number
from harness.records.export_view import ExportView, record_finding
from harness.records.kept import KeptRecord
from harness.records.registration import issuer_of
from harness.records.registry import records_rule
from harness.rules.registry import Outcome

_CLASSIFIED = "mật"


def _has_documents(export: ExportView) -> bool:
    return bool(export.documents)


def _has_arrivals(export: ExportView) -> bool:
    return any(record.text("ArrivalNumber") for record in export.incoming)


@records_rule("ARC-06", codes=("number-twice", "document-twice", "alike"), asks=_has_documents)
def documents_stand_once(export: ExportView) -> Iterator[Outcome]:
    """Own number and notation occur once a year; an incoming document occurs once."""
    first: dict[tuple[object, ...], KeptRecord] = {}
    for record in export.outgoing:
        own = (
            issuer_of(record),
            _year(record, "IssuedDate"),
            *_code(record),
            _CLASSIFIED in record.text("Book").lower(),
        )
        before = first.setdefault(own, record)
        if before is not record and all(own[1:4]):
            yield record_finding("ARC-06.number-twice", record, "CodeNumber", received=record.title, first=before.place)
    for record in export.incoming:
        named = ("id", record.text("DocumentId"))
        same = (issuer_of(record), any_day(record.text("IssuedDate")), *_code(record))
        by_id, alike = first.setdefault(named, record), first.setdefault(same, record)
        if named[1] and by_id is not record:
            yield record_finding("ARC-06.document-twice", record, "DocumentId", received=named[1], first=by_id.place)
        elif alike is not record and all(same[1:]):
            yield record_finding("ARC-06.alike", record, "CodeNumber", received=record.title, first=alike.place)


def _code(record: KeptRecord) -> tuple[str, str]:
    return written_number(record.text("CodeNumber")), levelled(record.text("CodeNotation"))


def _year(record: KeptRecord, field: str) -> int | None:
    day = any_day(record.text(field))
    return day.year if day else None


@records_rule("ARC-07", codes=("twice", "order"), asks=_has_arrivals)
def arrival_numbers_stand_once(export: ExportView) -> Iterator[Outcome]:
    """A number of arrival occurs once in a year and book; gaps are right, as paper takes numbers too."""
    books: dict[tuple[object, ...], list[KeptRecord]] = defaultdict(list)
    for record in export.incoming:
        if record.text("ArrivalNumber"):
            books[_year(record, "ArrivalDate"), levelled(record.text("Book")).lower()].append(record)
    for records in books.values():
        seen: dict[str, KeptRecord] = {}
        for record in records:
            number = written_number(record.text("ArrivalNumber"))
            before = seen.setdefault(number, record)
            if before is not record:
                yield record_finding("ARC-07.twice", record, "ArrivalNumber", received=number, first=before.place)
        yield from _out_of_order(list(seen.values()))


def _out_of_order(records: list[KeptRecord]) -> Iterator[Outcome]:
    """Yield the numbers that are lower than that of a document which arrived on an earlier day."""
    numbered = [
        (day, int(text), record)
        for record in records
        if (day := any_day(record.text("ArrivalDate"))) and (text := record.text("ArrivalNumber")[:18]).isdecimal()
    ]
    numbered.sort(key=lambda entry: (entry[0], entry[1]))
    highest = -1
    for _, number, record in numbered:
        if number < highest:
            yield record_finding("ARC-07.order", record, "ArrivalNumber", expected=f"> {highest}", received=str(number))
        highest = max(highest, number)
