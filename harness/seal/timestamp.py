"""The time stamp beside a seal (RFC 3161): when it was made, by whom, and whether it is valid. Never uses the network.

It is over the bytes of manifest.sig. The file holds the authority's whole answer in DER, with its certificates.
"""

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import (
    PKIStatus,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from harness.catalogue.errors import ConfigurationError
from harness.crypto.chains.certificates import CertificateUnreadable, load, name_for_people, read_pem_or_der
from harness.journal.recorder import VIETNAM

LARGEST_STAMP = 256 * 1024
_DIGESTS = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}

Roots = tuple[x509.Certificate, ...]
Reason = Literal["unreachable", "slow", "status", "too-large", "unreadable", "refused", "other", "untrusted"]


@dataclass(frozen=True, slots=True)
class TimeStampingAuthority:
    """A time stamping authority: its address, and the root certificates that its chain must end at."""

    url: str
    roots: Roots


@dataclass(frozen=True, slots=True)
class SealTimeStamp:
    """A valid time stamp over a seal.

    Attributes:
        at: its time, in Vietnam.
        authority: name of who made it, from its certificate.
        trusted: whether its chain ends at a given root; None where no roots were given, and then anyone can have
            made it.
    """

    at: datetime
    authority: str
    trusted: bool | None


class NotStamped(Exception):
    """An authority gave no stamp that can be kept.

    Attributes:
        reason: code; its words are in `profiles/messages/cli.yaml`.
        detail: more about it, foreign text.
    """

    def __init__(self, reason: Reason, detail: object = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = str(detail)


class _Unsound(Exception):
    """It is not a time stamp, or not over this seal."""


def read_roots(path: Path) -> Roots:
    """Read the roots of a time stamping authority from a PEM file; intermediates in it help to build chains.

    Raises:
        ConfigurationError: unreadable, or no certificate in it is a root.
    """
    try:
        roots = tuple(load(der) for der in read_pem_or_der(path.read_bytes()))
    except OSError as error:
        raise ConfigurationError("tsa.bad-roots", path=path, name=path.name, detail=error.strerror or error) from error
    except CertificateUnreadable as error:
        raise ConfigurationError("tsa.bad-roots", path=path, name=path.name, detail=error.detail) from error
    if not any(root.issuer == root.subject for root in roots):
        raise ConfigurationError("tsa.no-root", path=path, name=path.name)
    return roots


def examine_stamp(stamp: bytes, sealed: bytes, roots: Sequence[x509.Certificate] | None) -> SealTimeStamp | None:
    """Examine a kept time stamp.

    Args:
        stamp: the authority's answer, in DER; may be anything.
        sealed: what it must be over, the bytes of manifest.sig.
        roots: certificates at which the chain must end, valid at the time of the stamp; None where none are known.

    Returns:
        Its content; None where it is not a time stamp, was damaged, or is over something else.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd names in foreign certificates
            return _examined(decode_timestamp_response(stamp), sealed, roots)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # hostile bytes break the readers in many ways, and a panic in Rust is not an Exception
        return None


def _examined(
    response: TimeStampResponse, sealed: bytes, roots: Sequence[x509.Certificate] | None
) -> SealTimeStamp | None:
    if response.status != PKIStatus.GRANTED:
        return None
    certificate = _signer(response)
    trusted = None if roots is None else _leads_to(roots, response, sealed)
    if not trusted and not _whole(response, sealed, certificate):
        return None
    at = response.tst_info.gen_time.astimezone(VIETNAM)
    return SealTimeStamp(at, name_for_people(certificate.subject), trusted)


def _signer(response: TimeStampResponse) -> x509.Certificate:
    """Return the certificate of who signed; of two that go by its number one could lend the stamp a false name."""
    (signer,) = response.signed_data.signer_infos
    brought = (x509.load_der_x509_certificate(der) for der in response.signed_data.certificates)
    certificate, *others = (
        one for one in brought if (one.issuer, one.serial_number) == (signer.issuer, signer.serial_number)
    )
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if others or ExtendedKeyUsageOID.TIME_STAMPING not in usage:
        raise _Unsound
    return certificate


def _leads_to(roots: Sequence[x509.Certificate], response: TimeStampResponse, sealed: bytes) -> bool:
    try:
        return VerifierBuilder(roots=list(roots)).build().verify_message(response, sealed)
    except VerificationError:
        return False


def _whole(response: TimeStampResponse, sealed: bytes, certificate: x509.Certificate) -> bool:
    """Return whether a stamp was made with the key of its own certificate, over this seal, by any maker."""
    from harness.crypto.pdf.timestamps import detached_time_stamp  # its import takes half a second

    found = detached_time_stamp(response.time_stamp_token(), lambda name: _DIGESTS[name](sealed).digest())
    return found.intact and found.certificate is not None and load(found.certificate) == certificate
