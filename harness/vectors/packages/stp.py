"""STP: status packages that are right or wrong."""

from harness.edxml.draft import PackageDraft
from harness.edxml.elements import Element
from harness.vectors.packages.base import DocumentIdentity, document, status
from harness.vectors.registry import Make, bad, good


def _without(path: str) -> Make:
    return lambda identity: status(identity).without(path)


def _coded(code: str, description: str = "Lý do") -> Make:
    return lambda identity: status(identity, code, description)


def _about(name: str, text: str) -> Make:
    """Return a maker of statuses that name the document answered otherwise."""
    return lambda identity: status(identity).with_text(f"ResponseFor/{name}", text)


def _spaced(path: str) -> Make:
    """Return a maker of statuses in which a value is on a line of its own."""
    return lambda i: status(i).with_text(path, f"\n        {status(i).element(path).text}\n      ")


def _with(part: str, into: str) -> Make:
    """Return a maker of statuses that hold a part of a document package."""
    return lambda identity: status(identity).holding(into, document(identity).element(part))


def _contained(identity: DocumentIdentity) -> PackageDraft:
    return status(identity).renamed("MessageHeader", "Status")


good("STP-01", "any-order", lambda identity: status(identity).moved("From", "MessageHeader"))
bad("STP-01.not-in-status", "with-receiver", _with("To", "MessageHeader"))
bad("STP-01.not-in-status", "with-trace", _with("TraceHeaderList", "edXMLHeader"))
bad("STP-01.not-in-status", "with-body", _with("edXMLBody", "edXMLEnvelope"))
bad("STP-01.not-in-status", "with-attachments", _with("AttachmentEncoded", "edXML"))
bad("STP-01.not-in-status", "with-signature", lambda i: status(i).holding("edXMLHeader", Element("Signature")))
bad("STP-01.container", "in-a-container-of-its-own", _contained)

good("STP-02", "sender-by-id", lambda identity: status(identity).without("From/OrganAdd").without("From/Email"))
bad("STP-02.no-from", "no-sender", _without("From"))
bad("STP-02.no-organ-id", "sender-without-id", _without("From/OrganId"))
bad("STP-02.no-response-for", "answers-nothing", _without("ResponseFor"))
bad("STP-02.several", "answers-two", lambda identity: status(identity).repeated("ResponseFor"))
bad("STP-02.incomplete", "no-document-id", _without("ResponseFor/DocumentId"))
bad("STP-02.incomplete", "no-code", _without("ResponseFor/Code"))
bad("STP-02.date-pattern", "day-with-dashes", _about("PromulgationDate", "2023-09-23"))
bad("STP-02.not-a-day", "answered-on-no-day", _about("PromulgationDate", "2023/09/31"))
bad("STP-02.other-form", "id-with-dashes", _about("DocumentId", "000.00.00.G22,2025-09-23,7001/VPCP-TTĐT"))
bad("STP-02.other-form", "id-without-agency", _about("DocumentId", "2025/09/23,7001/VPCP-TTĐT"))
bad(
    "STP-02.other-impossible-day",
    "id-of-no-day",
    _about("DocumentId", "000.00.00.G22,2014/02/30,7001/VPCP-TTĐT"),
)
bad("STP-02.white-space", "day-on-a-line-of-its-own", _spaced("ResponseFor/PromulgationDate"))
bad("STP-02.white-space", "id-on-a-line-of-its-own", _spaced("ResponseFor/DocumentId"))

good("STP-03", "in-process", _coded("05"))
bad("STP-03.digits", "one-digit", _coded("3"))
bad("STP-03.not-in-list", "of-ones-own", _coded("999"))
bad("STP-03.not-in-list", "unused-number", _coded("14"))
bad("STP-03.missing", "no-code", _without("StatusCode"))
bad("STP-03.white-space", "on-a-line-of-its-own", _spaced("StatusCode"))

good("STP-04", "last-second", lambda i: status(i).with_text("Timestamp", f"{i.written_day} 23:59:59"))
bad("STP-04.no-timestamp", "no-timestamp", _without("Timestamp"))
bad("STP-04.pattern", "day-only", lambda identity: status(identity).with_text("Timestamp", identity.written_day))
bad("STP-04.not-a-time", "second-60", lambda i: status(i).with_text("Timestamp", f"{i.written_day} 10:00:60"))
bad("STP-04.white-space", "on-a-line-of-its-own", _spaced("Timestamp"))

good("STP-05", "refusal-with-a-reason", _coded("02", "Gửi nhầm cơ quan"))
good("STP-05", "nothing-to-explain", lambda identity: status(identity, "06").without("Description"))
bad("STP-05.no-reason", "refused", _coded("02", ""))
bad("STP-05.filler", "dash-as-reason", _coded("02", "-"))
bad("STP-05.filler", "dashes-as-reason", _coded("16", "–––"))
bad("STP-05.filler", "word-as-reason", _coded("13", "N/A"))
bad("STP-05.no-reason", "take-back", _coded("13", " "))
bad("STP-05.no-reason", "take-back-refused", _coded("16", ""))

good("STP-06", "name-and-department", lambda i: status(i).without("StaffInfo/Email").without("StaffInfo/Mobile"))
bad("STP-06.no-staff-info", "no-clerk", _without("StaffInfo"))
bad("STP-06.incomplete", "no-department", _without("StaffInfo/Department"))
bad("STP-06.incomplete", "no-name", _without("StaffInfo/Staff"))
