"""Signing our own packages: an enveloped signature in the header, every other byte left as it is."""

import hashlib
import re
from base64 import b64encode
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from harness.catalogue.parameters import Limits
from harness.crypto.algorithms import C14N, DIGESTS, ENVELOPED, Canonicalization, Family, method_uri
from harness.crypto.issuing import Identity, PrivateKey
from harness.edxml.names import DSIG
from harness.edxml.reading import parse_untrusted

_HEADER_END = re.compile(rb"</(?:[\w.-]+:)?edXMLHeader\s*>")
_VALUE = b"<SignatureValue></SignatureValue>"
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


class NotSignable(Exception):
    """The bytes are no package with a header to put a signature into."""


def sign_package(
    data: bytes,
    identity: Identity,
    limits: Limits,
    *,
    canonicalization: Canonicalization = "exclusive",
    digest: str = "sha256",
) -> bytes:
    """Return the package with a signature over all of it as the last element of its header.

    Args:
        data: a package without a signature.
        identity: whose key signs; its certificate and the ones above it are put into KeyInfo.
        limits: those by which packages are read.
        canonicalization: of the package and of SignedInfo.
        digest: short name of the digest.

    Raises:
        NotSignable: there is no header.
        XmlRefused: the bytes are not XML that may be taken in.
    """
    ends = list(_HEADER_END.finditer(data))
    if not ends:
        raise NotSignable("no edXMLHeader")
    exclusive = canonicalization == "exclusive"
    tree = parse_untrusted(data, limits)
    canonical = etree.tostring(tree.getroot(), method="c14n", exclusive=exclusive, with_comments=False)
    element = _element(identity, hashlib.new(digest, canonical).digest(), canonicalization, digest)
    position = ends[0].start()
    unsigned = data[:position] + element + data[position:]
    value = _signature_value(identity.key, _signed_info(unsigned, limits, exclusive), digest)
    filled = element.replace(_VALUE, b"<SignatureValue>" + b64encode(value) + b"</SignatureValue>")
    return data[:position] + filled + data[position:]


def _element(identity: Identity, digest_value: bytes, canonicalization: Canonicalization, digest: str) -> bytes:
    c14n = C14N[canonicalization]
    family: Family = "EC" if isinstance(identity.key, ec.EllipticCurvePrivateKey) else "RSA"
    chain = (identity.certificate, *identity.chain)
    certificates = "".join(
        f"<X509Certificate>{b64encode(each.public_bytes(Encoding.DER)).decode()}</X509Certificate>" for each in chain
    )
    return (
        f'<Signature xmlns="{DSIG}"><SignedInfo><CanonicalizationMethod Algorithm="{c14n}"/>'
        f'<SignatureMethod Algorithm="{method_uri(family, digest)}"/><Reference URI=""><Transforms>'
        f'<Transform Algorithm="{ENVELOPED}"/><Transform Algorithm="{c14n}"/></Transforms>'
        f'<DigestMethod Algorithm="{DIGESTS[digest]}"/><DigestValue>{b64encode(digest_value).decode()}</DigestValue>'
        f"</Reference></SignedInfo>{_VALUE.decode()}<KeyInfo><X509Data>"
        f"<X509SubjectName>{escape(identity.certificate.subject.rfc4514_string())}</X509SubjectName>"
        f"{certificates}</X509Data></KeyInfo></Signature>"
    ).encode()


def _signed_info(data: bytes, limits: Limits, exclusive: bool) -> bytes:
    """Return the canonical SignedInfo in its place: inclusive canonicalisation takes the namespaces around it in."""
    root = parse_untrusted(data, limits).getroot()
    (element,) = root.iter(f"{{{DSIG}}}SignedInfo")
    alone = parse_untrusted(etree.tostring(element, encoding="utf-8", with_tail=False), limits).getroot()
    return etree.tostring(alone, method="c14n", exclusive=exclusive, with_comments=False)


def _signature_value(key: PrivateKey, content: bytes, digest: str) -> bytes:
    algorithm = _HASHES[digest]()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(key.sign(content, ec.ECDSA(algorithm)))
        size = (key.key_size + 7) // 8
        return r.to_bytes(size) + s.to_bytes(size)
    return key.sign(content, padding.PKCS1v15(), algorithm)
