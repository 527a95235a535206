"""From the elements of a package to its bytes."""

import binascii
import re
from dataclasses import dataclass

from harness.catalogue.findings import clipped
from harness.edxml.elements import Element
from harness.edxml.layout import Layout
from harness.edxml.names import CONTENT, NAMESPACE

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PREFIXED = frozenset({"edXMLEnvelope", CONTENT})  # from here down the prefix of the layout is used


class TextUnwritable(ValueError):
    """A text holds a character that XML cannot carry.

    Args:
        element: name of the element whose text it is.
        position: of the character in the text, from 0.
        character: the character.
    """

    def __init__(self, element: str, position: int, character: str) -> None:
        super().__init__(f"{element}: {clipped(character)} at {position}")
        self.element = element
        self.position = position
        self.character = character


def written(root: Element, layout: Layout) -> bytes:
    """Return the bytes of a package.

    Raises:
        TextUnwritable: a text cannot be carried by XML.
    """
    pieces = [f"{DECLARATION}{layout.line_end}".encode()]
    _PackageWriter(layout, pieces).element(root, 0, layout.root_prefix, frozenset())
    return b"".join(pieces)


def escaped(element: str, text: str) -> str:
    """Return `text` as it is written inside an element, so that a reader gets it back letter for letter.

    Args:
        element: name of the element, for the error.
        text: any text.

    Raises:
        TextUnwritable: it cannot be carried by XML.
    """
    illegal = _ILLEGAL.search(text)
    if illegal is not None:
        raise TextUnwritable(element, illegal.start(), illegal.group())
    # A reader takes a bare carriage return for a line feed.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


@dataclass(frozen=True, slots=True)
class _PackageWriter:
    layout: Layout
    pieces: list[bytes]

    def element(self, element: Element, level: int, prefix: str, bound: frozenset[str]) -> None:
        """Write one element and those below it; `bound` are the prefixes in scope."""
        name = f"{prefix}:{element.name}" if prefix else element.name
        margin, end = self.layout.indent * level, self.layout.line_end
        head = f"{margin}<{name}{_attributes(element, prefix, declare=prefix not in bound)}"
        if element.content is not None:
            encoded = binascii.b2a_base64(element.content, newline=False)
            self.pieces.extend((f"{head}>".encode(), encoded, f"</{name}>{end}".encode()))
        elif children := _children(element, self.layout):
            self.pieces.append(f"{head}>{end}".encode())
            for child in children:
                own = self.layout.prefix if child.name in _PREFIXED else prefix
                self.element(child, level + 1, own, bound | {prefix})
            self.pieces.append(f"{margin}</{name}>{end}".encode())
        else:
            rest = f">{escaped(element.name, element.text)}</{name}>" if element.text else " />"
            self.pieces.append(f"{head}{rest}{end}".encode())


def _attributes(element: Element, prefix: str, *, declare: bool) -> str:
    own = "".join(f' {name}="{_quotable(element.name, value)}"' for name, value in element.attributes)
    if not declare:
        return own
    return f' xmlns:{prefix}="{NAMESPACE}"{own}' if prefix else f' xmlns="{NAMESPACE}"{own}'


def _quotable(element: str, value: str) -> str:
    quoted = escaped(element, value).replace('"', "&quot;")
    # A reader takes bare line feeds and tabs in an attribute for blanks.
    return quoted.replace("\n", "&#10;").replace("\t", "&#9;")


def _children(element: Element, layout: Layout) -> list[Element]:
    children = [*element.children]
    children += [Element(each.name, text=each.text) for each in layout.additions if each.parent == element.name]
    order = dict(layout.order).get(element.name)
    if order is not None:
        places = {name: place for place, name in enumerate(order)}
        children.sort(key=lambda child: places.get(child.name, len(places)))
    return children
