"""The mathematics of an XML signature: signxml's, over our own hardened reader.

Changes to signxml: every tree it makes is made by `parse_untrusted`; the Signature is the one that
was found, not another one in the document; comments are not part of what a Reference into the same document covers; and
an
element is canonicalised on its own, because lxml 6.1 writes a stray `xmlns=""` into the canonical form of an element
inside a larger tree with a default namespace.
"""

import hashlib
from base64 import b64decode
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, SignXMLException
from signxml.util import _remove_sig
from signxml.verifier import SignatureConfiguration, XMLVerifier

from harness.catalogue.parameters import Limits
from harness.crypto.algorithms import CANONICALIZATIONS, DIGEST_NAMES, ENVELOPED, METHODS
from harness.crypto.chains.certificates import load
from harness.crypto.xml.signature import XmlSignature
from harness.edxml.names import DSIG
from harness.edxml.reader import XmlRefused, parse_untrusted

Failure = Literal["digest", "value", "not-canonical"]

# A canonical form repeats namespaces and writes out what was short, so it may be longer than the package.
_ROOM = 2
_MOST_KEYS = 6
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


@dataclass(frozen=True, slots=True)
class Verified:
    """What the mathematics say.

    Attributes:
        failure: None when all of it verifies; `digest` when something signed was changed, `value` when the
            signature was not made by the certificate's key over these digests, `not-canonical` when the package
            has no canonical form that could be digested.
        certificate: the one whose key made the signature, else the first one; None where there is none.
    """

    failure: Failure | None
    certificate: bytes | None


def verify(signature: XmlSignature, limits: Limits) -> Verified:
    """Verify digests and value of a signature in its package.

    Args:
        signature: read from the package's tree.
        limits: those by which the package was read.
    """
    certificates = signature.certificates[:_MOST_KEYS]
    if not certificates:
        return Verified(_outcome(signature, limits, None), None)
    for der in certificates:
        outcome = _outcome(signature, limits, load(der))
        if outcome != "value":
            return Verified(outcome, der)
    return Verified("value", certificates[0])


def _outcome(signature: XmlSignature, limits: Limits, certificate: x509.Certificate | None) -> Failure | None:
    roomy = msgspec.structs.replace(limits, package_bytes=limits.package_bytes * _ROOM)
    verifier = _Verifier(signature.element, roomy, bare=certificate is None)
    config = SignatureConfiguration(
        require_x509=certificate is not None,
        expect_references=True,
        signature_methods=frozenset(SignatureMethod(uri) for uri in METHODS),
        digest_algorithms=frozenset(DigestAlgorithm(uri) for uri in DIGEST_NAMES),
        ignore_ambiguous_key_info=False,
        # The chain engine judges validity; signxml shall not.
        verification_time=certificate.not_valid_before_utc if certificate else None,
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    try:
        verifier.verify(
            signature.element.getroottree().getroot(),
            x509_cert=certificate,
            validate_schema=False,
            expect_config=config,
        )
    except InvalidDigest:
        return "digest"
    except (etree.LxmlError, XmlRefused):
        return "not-canonical"
    except (SignXMLException, ValueError, TypeError, UnsupportedAlgorithm, NotImplementedError):
        return "value"
    return None


class _Digesting:
    """A writable file that keeps only the digest of what is written."""

    def __init__(self, algorithm: DigestAlgorithm) -> None:
        self._hash = hashlib.new(DIGEST_NAMES[algorithm.value])

    def write(self, content: bytes) -> int:
        self._hash.update(content)
        return len(content)

    def digest(self) -> bytes:
        """Return the digest of all that was written."""
        return self._hash.digest()


class _Verifier(XMLVerifier):
    """signxml with our reader."""

    def __init__(self, signature: etree._Element, limits: Limits, *, bare: bool) -> None:
        super().__init__()
        self._bare = bare
        self._tag = signature.tag
        self._path = signature.getroottree().getelementpath(signature)
        self._limits = limits
        self._digests: dict[tuple[str | None, bytes, DigestAlgorithm], bytes] = {}

    def get_root(self, data: etree._Element) -> etree._Element:
        return data

    def _get_signature(self, root: etree._Element) -> etree._Element:
        found = root.find(self._path)
        if found is None:
            raise SignXMLException("the signature is not where it was")
        return found

    def _fromstring(self, xml_string: bytes, **_: Any) -> etree._Element:
        root = parse_untrusted(xml_string, self._limits).getroot()
        if self._bare and root.tag == self._tag:
            # X509Data may name a subject only; signxml would look for a certificate in it, and not at the key.
            for info in root.iterchildren(f"{{{DSIG}}}KeyInfo"):
                etree.strip_elements(info, f"{{{DSIG}}}X509Data", with_tail=False)
        return root

    def _tostring(self, xml_node: etree._Element, **_: Any) -> bytes:
        """Return an element as XML; the root with the processing instructions beside it, which are signed with it."""
        parts = [xml_node]
        if xml_node.getparent() is None:
            before = list(xml_node.itersiblings(etree.PI, preceding=True))
            parts = [*reversed(before), xml_node, *xml_node.itersiblings(etree.PI)]
        written = (etree.tostring(part, encoding="utf-8", xml_declaration=False, with_tail=False) for part in parts)
        return b"".join(written)

    def _verify_reference(
        self,
        reference: etree._Element,
        index: int,
        root: etree._Element,
        uri_resolver: None,
        c14n_algorithm: CanonicalizationMethod,
        signature: etree._Element,
        signature_key_used: Any,
    ) -> None:
        """Digest what a Reference means, once for all that mean the same; nothing of it is kept.

        signxml would canonicalise the package anew for each, and hold all of that until the last one.
        """
        transforms: Any = reference.find(f"{{{DSIG}}}Transforms")
        algorithm = DigestAlgorithm(reference.find(f"{{{DSIG}}}DigestMethod").get("Algorithm"))  # type: ignore[union-attr]
        written = b"" if transforms is None else etree.tostring(transforms, method="c14n", with_tail=False)
        meant = (reference.get("URI"), written, algorithm)
        if meant not in self._digests:
            copy = self._fromstring(self._tostring(root))
            own = self._get_signature(copy)
            payload = self._resolve_reference(copy, reference)
            self._digests[meant] = self._digest_of(payload, transforms, own, algorithm)
        if b64decode(reference.findtext(f"{{{DSIG}}}DigestValue") or "") != self._digests[meant]:
            raise InvalidDigest(f"Digest mismatch for reference {index} ({reference.get('URI')})")

    def _digest_of(
        self, payload: etree._Element, transforms: Any, own: etree._Element, algorithm: DigestAlgorithm
    ) -> bytes:
        named = [] if transforms is None else [each for each in transforms if each.tag == f"{{{DSIG}}}Transform"]
        canonical = [each for each in named if each.get("Algorithm") in CANONICALIZATIONS]
        usual = all(each.get("Algorithm") in {*CANONICALIZATIONS, ENVELOPED} for each in named) and len(canonical) <= 1
        if not usual:
            octets = self._apply_transforms(payload, transforms_node=transforms, signature=own)
            digest: bytes = self._get_digest(octets, algorithm)
            return digest
        if len(named) > len(canonical):
            _remove_sig(own, idempotent=True)
        form = canonical[0].get("Algorithm") if canonical else self.config.default_reference_c14n_method.value
        prefixes = self._get_inclusive_ns_prefixes(canonical[0]) if canonical else None  # type: ignore[no-untyped-call]
        alone = payload if payload.getparent() is None else self._fromstring(self._tostring(payload))
        # A canonical form of hundreds of megabytes is never held: what is written is digested at once.
        digesting = _Digesting(algorithm)
        write: Any = etree.ElementTree(alone).write_c14n  # its stubs lack the options
        write(
            digesting,
            exclusive=form.startswith(_EXCLUSIVE),
            with_comments=form.endswith("#WithComments"),
            inclusive_ns_prefixes=prefixes,
        )
        return digesting.digest()

    def _resolve_reference(self, doc_root: etree._Element, reference: etree._Element, uri_resolver: None = None) -> Any:
        """Return what a Reference of this document means: by XML-DSig 4.4.3.3 without its comments."""
        etree.strip_tags(doc_root, etree.Comment)
        return super()._resolve_reference(doc_root, reference, uri_resolver)  # type: ignore[no-untyped-call]

    def _c14n(
        self,
        nodes: etree._Element,
        algorithm: CanonicalizationMethod,
        inclusive_ns_prefixes: list[str] | None = None,
    ) -> bytes:
        alone = nodes if nodes.getparent() is None else self._fromstring(self._tostring(nodes))
        canonical: bytes = super()._c14n(alone.getroottree(), algorithm, inclusive_ns_prefixes)
        return canonical
