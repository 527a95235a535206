"""What an XML signature leaves out: a package must be signed as a whole, and nothing unsigned may be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from harness.crypto.algorithms import RESTRICTING
from harness.crypto.xml.signature import SignedReference, XmlSignature
from harness.edxml.names import DSIG

GapCode = Literal[
    "no-reference", "external-reference", "dangling-reference", "duplicate-id", "part-only",
    "restricting-transform", "unsigned-object", "comment-in-text",
]  # fmt: skip

# With one of these gaps it is undefined what should be digested.
UNRESOLVED = frozenset(
    {"no-reference", "external-reference", "dangling-reference", "duplicate-id", "restricting-transform"}
)
_ID = " or ".join(f"local-name() = '{name}'" for name in ("Id", "ID", "id"))
_WITH_ID = etree.XPath(f"//*[@*[{_ID}] = $id]")
_SPLIT_TEXT = etree.XPath("(//*[comment() and text()[normalize-space()]])[1]")
_QUALIFYING, _UNSIGNED = "QualifyingProperties", "UnsignedProperties"
_ETSI = "http://uri.etsi.org/"  # XAdES has a namespace for each of its versions


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


def _target(reference: SignedReference, root: etree._Element) -> etree._Element | Gap:
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


def _restrictions(reference: SignedReference) -> Iterator[Gap]:
    for transform in reference.transforms:
        if transform in RESTRICTING:
            yield Gap("restricting-transform", reference.element, transform)


def _is_signed(element: etree._Element, signed: list[etree._Element]) -> bool:
    """Tell whether an Object is signed, or holds only what XAdES allows to be unsigned.

    XAdES signs the SignedProperties of its QualifyingProperties; beside them are UnsignedProperties, which came after
    signing: time stamps, certificates and revocation data.
    """
    if element in signed:
        return True
    properties = _only(element)
    if properties is None or etree.QName(properties).localname != _QUALIFYING or _has_text(properties):
        return False
    parts = list(properties.iterchildren("*"))
    return bool(parts) and all(part in signed or _is_harmless(part) for part in parts)


def _only(element: etree._Element) -> etree._Element | None:
    children = list(element.iterchildren("*"))
    return children[0] if len(children) == 1 and not _has_text(element) else None


def _has_text(element: etree._Element) -> bool:
    texts = (element.text, *(child.tail for child in element))
    return any(text is not None and text.strip() for text in texts)


def _is_harmless(element: etree._Element) -> bool:
    """Tell whether an element is UnsignedProperties and holds nothing that could be taken for a part of the package."""
    namespaces = {etree.QName(inner).namespace or "" for inner in element.iter("*")}
    own = all(namespace == DSIG or namespace.startswith(_ETSI) for namespace in namespaces)
    return own and etree.QName(element).localname == _UNSIGNED


def _split_texts(root: etree._Element) -> list[etree._Element]:
    found = _SPLIT_TEXT(root)
    return [each for each in found if isinstance(each, etree._Element)] if isinstance(found, list) else []
