"""ARC-01, 02, 04, 05: a record is complete, its texts fit, its dates are real."""

import re
from collections.abc import Iterator

from harness.catalogue.findings import Finding, Where, clipped
from harness.edxml.identifiers import parse_document_id
from harness.records.dates import any_day, read_any_day
from harness.records.exchanged import Direction, ExchangedDocument, levelled
from harness.records.export_view import ExportView, record_finding
from harness.records.kept import KeptRecord
from harness.records.registry import records_rule
from harness.rules.registry import Outcome

_DOCUMENT = ("CodeNumber", "CodeNotation", "IssuedDate", "Subject", "OrganName")
_ARRIVAL = ("ArrivalDate", "ArrivalNumber", "ToPlaces")
_PAST = ("IssuedDate", "ArrivalDate", "StartDate")
_DATES = (*_PAST, "EndDate", "DueDate")
_FIRST_GROUP = re.compile(r"[^\W\d_]+")


def _has_outgoing(export: ExportView) -> bool:
    return bool(export.outgoing) or any(one.direction == "sent" for one in export.left_out)


def _has_incoming(export: ExportView) -> bool:
    return bool(export.incoming) or any(one.direction == "received" for one in export.left_out)


def _has_documents(export: ExportView) -> bool:
    return bool(export.documents)


def _has_records(export: ExportView) -> bool:
    return bool(export.tables.records)


@records_rule("ARC-01", codes=("missing", "no-type", "no-type-letter", "left-out"), asks=_has_outgoing)
def outgoing_record_is_complete(export: ExportView) -> Iterator[Outcome]:
    """Number, notation, date, subject, issuer, recipients, signer and type name are filled."""
    yield from _left_out(export, "sent", "ARC-01.left-out")
    for record in export.outgoing:
        for field in _DOCUMENT:
            if not record.text(field):
                yield record_finding("ARC-01.missing", record, field, expected=field)
        if not record.group("To") and not record.text("ToPlaces"):
            yield record_finding("ARC-01.missing", record, "To", expected="To")
        if not record.text("SignerInfo.FullName"):
            yield record_finding("ARC-01.missing", record, "SignerInfo", expected="SignerInfo/FullName")
        if not record.text("TypeName"):
            code = "ARC-01.no-type-letter" if _is_letter(record, export) else "ARC-01.no-type"
            yield record_finding(code, record, "TypeName", expected="TypeName", received=record.text("CodeNotation"))


def _left_out(export: ExportView, direction: Direction, code: str) -> Iterator[Outcome]:
    where = Where(xpath=export.holding.label)
    for document in export.left_out:
        if document.direction == direction:
            yield Finding(code, where, expected=clipped(document.id), parameters={"document": clipped(document.id)})


def _is_letter(record: KeptRecord, export: ExportView) -> bool:
    """Tell whether a document is an official letter, which has no type name of its own: by the package, else by the
    notation, which begins with the letters of the type where there is one."""
    document = export.exchanged_of.get(id(record))
    if document is not None and document.package.document_type.type_name:
        return levelled(document.package.document_type.type_name).lower() == export.keeping.letter.lower()
    first = _FIRST_GROUP.match(record.text("CodeNotation"))
    return first is None or first[0] not in export.keeping.type_marks


@records_rule("ARC-02", codes=("missing", "no-signer", "left-out"), asks=_has_incoming)
def incoming_record_is_complete(export: ExportView) -> Iterator[Outcome]:
    """The document's data, ArrivalDate, ArrivalNumber and the receiver are filled."""
    yield from _left_out(export, "received", "ARC-02.left-out")
    for record in export.incoming:
        for field in (*_DOCUMENT, *_ARRIVAL):
            if not record.text(field):
                yield record_finding("ARC-02.missing", record, field, expected=field)
        if not record.text("SignerInfo.FullName"):
            yield record_finding("ARC-02.no-signer", record, "SignerInfo", expected="SignerInfo/FullName")


@records_rule("ARC-04", codes=("long", "long-exchanged", "long-other"), asks=_has_records)
def texts_fit(export: ExportView) -> Iterator[Outcome]:
    """No text is longer than its field; one that the package itself has so long is only remarked upon."""
    for record in export.tables.records:
        document = export.exchanged_of.get(id(record))
        for field, bound in export.keeping.lengths.items():
            for text in record.values.get(field, ()):
                most = bound.fail or bound.remark or 0
                if len(text.strip()) <= most:
                    continue
                code = "ARC-04.long-other" if bound.fail is None else "ARC-04.long"
                if bound.fail is not None and document is not None and _so_long(document, field, most):
                    code = "ARC-04.long-exchanged"
                yield record_finding(code, record, field, expected=str(most), received=str(len(text.strip())))


def _so_long(document: ExchangedDocument, field: str, most: int) -> bool:
    package = document.package
    said = {
        "CodeNumber": package.code.code_number,
        "CodeNotation": package.code.code_notation,
        "Subject": package.subject,
        "OrganName": package.from_.organ_name,
        "TypeName": package.document_type.type_name,
        "SignerInfo.FullName": package.signer_info.full_name,
        "SignerInfo.Position": package.signer_info.position,
    }
    return len(said.get(field, "").strip()) > most


@records_rule("ARC-05", codes=("impossible", "future", "unread", "order"), asks=_has_records)
def dates_are_real(export: ExportView) -> Iterator[Outcome]:
    """Every date names a day that there is; what has happened is not in the future."""
    today = export.at.date()
    for record in export.tables.records:
        for field in _DATES:
            text = record.text(field)
            day = read_any_day(text) if text else None
            if day == "impossible":
                yield record_finding("ARC-05.impossible", record, field, received=text)
            elif day == "pattern":
                yield record_finding("ARC-05.unread", record, field, expected="DD/MM/YYYY", received=text)
            elif day is not None and field in _PAST and day > today:
                yield record_finding("ARC-05.future", record, field, expected=f"≤ {today:%d/%m/%Y}", received=text)
        issued, arrived = any_day(record.text("IssuedDate")), any_day(record.text("ArrivalDate"))
        if record.kind == "incoming" and issued and arrived and issued > arrived:
            said = record.text("ArrivalDate")
            yield record_finding("ARC-05.order", record, "ArrivalDate", expected=f"≥ {issued:%d/%m/%Y}", received=said)


def issuer_of(record: KeptRecord) -> str:
    """Return who issued a document: by its DocumentId, else the name as written."""
    parts = parse_document_id(record.text("DocumentId"))
    return parts.organ_id if parts is not None else levelled(record.text("OrganName")).lower()
