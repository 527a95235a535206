"""Records in XML: elements called by their kind, or `Record`, wherever they are; read by the hardened reader."""

from collections.abc import Iterator

import msgspec
from lxml import etree

from harness.catalogue.parameters import Limits, Parameters
from harness.edxml.reader import XmlRefused, parse_untrusted
from harness.records.layouts.item import VALUES_OF_A_RECORD, TableItem, TableUnread, TableUnreadable
from harness.records.layouts.naming import Naming

_RECORD = "record"


def table_limits(parameters: Parameters) -> Limits:
    """Return the limits for the XML of an export: many small records, of the same depth and lengths as packages."""
    keeping, limits = parameters.keeping, parameters.limits
    return msgspec.structs.replace(
        limits, package_bytes=keeping.table_bytes, elements=keeping.rows * VALUES_OF_A_RECORD
    )


def xml_items(data: bytes, name: str, parameters: Parameters) -> Iterator[TableItem]:
    """Yield the records of an XML file.

    Raises:
        TableUnreadable: it is refused, as every package would be: not well-formed, a DTD, nested too deep.
        TableUnread: it is not UTF-8.
    """
    try:
        tree = parse_untrusted(data, table_limits(parameters))
    except XmlRefused as error:
        if error.code == "encoding":
            raise TableUnread(error.detail or error.code) from None
        raise TableUnreadable(f"{error.code} {error.detail}".strip(), error.line) from None
    naming = Naming(parameters.keeping)
    waiting = [(tree.getroot(), "")]
    while waiting:
        element, around = waiting.pop()
        own = local(element)
        children = [child for child in element if isinstance(child.tag, str)]
        if (naming.kind(own) or own.lower() == _RECORD) and any(naming.field(local(child)) for child in children):
            yield TableItem(_mapping(element), own if naming.kind(own) else around, line_of(element))
        waiting.extend((child, own) for child in reversed(children) if len(child))


def local(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def line_of(element: etree._Element) -> int | None:
    """Return the line of an element in its file, from 1."""
    line: object = element.sourceline
    return line if isinstance(line, int) else None


def _mapping(element: etree._Element) -> dict[str, object]:
    found: dict[str, list[object]] = {}
    for child in element:
        if isinstance(child.tag, str):
            found.setdefault(local(child), []).append(_mapping(child) if len(child) else child.text or "")
    return dict(found)
