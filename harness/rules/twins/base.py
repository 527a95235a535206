"""The good packages that all twins are made of."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from harness.edxml.attachments import pack
from harness.edxml.drafting import Draft
from harness.edxml.elements import elements_of
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
from harness.rules.twins import files

RECALL, UPDATE, REPLACEMENT = "1", "2", "3"
_CLERK = StaffInfo("Phòng Hành chính", "Nguyễn Thị Văn Thư", "vanthu@coquan.gov.vn", "0900000000")
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose package it is: what differs between two deliveries of the same twin.

    Attributes:
        sender: OrganId and OrganName of the sending agency.
        receiver: those of the receiving agency.
        number: CodeNumber, digits.
        day: day of promulgation.
        earlier: DocumentId of an earlier document of the sender's, on which operations act;
            for a status, the document answered, which then is the receiver's.
    """

    sender: tuple[str, str] = ("000.00.00.G22", "Văn phòng Chính phủ")
    receiver: tuple[str, str] = ("000.00.00.H41", "Ủy ban nhân dân tỉnh Nghệ An")
    number: str = "7816"
    notation: str = "VPCP-TTĐT"
    day: date = date(2024, 9, 30)
    earlier: str = ""

    @property
    def written_day(self) -> str:
        """The day as packages write it."""
        return f"{self.day:%Y/%m/%d}"

    @property
    def document_id(self) -> str:
        """DocumentId of the package."""
        return document_id(self.sender[0], self.written_day, self.number, self.notation)

    def response(self) -> ResponseFor:
        """Return what names the earlier document."""
        issuer = self.receiver[0]
        earlier = self.earlier or document_id(self.sender[0], f"{self.day - _WEEK:%Y/%m/%d}", "7001", self.notation)
        organ, day, code = earlier.split(",", 2)
        return ResponseFor(organ or issuer, code, day, earlier)


def package(identity: Identity) -> DocumentPackage:
    """Return a new document with everything that the regulation knows, in good order."""
    day = identity.written_day
    return DocumentPackage(
        from_=replace(_agency(*identity.sender), telephone="024 38043100", website="coquan.gov.vn"),
        to=(_agency(*identity.receiver),),
        code=Code(identity.number, identity.notation),
        promulgation_info=PromulgationInfo("Hà Nội", day),
        document_type=DocumentType("18", "Công văn"),
        subject="V/v kết nối, liên thông phần mềm quản lý văn bản",
        content="V/v kết nối, liên thông phần mềm quản lý văn bản",
        signer_info=SignerInfo("Nguyễn Văn Mẫu", "TL. BỘ TRƯỞNG", "Cục trưởng"),
        due_date=f"{identity.day + _WEEK:%Y/%m/%d}",
        to_places=("Các bộ, cơ quan ngang bộ", "Lưu: VT"),
        other_info=OtherInfo("0", "Liên thông văn bản", "TVC", "2", "22", "false", ("Phụ lục I",)),
        steering_type="1",
        document_id=identity.document_id,
        trace_headers=(TraceHeader(identity.sender[0], f"{day} 08:30:00"),),
        bussiness=Bussiness("0", "Văn bản điện tử mới", "0", staff=_CLERK),
        attachments=(attached("cong-van.pdf", files.pdf(), "1"), attached("phu-luc.xlsx", files.xlsx(), "2")),
    )


def document(identity: Identity) -> Draft:
    """Return a new document."""
    return Draft(elements_of(package(identity)))


def with_attachments(identity: Identity, *attachments: Attachment) -> Draft:
    """Return a new document with these attachments."""
    return Draft(elements_of(replace(package(identity), attachments=attachments)))


def answering(identity: Identity) -> Draft:
    """Return a new document that answers an earlier one."""
    return Draft(elements_of(replace(package(identity), response_for=(identity.response(),))))


def recall(identity: Identity) -> Draft:
    """Return the recall of an earlier document."""
    changed = replace(
        package(identity),
        response_for=(identity.response(),),
        bussiness=Bussiness(RECALL, "Ban hành nhầm", "0", staff=_CLERK),
    )
    return Draft(elements_of(changed))


def update(identity: Identity) -> Draft:
    """Return an update of an earlier document, of its information and its receivers."""
    info = BussinessDocumentInfo("1", "1", (Receiver(identity.receiver[0], "1"),))
    earlier = identity.response().document_id
    operation = Bussiness(UPDATE, "Cập nhật nơi nhận", "0", earlier, document_info=info, staff=_CLERK)
    return Draft(elements_of(replace(package(identity), bussiness=operation)))


def replacement(identity: Identity) -> Draft:
    """Return a document that replaces an earlier one."""
    replaced = ReplacementInfo(identity.response().document_id, (identity.receiver[0],))
    operation = Bussiness(REPLACEMENT, "Thay thế văn bản có sai sót", "0", replacements=(replaced,), staff=_CLERK)
    return Draft(elements_of(replace(package(identity), bussiness=operation)))


def status(identity: Identity, code: str = "03", description: str = "Đã tiếp nhận") -> Draft:
    """Return a status package about an earlier document."""
    message = StatusPackage(
        from_=_agency(*identity.sender),
        response_for=identity.response(),
        staff_info=_CLERK,
        status_code=code,
        description=description,
        timestamp=f"{identity.written_day} 09:15:00",
    )
    return Draft(elements_of(message))


def attached(name: str, content: bytes, content_id: str) -> Attachment:
    """Return a file packed as the operator's library does, the same bytes every time."""
    return pack(name, content, content_id, entry_id="00000000-0000-4000-8000-000000000000")


def _agency(organ_id: str, name: str) -> Organization:
    return Organization(
        organ_id,
        name,
        organization_in_charge=name,
        organ_add="Số 1 Hoàng Hoa Thám, Hà Nội",
        email="vanthu@coquan.gov.vn",
    )
