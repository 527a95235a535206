"""Finds the parts of a package, also those in a wrong place, and reports what is irregular about them.

A part in the wrong place or case is still used, so that one defect does not hide the rest of the package
nor is reported again by every rule that needs the part.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from harness.edxml.names import CONTENT
from harness.rules.nodes import Node
from harness.rules.tree import Tree

PackageKind = Literal["document", "status", "unknown"]
Part = Literal["root", "envelope", "header", "message", "body", "manifest", "encoded"]
How = Literal["missing", "wrong-case", "foreign", "misplaced", "inline", "container"]

NAMES: dict[Part, str] = {
    "root": "edXML",
    "envelope": "edXMLEnvelope",
    "header": "edXMLHeader",
    "message": "MessageHeader",
    "body": "edXMLBody",
    "manifest": "edXMLManifest",
    "encoded": "AttachmentEncoded",
}
_STATUS_CONTAINER = "Status"


class Irregularity(msgspec.Struct, frozen=True):
    """A part of the package that is not where, or as, the standard says; `node` is the nearest element there is."""

    part: Part
    how: How
    node: Node


class Places(msgspec.Struct, frozen=True):
    """The parts of one package; None where there is none.

    Attributes:
        kind: document, status or unknown.
        references: the element that holds the References: the manifest, or the body in its stead.
        inline: an attachment's content is in the envelope.
        irregular: everything irregular about the parts, in document order of discovery.
        claimed: elements in a wrong place that were used as a part; no other rule reports them.
    """

    kind: PackageKind
    envelope: Node | None
    header: Node | None
    message: Node | None
    trace: Node | None
    body: Node | None
    manifest: Node | None
    references: Node | None
    encoded: Node | None
    inline: bool
    irregular: tuple[Irregularity, ...]
    claimed: frozenset[Node]


class _Search:
    """Collects what is irregular while the parts are looked up."""

    def __init__(self) -> None:
        self.irregular: list[Irregularity] = []
        self.claimed: set[Node] = set()

    def note(self, part: Part, how: How, node: Node) -> None:
        """Note something irregular."""
        self.irregular.append(Irregularity(part, how, node))

    def part(self, parent: Node, part: Part) -> Node | None:
        """Return the child that is the part, in whatever case it is written."""
        name = NAMES[part]
        exact = parent.every(name)
        if exact:
            return exact[0]
        node = _cased(parent, name)
        if node is not None:
            self.note(part, "wrong-case", node)
            self.claimed.add(node)
        return node

    def part_or_below(self, parent: Node, part: Part, *inner: str) -> Node | None:
        """Return the part; where it is missing but children of its own are in its place, return the parent."""
        node = self.part(parent, part)
        if node is not None:
            return node
        self.note(part, "missing", parent)
        moved = [child for name in inner for child in parent.every(name)]
        self.claimed.update(moved)
        return parent if moved else None


def locate(tree: Tree) -> Places:
    """Find the parts of a package."""
    root, index = tree.root, tree.index
    search = _Search()
    if not _is_root(root, search):
        return _nothing(search)
    envelope = search.part_or_below(root, "envelope", NAMES["header"], NAMES["body"])
    if envelope is None:
        return _nothing(search)
    header = search.part_or_below(envelope, "header", NAMES["message"], "TraceHeaderList", "Signature")
    message, container = _message(search, header)
    trace = _trace(search, header, envelope)
    kind = "status" if container is not None else _kind(message)
    body, manifest, references = _body(search, envelope, kind)
    encoded, inline = _encoded(search, root, index) if kind == "document" else (None, False)
    return Places(
        kind=kind, envelope=envelope, header=header, message=message, trace=trace, body=body, manifest=manifest,
        references=references, encoded=encoded, inline=inline,
        irregular=tuple(search.irregular), claimed=frozenset(search.claimed),
    )  # fmt: skip


def _cased(parent: Node, name: str) -> Node | None:
    wanted = name.casefold()
    for local, group in parent.named.items():
        if local.casefold() == wanted:
            return group[0]
    return None


def _is_root(root: Node, search: _Search) -> bool:
    if root.local == NAMES["root"]:
        return True
    same = root.local.casefold() == NAMES["root"].casefold()
    search.note("root", "wrong-case" if same else "foreign", root)
    return same


def _nothing(search: _Search) -> Places:
    irregular = tuple(search.irregular)
    return Places("unknown", None, None, None, None, None, None, None, None, False, irregular, frozenset())


def _message(search: _Search, header: Node | None) -> tuple[Node | None, Node | None]:
    """Return the MessageHeader and, where a status is in a container of its own, that container."""
    if header is None:
        return None, None
    node = search.part(header, "message")
    if node is not None:
        return node, None
    container = header.child(_STATUS_CONTAINER)
    if container is not None:
        search.note("message", "container", container)
        search.claimed.add(container)
        return None, container
    search.note("message", "missing", header)
    return None, None


def _trace(search: _Search, header: Node | None, envelope: Node) -> Node | None:
    for place in (header, envelope):
        lists = place.every("TraceHeaderList") if place is not None else []
        if lists:
            if place is not header:
                search.claimed.update(lists)
            return lists[0]
    return None


def _kind(message: Node | None) -> PackageKind:
    if message is None:
        return "unknown"
    if message.child("StatusCode") is not None:
        return "status"
    answers = message.child("ResponseFor") is not None and message.child("To") is None
    return "status" if answers else "document"


def _body(search: _Search, envelope: Node, kind: PackageKind) -> tuple[Node | None, Node | None, Node | None]:
    if kind != "document":
        bodies = envelope.every(NAMES["body"])
        return (bodies[0] if bodies else None), None, None
    body = search.part_or_below(envelope, "body", NAMES["manifest"])
    if body is None:
        return None, None, None
    if body is envelope:
        manifest = body.every(NAMES["manifest"])[0]
        return None, manifest, manifest
    found = search.part(body, "manifest")
    if found is not None:
        return body, found, found
    search.note("manifest", "missing", body)
    references = body.every("Reference")
    search.claimed.update(references)
    return body, None, body if references else None


def _encoded(search: _Search, root: Node, index: Mapping[str, list[Node]]) -> tuple[Node | None, bool]:
    """Return the AttachmentEncoded, from elsewhere if necessary, and whether contents are outside of any."""
    own = root.every(NAMES["encoded"])
    everywhere = index.get(NAMES["encoded"], [])
    if len(everywhere) > len(own):
        elsewhere = [node for node in everywhere if node.parent is not root]
        search.note("encoded", "misplaced", elsewhere[0])
        search.claimed.update(elsewhere)
        return (own or elsewhere)[0], False
    if own:
        return own[0], False
    cased = _cased(root, NAMES["encoded"])
    if cased is not None:
        search.note("encoded", "wrong-case", cased)
        search.claimed.add(cased)
        return cased, False
    contents = index.get(CONTENT, [])
    if contents:
        search.note("encoded", "inline", contents[0])
        search.claimed.update(_outermost(contents))
    return None, bool(contents)


def _outermost(contents: list[Node]) -> set[Node]:
    """Return, for contents outside AttachmentEncoded, the elements that no other rule reports."""
    return {node.parent if node.parent is not None and node.parent.local == "Attachment" else node for node in contents}
