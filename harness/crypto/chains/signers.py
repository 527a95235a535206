"""A signer judged by a profile's parameters: trusted, not revoked, and strong enough."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain as joined
from typing import Literal

from harness.catalogue.parameters import Signatures
from harness.crypto.chains.certificates import CertificateFacts, facts_of
from harness.crypto.chains.chain import ChainFault, Purpose, examine_chain
from harness.crypto.chains.revocation import Revocation, Standing, examine_revocation
from harness.crypto.chains.trust import Trust

_NOTHING = Trust()
_MOST_REMEMBERED = 64
_SMALL = 65536  # bytes that come with a signature
SignerKind = Literal["person", "agency", "unknown"]


@dataclass(frozen=True, slots=True)
class SignerTrust:
    """Whether a signer is trusted.

    Attributes:
        anchored: False when there is no trust anchor at all, so that nothing can be said.
        fault: why the signer is not trusted, None if it is.
        revocation: None where there is a fault, or no anchor.
    """

    anchored: bool = True
    fault: ChainFault | None = None
    revocation: Revocation | None = None

    @property
    def trusted(self) -> bool:
        """Whether the chain is valid; revocation is separate."""
        return self.anchored and self.fault is None


@dataclass(frozen=True, slots=True)
class Weakness:
    """An algorithm or key below the profile's least: `kind` says of what; the other members are for findings."""

    kind: Literal["digest", "key", "certificate-digest"]
    expected: str
    received: str


def judge_signer(
    certificate: bytes,
    embedded: Sequence[bytes],
    trust: Trust,
    at: datetime,
    signatures: Signatures,
    purpose: Purpose = "signature",
    brought: Trust = _NOTHING,
) -> SignerTrust:
    """Judge a signer's certificate at the time of signing.

    Args:
        certificate: the signer's, in DER.
        embedded: further certificates that came with the signature, in DER.
        trust: anchors, intermediates and revocation data.
        at: time of signing, with a zone.
        signatures: the profile's parameters.
        purpose: a signature, or a time stamp.
        brought: revocation data in the signature; used only where `trust` has none.

    Raises:
        CertificateUnreadable: the certificate is none.
    """
    if not trust.anchors:
        return SignerTrust(anchored=False)
    given = tuple(embedded)
    size = sum(map(len, joined((certificate,), given, brought.crls, brought.ocsps)))
    judge = _remembered if size <= _SMALL else _judged
    return judge(certificate, given, trust, at, signatures.purposes, purpose, brought)


def _judged(
    certificate: bytes,
    embedded: tuple[bytes, ...],
    trust: Trust,
    at: datetime,
    purposes: tuple[str, ...],
    purpose: Purpose,
    brought: Trust,
) -> SignerTrust:
    chain = examine_chain(certificate, embedded, trust, at, purpose=purpose, purposes=purposes)
    if chain.fault is not None:
        return SignerTrust(fault=chain.fault)
    own = examine_revocation(chain, embedded, trust, at)
    if own.standing is Standing.UNKNOWN and (brought.crls or brought.ocsps):
        return SignerTrust(revocation=examine_revocation(chain, embedded, trust.adding(brought), at))
    return SignerTrust(revocation=own)


# One signature is judged by its receiver and by the judge, and in every copy of a file; the arguments decide all.
_remembered = lru_cache(maxsize=_MOST_REMEMBERED)(_judged)


def weaknesses(facts: CertificateFacts | None, digests: Iterable[str], signatures: Signatures) -> tuple[Weakness, ...]:
    """Return what is weak about a signature.

    Args:
        facts: of the signer's certificate, if there is one.
        digests: short names of the digests that the signature uses.
        signatures: the profile's parameters.
    """
    strong = " ".join(signatures.digests)
    found = [
        Weakness("digest", strong, digest) for digest in dict.fromkeys(digests) if digest not in signatures.digests
    ]
    if facts is None:
        return tuple(found)
    least = {"RSA": signatures.smallest_rsa, "EC": signatures.smallest_ec}.get(facts.key)
    if least is None or facts.bits < least:
        expected = f"RSA ≥ {signatures.smallest_rsa}, EC ≥ {signatures.smallest_ec}"
        found.append(Weakness("key", expected, f"{facts.key} {facts.bits}"))
    if facts.digest and facts.digest not in signatures.digests:
        found.append(Weakness("certificate-digest", strong, facts.digest))
    return tuple(found)


def kind_of_signer(certificate: bytes, signatures: Signatures) -> SignerKind:
    """Tell a person from an agency by the attributes of the subject, as the profile names them."""
    names = {name for name, _ in facts_of(certificate).names}
    if names & set(signatures.person_attributes):
        return "person"
    return "agency" if names & set(signatures.agency_attributes) else "unknown"
