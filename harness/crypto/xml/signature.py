"""Reading a Signature element of a package: its parts, or everything that is wrong with its structure.

Children are looked up by local name, so that a Signature written in the wrong namespace is still read, and everything
that is wrong with it is reported at once.
"""

import binascii
from base64 import b64decode
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from harness.catalogue.parameters import SignatureBounds
from harness.crypto.algorithms import CANONICALIZATIONS, DIGEST_NAMES, ENVELOPED, METHODS, RESTRICTING, Method
from harness.crypto.chains.certificates import CertificateUnreadable, decode_certificate
from harness.edxml.names import DSIG

FlawCode = Literal[
    "wrong-namespace", "missing-child", "unknown-algorithm", "not-base64", "no-key",
    "truncated-certificate", "unreadable-certificate", "schema", "too-many", "too-large",
]  # fmt: skip

_NEEDED = {
    "Signature": ("SignedInfo", "SignatureValue"),
    "SignedInfo": ("CanonicalizationMethod", "SignatureMethod", "Reference"),
    "Reference": ("DigestMethod", "DigestValue"),
}
_KEYS = ("KeyValue", "DEREncodedKeyValue")
_KEY_PARTS = frozenset({"Modulus", "Exponent", "P", "Q", "G", "Y", "J", "PublicKey", "DEREncodedKeyValue"})
_BITS = 6  # that one base64 sign stands for
_SLACK = 1024  # bits: what a key's own form takes besides its number


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with the structure.

    Attributes:
        code: what is wrong.
        element: where.
        expected: what should be there.
        received: what is there.
    """

    code: FlawCode
    element: etree._Element
    expected: str = ""
    received: str = ""


@dataclass(frozen=True, slots=True)
class SignedReference:
    """What a Reference says that it signs: `digest` is the short name, such as `sha256`."""

    element: etree._Element
    uri: str | None
    transforms: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class XmlSignature:
    """A Signature element without structural flaw.

    Attributes:
        element: the element.
        method: kind of key, digest and padding of the signature value.
        references: in document order.
        certificates: those of KeyInfo in DER, in document order; empty where a bare key is given.
        objects: its Object elements.
    """

    element: etree._Element
    method: Method
    references: tuple[SignedReference, ...]
    certificates: tuple[bytes, ...]
    objects: tuple[etree._Element, ...]


def read_signature(
    element: etree._Element, digests: Collection[str], bounds: SignatureBounds
) -> XmlSignature | tuple[Flaw, ...]:
    """Return the parts of a Signature element, or its structural flaws.

    Args:
        element: named `Signature`, in whatever namespace.
        digests: short names of the digests that are verified; others count as unknown algorithms.
        bounds: above which only the excess itself is reported.
    """
    flaws = tuple(_excesses(element, bounds)) or tuple(_flaws(element, digests))
    if flaws:
        return flaws
    signed_info = _children(element, "SignedInfo")[0]
    return XmlSignature(
        element=element,
        method=METHODS[_algorithm(_children(signed_info, "SignatureMethod")[0])],
        references=tuple(_reference(each) for each in _children(signed_info, "Reference")),
        certificates=tuple(decode_certificate(each.text or "") for each in _below(element, "X509Certificate")),
        objects=tuple(_children(element, "Object")),
    )


def _excesses(element: etree._Element, bounds: SignatureBounds) -> Iterator[Flaw]:
    """Yield what exceeds the bounds, before it costs time."""
    most = {"Reference": bounds.references, "Transform": bounds.transforms, "X509Certificate": bounds.certificates}
    counts = Counter[tuple[etree._Element | None, str]]()
    for each in _every(element):
        name = _local(each)
        if name in most:
            holder = each.getparent() if name == "Transform" else None
            counts[holder, name] += 1
            if counts[holder, name] == most[name] + 1:
                yield Flaw("too-many", each, str(most[name]))
        room = bounds.certificate_bytes * 8 if name == "X509Certificate" else bounds.key_bits
        sized = name == "X509Certificate" or name in _KEY_PARTS
        if sized and (bits := len("".join((each.text or "").split())) * _BITS) > room + _SLACK:
            yield Flaw("too-large", each, str(room), str(bits))


def _flaws(element: etree._Element, digests: Collection[str]) -> Iterator[Flaw]:
    foreign = element.tag != f"{{{DSIG}}}Signature"
    if foreign:
        yield Flaw("wrong-namespace", element, DSIG, etree.QName(element).namespace or "")
    incomplete = tuple(_missing(element))
    yield from incomplete
    others = (*_unknown_algorithms(element, digests), *_undecodable(element), *_keyless(element))
    yield from others
    if not (foreign or incomplete or others):
        yield from _schema(element)


def _missing(element: etree._Element) -> Iterator[Flaw]:
    holders = [element, *_below(element, "SignedInfo"), *_below(element, "Reference")]
    for holder in holders:
        for name in _NEEDED[_local(holder)]:
            if not _children(holder, name):
                yield Flaw("missing-child", holder, name)


def _unknown_algorithms(element: etree._Element, digests: Collection[str]) -> Iterator[Flaw]:
    methods = {uri for uri, method in METHODS.items() if method.digest in digests}
    known: dict[str, Collection[str]] = {
        "CanonicalizationMethod": CANONICALIZATIONS,
        "SignatureMethod": methods,
        "Transform": {*CANONICALIZATIONS, ENVELOPED, *RESTRICTING},
        "DigestMethod": {uri for uri, name in DIGEST_NAMES.items() if name in digests},
    }
    for each in _every(element):
        allowed = known.get(_local(each))
        if allowed is not None and _algorithm(each) not in allowed:
            yield Flaw("unknown-algorithm", each, _nearest(_algorithm(each), allowed), _algorithm(each))


def _nearest(given: str, known: Collection[str]) -> str:
    """Return the URI that was probably meant: a misspelt one mostly keeps the last part of its path."""
    last = given.rstrip("#").rpartition("/")[2].partition("#")[2] or given.rstrip("#").rpartition("/")[2]
    meant = sorted(uri for uri in known if last and last in uri)
    return meant[0] if meant else ""


def _undecodable(element: etree._Element) -> Iterator[Flaw]:
    for name in ("DigestValue", "SignatureValue"):
        for each in _below(element, name):
            if not _is_base64(each.text or ""):
                yield Flaw("not-base64", each, name, each.text or "")
    for each in _below(element, "X509Certificate"):
        try:
            decode_certificate(each.text or "")
        except CertificateUnreadable as error:
            code: FlawCode = "truncated-certificate" if error.truncated else "unreadable-certificate"
            yield Flaw(code, each, received="".join((each.text or "").split()))


def _keyless(element: etree._Element) -> Iterator[Flaw]:
    if not any(_below(element, name) for name in ("X509Certificate", *_KEYS)):
        info = _children(element, "KeyInfo")
        yield Flaw("no-key", info[0] if info else element, "X509Certificate")


def _schema(element: etree._Element) -> Iterator[Flaw]:
    from signxml.verifier import XMLVerifier

    try:
        XMLVerifier().validate_schema(element)
    except etree.DocumentInvalid as error:
        yield Flaw("schema", element, received=str(error).replace(f"{{{DSIG}}}", ""))


def _reference(element: etree._Element) -> SignedReference:
    transforms = [each for holder in _children(element, "Transforms") for each in _children(holder, "Transform")]
    return SignedReference(
        element=element,
        uri=element.get("URI"),
        transforms=tuple(_algorithm(each) for each in transforms),
        digest=DIGEST_NAMES[_algorithm(_children(element, "DigestMethod")[0])],
    )


def _is_base64(text: str) -> bool:
    compact = "".join(text.split())
    try:
        return bool(compact) and bool(b64decode(compact, validate=True))
    except (binascii.Error, ValueError):
        return False


def _algorithm(element: etree._Element) -> str:
    return element.get("Algorithm") or ""


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    return list(element.iterchildren("{*}" + name))


def _below(element: etree._Element, name: str) -> list[etree._Element]:
    """Return the elements called `name` of the signature's own; an Object may hold anything."""
    return [each for each in _every(element) if _local(each) == name]


def _every(element: etree._Element) -> Iterator[etree._Element]:
    for child in element.iterchildren("{*}*"):
        if _local(child) != "Object":
            yield child
            yield from _every(child)
