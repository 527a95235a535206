"""Whether a trusted certificate was revoked, by the available CRLs and OCSP answers; otherwise it is unknown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp as x509_ocsp
from pyhanko_certvalidator.authority import AuthorityWithCert
from pyhanko_certvalidator.errors import RevokedError, StaleRevinfoError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.validate import async_validate_path

from harness.crypto.chains.certificates import facts_of, load
from harness.crypto.chains.chain import Chain, finish, offline_context
from harness.crypto.chains.trust import Trust
from harness.crypto.parser_lock import in_one_thread

# The signer's own standing must be known. What a list says of an intermediate counts; that there is no list
# does not: intermediates are the profile's own choice.
_POLICY = CertRevTrustPolicy(
    RevocationCheckingPolicy(
        ee_certificate_rule=RevocationCheckingRule.CRL_OR_OCSP_REQUIRED,
        intermediate_ca_cert_rule=RevocationCheckingRule.CHECK_IF_DECLARED_SOFT,
    ),
    retroactive_revinfo=True,
)


class Standing(StrEnum):
    """Whether a certificate was revoked."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Revocation:
    """What is known of a certificate's revocation.

    Attributes:
        standing: at the time asked about.
        subject: name of the certificate spoken of.
        date: when it was revoked; also where that was later than the time asked about.
        reason: the CA's reason, in the words of RFC 5280; or why nothing is known: `none` (no data at hand),
            `stale` (past its next update) or `unusable` (not about this certificate, or not verifiable).
    """

    standing: Standing
    subject: str
    date: datetime | None = None
    reason: str = ""


@in_one_thread
def examine_revocation(chain: Chain, embedded: Sequence[bytes], trust: Trust, at: datetime) -> Revocation:
    """Say whether the certificate of a trusted chain was revoked at the time it was used.

    Args:
        chain: without fault, from `chains.examine_chain`.
        embedded: certificates that came with the signature, in DER.
        trust: with the revocation data at hand.
        at: time of signing, with a zone.

    Raises:
        ValueError: the chain has a fault.
    """
    if chain.path is None:
        raise ValueError("a chain with a fault has no revocation to speak of")
    facts = facts_of(chain.leaf)
    first = _examined(chain, chain.path, embedded, trust, at)
    if first.standing is not Standing.REVOKED and trust.ocsps and trust.crls:
        # The validator reads no list once an answer is good; an older answer must not override a newer list.
        listed = _examined(chain, chain.path, embedded, replace(trust, ocsps=()), at)
        first = listed if first.standing is Standing.UNKNOWN or listed.standing is Standing.REVOKED else first
    afterwards = [given for given in _answered(trust) if at < given <= facts.ends]
    if first.standing is not Standing.UNKNOWN or not afterwards:
        return first
    # An OCSP answer about a later revocation means that the certificate was good before.
    later = _examined(chain, chain.path, embedded, trust, max(afterwards))
    if later.standing is Standing.REVOKED and later.date is not None and later.date > at:
        return Revocation(Standing.GOOD, facts.subject, later.date, later.reason)
    return first


def _examined(chain: Chain, path: ValidationPath, embedded: Sequence[bytes], trust: Trust, at: datetime) -> Revocation:
    listed = _by_list_of_anchor(chain, path, trust, at)
    if listed is not None:
        return listed
    try:
        context = offline_context(trust, embedded, at, _POLICY)
        finish(async_validate_path(context, path))
    except RevokedError as error:
        subject = facts_of(error.current_path.last.dump()).subject
        return Revocation(Standing.REVOKED, subject, error.revocation_dt, error.reason.native)
    except Exception as error:  # the ASN.1 reader fails on altered data in many ways: then nothing is known
        return Revocation(Standing.UNKNOWN, facts_of(chain.leaf).subject, reason=_why_unknown(error, trust))
    return Revocation(Standing.GOOD, facts_of(chain.leaf).subject)


def _why_unknown(error: Exception, trust: Trust) -> str:
    if isinstance(error, StaleRevinfoError):
        return "stale"
    return "unusable" if trust.crls or trust.ocsps else "none"


def _answered(trust: Trust) -> list[datetime]:
    """Return the times at which the OCSP answers at hand were true."""
    times: list[datetime] = []
    for der in trust.ocsps:
        times += [each.this_update_utc for each in x509_ocsp.load_der_ocsp_response(der).responses]
    return times


def _by_list_of_anchor(chain: Chain, path: ValidationPath, trust: Trust, at: datetime) -> Revocation | None:
    """Look into the CRLs of an anchor that is no root and issued the certificate itself.

    A ministry may trust the issuing CA alone. The validator looks for the issuer of every CRL's issuer, and finds
    none for such an anchor.
    """
    authority = path.trust_anchor.authority
    if path.pkix_len != 1 or not isinstance(authority, AuthorityWithCert):
        return None
    issuer, certificate = load(authority.certificate.dump()), load(chain.leaf)
    if issuer.subject == issuer.issuer:
        return None
    for der in trust.crls:
        found = x509.load_der_x509_crl(der)
        if found.issuer == issuer.subject and _current(found, at) and _signed_by(found, issuer):
            entry = found.get_revoked_certificate_by_serial_number(certificate.serial_number)
            return _as_listed(entry, facts_of(chain.leaf).subject, at)
    return None


def _current(found: x509.CertificateRevocationList, at: datetime) -> bool:
    return found.next_update_utc is not None and at <= found.next_update_utc


def _signed_by(found: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    return isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and found.is_signature_valid(key)


def _as_listed(entry: x509.RevokedCertificate | None, subject: str, at: datetime) -> Revocation:
    if entry is None:
        return Revocation(Standing.GOOD, subject)
    reasons = [one.value.reason.value for one in entry.extensions if isinstance(one.value, x509.CRLReason)]
    reason = "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in next(iter(reasons), "unspecified"))
    date = entry.revocation_date_utc
    return Revocation(Standing.REVOKED if date < at else Standing.GOOD, subject, date, reason)
