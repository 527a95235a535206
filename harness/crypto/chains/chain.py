"""The one chain engine, for packages and PDF files alike: is a certificate trusted, for a use, at a time?

Everything it looks at is given: no clock, no network, no state. The mathematics are pyhanko-certvalidator's.
"""

import logging
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal, TypeVar

from asn1crypto import crl, ocsp, x509
from pyhanko_certvalidator import ValidationContext, find_valid_path
from pyhanko_certvalidator.errors import (
    ExpiredError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, AcceptAllAlgorithms, CertRevTrustPolicy
from pyhanko_certvalidator.registry import CertificateRegistry

from harness.crypto.chains.certificates import facts_of, is_certificate
from harness.crypto.chains.trust import Trust
from harness.crypto.parser_lock import in_one_thread

T = TypeVar("T")
Purpose = Literal["signature", "time-stamp"]

# Certificates looked at that came with a signature: more would let a hostile file make path building endless.
MOST_EMBEDDED = 6
_KEPT = 16
_KEPT_CERTIFICATES = 256
_TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
_SIGNING_USAGES = {"digital_signature", "non_repudiation"}

logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


class ChainProblem(StrEnum):
    """Why a certificate is not trusted."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    UNTRUSTED = "untrusted"
    ISSUER_MISSING = "issuer-missing"
    WRONG_USAGE = "wrong-usage"
    BROKEN = "chain-broken"


@dataclass(frozen=True, slots=True)
class ChainFault:
    """What is wrong with a chain.

    Attributes:
        kind: why it is not trusted.
        subject: name of the certificate at fault.
        issuer: name of that certificate's issuer.
        date: end or beginning of validity, where that is the fault.
        detail: what the validator said, for a broken chain; the usages found, for a wrong one.
    """

    kind: ChainProblem
    subject: str
    issuer: str
    date: datetime | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A trust as the validator wants it; parsed once and kept, as revocation lists can be long."""

    anchors: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]
    crls: tuple[crl.CertificateList, ...]
    ocsps: tuple[ocsp.OCSPResponse, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """What the engine says of one certificate.

    Attributes:
        leaf: the certificate asked about, in DER.
        fault: why it is not trusted, None if it is.
        path: the path found, None where there is a fault.
    """

    leaf: bytes
    fault: ChainFault | None
    path: ValidationPath | None = None


@in_one_thread
def examine_chain(
    leaf: bytes,
    embedded: Sequence[bytes],
    trust: Trust,
    at: datetime,
    *,
    purpose: Purpose = "signature",
    purposes: Sequence[str] = (),
) -> Chain:
    """Judge a certificate at the time it was used; revocation is `revocation.examine_revocation`'s.

    Args:
        leaf: certificate in DER.
        embedded: further certificates that came with the signature, in DER; the first few are looked at.
        trust: anchors and intermediates.
        at: time of signing, with a zone.
        purpose: what the certificate was used for.
        purposes: extended key usages (OIDs) that fit a signature; empty: all.

    Raises:
        CertificateUnreadable: the leaf is no certificate.
    """
    facts = facts_of(leaf)
    certificate = _certificate(leaf)
    context = offline_context(replace(trust, crls=(), ocsps=()), embedded, at, CertRevTrustPolicy(NO_REVOCATION))
    try:
        path = finish(_path(certificate, context))
    except Exception as error:  # the ASN.1 reader fails on foreign certificates in many ways
        return Chain(leaf, _fault(error, certificate, context))
    wrong = _wrong_usage(certificate, purpose, purposes)
    if wrong is not None:
        return Chain(leaf, ChainFault(ChainProblem.WRONG_USAGE, facts.subject, facts.issuer, detail=wrong))
    return Chain(leaf, None, path)


def offline_context(
    trust: Trust, embedded: Sequence[bytes], at: datetime, policy: CertRevTrustPolicy
) -> ValidationContext:
    """Return the validator's view of a trust at a time.

    Nothing is fetched, and weak algorithms pass: the rules judge them.
    """
    loaded = load_trust(trust)
    others = _certificates([der for der in tuple(embedded)[:MOST_EMBEDDED] if _is_usable(der)])
    return ValidationContext(
        trust_roots=list(loaded.anchors),
        moment=at,
        allow_fetching=False,
        crls=list(loaded.crls),
        ocsps=list(loaded.ocsps),
        revinfo_policy=policy,
        algorithm_usage_policy=AcceptAllAlgorithms(),
        certificate_registry=CertificateRegistry.build([*loaded.intermediates, *others]),
    )


@lru_cache(maxsize=_KEPT)
def load_trust(trust: Trust) -> Loaded:
    """Return a trust as the validator wants it."""
    return Loaded(
        anchors=_certificates(trust.anchors),
        intermediates=_certificates(trust.intermediates),
        crls=tuple(crl.CertificateList.load(der) for der in trust.crls),
        ocsps=tuple(ocsp.OCSPResponse.load(der) for der in trust.ocsps),
    )


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits, inside or outside of an event loop.

    Raises:
        RuntimeError: it does wait, which offline validation must not.
    """
    try:
        work.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    work.close()
    raise RuntimeError("offline validation tried to wait")


async def _path(certificate: x509.Certificate, context: ValidationContext) -> ValidationPath:
    paths = context.path_builder.async_build_paths_lazy(certificate)
    path: ValidationPath = await find_valid_path(certificate, paths, validation_context=context)
    return path


@lru_cache(maxsize=_KEPT_CERTIFICATES)
def _certificate(der: bytes) -> x509.Certificate:
    """Return a certificate as the validator wants it; kept, as what it works out of one is most of its work."""
    return x509.Certificate.load(der)


@lru_cache(maxsize=_KEPT_CERTIFICATES)
def _is_usable(der: bytes) -> bool:
    """Tell whether the validator can read a foreign certificate, including its names."""
    if not is_certificate(der):
        return False
    try:
        certificate = _certificate(der)
        return bool(certificate.subject.hashable and certificate.issuer.hashable and certificate.issuer_serial)
    except Exception:  # the ASN.1 reader fails on foreign certificates in many ways
        return False


def _certificates(ders: Sequence[bytes]) -> tuple[x509.Certificate, ...]:
    return tuple(_certificate(der) for der in ders)


def _fault(error: Exception, leaf: x509.Certificate, context: ValidationContext) -> ChainFault:
    if isinstance(error, ExpiredError | NotYetValidError):
        kind = ChainProblem.EXPIRED if isinstance(error, ExpiredError) else ChainProblem.NOT_YET_VALID
        date = error.expired_dt if isinstance(error, ExpiredError) else error.valid_from
        guilty = _with_date(error, leaf, date)
        return ChainFault(kind, _subject(guilty), _issuer(guilty), date)
    if isinstance(error, PathValidationError):
        return ChainFault(ChainProblem.BROKEN, _subject(leaf), _issuer(leaf), detail=str(error))
    if isinstance(error, PathBuildingError | InvalidCertificateError):
        return _no_path(leaf, context)
    return ChainFault(ChainProblem.BROKEN, _subject(leaf), _issuer(leaf), detail=str(error))


def _with_date(error: PathValidationError, leaf: x509.Certificate, date: datetime) -> x509.Certificate:
    for certificate in error.current_path.iter_certs(include_root=True):
        validity = certificate["tbs_certificate"]["validity"]
        if date in (validity["not_before"].native, validity["not_after"].native):
            found: x509.Certificate = certificate
            return found
    return leaf


def _no_path(leaf: x509.Certificate, context: ValidationContext) -> ChainFault:
    """Follow the issuers as far as certificates are known: to an untrusted root, or an unknown issuer."""
    seen: set[bytes] = set()
    top = leaf
    while top.sha256 not in seen and top.subject != top.issuer:
        seen.add(top.sha256)
        issuers = context.certificate_registry.retrieve_by_name(top.issuer)
        if not issuers:
            return ChainFault(ChainProblem.ISSUER_MISSING, _subject(top), _issuer(top))
        top = issuers[0]
    return ChainFault(ChainProblem.UNTRUSTED, _subject(top), _issuer(top))


def _wrong_usage(certificate: x509.Certificate, purpose: Purpose, purposes: Sequence[str]) -> str | None:
    """Return the usages that the certificate names when they do not fit, else None."""
    usage = certificate.key_usage_value
    named = set(usage.native) if usage is not None else _SIGNING_USAGES
    extended = certificate.extended_key_usage_value
    extended_names = {each.dotted for each in extended} if extended is not None else set()
    if certificate.ca or not named & _SIGNING_USAGES:
        return ", ".join(sorted(named))
    if purpose == "time-stamp":
        return None if _TIME_STAMPING in extended_names else ", ".join(sorted(extended_names or named))
    if extended_names and purposes and not extended_names & set(purposes):
        return ", ".join(sorted(extended_names))
    return None


def _subject(certificate: x509.Certificate) -> str:
    return facts_of(certificate.dump()).subject


def _issuer(certificate: x509.Certificate) -> str:
    return facts_of(certificate.dump()).issuer
