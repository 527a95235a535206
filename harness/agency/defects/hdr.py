"""Defects in the header of the documents sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from harness.agency.composer import Composer
from harness.agency.composer import DocumentDraft as Ordered
from harness.agency.defects.package_changes import SpoiltDocuments
from harness.agency.gallery import defect
from harness.agency.sending_service import SendingService
from harness.edxml.draft import NoSuchElement, PackageDraft
from harness.edxml.elements import Element

_AHEAD = timedelta(days=2)


def _passed_on(draft: PackageDraft, organ_id: str) -> PackageDraft:
    at = draft.element("TraceHeader/Timestamp").text
    hop = Element("TraceHeader", (Element("OrganId", text=organ_id), Element("Timestamp", text=at)))
    return draft.followed("TraceHeader", hop)


def _answered(organ_id: str) -> Element:
    """Return what names an answered document of this agency, of last September."""
    day, code = "2025/09/15", "12/QĐ-UBND"
    own = f"000.00.00.G22,{day},{code}"
    named = {"OrganId": organ_id, "Code": code, "PromulgationDate": day, "DocumentId": own}
    return Element("ResponseFor", tuple(Element(name, text=text) for name, text in named.items()))


@defect("sender-without-a-name", breaks="HDR-01")
class SenderWithoutAName(SpoiltDocuments):
    """Leaves out the name of the sending agency."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.without("From/OrganName")


@defect("hop-with-a-made-up-id", breaks="HDR-02")
class HopWithAMadeUpId(SpoiltDocuments):
    """Adds a hop of its own whose OrganId is a name."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return _passed_on(draft, "UBND-TINH")


@defect("hop-with-its-system-id", breaks="HDR-02")
class HopWithItsSystemId(SpoiltDocuments):
    """Adds a hop of its own under the id of its system, as test systems write it where an agency's id is expected."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return _passed_on(draft, self.settings.system_id)


@defect("answers-an-agency-called-null", breaks="HDR-02")
class AnswersAnAgencyCalledNull(SpoiltDocuments):
    """Writes `null` for the agency that it answers: the text of an empty field of its database."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.followed("DocumentId", _answered("null"))


@defect("receiver-without-a-name", breaks="HDR-03")
class ReceiverWithoutAName(SpoiltDocuments):
    """Leaves out the receiver's name."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.without("To/OrganName")


@defect("receiver-twice", breaks="HDR-04")
class ReceiverTwice(SpoiltDocuments):
    """Names the first receiver twice."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.repeated("To")


@defect("code-without-notation", breaks="HDR-05")
class CodeWithoutNotation(SpoiltDocuments):
    """Leaves out the notation."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.without("Code/CodeNotation")


@defect("no-promulgation-date", breaks="HDR-06")
class NoPromulgationDate(SpoiltDocuments):
    """Leaves out the day of promulgation."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.without("PromulgationInfo/PromulgationDate")


@defect("day-first", breaks="HDR-07")
class DayFirst(SpoiltDocuments):
    """Writes the due date day first, as on paper."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.with_text("DueDate", "31/12/2099")


@defect("dated-ahead", breaks="HDR-08")
class DatedAhead(Composer):
    """Takes a day ahead for the day of promulgation, as clocks shifted to another zone do."""

    def promulgation_date(self, now: datetime) -> str:
        return super().promulgation_date(now + _AHEAD)

    def document_id(self, draft: Ordered, now: datetime) -> str:
        return super().document_id(draft, now + _AHEAD)


@defect("type-of-its-own", breaks="HDR-09")
class TypeOfItsOwn(SpoiltDocuments):
    """Uses a number of its own for the document type."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.with_text("DocumentType/Type", "99")


@defect("subject-blank", breaks="HDR-10")
class SubjectBlank(SpoiltDocuments):
    """Sends a subject of one no-break space."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.with_text("Subject", "\u00a0")


@defect("content-too-long", breaks="HDR-11")
class ContentTooLong(SpoiltDocuments):
    """Copies far more than 500 letters into Content."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        content = Element("Content", text="Nội dung " * 80)
        try:
            return draft.replaced("Content", content)
        except NoSuchElement:
            return draft.followed("Subject", content)


@defect("nobody-signed", breaks="HDR-12")
class NobodySigned(SpoiltDocuments):
    """Leaves out the signer's name."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.without("SignerInfo/FullName")


@defect("priority-nine", breaks="HDR-13")
class PriorityNine(SpoiltDocuments):
    """Uses a priority of its own."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.with_text("OtherInfo/Priority", "9")


@defect("steering-type-seven", breaks="HDR-14")
class SteeringTypeSeven(SpoiltDocuments):
    """Uses a steering type of its own."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.with_text("SteeringType", "7")


@defect("answers-half-a-document", breaks="HDR-16")
class AnswersHalfADocument(SpoiltDocuments):
    """Names a document that it answers by sender and code alone."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        named = (Element("OrganId", text="000.00.00.G22"), Element("Code", text="1/VPCP"))
        return draft.followed("DocumentId", Element("ResponseFor", named))


@defect("document-id-of-its-own", breaks="HDR-17")
class DocumentIdOfItsOwn(Composer):
    """Numbers its documents by a key of its own."""

    def document_id(self, draft: Ordered, now: datetime) -> str:
        return f"{draft.code.code_notation}-{draft.code.code_number}"


@defect("stale-directory", breaks="HDR-22")
class StaleDirectory(SpoiltDocuments):
    """Names the agency that it answers by a code which was closed before: its directory is older than that."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.followed("DocumentId", _answered("000.00.00.G14"))


@defect("dated-ahead", breaks="HDR-08")
@defect("document-id-of-its-own", breaks="HDR-17")
class TakesItForRight(SendingService):
    """Does not check its own packages."""

    def complaints(self, data: bytes, now: datetime) -> Sequence[str]:
        return ()
