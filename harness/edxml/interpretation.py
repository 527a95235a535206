"""From a tree to the values of a package: any prefix, any order, unknown elements ignored.

What occurs once too often is read from its first element. White space around identifiers, codes, numbers,
dates and times is taken off; names and other texts of people are given back letter for letter.
"""

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from harness.catalogue.parameters import Limits
from harness.edxml import model
from harness.edxml.base64text import Base64Broken, decode_base64
from harness.edxml.names import CONTENT, NAMESPACE, q

_SPACE = " \t\r\n"
_PREFIX = f"{{{NAMESPACE}}}"
_ANY = f"{_PREFIX}*"
_BEFORE = len(_PREFIX)


class Uninterpretable(Exception):
    """A well-formed tree does not hold what a package must; `element` is where it is missed or wrong."""

    def __init__(self, code: str, element: etree._Element, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.element = element
        self.detail = detail


class ElementGroup:
    """An element of the regulation, seen as the elements of the regulation in it."""

    __slots__ = ("_by_name",)

    def __init__(self, *elements: etree._Element) -> None:
        self._by_name: dict[str, list[etree._Element]] = {}
        for element in elements:
            for child in element.iterchildren(_ANY):
                name = child.tag[_BEFORE:]
                if name in self._by_name:
                    self._by_name[name].append(child)
                else:
                    self._by_name[name] = [child]

    def elements(self, name: str) -> list[etree._Element]:
        """Return the elements of that name."""
        return self._by_name.get(name, [])

    def first(self, name: str) -> etree._Element | None:
        """Return the first element of that name, None when it is missing."""
        found = self._by_name.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        """Return the text of an element as it is; "" when it is missing."""
        found = self._by_name.get(name)
        return text_of(found[0]) if found else ""

    def code(self, name: str) -> str:
        """Return the text of an element without white space around it."""
        return self.text(name).strip(_SPACE)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of all elements of that name, but for empty ones."""
        return tuple(text for element in self.elements(name) if (text := text_of(element)))

    def codes(self, name: str) -> tuple[str, ...]:
        """Return the same, without white space around them."""
        return tuple(code for text in self.texts(name) if (code := text.strip(_SPACE)))

    def group(self, name: str) -> "ElementGroup":
        """Return the first element of that name as a group; an empty one when it is missing."""
        found = self._by_name.get(name)
        return ElementGroup(found[0]) if found else _MISSING

    def groups(self, name: str) -> "Iterator[ElementGroup]":
        """Yield all elements of that name as groups."""
        return (ElementGroup(element) for element in self.elements(name))


_MISSING = ElementGroup()


def first_in(parent: etree._Element | None, name: str) -> etree._Element | None:
    """Return the first element of the regulation of that name in another, None when either is missing."""
    return None if parent is None else next(parent.iterchildren(_PREFIX + name), None)


def code_of(parent: etree._Element | None, name: str) -> str:
    """Return the text of an element in another, without white space around it; "" when either is missing.

    Where little of an element is asked for, this is quicker than a group, which looks at all that is in it.
    """
    found = first_in(parent, name)
    return "" if found is None else text_of(found).strip(_SPACE)


def text_of(element: etree._Element) -> str:
    """Return an element's own text, whatever comments are in it; the text of elements in it is not its own."""
    if len(element) == 0:
        return element.text or ""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def package_of(tree: etree._ElementTree, limits: Limits, *, with_attachments: bool) -> model.Package:
    """Return what a package says.

    Args:
        tree: the package, parsed.
        limits: the profile's limits.
        with_attachments: False leaves the attachments out, and with them the manifest.

    Raises:
        Uninterpretable: the elements that hold everything are missing, or an attachment is not readable.
    """
    envelope, header, message = header_of(tree)
    if is_status(message):
        return _status(message)
    trace = ElementGroup(header).group("TraceHeaderList")
    attachments: tuple[model.Attachment, ...] = ()
    loose: tuple[model.Reference, ...] = ()
    if with_attachments:
        manifest = ElementGroup(envelope).group("edXMLBody").group("edXMLManifest")
        attachments, loose = _matched(_attachments(ElementGroup(tree.getroot()), limits), _references(manifest))
    return _document(message, trace, attachments, loose)


def header_of(tree: etree._ElementTree) -> tuple[etree._Element, etree._Element, ElementGroup]:
    """Return the envelope of a package, its header, and the message header in it.

    Raises:
        Uninterpretable: one of them is missing.
    """
    root = tree.getroot()
    if root.tag != q("edXML"):
        raise Uninterpretable("root", root, root.tag)
    envelope = _only(root, "edXMLEnvelope", "no-envelope")
    header = _only(envelope, "edXMLHeader", "no-header")
    return envelope, header, ElementGroup(_only(header, "MessageHeader", "no-message-header"))


def _only(parent: etree._Element, name: str, code: str) -> etree._Element:
    found = first_in(parent, name)
    if found is None:
        raise Uninterpretable(code, parent, name)
    return found


def is_status(message: ElementGroup) -> bool:
    """Return whether a message header is that of a status package."""
    return bool(message.code("StatusCode")) or (bool(message.elements("ResponseFor")) and not message.elements("To"))


def _status(message: ElementGroup) -> model.StatusPackage:
    return model.StatusPackage(
        from_=_organization(message.group("From")),
        response_for=response_for_of(message.group("ResponseFor")),
        staff_info=_staff(message),
        status_code=message.code("StatusCode"),
        description=message.text("Description"),
        timestamp=message.code("Timestamp"),
    )


def _document(
    message: ElementGroup,
    trace: ElementGroup,
    attachments: tuple[model.Attachment, ...],
    loose: tuple[model.Reference, ...],
) -> model.DocumentPackage:
    code, promulgation = message.group("Code"), message.group("PromulgationInfo")
    kind, signer = message.group("DocumentType"), message.group("SignerInfo")
    hops = (model.TraceHeader(hop.code("OrganId"), hop.code("Timestamp")) for hop in trace.groups("TraceHeader"))
    responses = (response_for_of(each) for each in message.groups("ResponseFor"))
    receivers = (_organization(each) for each in message.groups("To"))
    return model.DocumentPackage(
        from_=_organization(message.group("From")),
        to=tuple(each for each in receivers if each != model.Organization()),
        code=model.Code(code.code("CodeNumber"), code.code("CodeNotation")),
        promulgation_info=model.PromulgationInfo(promulgation.text("Place"), promulgation.code("PromulgationDate")),
        document_type=model.DocumentType(kind.code("Type"), kind.text("TypeName"), kind.code("TypeDetail")),
        subject=message.text("Subject"),
        content=message.text("Content"),
        signer_info=model.SignerInfo(signer.text("FullName"), signer.text("Competence"), signer.text("Position")),
        due_date=message.code("DueDate"),
        to_places=message.group("ToPlaces").texts("Place"),
        other_info=_other_info(message.group("OtherInfo")),
        response_for=tuple(each for each in responses if each != model.ResponseFor()),
        steering_type=message.code("SteeringType"),
        document_id=message.code("DocumentId"),
        trace_headers=tuple(each for each in hops if each != model.TraceHeader()),
        bussiness=_bussiness(trace.group("Bussiness")),
        attachments=attachments,
        loose_references=loose,
    )


def _organization(group: ElementGroup) -> model.Organization:
    return model.Organization(
        organ_id=group.code("OrganId"),
        organ_name=group.text("OrganName"),
        organization_in_charge=group.text("OrganizationInCharge"),
        organ_add=group.text("OrganAdd"),
        email=group.text("Email"),
        telephone=group.text("Telephone"),
        fax=group.text("Fax"),
        website=group.text("Website"),
    )


def response_for_of(group: ElementGroup) -> model.ResponseFor:
    """Return the document that a group names as answered."""
    return model.ResponseFor(
        organ_id=group.code("OrganId"),
        code=group.code("Code"),
        promulgation_date=group.code("PromulgationDate"),
        document_id=group.code("DocumentId"),
    )


def _staff(parent: ElementGroup) -> model.StaffInfo | None:
    group = parent.group("StaffInfo")
    staff = model.StaffInfo(
        department=group.text("Department"),
        staff=group.text("Staff"),
        email=group.text("Email"),
        mobile=group.text("Mobile"),
    )
    return None if staff == model.StaffInfo() else staff


def _other_info(group: ElementGroup) -> model.OtherInfo | None:
    info = model.OtherInfo(
        priority=group.code("Priority"),
        sphere_of_promulgation=group.text("SphereOfPromulgation"),
        typer_notation=group.text("TyperNotation"),
        promulgation_amount=group.code("PromulgationAmount"),
        page_amount=group.code("PageAmount"),
        direction=group.code("Direction"),
        appendixes=group.group("Appendixes").texts("Appendix"),
    )
    return None if info == model.OtherInfo() else info


def _bussiness(group: ElementGroup) -> model.Bussiness | None:
    listed = group.group("ReplacementInfoList").groups("ReplacementInfo")
    replacements = (
        model.ReplacementInfo(each.code("DocumentId"), each.group("OrganIdList").codes("OrganId")) for each in listed
    )
    bussiness = model.Bussiness(
        doc_type=group.code("BussinessDocType"),
        reason=group.text("BussinessDocReason"),
        paper=group.code("Paper"),
        document_id=group.code("DocumentId"),
        document_info=_document_info(group.group("BussinessDocumentInfo")),
        replacements=tuple(each for each in replacements if each != model.ReplacementInfo()),
        staff=_staff(group),
    )
    return None if bussiness == model.Bussiness() else bussiness


def _document_info(group: ElementGroup) -> model.BussinessDocumentInfo | None:
    receivers = (
        model.Receiver(each.code("OrganId"), each.code("ReceiverType"))
        for each in group.group("ReceiverList").groups("Receiver")
    )
    info = model.BussinessDocumentInfo(
        document_info=group.code("DocumentInfo"),
        document_receiver=group.code("DocumentReceiver"),
        receivers=tuple(each for each in receivers if each != model.Receiver()),
    )
    return None if info == model.BussinessDocumentInfo() else info


def _references(manifest: ElementGroup) -> tuple[model.Reference, ...]:
    references = (
        model.Reference(
            content_id=each.code("ContentId"),
            content_type=each.code("ContentType"),
            name=each.text("AttachmentName"),
            description=each.text("Description"),
        )
        for each in manifest.groups("Reference")
    )
    return tuple(each for each in references if each != model.Reference())


def _attachments(root: ElementGroup, limits: Limits) -> tuple[model.Attachment, ...]:
    elements = root.group("AttachmentEncoded").elements("Attachment")
    if len(elements) > limits.attachments:
        raise Uninterpretable("too-many-attachments", elements[0], str(len(elements)))
    return tuple(_attachment(each, limits) for each in elements)


def _attachment(element: etree._Element, limits: Limits) -> model.Attachment:
    group = ElementGroup(element)
    return model.Attachment(
        content_id=group.code("ContentId"),
        name=group.text("AttachmentName"),
        content_type=group.code("ContentType"),
        content=_content(group, limits),
        description=group.text("Description"),
    )


def _content(group: ElementGroup, limits: Limits) -> bytes:
    for element in group.elements(CONTENT):
        if any(isinstance(child.tag, str) for child in element):
            raise Uninterpretable("base64", element, "element")
        try:
            content = decode_base64(text_of(element))
        except Base64Broken as broken:
            raise Uninterpretable("base64", element, str(broken)) from None
        if len(content) > limits.attachment_bytes:
            raise Uninterpretable("attachment-too-large", element, str(len(content)))
        return content
    return b""


def _matched(
    attachments: tuple[model.Attachment, ...], references: tuple[model.Reference, ...]
) -> tuple[tuple[model.Attachment, ...], tuple[model.Reference, ...]]:
    """Join attachments to their entries of the manifest; return also the entries that belong to none."""
    free: dict[str, list[model.Reference]] = {}
    for reference in references:
        free.setdefault(model.content_key(reference.content_id), []).append(reference)
    joined = tuple(_joined(each, free.get(model.content_key(each.content_id))) for each in attachments)
    loose = {id(reference) for waiting in free.values() for reference in waiting}
    return joined, tuple(reference for reference in references if id(reference) in loose)


def _joined(attachment: model.Attachment, waiting: list[model.Reference] | None) -> model.Attachment:
    if not waiting:
        return replace(attachment, listed=False)
    reference = waiting.pop(0)
    return attachment if reference == attachment.own_reference else replace(attachment, reference=reference)
