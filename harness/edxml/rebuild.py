"""What a hub in rebuild mode does to a package: parse it, write it anew, add its own hop.

Bytes, and with them a signature over the package, do not survive this. What the package says does: texts,
unknown elements, comments and namespaces stay as they are.
"""

from copy import deepcopy

from lxml import etree

from harness.catalogue.parameters import Limits
from harness.edxml.model import TraceHeader
from harness.edxml.names import q
from harness.edxml.reader import parse_untrusted
from harness.edxml.writer import DECLARATION

_SPACE = " \t\r\n"
_INDENT = "  "
_HOPS = "/".join(map(q, ("edXMLEnvelope", "edXMLHeader", "TraceHeaderList", "TraceHeader")))


def rebuilt(data: bytes, trace: TraceHeader, limits: Limits) -> bytes:
    """Return a package written anew, with CRLF and two blanks a level, and with one hop more.

    The hop follows the last `TraceHeader`. A package without any (a status has none) gets none: a missing one is the
    sender's error.

    Args:
        data: the package as it came.
        trace: the hub's own hop.
        limits: the profile's limits.

    Raises:
        XmlRefused: the package is not XML that may be taken in.
    """
    root = parse_untrusted(data, limits).getroot()
    _append(root, trace)
    _indent(root, 0)
    root.tail = "\n"
    body: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=False, with_tail=True)
    # Carriage returns that belong to texts are character references here, so these are line ends only.
    return f"{DECLARATION}\r\n".encode() + body.replace(b"\n", b"\r\n")


def _append(root: etree._Element, trace: TraceHeader) -> None:
    hops = root.findall(_HOPS)
    if not hops:
        return
    last = hops[-1]
    hop = deepcopy(last)  # so that it is written with the sender's prefix
    hop.clear()
    for name, text in (("OrganId", trace.organ_id), ("Timestamp", trace.timestamp)):
        child = etree.SubElement(hop, q(name))
        child.text = text
    last.addnext(hop)


def _indent(element: etree._Element, level: int) -> None:
    """Set anew the white space between elements, wherever there is nothing but white space."""
    children = list(element)
    if not children or any(_says(text) for text in (element.text, *(child.tail for child in children))):
        return
    inner = "\n" + _INDENT * (level + 1)
    element.text = inner
    for child in children:
        child.tail = inner
        _indent(child, level + 1)
    children[-1].tail = "\n" + _INDENT * level


def _says(text: str | None) -> bool:
    return text is not None and bool(text.strip(_SPACE))
