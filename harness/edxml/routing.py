"""What a hub must know about a package in order to deliver it, read without the rest."""

from dataclasses import dataclass

from lxml import etree

from harness.edxml.interpretation import code_of, first_in, header_of, is_status, response_for_of
from harness.edxml.model import ResponseFor


@dataclass(frozen=True, slots=True)
class Routing:
    """A package as a hub sees it.

    Attributes:
        status: whether it carries a business status.
        from_organ: OrganId of the sender.
        receivers: OrganIds of the receivers that it names; for a status, of the agency that it answers.
        document_id: of the document carried, or answered by a status.
        code: number and notation of that document.
        title: subject of a document, description of a status.
        doc_type: operation of a document, empty if it names none.
        status_code: of a status.
        response_for: the document that a status answers, None for a document.
    """

    status: bool
    from_organ: str
    receivers: tuple[str, ...]
    document_id: str
    code: str
    title: str
    doc_type: str = ""
    status_code: str = ""
    response_for: ResponseFor | None = None


def routing_of(tree: etree._ElementTree) -> Routing:
    """Return the routing information of a package.

    Raises:
        Uninterpretable: the envelope or the header is missing.
    """
    _, header, message = header_of(tree)
    from_organ = code_of(message.first("From"), "OrganId")
    if is_status(message):
        answered = response_for_of(message.group("ResponseFor"))
        return Routing(
            status=True,
            from_organ=from_organ,
            receivers=(answered.organ_id,),
            document_id=answered.document_id,
            code=answered.code,
            title=message.text("Description"),
            status_code=message.code("StatusCode"),
            response_for=answered,
        )
    code = message.first("Code")
    business = first_in(first_in(header, "TraceHeaderList"), "Bussiness")
    return Routing(
        status=False,
        from_organ=from_organ,
        receivers=tuple(code_of(each, "OrganId") for each in message.elements("To")),
        document_id=message.code("DocumentId"),
        code=f"{code_of(code, 'CodeNumber')}/{code_of(code, 'CodeNotation')}",
        title=message.text("Subject"),
        doc_type=code_of(business, "BussinessDocType"),
    )
