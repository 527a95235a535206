"""HDR: document packages whose header is right or wrong."""

from dataclasses import replace
from datetime import date, timedelta

from harness.edxml.draft import PackageDraft
from harness.edxml.elements import Element
from harness.vectors.packages import files
from harness.vectors.packages.base import (
    DocumentIdentity,
    answering,
    attached,
    document,
    recall,
    replacement,
    status,
    update,
    with_attachments,
)
from harness.vectors.registry import Make, bad, good

_DAY = timedelta(days=1)
# Of the provinces that were merged in 2025, the last day with the codes of their own, and the first without.
_LAST_DAY, _CLOSED = date(2025, 6, 30), date(2025, 7, 1)


def _without(path: str) -> Make:
    return lambda identity: document(identity).without(path)


def _text(path: str, text: str) -> Make:
    return lambda identity: document(identity).with_text(path, text)


def _spaced(path: str) -> Make:
    """Return a maker of documents in which a value is on a line of its own."""

    def make(identity: DocumentIdentity) -> PackageDraft:
        made = document(identity)
        return made.with_text(path, f"\n        {made.element(path).text}\n      ")

    return make


def _passed_on(organ_id: str) -> Make:
    """Return a maker of documents that an agency has passed on."""

    def make(identity: DocumentIdentity) -> PackageDraft:
        at = Element("Timestamp", text=f"{identity.written_day} 08:31:00")
        return document(identity).followed(
            "TraceHeader", Element("TraceHeader", (Element("OrganId", text=organ_id), at))
        )

    return make


def _day(identity: DocumentIdentity, days: int) -> str:
    return f"{identity.day + days * _DAY:%Y/%m/%d}"


def _receiver(organ_id: str, name: str | None = None) -> Make:
    """Return a maker of documents with a second receiver, of the name of another agency if none is given."""

    def make(identity: DocumentIdentity) -> PackageDraft:
        named = identity.particulars.another if name is None else name
        to = Element("To", (Element("OrganId", text=organ_id), Element("OrganName", text=named)))
        return document(identity).followed("To", to)

    return make


def _dated(day: str) -> Make:
    """Return a maker of documents of another day in PromulgationDate and DocumentId alike."""

    def make(identity: DocumentIdentity) -> PackageDraft:
        own = identity.document_id.replace(identity.written_day, day)
        return document(identity).with_text("PromulgationDate", day).with_text("MessageHeader/DocumentId", own)

    return make


def _from(day: date, make: Make) -> Make:
    """Return a maker of documents of their own day, but of `day` at the earliest."""
    return lambda identity: make(replace(identity, day=max(identity.day, day)))


def _until(day: date, make: Make) -> Make:
    """Return a maker of documents of their own day, but of `day` at the latest."""
    return lambda identity: make(replace(identity, day=min(identity.day, day)))


def _answering(organ_id: str, day: str) -> Make:
    """Return a maker of documents that answer one of `organ_id`, of `day`."""
    return lambda identity: answering(replace(identity, earlier=f"{organ_id},{day},7001/QĐ-UBND"))


def _later(days: int) -> Make:
    return lambda identity: document(replace(identity, day=identity.day + days * _DAY))


def _due(days: int) -> Make:
    return lambda i: document(i).with_text("DueDate", _day(i, days))


def _numbered(number: str) -> Make:
    return lambda identity: document(replace(identity, number=number))


def _noted(notation: str) -> Make:
    return lambda identity: document(replace(identity, notation=notation))


def _identified(make_id: str, **parts: str) -> Make:
    """Return a maker of documents with another DocumentId; the places in `make_id` are filled from the identity."""

    def make(i: DocumentIdentity) -> PackageDraft:
        own = {"organ": i.sender[0], "day": i.written_day, "code": f"{i.number}/{i.notation}"}
        return document(i).with_text("MessageHeader/DocumentId", make_id.format(**own | parts))

    return make


good("HDR-01", "id-and-name-only", lambda i: document(i).without("From/Website").without("From/Telephone"))
bad("HDR-01.no-from", "no-sender", _without("From"))
bad("HDR-01.no-organ-id", "sender-without-id", _without("From/OrganId"))
bad("HDR-01.no-organ-name", "sender-without-name", _without("From/OrganName"))
bad("HDR-01.no-organ-name", "sender-with-blank-name", _text("From/OrganName", " \u00a0 "))
bad(
    "HDR-01.nested",
    "sender-in-sender",
    lambda i: document(i).replaced("From", Element("From", (document(i).element("From"),))),
)

good("HDR-02", "both-forms", _receiver("H41.12"))
good("HDR-02", "hub-in-a-later-hop", _passed_on("00.53.W00"))
bad("HDR-02.not-a-form", "two-groups-short", _receiver("28.22.H17"))
bad("HDR-02.not-a-form", "lower-case", _receiver("000.00.00.h41"))
bad("HDR-02.not-a-form", "no-break-space-before", _receiver("\u00a0000.00.00.H44"))
bad("HDR-02.white-space", "blank-around", _receiver(" 000.00.00.H44"))
bad("HDR-02.white-space", "on-a-line-of-its-own", _spaced("From/OrganId"))
bad("HDR-02.hub-id", "hub-as-receiver", _receiver("00.53.W00", "Trục liên thông"))

good("HDR-03", "two-receivers", _receiver("000.00.00.H44"))
bad("HDR-03.no-to", "no-receiver", _without("To"))
bad("HDR-03.no-organ-id", "receiver-without-id", _without("To/OrganId"))
bad("HDR-03.no-organ-name", "receiver-without-name", _without("To/OrganName"))
bad("HDR-03.no-organ-name", "second-receiver-without-name", _receiver("000.00.00.H44", ""))

good("HDR-04", "same-name-other-id", lambda i: _receiver("000.00.00.H44", i.receiver[1])(i))
bad("HDR-04.twice", "receiver-twice", lambda identity: document(identity).repeated("To"))
bad("HDR-04.twice", "receiver-twice-under-two-names", lambda i: _receiver(i.receiver[0], "Tên khác")(i))
bad(
    "HDR-04.twice",
    "receiver-twice-with-one-between",
    lambda i: _receiver("000.00.00.H44")(i).followed("To[2]", document(i).element("To")),
)

good("HDR-05", "leading-zero", _numbered("05"))
bad("HDR-05.no-code", "no-code", _without("Code"))
bad("HDR-05.no-number", "no-number", _without("Code/CodeNumber"))
bad("HDR-05.no-notation", "no-notation", _without("Code/CodeNotation"))
bad("HDR-05.not-a-number", "letters-in-the-number", _numbered("74fass22"))
bad("HDR-05.white-space", "number-on-a-line-of-its-own", _spaced("Code/CodeNumber"))

good("HDR-06", "date-before-place", lambda i: document(i).moved("PromulgationInfo/Place", "PromulgationInfo"))
bad("HDR-06.no-promulgation-info", "no-promulgation-info", _without("PromulgationInfo"))
bad("HDR-06.no-date", "no-date", _without("PromulgationInfo/PromulgationDate"))
bad("HDR-06.no-date", "blank-date", _text("PromulgationDate", "\u200b"))
bad("HDR-06.no-place", "no-place", _without("PromulgationInfo/Place"))

good("HDR-07", "leap-day", lambda identity: document(replace(identity, day=date(2024, 2, 29))))
bad("HDR-07.pattern", "day-first", lambda i: _dated(f"{i.day:%d/%m/%Y}")(i))
bad("HDR-07.pattern", "dashes", lambda i: _dated(f"{i.day:%Y-%m-%d}")(i))
bad("HDR-07.pattern", "iso-time", lambda i: document(i).with_text("DueDate", f"{i.day:%Y-%m-%d}T00:00:00Z"))
bad("HDR-07.pattern", "word-for-a-date", _text("DueDate", "now"))
bad("HDR-07.not-a-day", "thirtieth-of-february", _dated("2014/02/30"))
bad(
    "HDR-07.not-a-day",
    "answered-document-of-no-day",
    lambda i: answering(i).with_text("ResponseFor/PromulgationDate", "2023/13/01"),
)
bad("HDR-07.white-space", "day-on-a-line-of-its-own", _spaced("PromulgationDate"))
bad("HDR-07.white-space", "blank-after-the-due-date", lambda i: _due(7)(i).with_text("DueDate", _day(i, 7) + " "))

good("HDR-08", "today", document)
bad("HDR-08.future", "in-two-days", _later(2))
bad("HDR-08.future", "next-month", _later(31))
bad("HDR-08.future", "next-year", _later(365))

good("HDR-09", "last-of-the-list", _text("DocumentType/Type", "32"))
bad("HDR-09.no-document-type", "no-document-type", _without("DocumentType"))
bad("HDR-09.no-type", "no-type", _without("DocumentType/Type"))
bad("HDR-09.no-type-name", "no-type-name", _without("DocumentType/TypeName"))
bad("HDR-09.not-in-list", "beyond-the-list", _text("DocumentType/Type", "33"))
bad("HDR-09.not-in-list", "name-for-a-number", _text("DocumentType/Type", "Công văn"))
bad("HDR-09.white-space", "type-on-a-line-of-its-own", _spaced("DocumentType/Type"))

good("HDR-10", "one-word", _text("Subject", "Mật khẩu"))
bad("HDR-10.missing", "no-subject", _without("Subject"))
bad("HDR-10.missing", "subject-of-no-break-spaces", _text("Subject", "\u00a0\u00a0"))
bad("HDR-10.missing", "subject-in-lower-case", lambda identity: document(identity).renamed("Subject", "subject"))

good("HDR-11", "as-long-as-may-be", _text("Subject", "ữ" * 500))
bad("HDR-11.too-long", "long-subject", _text("Subject", "a" * 501))
bad("HDR-11.too-long", "long-signer", _text("SignerInfo/FullName", "Nguyễn " * 8))
bad("HDR-11.too-long", "long-telephone", _text("From/Telephone", "0" * 51))
bad("HDR-11.too-long", "long-clerk", _text("StaffInfo/Staff", "Văn thư " * 40))
bad("HDR-11.too-long", "long-file-name", lambda i: with_attachments(i, attached("a" * 497 + ".pdf", files.pdf(), "1")))
bad("HDR-11.too-long", "long-clerk-of-a-status", lambda i: status(i).with_text("StaffInfo/Mobile", "0" * 51))
bad("HDR-11.long", "long-number", _numbered("123456789012"))
bad("HDR-11.long", "long-notation", _noted("UBND-VX-NC-KT-TH-QLĐT-TNMT-XDCB"))

good("HDR-12", "name-only", lambda i: document(i).without("SignerInfo/Competence").without("SignerInfo/Position"))
bad("HDR-12.no-signer-info", "no-signer", _without("SignerInfo"))
bad("HDR-12.no-full-name", "no-name", _without("SignerInfo/FullName"))
bad("HDR-12.no-full-name", "blank-name", _text("SignerInfo/FullName", "\ufeff"))

good("HDR-13", "express-at-an-hour", _text("OtherInfo/Priority", "4"))
bad("HDR-13.not-in-list", "above-the-list", _text("OtherInfo/Priority", "5"))
bad("HDR-13.not-in-list", "negative", _text("OtherInfo/Priority", "-1"))
bad("HDR-13.not-in-list", "name-for-a-number", _text("OtherInfo/Priority", "Hỏa tốc"))
bad("HDR-13.white-space", "on-a-line-of-its-own", _spaced("OtherInfo/Priority"))

good("HDR-14", "three", _text("SteeringType", "3"))
bad("HDR-14.not-in-list", "above-the-list", _text("SteeringType", "4"))
bad("HDR-14.not-in-list", "negative", _text("SteeringType", "-1"))
bad("HDR-14.not-in-list", "word-for-a-number", _text("SteeringType", "true"))
bad("HDR-14.white-space", "on-a-line-of-its-own", _spaced("SteeringType"))

good("HDR-15", "none", _text("OtherInfo/PageAmount", "0"))
bad("HDR-15.not-an-amount", "negative", _text("OtherInfo/PageAmount", "-1"))
bad("HDR-15.not-an-amount", "fraction", _text("OtherInfo/PromulgationAmount", "2,5"))
bad("HDR-15.not-an-amount", "word", _text("OtherInfo/PageAmount", "hai mươi"))
bad("HDR-15.white-space", "on-a-line-of-its-own", _spaced("OtherInfo/PageAmount"))

good("HDR-16", "two-answered", lambda identity: answering(identity).repeated("ResponseFor"))
good(
    "HDR-16",
    "all-empty",
    lambda i: document(i).holding("MessageHeader", Element("ResponseFor", (Element("OrganId"), Element("Code")))),
)
bad("HDR-16.incomplete", "no-organ-id", lambda identity: answering(identity).without("ResponseFor/OrganId"))
bad("HDR-16.incomplete", "no-code", lambda identity: answering(identity).without("ResponseFor/Code"))
bad("HDR-16.incomplete", "no-date", lambda identity: answering(identity).without("ResponseFor/PromulgationDate"))
bad("HDR-16.incomplete", "recall-without-id", lambda identity: recall(identity).without("ResponseFor/DocumentId"))

good("HDR-17", "notation-with-a-comma", _noted("VPCP-TTĐT,KTTH"))
bad("HDR-17.missing", "no-document-id", _without("MessageHeader/DocumentId"))
bad("HDR-17.not-a-form", "without-commas", _identified("{organ}-{day}-{code}"))
bad("HDR-17.not-a-form", "number-only", _identified("20250930"))
bad("HDR-17.not-a-form", "day-first", _identified("{organ},30/09/2025,{code}"))
bad("HDR-17.impossible-day", "impossible-day", _identified("{organ},2025/02/31,{code}"))
bad("HDR-17.uuid", "uuid", _identified("4f6a1d0e-7a0b-4f2b-9d0e-0a1b2c3d4e5f"))
bad(
    "HDR-17.other-form",
    "updated-document-without-form",
    lambda i: update(i).with_text("Bussiness/DocumentId", "VB-7001"),
)
bad(
    "HDR-17.other-impossible-day",
    "replaced-document-of-no-day",
    lambda i: replacement(i).with_text("ReplacementInfo/DocumentId", "000.00.00.G22,2014/02/30,7806/VPCP-TTĐT"),
)
bad("HDR-17.white-space", "on-a-line-of-its-own", _spaced("MessageHeader/DocumentId"))

good("HDR-18", "notation-with-a-slash", _noted("QĐ/TTg"))
bad("HDR-18.organ", "other-agency", _identified("000.00.00.G09,{day},{code}"))
bad("HDR-18.date", "other-day", _identified("{organ},2015/09/30,{code}"))
bad("HDR-18.code", "other-number", _identified("{organ},{day},1/VPCP-TTĐT"))

good("HDR-19", "due-the-same-day", _due(0))
bad("HDR-19.before", "due-the-day-before", _due(-1))
bad("HDR-19.before", "due-a-month-before", _due(-31))
bad("HDR-19.before", "due-a-year-before", _due(-366))

good("HDR-20", "dash-within-a-text", _text("Subject", "N/A là gì - hỏi đáp"))
bad("HDR-20.filler", "not-available", _text("Subject", "N/A"))
bad("HDR-20.filler", "null", _text("SignerInfo/FullName", "null"))
bad("HDR-20.filler", "dash", _text("PromulgationInfo/Place", "-"))
bad("HDR-20.filler", "undefined", _text("To/OrganName", "undefined"))

good("HDR-21", "empty-address", _text("From/Email", ""))
bad("HDR-21.not-an-address", "no-at-sign", _text("From/Email", "vanthu.coquan.gov.vn"))
bad("HDR-21.not-an-address", "two-addresses", _text("To/Email", "a@coquan.gov.vn; b@coquan.gov.vn"))
bad(
    "HDR-21.not-an-address",
    "clerk-of-a-status",
    lambda identity: status(identity).with_text("StaffInfo/Email", "vanthu.coquan.gov.vn"),
)
bad("HDR-21.not-an-address", "no-domain", _text("StaffInfo/Email", "vanthu@"))

good("HDR-22", "on-the-last-day", _until(_LAST_DAY, _receiver("000.00.00.H02")))
good("HDR-22", "answers-an-older-document", _answering("000.00.00.G14", "2024/05/20"))
bad("HDR-22.closed", "closed-province-as-receiver", _from(_CLOSED, _receiver("000.00.00.H02")))
bad("HDR-22.closed", "below-a-closed-province", _from(_CLOSED, _receiver("H62.12")))
bad("HDR-22.closed", "closed-ministry-in-the-trace", _from(_CLOSED, _passed_on("000.00.00.G14")))
bad("HDR-22.closed", "answers-a-document-after-the-closing", _from(_CLOSED, _answering("H02", "2025/07/01")))
