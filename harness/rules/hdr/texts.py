"""HDR-10, HDR-11, HDR-20: subject, lengths, fillers."""

import sys
from collections.abc import Iterator, Mapping
from unicodedata import category, normalize

import msgspec

from harness.catalogue.findings import Finding
from harness.catalogue.parameters import CodeLists, Length
from harness.rules.derived import derived
from harness.rules.nodes import Node, found, missing
from harness.rules.package_view import PackageView
from harness.rules.registry import STATUS, rule

# Paths below MessageHeader of required values whose form no other rule checks.
_DUE = (
    ("From", "OrganName"),
    ("To", "OrganName"),
    ("Code", "CodeNumber"),
    ("Code", "CodeNotation"),
    ("PromulgationInfo", "Place"),
    ("DocumentType", "TypeName"),
    ("SignerInfo", "FullName"),
)
# NFC makes a text at most three times as long.
_GROWTH = 3
_UNBOUNDED = sys.maxsize
_DASH = "-"
_BLANKS_AROUND = 16  # as many may be around a filler that is still seen as one

_Bound = tuple[tuple[str, ...], Length]


class _Bounds(msgspec.Struct, frozen=True):
    """The lengths of a profile by local name: what no path forbids, and each path with its own, longest paths first."""

    harmless: Mapping[str, int]
    lengths: Mapping[str, list[_Bound]]


class _Fillers(msgspec.Struct, frozen=True):
    """The fillers of a profile, and how long a text may be that is one."""

    words: frozenset[str]
    longest: int


@rule("HDR-10", codes=("missing",))
def subject_is_given(package: PackageView) -> Iterator[Finding]:
    """Subject is there and not blank."""
    if package.message is not None and package.message.child("Subject") is None:
        yield missing("HDR-10.missing", package.message, "Subject")


@rule("HDR-11", codes=("too-long", "long"))
def texts_are_short_enough(package: PackageView) -> Iterator[Finding]:
    """No text is longer than its element may be."""
    bounds = _bounds(package.parameters.lengths)
    harmless = bounds.harmless
    for node in package.nodes.nodes:
        if len(node.text) > harmless.get(node.local, _UNBOUNDED):
            yield from _too_long(node, bounds.lengths[node.local])


def _names_its_clerk(package: PackageView) -> bool:
    return package.message is not None and package.message.child("StaffInfo") is not None


@rule("HDR-11", STATUS, codes=("too-long", "long"), speaks_of=_names_its_clerk)
def clerk_is_short_enough(package: PackageView) -> Iterator[Finding]:
    """In a status package the lengths hold for its clerk."""
    clerk = package.message.child("StaffInfo") if package.message is not None else None
    bounds = _bounds(package.parameters.lengths)
    for node in clerk.children() if clerk is not None else ():
        if len(node.text) > bounds.harmless.get(node.local, _UNBOUNDED):
            yield from _too_long(node, bounds.lengths[node.local])


@rule("HDR-20", codes=("filler",))
def no_filler(package: PackageView) -> Iterator[Finding]:
    """No required value is a filler."""
    fillers = _fillers(package.parameters.code_lists)
    longest, words = fillers.longest, fillers.words
    for node in _due(package):
        if len(node.text) <= longest and _folded(node.text) in words:
            yield found("HDR-20.filler", node, received=node.text, name=node.local)


def is_filler(text: str, lists: CodeLists) -> bool:
    """Return whether a text is one of the profile's fillers, such as `N/A`."""
    fillers = _fillers(lists)
    return len(text) <= fillers.longest and _folded(text) in fillers.words


def _folded(text: str) -> str:
    """Return a text as fillers are compared: without case, and of a line of dashes of whatever kind a single one."""
    shorn = text.strip()
    return _DASH if shorn and all(category(sign) == "Pd" for sign in shorn) else shorn.casefold()


@derived
def _fillers(lists: CodeLists) -> _Fillers:
    words = frozenset(map(_folded, lists.fillers))
    return _Fillers(words, max(map(len, words), default=0) + _BLANKS_AROUND)


def _due(package: PackageView) -> list[Node]:
    message = package.message
    if message is None:
        return []
    nodes = [node for outer, inner in _DUE for holder in message.every(outer) for node in holder.every(inner)]
    nodes += message.every("Subject")
    if package.business is not None:
        nodes += package.business.every("BussinessDocReason")
    return nodes


@derived
def _bounds(lengths: Mapping[str, Length]) -> _Bounds:
    grouped: dict[str, list[_Bound]] = {}
    for path, length in lengths.items():
        steps = tuple(path.split("/"))
        if _shortest(length) is not None:
            grouped.setdefault(steps[-1], []).append((steps, length))
    for entries in grouped.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    shortest = {name: min(_shortest(length) or 0 for _, length in entries) for name, entries in grouped.items()}
    return _Bounds({name: bound // _GROWTH for name, bound in shortest.items()}, grouped)


def _shortest(length: Length) -> int | None:
    bounds = [bound for bound in (length.fail, length.remark) if bound is not None]
    return min(bounds, default=None)


def _too_long(node: Node, lengths: list[_Bound]) -> Iterator[Finding]:
    steps = _steps(node)
    for path, length in lengths:
        if steps[-len(path) :] == path:
            size = len(normalize("NFC", node.text.strip()))
            if length.fail is not None and size > length.fail:
                yield _over("HDR-11.too-long", node, length.fail, size)
            elif length.remark is not None and size > length.remark:
                yield _over("HDR-11.long", node, length.remark, size)
            return


def _over(code: str, node: Node, most: int, size: int) -> Finding:
    return found(code, node, expected=f"≤ {most}", received=node.text, name=node.local, most=str(most), size=str(size))


def _steps(node: Node) -> tuple[str, ...]:
    steps: list[str] = []
    current: Node | None = node
    while current is not None:
        steps.append(current.local)
        current = current.parent
    return tuple(reversed(steps))
