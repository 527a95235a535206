"""The schema of the package, as a gate and as a table.

One file, `profiles/schema/edxml.xsd` (XML Schema 1.1), is the only source. libxml2 runs XML Schema 1.0, which cannot
say
"any order, some of them repeated": the gate is the schema with every `xs:all` read as a repeated choice. It decides in
microseconds whether every element is in an allowed place. What it refuses is explained from a table made from the same
file, all of it at once and with line numbers, which a schema engine's messages do not give.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from types import MappingProxyType
from typing import Literal

import msgspec
from lxml import etree

from harness.edxml.names import CONTENT, q
from harness.resources import folder
from harness.rules.nodes import Node, is_blank
from harness.rules.tree import Vocabulary

_XS = "{http://www.w3.org/2001/XMLSchema}"
_ADDITION = "addition"
_PLAIN = {_ADDITION, "text"}
_ATTACHMENT = "Attachment"
_SOUGHT = frozenset(
    {"OrganId", "DocumentId", "Email", "Signature", "TraceHeaderList", "edXMLBody", "AttachmentEncoded", CONTENT}
)
_compiling = threading.Lock()


class Slot(msgspec.Struct, frozen=True):
    """A place for an element: whether it occurs once only, and the name of its type."""

    once: bool
    type: str


class Structure(msgspec.Struct, frozen=True):
    """The schema as a table.

    Attributes:
        types: for each type of an element with children, its places by name; a type of text is not in it.
        root: type of the root.
        parts: type of an element by its name in lower case, for those in a wrong place or case.
        additions: names that the operator added: accepted anywhere, in any namespace, with any content.
        names: all names.
        spellings: the names by their lower-case form.
    """

    types: Mapping[str, Mapping[str, Slot]]
    root: str
    parts: Mapping[str, str]
    additions: frozenset[str]
    names: frozenset[str]
    spellings: Mapping[str, str]


class Oddity(msgspec.Struct, frozen=True):
    """Something that the schema does not allow: an unknown element, or a text between elements."""

    kind: Literal["unknown", "text"]
    node: Node


def gate() -> etree.XMLSchema:
    """Return the compiled gate; it is compiled once, under a lock, since libxml2 does not compile in parallel."""
    with _compiling:
        return _gate()


@cache
def structure() -> Structure:
    """Read the schema as a table."""
    schema = _document().getroot()
    types: dict[str, Mapping[str, Slot]] = {}
    parts: dict[str, str] = {}
    additions: set[str] = set()
    for group in schema.iterfind(f"{_XS}complexType"):
        slots = {element.get("name", ""): _slot(element) for element in group.iterfind(f"{_XS}all/{_XS}element")}
        if slots:
            types[group.get("name", "")] = MappingProxyType(slots)
        for name, slot in slots.items():
            if slot.type not in _PLAIN or name.casefold() not in parts:
                parts[name.casefold()] = slot.type
            if slot.type == _ADDITION:
                additions.add(name)
    tops = {element.get("name", ""): element.get("type", "") for element in schema.iterfind(f"{_XS}element")}
    parts.update({name.casefold(): kind for name, kind in tops.items()})
    names = frozenset(name for slots in types.values() for name in slots) | tops.keys()
    spellings = {name.casefold(): name for name in sorted(names)}
    return Structure(MappingProxyType(types), next(iter(tops.values())), parts, frozenset(additions), names, spellings)


@cache
def vocabulary() -> Vocabulary:
    """Return the names of the schema, as the reading of trees needs them."""
    table = structure()
    return Vocabulary({q(name): name for name in table.names}, table.additions, _SOUGHT)


def oddities(root: Node, claimed: frozenset[Node]) -> Iterator[Oddity]:
    """Yield what the schema does not allow; elements in `claimed` are taken as being in their place."""
    table = structure()
    waiting = [(root, table.root)]
    while waiting:
        node, kind = waiting.pop()
        if node.local == CONTENT and node.parent is not None and node.parent.local == _ATTACHMENT:
            continue  # ATT-05 reports anything in it besides base64
        slots = table.types.get(kind)
        if slots is not None and _has_text(node):
            yield Oddity("text", node)
        for name, group in node.named.items():
            slot = (slots or {}).get(name)
            if slot is not None:
                waiting.extend((child, slot.type) for child in group if slot.type != _ADDITION)
                continue
            for child in group:
                if child in claimed:
                    kind_of_part = table.parts.get(child.local.casefold(), _ADDITION)
                    if kind_of_part != _ADDITION:
                        waiting.append((child, kind_of_part))
                elif child.local not in table.additions:
                    yield Oddity("unknown", child)
                    break


def repeated(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield, of nodes that are not the first of their name, each second one of a name that may occur once only."""
    table = structure()
    for node in nodes:
        if node.parent is None:
            continue
        slots = table.types.get(table.parts.get(node.parent.local.casefold(), ""), {})
        slot = slots.get(node.local)
        siblings = node.parent.every(node.local)
        if slot is not None and slot.once and len(siblings) > 1 and siblings[1] is node:
            yield node


@cache
def _document() -> etree._ElementTree:
    return etree.parse(folder("profiles") / "schema" / "edxml.xsd")


@cache
def _gate() -> etree.XMLSchema:
    schema = deepcopy(_document())
    for group in schema.iter(f"{_XS}all"):
        group.tag = f"{_XS}choice"
        group.set("minOccurs", "0")
        group.set("maxOccurs", "unbounded")
        for particle in group:
            for bound in ("minOccurs", "maxOccurs"):
                if bound in particle.attrib:
                    del particle.attrib[bound]
    return etree.XMLSchema(schema)


def _slot(element: etree._Element) -> Slot:
    return Slot(element.get("maxOccurs", "1") == "1", element.get("type", ""))


def _has_text(node: Node) -> bool:
    """Return whether an element that may only hold elements holds a text besides."""
    element = node.element
    if not is_blank(element.text or ""):
        return True
    return any(not is_blank(child.tail or "") for child in element)
