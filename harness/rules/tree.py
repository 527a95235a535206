"""A light view of a parsed package: elements by name, texts as read.

The rules look at a package a few hundred times; the view reads every element of the XML tree once. Attachment
contents are not copied into it. This is the inner loop of a check, written for speed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec
from lxml import etree

from harness.edxml.names import CONTENT, NAMESPACE
from harness.rules.nodes import Node, is_blank


class Vocabulary(msgspec.Struct, frozen=True):
    """The names that the schema knows.

    Attributes:
        locals: local name by name in lxml's notation, for the elements of the regulation.
        opaque: local names of elements whose inside is not the package's: signatures and the operator's additions.
        sought: local names that rules look for wherever they are.
    """

    locals: Mapping[str, str]
    opaque: Collection[str]
    sought: Collection[str]


class Tree(msgspec.Struct, frozen=True):
    """A whole package as nodes.

    Attributes:
        root: the root element.
        nodes: all nodes in document order.
        index: the nodes of `Vocabulary.sought`, by local name.
        strays: nodes in a namespace other than the package's.
        repeated: nodes that are not the first of their name below their parent.
    """

    root: Node
    nodes: list[Node]
    index: Mapping[str, list[Node]]
    strays: list[Node]
    repeated: list[Node]

    def dismantle(self) -> None:
        """Cut the links to parents, so that memory is freed at once and not by the garbage collector."""
        for node in self.nodes:
            node.parent = None


def read_tree(root: etree._Element, vocabulary: Vocabulary) -> Tree:
    """Read a whole tree.

    A node of a foreign namespace that has a sibling of the same name in the right one is filed under its full name,
    `{namespace}local`: it is a foreign element, not a second such element.
    """
    known, opaque = vocabulary.locals, vocabulary.opaque
    nodes: list[Node] = []
    repeated: list[Node] = []
    holders: list[Node] = []
    unfamiliar = False
    # Elements arrive in document order, comments among them; `left` children of `parent` are still to come.
    parent = Node(root, "", None, "")
    named: dict[str, list[Node]] = {}
    left = 1
    around: list[tuple[Node, dict[str, list[Node]], int]] = []
    walk = root.iter()
    for element in walk:
        while not left:
            parent, named, left = around.pop()
        left -= 1
        tag = element.tag
        local = known.get(tag)
        if local is None:
            if tag.__class__ is not str:  # a comment
                continue
            local = tag.rpartition("}")[2]
            unfamiliar = True
        inside = len(element)
        text = "" if inside or local == CONTENT else element.text or ""
        node = Node(element, local, parent, text)
        nodes.append(node)
        group = named.get(local)
        if group is None:
            named[local] = [node]
        else:
            group.append(node)
            repeated.append(node)
        if inside:
            if local in opaque:
                node.fill()
                _pass_over(walk, element)
            else:
                holders.append(node)
                around.append((parent, named, left))
                parent, left = node, inside
                node.named = named = {}
        # Most texts begin with an ordinary letter: only the others are searched for one.
        elif "!" <= text < "\x7f" or not is_blank(text):
            node.filled = True
            if not parent.filled:
                parent.fill()
    index = _indexed(nodes, vocabulary.sought)
    _fill_contents(index.get(CONTENT, ()))
    _read_texts_with_comments(holders)
    strays = [node for node in nodes if node.namespace != NAMESPACE] if unfamiliar else []
    return _finished(Tree(nodes[0], nodes, index, strays, repeated))


def _indexed(nodes: list[Node], sought: Collection[str]) -> dict[str, list[Node]]:
    index: dict[str, list[Node]] = {}
    for node in nodes:
        if node.local in sought:
            index.setdefault(node.local, []).append(node)
    return index


def _finished(tree: Tree) -> Tree:
    tree.root.parent = None
    _set_strangers_apart(tree.strays)
    return tree


def _pass_over(walk: Iterator[etree._Element], element: etree._Element) -> None:
    for _ in zip(element.iterdescendants(), walk, strict=False):
        pass


def _fill_contents(contents: Iterable[Node]) -> None:
    """Note contents as filled: whether they are empty is for their own rules to say."""
    for node in contents:
        node.fill()


def _read_texts_with_comments(holders: list[Node]) -> None:
    """Read the text of elements whose children are comments only."""
    for node in holders:
        if not node.named and node.local != CONTENT:
            element = node.element
            node.text = (element.text or "") + "".join(child.tail or "" for child in element)
            if not is_blank(node.text):
                node.fill()


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
            others = [node for node in group if node.namespace != NAMESPACE]
            named: dict[str, list[Node]] = {**parent.named, local: own}
            for node in others:
                named.setdefault(f"{{{node.namespace}}}{local}", []).append(node)
            parent.named = named
