"""ARC-03, 18: a record says what the exchanged package says."""

from collections.abc import Iterator

from harness.catalogue.findings import Finding, Where
from harness.catalogue.verdicts import Cause
from harness.records.dates import any_day
from harness.records.exchanged import Exchanged, ExchangedDocument, levelled, written_number
from harness.records.export_view import ExportView, record_finding
from harness.records.kept import KeptRecord
from harness.records.registry import records_rule
from harness.rules.registry import Outcome
from harness.rules.undecided import Undecided

_PRIORITY_SIGNS = 1


def _is_compared(export: ExportView) -> bool:
    return export.exchanged is not None and bool(export.documents)


@records_rule("ARC-03", codes=("differs", "joined", "not-compared"), asks=_is_compared)
def record_agrees(export: ExportView) -> Iterator[Outcome]:
    """Number, notation, date, subject, issuer and signer are those of the package."""
    for record, document in export.pairs:
        if joined(record.text("CodeNumber"), record.text("CodeNotation"), document):
            said = f"{document.package.code.code_number} + {document.package.code.code_notation}"
            both = f"{record.text('CodeNumber')} + {record.text('CodeNotation')}"
            yield record_finding("ARC-03.joined", record, "CodeNumber", expected=said, received=both)
        else:
            yield from _code(record, document)
        for field, texts in _texts(document, export).items():
            kept = record.text(field)
            if kept and levelled(kept) not in {levelled(one) for one in texts if one}:
                yield record_finding("ARC-03.differs", record, field, expected=texts[0], received=kept)
        issued = any_day(record.text("IssuedDate"))
        meant = any_day(document.package.promulgation_info.promulgation_date)
        if issued and meant and issued != meant:
            kept = record.text("IssuedDate")
            yield record_finding("ARC-03.differs", record, "IssuedDate", expected=f"{meant:%d/%m/%Y}", received=kept)
    if not export.pairs:
        count = str(len(export.exchanged.documents) if export.exchanged else 0)
        where = Where(xpath=export.holding.label)
        yield Undecided(Finding("ARC-03.not-compared", where, received=count), Cause.CONFIGURATION)


def joined(number: str, notation: str, document: ExchangedDocument) -> bool:
    """Tell whether the whole of number and notation is in one field."""
    whole = levelled(f"{document.package.code.code_number}/{document.package.code.code_notation}")
    return whole in {levelled(number), levelled(notation)}


def _code(record: KeptRecord, document: ExchangedDocument) -> Iterator[Outcome]:
    number, notation = record.text("CodeNumber"), record.text("CodeNotation")
    said = document.package.code
    if number and said.code_number and written_number(number) != written_number(said.code_number):
        yield record_finding("ARC-03.differs", record, "CodeNumber", expected=said.code_number, received=number)
    if notation and said.code_notation and levelled(notation) != levelled(said.code_notation):
        yield record_finding("ARC-03.differs", record, "CodeNotation", expected=said.code_notation, received=notation)


def subjects(document: ExchangedDocument, exchanged: Exchanged | None) -> tuple[str, ...]:
    """Return the subjects that a kept document may have: the package's, or that of an update which it got later."""
    updates = exchanged.updates.get(document.id, ()) if exchanged else ()
    return tuple(text for one in (document, *updates) for text in (one.package.subject, one.package.content))


def _texts(document: ExchangedDocument, export: ExportView) -> dict[str, tuple[str, ...]]:
    """Return what a package says by field of the record; any one of several texts may match."""
    package = document.package
    said = {
        "Subject": subjects(document, export.exchanged),
        "OrganName": (package.from_.organ_name, package.from_.organization_in_charge),
        "SignerInfo.FullName": (package.signer_info.full_name,),
    }
    return {field: texts for field, texts in said.items() if texts[0]}


def _has_priority(export: ExportView) -> bool:
    return any(record.text("Priority") for record in export.documents)


@records_rule("ARC-18", codes=("not-a-digit", "differs"), asks=_has_priority)
def priority_agrees(export: ExportView) -> Iterator[Outcome]:
    """Priority is one digit, the package's."""
    for record in export.documents:
        kept = record.text("Priority")
        document = export.exchanged_of.get(id(record))
        said = document.package.other_info.priority if document and document.package.other_info else ""
        if kept and not (kept.isascii() and kept.isdigit() and len(kept) == _PRIORITY_SIGNS):
            yield record_finding("ARC-18.not-a-digit", record, "Priority", expected="0–9", received=kept)
        elif kept and said and kept != said:
            yield record_finding("ARC-18.differs", record, "Priority", expected=said, received=kept)
