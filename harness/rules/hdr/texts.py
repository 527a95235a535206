"""HDR-10, HDR-11, HDR-20: subject, lengths, fillers."""

from collections.abc import Iterator, Mapping
from unicodedata import normalize

from harness.catalogue.findings import Finding
from harness.catalogue.parameters import CodeLists, Length
from harness.rules.derived import derived
from harness.rules.nodes import Node, found, missing
from harness.rules.registry import rule
from harness.rules.specimen import Specimen

# Paths below MessageHeader where a value is due that no other rule holds to a form.
_DUE = (
    ("From", "OrganName"),
    ("To", "OrganName"),
    ("Code", "CodeNumber"),
    ("Code", "CodeNotation"),
    ("PromulgationInfo", "Place"),
    ("DocumentType", "TypeName"),
    ("SignerInfo", "FullName"),
)
_LONGEST_FILLER = 40
_NAME = "AttachmentName"  # its length is ATT-04's, which is stricter

Bounds = Mapping[str, tuple[int, tuple[tuple[tuple[str, ...], Length], ...]]]


@rule("HDR-10")
def subject_is_given(specimen: Specimen) -> Iterator[Finding]:
    """Subject is there and not blank."""
    if specimen.message is not None and specimen.message.child("Subject") is None:
        yield missing("HDR-10.missing", specimen.message, "Subject")


@rule("HDR-11")
def texts_are_short_enough(specimen: Specimen) -> Iterator[Finding]:
    """No text is longer than its element may be."""
    index = specimen.nodes.index
    for local, (shortest, lengths) in _bounds(specimen.parameters.lengths).items():
        for node in index.get(local, ()):
            if len(node.text) > shortest:
                yield from _too_long(node, lengths)


@rule("HDR-20")
def no_filler(specimen: Specimen) -> Iterator[Finding]:
    """No filler stands where a value is due."""
    fillers = _fillers(specimen.parameters.code_lists)
    for node in _due(specimen):
        if len(node.text) <= _LONGEST_FILLER and node.text.strip().casefold() in fillers:
            yield found("HDR-20.filler", node, received=node.text, name=node.local)


def is_filler(text: str, lists: CodeLists) -> bool:
    """Say whether a text is one of the profile's fillers, such as `N/A`."""
    return text.strip().casefold() in _fillers(lists)


@derived
def _fillers(lists: CodeLists) -> frozenset[str]:
    return frozenset(filler.casefold() for filler in lists.fillers)


def _due(specimen: Specimen) -> list[Node]:
    message = specimen.message
    if message is None:
        return []
    nodes = [node for outer, inner in _DUE for holder in message.every(outer) for node in holder.every(inner)]
    nodes += message.every("Subject")
    if specimen.business is not None:
        nodes += specimen.business.every("BussinessDocReason")
    return nodes


@derived
def _bounds(lengths: Mapping[str, Length]) -> Bounds:
    """Return the lengths by local name: the shortest bound of that name, and each path with its own."""
    grouped: dict[str, list[tuple[tuple[str, ...], Length]]] = {}
    for path, length in lengths.items():
        steps = tuple(path.split("/"))
        if steps[-1] != _NAME and _shortest(length) is not None:
            grouped.setdefault(steps[-1], []).append((steps, length))
    return {
        local: (
            min(_shortest(length) or 0 for _, length in entries),
            tuple(sorted(entries, key=lambda entry: -len(entry[0]))),
        )
        for local, entries in grouped.items()
    }


def _shortest(length: Length) -> int | None:
    bounds = [bound for bound in (length.fail, length.remark) if bound is not None]
    return min(bounds, default=None)


def _too_long(node: Node, lengths: tuple[tuple[tuple[str, ...], Length], ...]) -> Iterator[Finding]:
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
