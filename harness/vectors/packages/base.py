"""The good packages that all vectors are made of."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from harness.catalogue.codes import BusinessOperation
from harness.edxml.attachments import pack
from harness.edxml.draft import NoSuchElement, PackageDraft
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
from harness.vectors.packages.files import pdf, png, xlsx

_WEEK = timedelta(days=7)

_LETTER = DocumentType("18", "Công văn")
_SIGNER = SignerInfo("Nguyễn Văn Mẫu", "TL. BỘ TRƯỞNG", "Cục trưởng")
_OTHER = OtherInfo("0", "Liên thông văn bản", "TVC", "2", "22", "false", ("Phụ lục I",))
_CLERK = StaffInfo("Phòng Hành chính", "Nguyễn Thị Văn Thư", "vanthu@coquan.gov.vn", "0900000000")


@dataclass(frozen=True, slots=True)
class Contact:
    """How an agency can be reached; what is empty is not written."""

    organ_add: str = "Số 1 Hoàng Hoa Thám, Hà Nội"
    email: str = "vanthu@coquan.gov.vn"
    telephone: str = ""
    fax: str = ""
    website: str = ""
    in_charge: bool = True


@dataclass(frozen=True, slots=True)
class Particulars:
    """The content of a package besides sender and receiver; fixed in examples, drawn anew for every document of a run.

    Attributes:
        at: time of the first hop, `HH:MM:SS`.
        due: days until the document is due, None for no due date.
        sending, receiving: how sender and receiver can be reached.
        bussiness: whether a new document says that it is one.
        clerk: who handled it at the sender.
        further: OrganId and name of agencies that get it as well.
        another: name of an agency that gets it as well where a vector adds one.
        files: name and content of each attachment, in their order.
        labels: ids of the attachments, at least two.
        entries: names of zip entries, without ending, one for each label.
        picture: content of some picture.
    """

    subject: str = "V/v kết nối, liên thông phần mềm quản lý văn bản"
    content: str = "V/v kết nối, liên thông phần mềm quản lý văn bản"
    place: str = "Hà Nội"
    at: str = "08:30:00"
    document_type: DocumentType = _LETTER
    signer: SignerInfo = _SIGNER
    due: int | None = 7
    to_places: tuple[str, ...] = ("Các bộ, cơ quan ngang bộ", "Lưu: VT")
    other: OtherInfo | None = _OTHER
    steering_type: str = "1"
    sending: Contact = Contact(telephone="024 38043100", website="coquan.gov.vn")
    receiving: Contact = Contact()
    bussiness: bool = True
    clerk: StaffInfo | None = _CLERK
    further: tuple[tuple[str, str], ...] = ()
    another: str = "Cơ quan nhận thứ hai"
    files: tuple[tuple[str, bytes], ...] = (("cong-van.pdf", pdf()), ("phu-luc.xlsx", xlsx()))
    labels: tuple[str, ...] = ("1", "2")
    entries: tuple[str, ...] = ("00000000-0000-4000-8000-000000000000",) * 2
    picture: bytes = png()


@dataclass(frozen=True, slots=True)
class DocumentIdentity:
    """Sender, receiver and number of a package: what differs between two deliveries of the same vector.

    Attributes:
        sender: OrganId and OrganName of the sending agency.
        receiver: those of the receiving agency.
        number: CodeNumber, digits.
        day: day of promulgation.
        earlier: DocumentId of an earlier document of the sender's, on which operations act;
            for a status, the document answered, which then is the receiver's.
        particulars: the rest of its content.
    """

    sender: tuple[str, str] = ("000.00.00.G22", "Văn phòng Chính phủ")
    receiver: tuple[str, str] = ("000.00.00.H41", "Ủy ban nhân dân tỉnh Nghệ An")
    number: str = "7816"
    notation: str = "VPCP-TTĐT"
    day: date = date(2025, 9, 30)
    earlier: str = ""
    particulars: Particulars = Particulars()

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

    def attachment(self, index: int) -> Attachment:
        """Return one of the files, packed as the operator's library does, the same bytes every time.

        Raises:
            NoSuchElement: there are not so many.
        """
        if index >= len(self.particulars.files):
            raise NoSuchElement(f"Attachment[{index + 1}]")
        return self.packed(index, *self.particulars.files[index])

    def packed(self, index: int, name: str, content: bytes) -> Attachment:
        """Return any file in the place of one of the package's own: under the same id, as the same zip entry."""
        said = self.particulars
        return pack(name, content, said.labels[index], entry_id=said.entries[index])


def package(identity: DocumentIdentity) -> DocumentPackage:
    """Return a new document in good order: as it is in the examples, with everything that the regulation knows."""
    said, day = identity.particulars, identity.written_day
    others = tuple(Organization(organ_id=organ_id, organ_name=name) for organ_id, name in said.further)
    return DocumentPackage(
        from_=_agency(*identity.sender, said.sending),
        to=(_agency(*identity.receiver, said.receiving), *others),
        code=Code(identity.number, identity.notation),
        promulgation_info=PromulgationInfo(said.place, day),
        document_type=said.document_type,
        subject=said.subject,
        content=said.content,
        signer_info=said.signer,
        due_date="" if said.due is None else f"{identity.day + timedelta(days=said.due):%Y/%m/%d}",
        to_places=said.to_places,
        other_info=said.other,
        steering_type=said.steering_type,
        document_id=identity.document_id,
        trace_headers=(TraceHeader(identity.sender[0], f"{day} {said.at}"),),
        bussiness=Bussiness(BusinessOperation.NEW, "Văn bản điện tử mới", "0", staff=said.clerk)
        if said.bussiness
        else None,
        attachments=tuple(identity.attachment(index) for index in range(len(said.files))),
    )


def document(identity: DocumentIdentity) -> PackageDraft:
    """Return a new document."""
    return PackageDraft(elements_of(package(identity)))


def with_attachments(identity: DocumentIdentity, *attachments: Attachment) -> PackageDraft:
    """Return a new document with these attachments."""
    return PackageDraft(elements_of(replace(package(identity), attachments=attachments)))


def answering(identity: DocumentIdentity) -> PackageDraft:
    """Return a new document that answers an earlier one."""
    return PackageDraft(elements_of(replace(package(identity), response_for=(identity.response(),))))


def recall(identity: DocumentIdentity) -> PackageDraft:
    """Return the recall of an earlier document."""
    changed = replace(
        package(identity),
        response_for=(identity.response(),),
        bussiness=Bussiness(BusinessOperation.RECALL, "Ban hành nhầm", "0", staff=identity.particulars.clerk),
    )
    return PackageDraft(elements_of(changed))


def update(identity: DocumentIdentity) -> PackageDraft:
    """Return an update of an earlier document, of its information and its receivers."""
    info = BussinessDocumentInfo("1", "1", (Receiver(identity.receiver[0], "1"),))
    earlier = identity.response().document_id
    operation = Bussiness(
        BusinessOperation.UPDATE,
        "Cập nhật nơi nhận",
        "0",
        earlier,
        document_info=info,
        staff=identity.particulars.clerk,
    )
    return PackageDraft(elements_of(replace(package(identity), bussiness=operation)))


def replacement(identity: DocumentIdentity) -> PackageDraft:
    """Return a document that replaces an earlier one."""
    replaced = ReplacementInfo(identity.response().document_id, (identity.receiver[0],))
    clerk = identity.particulars.clerk
    operation = Bussiness(
        BusinessOperation.REPLACEMENT, "Thay thế văn bản có sai sót", "0", replacements=(replaced,), staff=clerk
    )
    return PackageDraft(elements_of(replace(package(identity), bussiness=operation)))


def status(identity: DocumentIdentity, code: str = "03", description: str = "Đã tiếp nhận") -> PackageDraft:
    """Return a status package about an earlier document."""
    message = StatusPackage(
        from_=_agency(*identity.sender, identity.particulars.receiving),
        response_for=identity.response(),
        staff_info=identity.particulars.clerk or _CLERK,
        status_code=code,
        description=description,
        timestamp=f"{identity.written_day} 09:15:00",
    )
    return PackageDraft(elements_of(message))


def attached(name: str, content: bytes, content_id: str) -> Attachment:
    """Return a file packed as the operator's library does, the same bytes every time."""
    return pack(name, content, content_id, entry_id="00000000-0000-4000-8000-000000000000")


def _agency(organ_id: str, name: str, contact: Contact) -> Organization:
    return Organization(
        organ_id,
        name,
        organization_in_charge=name if contact.in_charge else "",
        organ_add=contact.organ_add,
        email=contact.email,
        telephone=contact.telephone,
        fax=contact.fax,
        website=contact.website,
    )
