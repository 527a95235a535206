"""Everything about one Signature element of a package, in one examination."""

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from harness.catalogue.parameters import Limits, Signatures
from harness.crypto.chains.certificates import CertificateFacts, facts_of
from harness.crypto.chains.signers import SignerTrust, Weakness, judge_signer, weaknesses
from harness.crypto.chains.trust import Trust
from harness.crypto.xml.coverage import UNRESOLVED, Gap, gaps
from harness.crypto.xml.signature import Flaw, XmlSignature, read_signature
from harness.crypto.xml.verify import Failure, Verified, verify


@dataclass(frozen=True, slots=True)
class PackageSignature:
    """What an examination found.

    Attributes:
        element: the Signature element.
        flaws: of structure; with any of them nothing further was looked at.
        resolved: False when a Reference does not say what it signs, so that there are no mathematics to be done.
        failure: of the mathematics, None if it verifies.
        gaps: what is not covered.
        weaknesses: of algorithms and keys.
        signer: facts of the certificate whose key signed; None where there is none.
        trust: whether the signer is trusted; None where there is no certificate, or a flaw.
    """

    element: etree._Element
    flaws: tuple[Flaw, ...] = ()
    resolved: bool = True
    failure: Failure | None = None
    gaps: tuple[Gap, ...] = ()
    weaknesses: tuple[Weakness, ...] = ()
    signer: CertificateFacts | None = None
    trust: SignerTrust | None = None


def examine_signature(
    element: etree._Element, at: datetime, signatures: Signatures, limits: Limits, trust: Trust
) -> PackageSignature:
    """Examine a Signature element.

    Args:
        element: in the tree of its package, in whatever namespace.
        at: time of signing, with a zone.
        signatures: the profile's parameters.
        limits: those by which the package was read.
        trust: anchors, intermediates and revocation data.
    """
    read = read_signature(element, (*signatures.digests, *signatures.weak_digests), signatures.bounds)
    if not isinstance(read, XmlSignature):
        return PackageSignature(element, flaws=read)
    root = element.getroottree().getroot()
    found = gaps(read, root)
    resolved = not any(gap.code in UNRESOLVED for gap in found)
    verified = verify(read, limits) if resolved else Verified(None, next(iter(read.certificates), None))
    certificate = verified.certificate
    facts = facts_of(certificate) if certificate else None
    embedded = tuple(der for der in read.certificates if der != certificate)
    return PackageSignature(
        element=element,
        resolved=resolved,
        failure=verified.failure,
        gaps=found,
        weaknesses=weaknesses(facts, (read.method.digest, *(each.digest for each in read.references)), signatures),
        signer=facts,
        trust=judge_signer(certificate, embedded, trust, at, signatures) if certificate else None,
    )
