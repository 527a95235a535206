"""Time stamps by RFC 3161, over a signature, a whole PDF file or any bytes: their time, and whether they are intact."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from asn1crypto import cms, core, tsp
from cryptography.hazmat.primitives import hashes
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
from pyhanko.sign.validation.generic_cms import (
    extract_tst_data_iter,
    message_imprint_checker,
    validate_sig_integrity,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

_MOST_STAMPS = 5


@dataclass(frozen=True, slots=True)
class TimeStampToken:
    """A time stamp.

    Attributes:
        intact: it covers the signature it belongs to, and was made by the certificate's key.
        time: what it says; None where it cannot be read.
        certificate: of the time stamping authority, in DER; None where it cannot be read.
        embedded: further certificates that it brings, in DER.
        whole_file: it is over the file and all signatures so far, not over one signature.
    """

    intact: bool
    time: datetime | None = None
    certificate: bytes | None = None
    embedded: tuple[bytes, ...] = ()
    whole_file: bool = False


def signature_time_stamps(info: cms.SignerInfo) -> tuple[TimeStampToken, ...]:
    """Return the time stamps over a signature, in its own order; one that cannot be read is not intact."""
    try:
        tokens = list(extract_tst_data_iter(info, signed=False))[:_MOST_STAMPS]
    except (ValueError, KeyError, TypeError):
        return (TimeStampToken(False),)
    return tuple(_read(token, message_imprint_checker(info)) for token in tokens)


def document_time_stamp(embedded: EmbeddedPdfSignature) -> TimeStampToken:
    """Return the time stamp that a document time stamp field holds."""
    return replace(_read(embedded.signed_data, embedded.compute_digest), whole_file=True)


def detached_time_stamp(token: bytes, imprint: Callable[[str], bytes]) -> TimeStampToken:
    """Return a document time stamp; one that cannot be read is not intact.

    Args:
        token: the CMS in DER, as the authority gave it.
        imprint: returns the digest of what it must be over, by the name of the algorithm; fails on one not wanted.
    """
    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
    except (ValueError, KeyError, TypeError):
        return TimeStampToken(False)
    return _read(signed, imprint)


def _read(token: cms.SignedData, imprint: Callable[[str], bytes]) -> TimeStampToken:
    try:
        return _verified(token, imprint)
    except Exception:  # the ASN.1 reader fails on foreign tokens in many ways; all of them mean: not intact
        return TimeStampToken(False)


def _verified(token: cms.SignedData, imprint: Callable[[str], bytes]) -> TimeStampToken:
    content = token["encap_content_info"]["content"]
    stamped = content.parsed if isinstance(content, core.ParsableOctetString) else None
    if not isinstance(stamped, tsp.TSTInfo):
        return TimeStampToken(False)
    info = extract_signer_info(token)
    certificates = extract_certificate_info(token)
    digest = hashes.Hash(get_pyca_cryptography_hash(info["digest_algorithm"]["algorithm"].native))
    digest.update(bytes(content))
    intact, valid = validate_sig_integrity(
        info, certificates.signer_cert, expected_content_type="tst_info", actual_digest=digest.finalize()
    )
    message = stamped["message_imprint"]
    same = imprint(message["hash_algorithm"]["algorithm"].native) == message["hashed_message"].native
    return TimeStampToken(
        intact=intact and valid and same,
        time=stamped["gen_time"].native,
        certificate=certificates.signer_cert.dump(),
        embedded=tuple(each.dump() for each in certificates.other_certs),
    )
