"""How a package is written: prefixes, order and white space. None of it changes what the package says."""

from dataclasses import dataclass

from harness.edxml.names import PREFIX

Order = tuple[tuple[str, tuple[str, ...]], ...]
"""For some parents, by name, the names of their children in their order."""

CLAUSE_ORDER: Order = ()
"""Children as the clauses of the regulation number them."""

_OPERATOR_HEADER = (
    *("From", "To", "DocumentId", "Code", "PromulgationInfo", "DocumentType", "Subject", "Content"),
    *("SignerInfo", "DueDate", "OtherInfo", "ResponseFor", "SteeringType", "ToPlaces"),
)
_OPERATOR_OTHER_INFO = (
    *("Priority", "SphereOfPromulgation", "TyperNotation", "PromulgationAmount", "PageAmount"),
    *("Direction", "Appendixes"),
)
_OPERATOR_BUSSINESS = ("DocumentId",)

OPERATOR_ORDER: Order = (
    ("MessageHeader", _OPERATOR_HEADER),
    ("OtherInfo", _OPERATOR_OTHER_INFO),
    ("Bussiness", _OPERATOR_BUSSINESS),
)
"""Children as the operator's writer puts them."""

BUSSINESS_FIRST: Order = (*OPERATOR_ORDER, ("TraceHeaderList", ("Bussiness", "TraceHeader")))
"""As the operator's writer, but the operation before the trace."""


@dataclass(frozen=True, slots=True)
class Addition:
    """A simple element that the regulation does not know, written last in every element named `parent`."""

    parent: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to write packages.

    Attributes:
        prefix: of `edXMLEnvelope` and what is below it, and of ContentTransferEncoded; "" for none.
        root_prefix: of `edXML`, `AttachmentEncoded` and the attachments' simple elements.
        order: order of children; those that it does not name follow in the regulation's order.
        indent: white space of one level; "" together with `line_end` "" puts everything on one line.
        line_end: what ends a line.
        additions: further elements.
    """

    prefix: str = PREFIX
    root_prefix: str = ""
    order: Order = OPERATOR_ORDER
    indent: str = "  "
    line_end: str = "\r\n"
    additions: tuple[Addition, ...] = ()


OPERATOR = Layout()
