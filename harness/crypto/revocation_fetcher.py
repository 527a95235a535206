"""Fetching OCSP answers and CRLs from the addresses that certificates name. The only part of this room that uses
the network, and only when its caller was ordered to: judging never does.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import httpx2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from harness.crypto.chains.certificates import CertificateUnreadable, is_certificate, load, read_crl, read_ocsp_answer
from harness.crypto.chains.chain import MOST_EMBEDDED
from harness.crypto.chains.trust import Trust
from harness.crypto.public_addresses import AddressRefused, pinned
from harness.crypto.tls_context import public_context

_LARGEST = 20 * 1024 * 1024
_MOST_ADDRESSES = 3
_SCHEMES = ("http://", "https://")

FetchProblem = Literal[
    "unreachable", "status", "too-large", "too-slow", "unreadable", "no-issuer", "no-address",
    "private", "unresolved", "malformed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """What could not be fetched, and why."""

    url: str
    problem: FetchProblem
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FetchedRevocation:
    """A trust with the fetched data, and what could not be fetched.

    Attributes:
        missing: number of certificates about which nothing was had.
        lists: revocation lists fetched, by address.
        answers: OCSP answers fetched, by SHA-256 of the certificate in hex.
    """

    trust: Trust
    failures: tuple[FetchFailure, ...] = ()
    missing: int = 0
    lists: Mapping[str, bytes] = field(default_factory=dict)
    answers: Mapping[str, bytes] = field(default_factory=dict)


class _NotHad(Exception):
    def __init__(self, failure: FetchFailure) -> None:
        super().__init__(failure.problem)
        self.failure = failure


class RevocationFetcher:
    """Fetches revocation data; a CRL once, OCSP answers as they are needed. Close it, or use it with `with`.

    An address that could not be reached is not called again.

    Args:
        timeout: seconds of silence in one call.
        client: an HTTP client of the caller's own.
        seconds: that one whole call may take.
        public_only: whether addresses outside the public network are not called.
    """

    def __init__(
        self,
        timeout: float = 5.0,
        client: httpx2.Client | None = None,
        *,
        seconds: float = 60.0,
        public_only: bool = False,
    ) -> None:
        self._client = client or httpx2.Client(
            verify=public_context(), timeout=timeout, follow_redirects=False, trust_env=False
        )
        self._seconds = seconds
        self._public_only = public_only
        self._lists: dict[str, bytes] = {}
        self._answers: dict[str, bytes] = {}
        self._dead: dict[str, FetchFailure] = {}

    def __enter__(self) -> "RevocationFetcher":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all connections."""
        self._client.close()

    def fetch(self, signers: Iterable[tuple[bytes, tuple[bytes, ...]]], trust: Trust) -> FetchedRevocation:
        """Add to `trust` what can be had about these signers.

        Args:
            signers: certificate of each in DER, and the certificates that came with it.
            trust: must hold the issuers, or the issuers of what the signers bring: a foreign certificate may name any
            address, so no request is made for it.
        """
        failures: list[FetchFailure] = []
        missing = 0
        for certificate, embedded in dict.fromkeys(signers):
            informed = None
            try:
                informed = self._about(load(certificate), embedded, trust, failures)
            except CertificateUnreadable as error:
                failures.append(FetchFailure("", "unreadable", error.detail))
            missing += informed is None
            trust = informed or trust
        distinct = tuple(dict.fromkeys(failures))
        return FetchedRevocation(trust, distinct, missing, dict(self._lists), dict(self._answers))

    def _about(
        self, certificate: x509.Certificate, embedded: tuple[bytes, ...], trust: Trust, failures: list[FetchFailure]
    ) -> Trust | None:
        """Return the trust with what was had about a certificate, None where nothing was."""
        issuer = _issuer(certificate, _trusted_issuers(trust, embedded))
        if issuer is None:
            failures.append(FetchFailure("", "no-issuer", certificate.issuer.rfc4514_string()))
            return None
        responders, lists = addresses_of(certificate)
        if not responders and not lists:
            failures.append(FetchFailure("", "no-address", certificate.subject.rfc4514_string()))
        for url in responders:
            try:
                return replace(trust, ocsps=(*trust.ocsps, self._ocsp(url, certificate, issuer)))
            except _NotHad as error:
                failures.append(error.failure)
        for url in lists:
            try:
                return replace(trust, crls=tuple(dict.fromkeys((*trust.crls, self._crl(url)))))
            except _NotHad as error:
                failures.append(error.failure)
        return None

    def _ocsp(self, url: str, certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
        request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256()).build()
        content = request.public_bytes(Encoding.DER)
        body = self._answer("POST", url, content, {"Content-Type": "application/ocsp-request"})
        try:
            answer = read_ocsp_answer(body)
        except CertificateUnreadable as error:
            raise _NotHad(FetchFailure(url, "unreadable", error.detail)) from error
        self._answers[certificate.fingerprint(hashes.SHA256()).hex()] = answer
        return answer

    def _crl(self, url: str) -> bytes:
        if url not in self._lists:
            body = self._answer("GET", url)
            try:
                self._lists[url] = read_crl(body)
            except CertificateUnreadable as error:
                raise _NotHad(FetchFailure(url, "unreadable", error.detail)) from error
        return self._lists[url]

    def _answer(
        self, method: str, url: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> bytes:
        if url in self._dead:
            raise _NotHad(self._dead[url])
        try:
            return self._called(method, url, content, dict(headers or {}))
        except AddressRefused as error:
            failure = FetchFailure(url, error.reason, error.detail)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            failure = FetchFailure(url, "unreachable", f"{type(error).__name__}: {error}")
        self._dead[url] = failure
        raise _NotHad(failure)

    def _called(self, method: str, url: str, content: bytes | None, headers: dict[str, str]) -> bytes:
        until = time.monotonic() + self._seconds
        target, extensions = url, {}
        if self._public_only:
            place = pinned(url)
            target, headers["Host"], extensions = place.url, place.host, {"sni_hostname": place.server_name}
        with self._client.stream(method, target, content=content, headers=headers, extensions=extensions) as response:
            if response.status_code != httpx2.codes.OK:
                raise _NotHad(FetchFailure(url, "status", str(response.status_code)))
            return _body(response, url, until)


def addresses_of(certificate: x509.Certificate) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the HTTP addresses of OCSP and of CRLs that a certificate names; the first few of each."""
    return _responders(certificate)[:_MOST_ADDRESSES], _lists(certificate)[:_MOST_ADDRESSES]


def _responders(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return ()
    wanted = AuthorityInformationAccessOID.OCSP
    return _http(each.access_location for each in access if each.access_method == wanted)


def _lists(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return ()
    return _http(name for point in points for name in point.full_name or ())


def _http(names: Iterable[x509.GeneralName]) -> tuple[str, ...]:
    return tuple(
        name.value
        for name in names
        if isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith(_SCHEMES)
    )


def _trusted_issuers(trust: Trust, embedded: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the certificates that may vouch for an address: the trust's own, and brought ones issued by those."""
    known = (*trust.intermediates, *trust.anchors)
    brought = [der for der in tuple(embedded)[:MOST_EMBEDDED] if is_certificate(der)]
    return (*known, *(der for der in brought if _issuer(load(der), trust.anchors) is not None))


def _issuer(certificate: x509.Certificate, candidates: Iterable[bytes]) -> x509.Certificate | None:
    for der in candidates:
        try:
            issuer = load(der)
            certificate.verify_directly_issued_by(issuer)
        except (CertificateUnreadable, ValueError, TypeError, InvalidSignature):
            continue
        return issuer
    return None


def _body(response: httpx2.Response, url: str, until: float) -> bytes:
    parts = bytearray()
    for part in response.iter_bytes():
        parts += part
        if len(parts) > _LARGEST:
            raise _NotHad(FetchFailure(url, "too-large", str(_LARGEST)))
        if time.monotonic() > until:
            raise _NotHad(FetchFailure(url, "too-slow", str(len(parts))))
    return bytes(parts)
