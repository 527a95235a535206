"""One element of a package as the rules see it, and findings at an element."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import cast

import msgspec
from lxml import etree

from harness.catalogue.findings import CLIP, Finding, Where, clipped

WHITE_SPACE = " \t\r\n"
"""What XML calls white space; readers take it off identifiers, dates, times and numbers."""

_NAME_SHOWN = 60
_substance = re.compile(r"[^\s\u00a0\u200b\ufeff]").search


def is_blank(text: str) -> bool:
    """Say whether a text has nothing but white space, no-break space, zero-width space or byte order mark."""
    return _substance(text) is None


_NONE: tuple["Node", ...] = ()
_CHILDLESS: Mapping[str, list["Node"]] = MappingProxyType({})


class Node(msgspec.Struct, eq=False):
    """One element of the package.

    Attributes:
        element: the element in the XML tree.
        local: its name without prefix.
        parent: the element around it, None for the root.
        named: its children by local name, each list in document order.
        filled: it, or something in it, has a text that is not blank; an attachment's content always counts as one.
        text: its own text; empty for an element with children and for an attachment's content.
    """

    element: etree._Element
    local: str
    parent: "Node | None"
    text: str
    filled: bool = False
    named: Mapping[str, list["Node"]] = _CHILDLESS

    __hash__ = object.__hash__

    @property
    def namespace(self) -> str:
        """Namespace of the element, empty where it has none."""
        return self.element.tag.rpartition("}")[0][1:]

    @property
    def line(self) -> int | None:
        """Line of the element in the package, from 1."""
        return cast("int | None", self.element.sourceline)

    @property
    def path(self) -> str:
        """Path from the root, in plain names; a position is where siblings share a name."""
        steps: list[str] = []
        node: Node | None = self
        while node is not None:
            name = node.local if len(node.local) <= _NAME_SHOWN else clipped(node.local, _NAME_SHOWN)
            steps.append(name + node._position())
            node = node.parent
        return "/" + "/".join(reversed(steps))

    def children(self) -> Iterator["Node"]:
        """Yield the children, those of one name together."""
        for group in self.named.values():
            yield from group

    def every(self, name: str) -> Sequence["Node"]:
        """Return the children called `name`, empty ones included."""
        return self.named.get(name, _NONE)

    def present(self, name: str) -> list["Node"]:
        """Return the children called `name` that are not blank: an empty element counts as absent."""
        return [node for node in self.named.get(name, _NONE) if node.filled]

    def child(self, name: str) -> "Node | None":
        """Return the first child called `name` that is not blank."""
        for node in self.named.get(name, _NONE):
            if node.filled:
                return node
        return None

    def value(self, *names: str) -> str:
        """Return the text found by following `names`, empty where it is absent or blank."""
        node = self
        for name in names:
            inner = node.child(name)
            if inner is None:
                return ""
            node = inner
        return node.text

    def code(self, *names: str) -> str:
        """Return the same as `value`, without white space around it."""
        return self.value(*names).strip(WHITE_SPACE)

    @property
    def trimmed(self) -> str:
        """Its own text without white space around it."""
        return self.text.strip(WHITE_SPACE)

    def fill(self) -> None:
        """Note that the element is not blank, nor are those around it."""
        node: Node | None = self
        while node is not None and not node.filled:
            node.filled = True
            node = node.parent

    def walk(self) -> Iterator["Node"]:
        """Yield this element and everything in it, parents before children."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            for group in reversed(list(node.named.values())):
                waiting.extend(reversed(group))

    def _position(self) -> str:
        if self.parent is None:
            return ""
        siblings = self.parent.named.get(self.local, ())
        return f"[{siblings.index(self) + 1}]" if len(siblings) > 1 and self in siblings else ""


def found(code: str, node: Node, *, expected: str = "", received: str = "", **parameters: str) -> Finding:
    """Return a finding at an element; what was received is clipped."""
    where = Where(xpath=node.path, line=node.line)
    shown = {name: _shown(value) for name, value in parameters.items()}
    return Finding(code, where, expected, _shown(received), shown)


def missing(code: str, node: Node, name: str) -> Finding:
    """Return a finding about an element called `name` that is missing in `node`."""
    return found(code, node, expected=name, missing=name)


def spaced(requirement: str, node: Node | None) -> Iterator[Finding]:
    """Yield `.white-space` if there is white space around the value of `node`, which readers take off."""
    if node is not None and node.text != node.trimmed:
        yield found(f"{requirement}.white-space", node, expected=node.trimmed, received=node.text, name=node.local)


def _shown(text: str) -> str:
    """Return what `clipped` returns, quickly for an ordinary text."""
    return text if len(text) <= CLIP and text.isprintable() else clipped(text)
