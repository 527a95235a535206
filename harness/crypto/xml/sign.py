"""Signing our own packages: an enveloped signature in the header, every other byte left as it is."""

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from harness.catalogue.parameters import Limits
from harness.crypto.algorithms import C14N, DIGESTS, ENVELOPED, Canonicalization, method_uri
from harness.crypto.testpki.issuance import IssuedIdentity, PrivateKey
from harness.edxml.names import DSIG
from harness.edxml.reader import parse_untrusted

_HEADER_END = re.compile(rb"</(?:[\w.-]+:)?edXMLHeader\s*>")
_NO_VALUE = "<SignatureValue></SignatureValue>"
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


class NotSignable(Exception):
    """The bytes are no package with a header to put a signature into, or the part to be signed is not there."""


@dataclass(frozen=True, slots=True)
class SignaturePlan:
    """How to sign; the defaults make a correct signature.

    Attributes:
        canonicalization: of the package and of SignedInfo.
        digest: short name of the digest.
        uri: what the Reference names: empty for the whole package, `#id` for an element, None for no URI at all.
        transforms: URIs of further transforms to be named; none of them is carried out.
        key_info: the certificate and the ones above it, or the bare key.
        objects: XML of Object elements to be put into the Signature, unsigned.
    """

    canonicalization: Canonicalization = "exclusive"
    digest: str = "sha256"
    uri: str | None = ""
    transforms: tuple[str, ...] = ()
    key_info: Literal["certificate", "key"] = "certificate"
    objects: str = ""

    @property
    def exclusive(self) -> bool:
        """Whether canonicalisation is exclusive."""
        return self.canonicalization == "exclusive"


_USUAL = SignaturePlan()


def sign_package(data: bytes, identity: IssuedIdentity, limits: Limits, plan: SignaturePlan = _USUAL) -> bytes:
    """Return the package with a signature as the last element of its header.

    Args:
        data: a package without a signature.
        identity: whose key signs.
        limits: those by which packages are read.
        plan: how to sign.

    Raises:
        NotSignable: there is no header, no element with the id to be signed, or no canonical form.
        XmlRefused: the bytes are not XML that may be taken in.
    """
    end = _HEADER_END.search(data)
    if end is None:
        raise NotSignable("edXMLHeader")
    signed = _signed_element(parse_untrusted(data, limits).getroot(), plan.uri, limits)
    canonical = _canonical(signed, plan.exclusive)
    element = _element(identity, hashlib.new(plan.digest, canonical).digest(), plan)
    head, tail = data[: end.start()], data[end.start() :]
    value = _signature_value(identity.key, _signed_info(head + element.encode() + tail, limits, plan), plan.digest)
    filled = element.replace(_NO_VALUE, f"<SignatureValue>{_base64(value)}</SignatureValue>")
    return head + filled.encode() + tail


def _signed_element(root: etree._Element, uri: str | None, limits: Limits) -> etree._Element:
    if not uri or not uri.startswith("#"):
        return root
    for element in root.iter("{*}*"):
        if element.get("Id") == uri[1:]:
            return _alone(element, limits)
    raise NotSignable(uri)


def _element(identity: IssuedIdentity, digest_value: bytes, plan: SignaturePlan) -> str:
    c14n = C14N[plan.canonicalization]
    method = method_uri("EC" if isinstance(identity.key, ec.EllipticCurvePrivateKey) else "RSA", plan.digest)
    uri = "" if plan.uri is None else f" URI={quoteattr(plan.uri)}"
    transforms = "".join(f'<Transform Algorithm="{each}"/>' for each in (ENVELOPED, *plan.transforms, c14n))
    return (
        f'<Signature xmlns="{DSIG}"><SignedInfo><CanonicalizationMethod Algorithm="{c14n}"/>'
        f'<SignatureMethod Algorithm="{method}"/><Reference{uri}><Transforms>{transforms}</Transforms>'
        f'<DigestMethod Algorithm="{DIGESTS[plan.digest]}"/><DigestValue>{_base64(digest_value)}</DigestValue>'
        f"</Reference></SignedInfo>{_NO_VALUE}<KeyInfo>{_key_info(identity, plan)}</KeyInfo>{plan.objects}</Signature>"
    )


def _key_info(identity: IssuedIdentity, plan: SignaturePlan) -> str:
    if plan.key_info == "key":
        return _bare_key(identity.key)
    chain = (identity.certificate, *identity.chain)
    certificates = "".join(
        f"<X509Certificate>{_base64(each.public_bytes(Encoding.DER))}</X509Certificate>" for each in chain
    )
    subject = escape(identity.certificate.subject.rfc4514_string())
    return f"<X509Data><X509SubjectName>{subject}</X509SubjectName>{certificates}</X509Data>"


def _bare_key(key: PrivateKey) -> str:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        raise NotSignable("KeyValue")
    numbers = key.public_key().public_numbers()
    modulus, exponent = (_base64(number.to_bytes((number.bit_length() + 7) // 8)) for number in (numbers.n, numbers.e))
    return (
        f"<KeyValue><RSAKeyValue><Modulus>{modulus}</Modulus><Exponent>{exponent}</Exponent></RSAKeyValue></KeyValue>"
    )


def _signed_info(data: bytes, limits: Limits, plan: SignaturePlan) -> bytes:
    """Return the canonical SignedInfo in its place: inclusive canonicalisation takes the namespaces around it in."""
    root = parse_untrusted(data, limits).getroot()
    (element,) = root.iter(f"{{{DSIG}}}SignedInfo")
    return _canonical(_alone(element, limits), plan.exclusive)


def _alone(element: etree._Element, limits: Limits) -> etree._Element:
    """Return an element in a tree of its own, with the namespaces around it."""
    return parse_untrusted(etree.tostring(element, encoding="utf-8", with_tail=False), limits).getroot()


def _canonical(element: etree._Element, exclusive: bool) -> bytes:
    try:
        # As a document, not as an element: the processing instructions beside a root are signed with it.
        return etree.tostring(element.getroottree(), method="c14n", exclusive=exclusive, with_comments=False)
    except etree.C14NError as error:
        raise NotSignable(str(error)) from error


def _signature_value(key: PrivateKey, content: bytes, digest: str) -> bytes:
    algorithm = _HASHES[digest]()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(key.sign(content, ec.ECDSA(algorithm)))
        size = (key.key_size + 7) // 8
        return r.to_bytes(size) + s.to_bytes(size)
    return key.sign(content, padding.PKCS1v15(), algorithm)


def _base64(content: bytes) -> str:
    return b64encode(content).decode("ascii")
