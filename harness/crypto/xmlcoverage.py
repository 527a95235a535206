"""What an XML signature leaves out: a package must be signed as a whole, and nothing unsigned may be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from harness.crypto.algorithms import RESTRICTING
from harness.crypto.xmlsignature import Reference, XmlSignature

GapCode = Literal[
    "no-reference", "external-reference", "dangling-reference", "duplicate-id", "part-only",
    "restricting-transform", "unsigned-object", "comment-in-text",
]  # fmt: skip

# With one of these gaps nobody can say what should be digested.
UNRESOLVED = frozenset(
    {"no-reference", "external-reference", "dangling-reference", "duplicate-id", "restricting-transform"}
)
_ID = " or ".join(f"local-name() = '{name}'" for name in ("Id", "ID", "id"))
_WITH_ID = etree.XPath(f"//*[@*[{_ID}] = $id]")
_SPLIT_TEXT = etree.XPath("(//*[comment() and text()[normalize-space()]])[1]")
_XADES = ("QualifyingProperties", "SignedProperties")


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that the signature does not cover.

    Attributes:
        code: in which way.
        element: where: a Reference, an Object, or the element that is read and not signed.
        received: the URI, transform or id at fault.
    """

    code: GapCode
    element: etree._Element
    received: str = ""


def gaps(signature: XmlSignature, root: etree._Element) -> tuple[Gap, ...]:
    """Return everything that a signature of a package leaves open, in document order of its References.

    Args:
        signature: read from the tree of `root`.
        root: the package's root element.
    """
    targets = [_target(reference, root) for reference in signature.references]
    found = [target for target in targets if isinstance(target, Gap)]
    found += [gap for reference in signature.references for gap in _restrictions(reference)]
    whole = [
        reference
        for reference, target in zip(signature.references, targets, strict=True)
        if not isinstance(target, Gap) and target is root
    ]
    if not whole and not found:
        first = signature.references[0]
        found.append(Gap("part-only", first.element, first.uri or ""))
    signed = [target for target in targets if not isinstance(target, Gap)]
    found += [Gap("unsigned-object", each) for each in signature.objects if not _is_signed(each, signed)]
    if whole:
        found += [Gap("comment-in-text", holder) for holder in _split_texts(root)]
    return tuple(found)


def _target(reference: Reference, root: etree._Element) -> etree._Element | Gap:
    uri = reference.uri
    if uri is None:
        return Gap("no-reference", reference.element)
    if uri == "":
        return root
    if not uri.startswith("#") or uri.startswith("#xpointer"):
        return Gap("external-reference", reference.element, uri)
    found = _elements(root, uri[1:])
    if len(found) > 1:
        return Gap("duplicate-id", reference.element, uri)
    return found[0] if found else Gap("dangling-reference", reference.element, uri)


def _elements(root: etree._Element, name: str) -> list[etree._Element]:
    found = _WITH_ID(root, id=name)
    return [each for each in found if isinstance(each, etree._Element)] if isinstance(found, list) else []


def _restrictions(reference: Reference) -> Iterator[Gap]:
    for transform in reference.transforms:
        if transform in RESTRICTING:
            yield Gap("restricting-transform", reference.element, transform)


def _is_signed(element: etree._Element, signed: list[etree._Element]) -> bool:
    """Tell whether an Object is signed: as such, or as XAdES does it, by its one SignedProperties."""
    if element in signed:
        return True
    inner = element
    for name in _XADES:
        children = [child for child in inner if isinstance(child.tag, str)]
        if len(children) != 1 or etree.QName(children[0]).localname != name or (inner.text or "").strip():
            return False
        inner = children[0]
    return inner in signed


def _split_texts(root: etree._Element) -> list[etree._Element]:
    found = _SPLIT_TEXT(root)
    return [each for each in found if isinstance(each, etree._Element)] if isinstance(found, list) else []
