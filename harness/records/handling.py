"""ARC-15 and 16: what happened to a document is kept: its handling, its recall."""

from collections.abc import Iterator

from harness.catalogue.codes import StatusCode
from harness.catalogue.findings import Finding, Where, clipped
from harness.records.exchanged import REGISTERED, ExchangedDocument, levelled
from harness.records.export_view import ExportView, record_finding
from harness.records.kept import KeptRecord
from harness.records.registry import records_rule
from harness.rules.registry import Outcome

_REFUSED = frozenset({StatusCode.REFUSED, StatusCode.DISAGREED})


def _statuses(export: ExportView, document: ExchangedDocument) -> list[str]:
    """Return the statuses that this system sent about a document it received: all but the issuer's own."""
    return list(export.exchanged.reported(document)) if export.exchanged else []


def _handled(export: ExportView) -> bool:
    return any(record.kind == "incoming" and REGISTERED & set(_statuses(export, one)) for record, one in export.pairs)


@records_rule("ARC-15", codes=("empty", "not-told"), asks=_handled)
def handling_is_kept(export: ExportView) -> Iterator[Outcome]:
    """What a status reported to the sender is in the handling history too."""
    for record, document in export.pairs:
        sent = [code for code in _statuses(export, document) if code in REGISTERED]
        if record.kind != "incoming" or not sent:
            continue
        history = levelled(record.text("TraceHeaderList")).lower()
        if not history:
            yield record_finding("ARC-15.empty", record, "TraceHeaderList", expected=", ".join(dict.fromkeys(sent)))
            continue
        for code in dict.fromkeys(sent):
            words = export.keeping.history_words.get(code, ())
            if words and not any(word in history for word in words):
                yield record_finding("ARC-15.not-told", record, "TraceHeaderList", expected=code, received=history)


def _recalled(export: ExportView) -> bool:
    return export.exchanged is not None and bool(set(export.exchanged.recalls) & set(export.exchanged.documents))


def _is_applied(export: ExportView, document_id: str) -> bool:
    """Tell whether a recall holds: its document was exchanged, by the same sender, and the recall was not refused."""
    exchanged = export.exchanged
    if exchanged is None or document_id not in exchanged.documents:
        return False
    recall = exchanged.recalls[document_id]
    if not exchanged.is_own(recall, document_id):
        return False
    answers = {code for _, code in exchanged.statuses.get(recall.id, ())}
    about = {code for _, code in exchanged.statuses.get(document_id, ())}
    return not answers & _REFUSED and StatusCode.DISAGREED not in about


@records_rule("ARC-16", codes=("gone", "not-cancelled", "not-frozen", "no-trace"), asks=_recalled)
def recall_is_kept(export: ExportView) -> Iterator[Outcome]:
    """A recalled document is still there, marked, and says by what it was recalled."""
    exchanged = export.exchanged
    if exchanged is None:
        return
    by_document = {document.id: record for record, document in export.pairs}
    for recalled, recall in exchanged.recalls.items():
        if not _is_applied(export, recalled):
            continue
        record = by_document.get(recalled)
        if record is None:
            where = Where(xpath=export.holding.label)
            yield Finding("ARC-16.gone", where, clipped(recalled), parameters={"recall": clipped(recall.id)})
            continue
        yield from _marked(record, recall, export)


def _marked(record: KeptRecord, recall: ExchangedDocument, export: ExportView) -> Iterator[Outcome]:
    state = levelled(record.text("State")).lower()
    words = export.keeping.cancelled if record.kind == "incoming" else export.keeping.frozen
    if state not in {word.lower() for word in words}:
        code = "ARC-16.not-cancelled" if record.kind == "incoming" else "ARC-16.not-frozen"
        yield record_finding(code, record, "State", expected=words[0] if words else "", received=record.text("State"))
    elif not _names_recall(record, recall):
        yield record_finding(
            "ARC-16.no-trace", record, "RecallId", expected=recall.id, received=record.text("RecallId")
        )


def _names_recall(record: KeptRecord, recall: ExchangedDocument) -> bool:
    history = levelled(record.text("TraceHeaderList"))
    return bool(record.text("RecallId")) or recall.id in history or recall.written in history
