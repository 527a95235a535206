"""Defects in trace and operation of the documents sent."""

from dataclasses import replace

from harness.agency.composer import DocumentDraft as Ordered
from harness.agency.defects.package_changes import SpoiltDocuments, operation
from harness.agency.gallery import defect
from harness.agency.sending_service import SendingService
from harness.catalogue.codes import BusinessOperation
from harness.edxml.draft import PackageDraft
from harness.edxml.elements import elements_of
from harness.edxml.model import DocumentPackage


@defect("traced-from-the-hub", breaks="TRC-01")
class TracedFromTheHub(SpoiltDocuments):
    """Names another agency as the first hop."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.with_text("TraceHeader/OrganId", "000.00.00.G12")


@defect("iso-time", breaks="TRC-02")
class IsoTime(SpoiltDocuments):
    """Writes the time of the hop as ISO 8601."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        day, _, time = draft.element("TraceHeader/Timestamp").text.partition(" ")
        return draft.with_text("TraceHeader/Timestamp", f"{day.replace('/', '-')}T{time}Z")


@defect("operation-nine", breaks="TRC-03")
class OperationNine(SpoiltDocuments):
    """Uses an operation of its own."""

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.with_text("Bussiness/BussinessDocType", "9")


@defect("recall-notice-names-nothing", breaks="TRC-04", shown_by=("OPS-01",))
class RecallNoticeNamesNothing(SendingService):
    """Sends, after every recall, a second notice that does not name the recalled document."""

    def queue(self, package: DocumentPackage, draft: Ordered, written: bytes) -> None:
        super().queue(package, draft, written)
        if draft.operation != BusinessOperation.RECALL:
            return
        number = f"{package.code.code_number}000"
        notice = replace(
            package,
            code=replace(package.code, code_number=number),
            document_id=package.document_id.replace(f",{package.code.code_number}/", f",{number}/"),
            response_for=(),
        )
        self.sender.queue(
            messagetype="edoc",
            stream=f"out {notice.document_id}",
            document_id=notice.document_id,
            organ_id=draft.sender.organ_id,
            package=PackageDraft(elements_of(notice)).written(),
        )


@defect("update-marked-true", breaks="TRC-05", shown_by=("OPS-04",))
class UpdateMarkedTrue(SpoiltDocuments):
    """Marks what an update changes with `true` instead of 1."""

    def is_spoilt(self, package: DocumentPackage) -> bool:
        return operation(package) == "2"

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.with_text("BussinessDocumentInfo/DocumentInfo", "true")


@defect("replaces-for-nobody", breaks="TRC-06", shown_by=("OPS-05",))
class ReplacesForNobody(SpoiltDocuments):
    """Names the replaced document, but not for whom it is replaced."""

    def is_spoilt(self, package: DocumentPackage) -> bool:
        return operation(package) == "3"

    def spoil(self, draft: PackageDraft) -> PackageDraft:
        return draft.without("OrganIdList")
