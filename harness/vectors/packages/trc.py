"""TRC: document packages whose trace or operation is right or wrong."""

from collections.abc import Callable

from harness.edxml.draft import PackageDraft
from harness.edxml.elements import Element
from harness.edxml.layout import BUSSINESS_FIRST, Layout
from harness.vectors.packages.base import DocumentIdentity, document, recall, replacement, update
from harness.vectors.registry import Make, bad, good

_Base = Callable[[DocumentIdentity], PackageDraft]


def _without(base: _Base, *paths: str) -> Make:
    def make(identity: DocumentIdentity) -> PackageDraft:
        made = base(identity)
        for path in paths:
            made = made.without(path)
        return made

    return make


def _text(base: _Base, path: str, text: str) -> Make:
    return lambda identity: base(identity).with_text(path, text)


def _spaced(base: _Base, path: str) -> Make:
    """Return a maker of documents in which a value is on a line of its own."""
    return lambda i: base(i).with_text(path, f"\n        {base(i).element(path).text}\n      ")


def _stamped(stamp: Callable[[DocumentIdentity], str]) -> Make:
    return lambda identity: document(identity).with_text("TraceHeader/Timestamp", stamp(identity))


good("TRC-01", "operation-before-trace", lambda i: document(i).laid_out(Layout(order=BUSSINESS_FIRST)))
bad("TRC-01.no-list", "no-list", _without(document, "TraceHeaderList"))
bad("TRC-01.no-hop", "no-hop", _without(document, "TraceHeader"))
bad("TRC-01.no-organ-id", "hop-without-id", _without(document, "TraceHeader/OrganId"))
bad("TRC-01.not-the-sender", "other-agency", _text(document, "TraceHeader/OrganId", "000.00.00.G09"))

good("TRC-02", "midnight", lambda i: document(i).with_text("TraceHeader/Timestamp", f"{i.written_day} 00:00:00"))
bad("TRC-02.no-timestamp", "no-timestamp", _without(document, "TraceHeader/Timestamp"))
bad("TRC-02.pattern", "iso", _stamped(lambda i: f"{i.day:%Y-%m-%d}T{i.particulars.at}+07:00"))
bad("TRC-02.pattern", "no-seconds", _stamped(lambda i: f"{i.written_day} {i.particulars.at[:5]}"))
bad("TRC-02.not-a-time", "hour-25", _stamped(lambda i: f"{i.written_day} 25:00:00"))
bad("TRC-02.white-space", "on-a-line-of-its-own", _spaced(document, "TraceHeader/Timestamp"))

good("TRC-03", "no-operation", _without(document, "Bussiness"))
good("TRC-03", "last-of-the-list", replacement)
bad("TRC-03.missing", "no-type", _without(document, "Bussiness/BussinessDocType"))
bad("TRC-03.not-in-list", "above-the-list", _text(document, "Bussiness/BussinessDocType", "4"))
bad("TRC-03.not-in-list", "negative", _text(document, "Bussiness/BussinessDocType", "-1"))
bad("TRC-03.not-in-list", "word", _text(document, "Bussiness/BussinessDocType", "new"))
bad("TRC-03.white-space", "on-a-line-of-its-own", _spaced(document, "Bussiness/BussinessDocType"))

good("TRC-04", "two-recalled", lambda identity: recall(identity).repeated("ResponseFor"))
bad("TRC-04.no-response-for", "names-nothing", _without(recall, "ResponseFor"))
bad(
    "TRC-04.no-response-for",
    "names-it-in-the-operation",
    lambda identity: (
        recall(identity)
        .without("ResponseFor")
        .followed("Bussiness/Paper", Element("DocumentId", text=identity.response().document_id))
    ),
)
bad(
    "TRC-04.no-response-for",
    "empty-response-for",
    lambda identity: recall(identity).replaced("ResponseFor", Element("ResponseFor")),
)

good("TRC-05", "no-receivers", _without(update, "ReceiverList"))
bad("TRC-05.no-document-id", "no-document-id", _without(update, "Bussiness/DocumentId"))
bad("TRC-05.no-document-info", "no-document-info", _without(update, "BussinessDocumentInfo"))
bad("TRC-05.receiver-without-id", "receiver-without-id", _without(update, "Receiver/OrganId"))
bad("TRC-05.no-receiver-type", "receiver-without-type", _without(update, "Receiver/ReceiverType"))
bad("TRC-05.receiver-type", "receiver-of-type-2", _text(update, "Receiver/ReceiverType", "2"))
bad("TRC-05.not-a-flag", "flag-true", _text(update, "BussinessDocumentInfo/DocumentInfo", "true"))
bad("TRC-05.white-space", "receiver-type-on-a-line-of-its-own", _spaced(update, "Receiver/ReceiverType"))

good("TRC-06", "two-replaced", lambda identity: replacement(identity).repeated("ReplacementInfo"))
bad("TRC-06.no-replacements", "no-list", _without(replacement, "ReplacementInfoList"))
bad("TRC-06.no-document-id", "no-document-id", _without(replacement, "ReplacementInfo/DocumentId"))
bad("TRC-06.no-organ-id", "no-agency", _without(replacement, "OrganIdList"))
bad("TRC-06.no-organ-id", "blank-agency", _text(replacement, "OrganIdList/OrganId", " "))

good("TRC-07", "new-without-reason", _without(document, "Bussiness/BussinessDocReason"))
good("TRC-07", "reason-of-one-word", _text(recall, "Bussiness/BussinessDocReason", "Nhầm"))
bad("TRC-07.no-reason", "recall", _without(recall, "Bussiness/BussinessDocReason"))
bad("TRC-07.no-reason", "update", _without(update, "Bussiness/BussinessDocReason"))
bad("TRC-07.no-reason", "replacement", _text(replacement, "Bussiness/BussinessDocReason", "\u00a0"))
