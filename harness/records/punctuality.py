"""ARC-17, 31 and 32: registered, issued and acknowledged by the day that the decree names. Never more than a remark.

Holidays differ by year and are announced late, and a record shows days and not why something took longer.
"""

from collections.abc import Iterator
from datetime import timedelta

from harness.records.dates import any_day
from harness.records.exchanged import ExchangedDocument
from harness.records.export_view import ExportView, record_finding
from harness.records.kept import KeptRecord
from harness.records.registry import records_rule
from harness.records.working_days import due, next_working_day, same_working_day
from harness.rules.registry import Outcome

_AT_MIDNIGHT = timedelta(hours=1)  # what came just before midnight may be done with just after it


def _pairs(export: ExportView, kind: str) -> Iterator[tuple[KeptRecord, ExchangedDocument]]:
    return ((record, document) for record, document in export.pairs if record.kind == kind)


def _arrivals(export: ExportView) -> bool:
    return any(
        document.moment and any_day(record.text("ArrivalDate")) for record, document in _pairs(export, "incoming")
    )


@records_rule("ARC-17", codes=("late", "urgent-late"), asks=_arrivals)
def registered_in_time(export: ExportView) -> Iterator[Outcome]:
    """A document is registered on the day it came, or on the next working day; an urgent one on the day itself."""
    calendar = export.profile.parameters.calendar
    for record, document in _pairs(export, "incoming"):
        moment, kept = document.moment, any_day(record.text("ArrivalDate"))
        if moment is None or kept is None:
            continue
        urgent = _is_urgent(document)
        came = (moment + _AT_MIDNIGHT).date() if urgent else moment.date()
        last = same_working_day(came, calendar) if urgent else next_working_day(came, calendar)
        if kept > last:
            code = "ARC-17.urgent-late" if urgent else "ARC-17.late"
            received = record.text("ArrivalDate")
            yield record_finding(code, record, "ArrivalDate", expected=due(came, last, calendar), received=received)


def _is_urgent(document: ExchangedDocument) -> bool:
    other = document.package.other_info
    said = other.priority.strip() if other else ""
    return said.isascii() and said.isdecimal() and int(said[:3]) > 0


def _issues(export: ExportView) -> bool:
    return any(document.moment and _issued(document) for _, document in _pairs(export, "outgoing"))


def _issued(document: ExchangedDocument) -> str:
    return document.package.promulgation_info.promulgation_date


@records_rule("ARC-31", codes=("late",), asks=_issues)
def issued_in_time(export: ExportView) -> Iterator[Outcome]:
    """A document is sent on the day of its date, or on the next working day."""
    calendar = export.profile.parameters.calendar
    for record, document in _pairs(export, "outgoing"):
        moment, day = document.moment, any_day(_issued(document))
        if moment is None or day is None:
            continue
        last = next_working_day(day, calendar)
        if moment.date() > last:
            received = f"{moment:%d/%m/%Y}"
            yield record_finding(
                "ARC-31.late", record, "IssuedDate", expected=due(day, last, calendar), received=received
            )


def _receipts(export: ExportView) -> bool:
    return any(document.moment and export.receipt(document) for _, document in _pairs(export, "incoming"))


@records_rule("ARC-32", codes=("late",), asks=_receipts)
def receipt_reported_in_time(export: ExportView) -> Iterator[Outcome]:
    """The receipt is reported to the sender within the day; on a day off, on the next working day."""
    calendar = export.profile.parameters.calendar
    for record, document in _pairs(export, "incoming"):
        moment, said = document.moment, export.receipt(document)
        if moment is None or said is None:
            continue
        last = same_working_day(moment.date(), calendar)
        if (said - _AT_MIDNIGHT).date() > last:
            received = f"{said:%d/%m/%Y %H:%M}"
            yield record_finding(
                "ARC-32.late", record, "TraceHeaderList", expected=due(moment.date(), last, calendar), received=received
            )
