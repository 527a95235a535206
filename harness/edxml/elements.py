"""From the values of a package to its elements, in the order of the regulation's clauses."""

from collections.abc import Iterable
from dataclasses import dataclass

from harness.edxml import model
from harness.edxml.names import CONTENT, VERSION


@dataclass(frozen=True, slots=True)
class Element:
    """An element to be written: it holds children, or text, or bytes to be encoded."""

    name: str
    children: tuple["Element", ...] = ()
    text: str = ""
    content: bytes | None = None
    attributes: tuple[tuple[str, str], ...] = ()


Elements = tuple[Element, ...]


def elements_of(package: model.Package) -> Element:
    """Return the root element of a package. What is empty has no element."""
    if isinstance(package, model.StatusPackage):
        header: Elements = (Element("MessageHeader", _status_header(package)),)
        return Element("edXML", (Element("edXMLEnvelope", (Element("edXMLHeader", header),)),))
    header = (Element("MessageHeader", _document_header(package)), *_trace(package))
    envelope = Element("edXMLEnvelope", (Element("edXMLHeader", header), _body(package)))
    attachments = _group("AttachmentEncoded", *(_attachment(each) for each in package.attachments))
    return Element("edXML", (envelope, *attachments))


def _simple(name: str, text: str) -> Elements:
    return (Element(name, text=text),) if text else ()


def _each(name: str, texts: Iterable[str]) -> Elements:
    return tuple(Element(name, text=text) for text in texts if text)


def _group(name: str, *children: Elements) -> Elements:
    together = tuple(child for some in children for child in some)
    return (Element(name, together),) if together else ()


def _join(*some: Elements) -> Elements:
    return tuple(each for elements in some for each in elements)


def _status_header(package: model.StatusPackage) -> Elements:
    return _join(
        _organization("From", package.from_),
        _response_for(package.response_for),
        _staff(package.staff_info),
        _simple("StatusCode", package.status_code),
        _simple("Description", package.description),
        _simple("Timestamp", package.timestamp),
    )


def _document_header(package: model.DocumentPackage) -> Elements:
    return _join(
        _organization("From", package.from_),
        *(_organization("To", each) for each in package.to),
        _code(package.code),
        _promulgation(package.promulgation_info),
        _document_type(package.document_type),
        _simple("Subject", package.subject),
        _simple("Content", package.content),
        _signer(package.signer_info),
        _simple("DueDate", package.due_date),
        _group("ToPlaces", _each("Place", package.to_places)),
        _other_info(package.other_info),
        *(_response_for(each) for each in package.response_for),
        _simple("SteeringType", package.steering_type),
        _simple("DocumentId", package.document_id),
    )


def _organization(name: str, organization: model.Organization) -> Elements:
    return _group(
        name,
        _simple("OrganId", organization.organ_id),
        _simple("OrganizationInCharge", organization.organization_in_charge),
        _simple("OrganName", organization.organ_name),
        _simple("OrganAdd", organization.organ_add),
        _simple("Email", organization.email),
        _simple("Telephone", organization.telephone),
        _simple("Fax", organization.fax),
        _simple("Website", organization.website),
    )


def _code(code: model.Code) -> Elements:
    return _group("Code", _simple("CodeNumber", code.code_number), _simple("CodeNotation", code.code_notation))


def _promulgation(info: model.PromulgationInfo) -> Elements:
    return _group("PromulgationInfo", _simple("Place", info.place), _simple("PromulgationDate", info.promulgation_date))


def _document_type(kind: model.DocumentType) -> Elements:
    return _group(
        "DocumentType",
        _simple("Type", kind.type),
        _simple("TypeDetail", kind.type_detail),
        _simple("TypeName", kind.type_name),
    )


def _signer(signer: model.SignerInfo) -> Elements:
    return _group(
        "SignerInfo",
        _simple("Competence", signer.competence),
        _simple("Position", signer.position),
        _simple("FullName", signer.full_name),
    )


def _other_info(info: model.OtherInfo | None) -> Elements:
    if info is None:
        return ()
    return _group(
        "OtherInfo",
        _simple("Priority", info.priority),
        _simple("SphereOfPromulgation", info.sphere_of_promulgation),
        _simple("TyperNotation", info.typer_notation),
        _simple("PromulgationAmount", info.promulgation_amount),
        _simple("PageAmount", info.page_amount),
        _group("Appendixes", _each("Appendix", info.appendixes)),
        _simple("Direction", info.direction),
    )


def _response_for(response: model.ResponseFor) -> Elements:
    return _group(
        "ResponseFor",
        _simple("OrganId", response.organ_id),
        _simple("Code", response.code),
        _simple("PromulgationDate", response.promulgation_date),
        _simple("DocumentId", response.document_id),
    )


def _staff(staff: model.StaffInfo | None) -> Elements:
    if staff is None:
        return ()
    return _group(
        "StaffInfo",
        _simple("Department", staff.department),
        _simple("Staff", staff.staff),
        _simple("Email", staff.email),
        _simple("Mobile", staff.mobile),
    )


def _trace(package: model.DocumentPackage) -> Elements:
    return _group(
        "TraceHeaderList",
        *(trace_header(each) for each in package.trace_headers),
        _bussiness(package.bussiness),
    )


def trace_header(trace: model.TraceHeader) -> Elements:
    """Return the element of one hop; none for an empty one."""
    return _group("TraceHeader", _simple("OrganId", trace.organ_id), _simple("Timestamp", trace.timestamp))


def _bussiness(bussiness: model.Bussiness | None) -> Elements:
    if bussiness is None:
        return ()
    return _group(
        "Bussiness",
        _simple("BussinessDocType", bussiness.doc_type),
        _simple("BussinessDocReason", bussiness.reason),
        _simple("Paper", bussiness.paper),
        _simple("DocumentId", bussiness.document_id),
        _document_info(bussiness.document_info),
        _group("ReplacementInfoList", *(_replacement(each) for each in bussiness.replacements)),
        _staff(bussiness.staff),
    )


def _document_info(info: model.BussinessDocumentInfo | None) -> Elements:
    if info is None:
        return ()
    return _group(
        "BussinessDocumentInfo",
        _simple("DocumentInfo", info.document_info),
        _simple("DocumentReceiver", info.document_receiver),
        _group("ReceiverList", *(_receiver(each) for each in info.receivers)),
    )


def _receiver(receiver: model.Receiver) -> Elements:
    return _group("Receiver", _simple("OrganId", receiver.organ_id), _simple("ReceiverType", receiver.receiver_type))


def _replacement(info: model.ReplacementInfo) -> Elements:
    return _group(
        "ReplacementInfo",
        _simple("DocumentId", info.document_id),
        _group("OrganIdList", _each("OrganId", info.organ_ids)),
    )


def _body(package: model.DocumentPackage) -> Element:
    listed = (each.reference or each.own_reference for each in package.attachments if each.listed)
    references = _join(*(_reference(each) for each in (*listed, *package.loose_references)))
    manifest = Element("edXMLManifest", references, attributes=(("version", VERSION),))
    return Element("edXMLBody", (manifest,))


def _reference(reference: model.Reference) -> Elements:
    return _group(
        "Reference",
        _simple("ContentId", reference.content_id),
        _simple("ContentType", reference.content_type),
        _simple("Description", reference.description),
        _simple("AttachmentName", reference.name),
    )


def _attachment(attachment: model.Attachment) -> Elements:
    return _group(
        "Attachment",
        _simple("ContentId", attachment.content_id),
        _simple("AttachmentName", attachment.name),
        _simple("Description", attachment.description),
        _simple("ContentType", attachment.content_type),
        (Element(CONTENT, content=attachment.content),),
    )
