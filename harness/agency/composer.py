"""Builds the packages that the agency sends, and their bytes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from harness.agency.component import Component
from harness.agency.store.inbox import InboxDocument
from harness.agency.texts import words
from harness.catalogue.codes import BusinessOperation, StatusCode
from harness.edxml.attachments import pack
from harness.edxml.identifiers import document_id
from harness.edxml.model import (
    Attachment,
    Bussiness,
    BussinessDocumentInfo,
    Code,
    DocumentPackage,
    DocumentType,
    Organization,
    OtherInfo,
    PromulgationInfo,
    Receiver,
    ReplacementInfo,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    StatusPackage,
    TraceHeader,
)
from harness.edxml.packages import OPERATOR, Layout, write_package

DATE = "%Y/%m/%d"
TIME = "%Y/%m/%d %H:%M:%S"

_ON_ONE = frozenset({BusinessOperation.RECALL, BusinessOperation.UPDATE})
# Signer and clerk of the agency; a product would keep them in its settings.
_PLACE = "Hà Nội"
_SIGNER = SignerInfo(full_name="Nguyễn Văn Mẫu", competence="TL.", position="Chánh Văn phòng")
_STAFF = StaffInfo(department="Văn thư cơ quan", staff="Trần Thị Mẫu", mobile="0900000000")
_OFFICIAL_LETTER = "18"
_MAIL = "vanthu@coquan.example"
_ANSWER_DUE = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class ComposedFile:
    """A file that the clerk attaches."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OperationTarget:
    """The sent document that an operation acts on."""

    document_id: str
    code: str
    promulgation_date: str
    receivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """What the clerk wants to send.

    Attributes:
        sender: the sending agency.
        to: receivers.
        operation: what the package does.
        target: what the operation acts on.
        added, removed: OrganIds of receivers that an update adds or takes away.
    """

    sender: Organization
    to: tuple[Organization, ...]
    code: Code
    type_name: str
    subject: str
    content: str
    priority: int
    files: tuple[ComposedFile, ...]
    operation: BusinessOperation = BusinessOperation.NEW
    target: OperationTarget | None = None
    reason: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Composer(Component):
    """Builds document packages and status packages."""

    def document(self, draft: DocumentDraft, now: datetime) -> DocumentPackage:
        """Return the package of a draft, promulgated on the day of `now`."""
        return DocumentPackage(
            from_=self.sender(draft),
            to=self.receivers(draft),
            code=draft.code,
            promulgation_info=PromulgationInfo(place=_PLACE, promulgation_date=self.promulgation_date(now)),
            document_type=self.document_type(draft),
            subject=draft.subject,
            content=draft.content,
            signer_info=self.signer(),
            due_date=(now + _ANSWER_DUE).strftime(DATE),
            other_info=self.other_info(draft),
            response_for=self.response_for(draft),
            steering_type="0",
            document_id=self.document_id(draft, now),
            trace_headers=self.trace(draft.sender, now),
            bussiness=self.bussiness(draft),
            attachments=self.attachments(draft.files),
        )

    def sender(self, draft: DocumentDraft) -> Organization:
        """Return From."""
        return replace(draft.sender, email=_MAIL)

    def receivers(self, draft: DocumentDraft) -> tuple[Organization, ...]:
        """Return every To."""
        return draft.to

    def promulgation_date(self, now: datetime) -> str:
        """Return the day of promulgation."""
        return now.strftime(DATE)

    def document_id(self, draft: DocumentDraft, now: datetime) -> str:
        """Return the DocumentId: sender, day and number."""
        code = draft.code
        return document_id(draft.sender.organ_id, now.strftime(DATE), code.code_number, code.code_notation)

    def document_type(self, draft: DocumentDraft) -> DocumentType:
        """Return the type by its name: its number in the list, else that of an official letter."""
        names = self.core.profile.parameters.code_lists.type_names
        number = str(names.index(draft.type_name) + 1) if draft.type_name in names else _OFFICIAL_LETTER
        return DocumentType(type=number, type_name=draft.type_name)

    def signer(self) -> SignerInfo:
        """Return the signer."""
        return _SIGNER

    def staff(self) -> StaffInfo:
        """Return the clerk."""
        return _STAFF

    def other_info(self, draft: DocumentDraft) -> OtherInfo:
        """Return urgency and amounts."""
        return OtherInfo(priority=str(draft.priority), promulgation_amount="1", page_amount="1", direction="false")

    def response_for(self, draft: DocumentDraft) -> tuple[ResponseFor, ...]:
        """Return the document that a recall names."""
        target = draft.target
        if draft.operation != BusinessOperation.RECALL or target is None:
            return ()
        return (ResponseFor(draft.sender.organ_id, target.code, target.promulgation_date, target.document_id),)

    def trace(self, sender: Organization, now: datetime) -> tuple[TraceHeader, ...]:
        """Return the first hop: the sender."""
        return (TraceHeader(sender.organ_id, now.strftime(TIME)),)

    def bussiness(self, draft: DocumentDraft) -> Bussiness:
        """Return the operation and what it acts on."""
        target = draft.target
        return Bussiness(
            doc_type=draft.operation,
            reason=draft.reason,
            paper="0",
            document_id=target.document_id if target and draft.operation in _ON_ONE else "",
            document_info=self.changes(draft) if draft.operation == BusinessOperation.UPDATE else None,
            replacements=self.replacements(draft) if draft.operation == BusinessOperation.REPLACEMENT else (),
            staff=self.staff(),
        )

    def changes(self, draft: DocumentDraft) -> BussinessDocumentInfo:
        """Return what an update changes: always the information, and the receivers if some are added or removed."""
        receivers = [Receiver(organ_id, "0") for organ_id in draft.removed]
        receivers += [Receiver(organ_id, "1") for organ_id in draft.added]
        return BussinessDocumentInfo("1", "1" if receivers else "0", tuple(receivers))

    def replacements(self, draft: DocumentDraft) -> tuple[ReplacementInfo, ...]:
        """Return the document that is replaced, for all its receivers."""
        target = draft.target
        return (ReplacementInfo(target.document_id, target.receivers),) if target else ()

    def attachments(self, files: Sequence[ComposedFile]) -> tuple[Attachment, ...]:
        """Return the clerk's files, packed."""
        return tuple(self.attachment(file, position) for position, file in enumerate(files, start=1))

    def attachment(self, file: ComposedFile, position: int) -> Attachment:
        """Return one file, packed as the operator's library does."""
        return pack(file.name, file.content, f"cid:{position}")

    def status(
        self, document: InboxDocument, code: str, reason: str, sender: Organization, now: datetime
    ) -> StatusPackage:
        """Return a status about a received document, to its sender."""
        return StatusPackage(
            from_=sender,
            response_for=self.answered(document),
            staff_info=self.staff(),
            status_code=code,
            description=reason or self.description(code),
            timestamp=now.strftime(TIME),
        )

    def answered(self, document: InboxDocument) -> ResponseFor:
        """Return the ResponseFor of a status about a received document."""
        return ResponseFor(document.sender, document.code, document.promulgation_date, document.document_id or "")

    def description(self, code: str) -> str:
        """Return the text of a status that has no reason."""
        return words(f"status.{code}")

    def take_back(
        self, target: OperationTarget, receiver: str, reason: str, sender: Organization, now: datetime
    ) -> StatusPackage:
        """Return status 13, which goes the other way: from the sender of a document to one of its receivers."""
        return StatusPackage(
            from_=sender,
            response_for=ResponseFor(receiver, target.code, target.promulgation_date, target.document_id),
            staff_info=self.staff(),
            status_code=StatusCode.TAKE_BACK,
            description=reason,
            timestamp=now.strftime(TIME),
        )

    def written(self, package: DocumentPackage | StatusPackage) -> bytes:
        """Return the bytes of a package."""
        return write_package(package, self.layout())

    def outgoing(self, package: DocumentPackage | StatusPackage, written: bytes) -> bytes:
        """Return the bytes that go out for a package: those that were `written` and checked."""
        return written

    def layout(self) -> Layout:
        """Return the layout of the packages written."""
        return OPERATOR
