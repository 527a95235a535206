"""A light view of a parsed package: elements by name, texts as read, places for findings.

The rules look at a package a few hundred times; the view reads every element of the XML tree once.
Attachment contents are not copied into it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from lxml import etree

from harness.catalogue.findings import CLIP, Finding, Where, clipped
from harness.edxml.names import CONTENT, NAMESPACE

_NAME_SHOWN = 60
_OWN = f"{{{NAMESPACE}}}"
_substance = re.compile(r"[^\s\u00a0\u200b\ufeff]").search


def is_blank(text: str) -> bool:
    """Say whether a text has nothing but white space, no-break space, zero-width space or byte order mark."""
    return _substance(text) is None


_CHILDLESS: dict[str, list["Node"]] = {}  # shared by all leaves; never written to


class Node:
    """One element of the package.

    Attributes:
        element: the element in the XML tree.
        local: its name without prefix.
        parent: the element around it, None for the root.
        named: its children by local name, each list in document order.
        text: its own text; empty for an element with children and for an attachment's content.
    """

    __slots__ = ("element", "local", "named", "parent", "text")

    def __init__(self, element: etree._Element, local: str, parent: "Node | None", text: str) -> None:
        self.element = element
        self.local = local
        self.parent = parent
        self.named: dict[str, list[Node]] = _CHILDLESS
        self.text = text

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
        """Path from the root, in plain names; a position stands where siblings share a name."""
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

    def every(self, name: str) -> list["Node"]:
        """Return the children called `name`, empty ones included."""
        return self.named.get(name, [])

    def present(self, name: str) -> list["Node"]:
        """Return the children called `name` that are not blank: an empty element counts as absent."""
        return [node for node in self.named.get(name, ()) if not node.is_blank()]

    def child(self, name: str) -> "Node | None":
        """Return the first child called `name` that is not blank."""
        for node in self.named.get(name, ()):
            if not node.is_blank():
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

    def is_blank(self) -> bool:
        """Say whether neither the element nor anything in it has a text that is not blank."""
        if not self.named:
            return _substance(self.text) is None and self.local != CONTENT
        return all(child.is_blank() for child in self.children())

    def walk(self) -> Iterator["Node"]:
        """Yield this element and everything in it, parents before children."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            for group in reversed(node.named.values()):
                waiting.extend(reversed(group))

    def _position(self) -> str:
        if self.parent is None:
            return ""
        siblings = self.parent.named.get(self.local, ())
        return f"[{siblings.index(self) + 1}]" if len(siblings) > 1 and self in siblings else ""


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole package as nodes.

    Attributes:
        root: the root element.
        index: all nodes by local name.
        strays: nodes in a namespace other than the package's.
        repeated: nodes that are not the first of their name below their parent.
    """

    root: Node
    index: Mapping[str, list[Node]]
    strays: list[Node]
    repeated: list[Node]


def read_nodes(root: etree._Element, opaque: Collection[str]) -> Tree:
    """Read a whole tree.

    A node of a foreign namespace that has a sibling of the same name in the right one is filed under its full name,
    `{namespace}local`: it is a stranger, not a second such element.

    Args:
        root: the root element.
        opaque: local names of elements whose inside is not read.
    """
    names: dict[str, tuple[str, list[Node]]] = {}
    index: dict[str, list[Node]] = {}
    repeated: list[Node] = []
    holders: list[Node] = []
    around: list[tuple[Node | None, int]] = []
    parent: Node | None = None
    left = 1  # children of `parent` still to come: elements arrive in document order, comments among them
    walk = root.iter()
    for element in walk:
        while not left:
            parent, left = around.pop()
        left -= 1
        tag = element.tag
        if tag.__class__ is not str:  # a comment
            continue
        known = names.get(tag)
        if known is None:
            local = tag.rpartition("}")[2]
            known = names[tag] = (local, index.setdefault(local, []))
        local, group = known
        inside = len(element)
        node = Node(element, local, parent, "" if inside or local == CONTENT else element.text or "")
        group.append(node)
        if parent is not None:
            named = parent.named
            if local in named:
                named[local].append(node)
                repeated.append(node)
            elif named is _CHILDLESS:
                parent.named = {local: [node]}
            else:
                named[local] = [node]
        if not inside:
            continue
        if local in opaque:
            _pass_over(walk, element)
        else:
            holders.append(node)
            around.append((parent, left))
            parent, left = node, inside
    _read_texts_with_comments(holders)
    strays = _strays(names)
    return Tree(next(iter(index.values()))[0], index, strays, repeated)


def _pass_over(walk: Iterator[etree._Element], element: etree._Element) -> None:
    for _ in zip(element.iterdescendants(), walk, strict=False):
        pass


def _read_texts_with_comments(holders: list[Node]) -> None:
    """Read the text of elements whose children are comments only."""
    for node in holders:
        if node.named is _CHILDLESS and node.local != CONTENT:
            element = node.element
            node.text = (element.text or "") + "".join(child.tail or "" for child in element)


def _strays(names: Mapping[str, tuple[str, list[Node]]]) -> list[Node]:
    groups = {local: group for tag, (local, group) in names.items() if not tag.startswith(_OWN)}
    strays = [node for group in groups.values() for node in group if node.namespace != NAMESPACE]
    _set_strangers_apart(strays)
    return strays


def _set_strangers_apart(strays: list[Node]) -> None:
    seen: set[tuple[int, str]] = set()
    for stray in strays:
        parent, local = stray.parent, stray.local
        if parent is None or (id(parent), local) in seen:
            continue
        seen.add((id(parent), local))
        group = parent.named[local]
        own = [node for node in group if node.namespace == NAMESPACE]
        if own and len(own) < len(group):
            parent.named[local] = own
            for node in group:
                if node.namespace != NAMESPACE:
                    parent.named.setdefault(f"{{{node.namespace}}}{local}", []).append(node)


def found(code: str, node: Node, *, expected: str = "", received: str = "", **parameters: str) -> Finding:
    """Return a finding at an element; what was received is clipped."""
    where = Where(xpath=node.path, line=node.line)
    shown = {name: _shown(value) for name, value in parameters.items()}
    return Finding(code, where, expected, _shown(received), shown)


def missing(code: str, node: Node, name: str) -> Finding:
    """Return a finding about an element called `name` that is missing in `node`."""
    return found(code, node, expected=name, missing=name)


def _shown(text: str) -> str:
    """Return what `clipped` returns, quickly for an ordinary text."""
    return text if len(text) <= CLIP and text.isprintable() else clipped(text)
