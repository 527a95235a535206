"""What a package says, as plain values: text exactly as carried, nothing judged, nothing converted.

Every value is the text of its element, dates and codes included (`yyyy/MM/dd`, `yyyy/MM/dd HH:mm:ss`, `01`).
`""` is an element that is missing or empty, which is the same; None is a missing group of elements.
The field names are the element names of the regulation, spelt as it spells them (`Bussiness`).
"""

from dataclasses import dataclass

from harness.edxml.carried import Attachment as Attachment
from harness.edxml.carried import Reference as Reference
from harness.edxml.carried import content_key as content_key


@dataclass(frozen=True, slots=True)
class Organization:
    """An agency, in `From` or `To`."""

    organ_id: str = ""
    organ_name: str = ""
    organization_in_charge: str = ""
    organ_add: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """Number and notation of a document."""

    code_number: str = ""
    code_notation: str = ""


@dataclass(frozen=True, slots=True)
class PromulgationInfo:
    """Place and day of promulgation."""

    place: str = ""
    promulgation_date: str = ""


@dataclass(frozen=True, slots=True)
class DocumentType:
    """Kind of document: list, name, and the detail added by the operator."""

    type: str = ""
    type_name: str = ""
    type_detail: str = ""


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """Who signed the document."""

    full_name: str = ""
    competence: str = ""
    position: str = ""


@dataclass(frozen=True, slots=True)
class OtherInfo:
    """Urgency and amounts; `direction` is the operator's addition."""

    priority: str = ""
    sphere_of_promulgation: str = ""
    typer_notation: str = ""
    promulgation_amount: str = ""
    page_amount: str = ""
    direction: str = ""
    appendixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseFor:
    """The document answered or recalled; `code` is `number/notation`."""

    organ_id: str = ""
    code: str = ""
    promulgation_date: str = ""
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class TraceHeader:
    """One hop of a package; the time is Vietnam time."""

    organ_id: str = ""
    timestamp: str = ""


@dataclass(frozen=True, slots=True)
class StaffInfo:
    """The clerk."""

    department: str = ""
    staff: str = ""
    email: str = ""
    mobile: str = ""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver that an update takes away (`receiver_type` 0) or adds (1)."""

    organ_id: str = ""
    receiver_type: str = ""


@dataclass(frozen=True, slots=True)
class BussinessDocumentInfo:
    """What an update changes: the document's information, its receivers, each marked 0 or 1."""

    document_info: str = ""
    document_receiver: str = ""
    receivers: tuple[Receiver, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplacementInfo:
    """A document that is replaced, and the receivers for which it is."""

    document_id: str = ""
    organ_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bussiness:
    """The operation: `doc_type` 0 new, 1 recall, 2 update, 3 replacement; `document_id` what it acts on."""

    doc_type: str = ""
    reason: str = ""
    paper: str = ""
    document_id: str = ""
    document_info: BussinessDocumentInfo | None = None
    replacements: tuple[ReplacementInfo, ...] = ()
    staff: StaffInfo | None = None


@dataclass(frozen=True, slots=True)
class DocumentPackage:
    """A package that carries a document, or an operation on one.

    `loose_references` are the entries of the manifest to which no attachment belongs.
    """

    from_: Organization = Organization()
    to: tuple[Organization, ...] = ()
    code: Code = Code()
    promulgation_info: PromulgationInfo = PromulgationInfo()
    document_type: DocumentType = DocumentType()
    subject: str = ""
    content: str = ""
    signer_info: SignerInfo = SignerInfo()
    due_date: str = ""
    to_places: tuple[str, ...] = ()
    other_info: OtherInfo | None = None
    response_for: tuple[ResponseFor, ...] = ()
    steering_type: str = ""
    document_id: str = ""
    trace_headers: tuple[TraceHeader, ...] = ()
    bussiness: Bussiness | None = None
    attachments: tuple[Attachment, ...] = ()
    loose_references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusPackage:
    """A package that carries a business status; `response_for.organ_id` is the addressee."""

    from_: Organization = Organization()
    response_for: ResponseFor = ResponseFor()
    staff_info: StaffInfo | None = None
    status_code: str = ""
    description: str = ""
    timestamp: str = ""


Package = DocumentPackage | StatusPackage
