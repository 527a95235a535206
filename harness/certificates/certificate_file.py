"""The certificate as a file for programs: readable content, the signed bytes it is read from, and its life so far."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from harness.certificates.document import Certificate
from harness.certificates.signed_documents import read_signed

FILE_NAME = "certificate.json"


class CertificateFile(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the file, schema lienthong.certificate-file/1.

    Attributes:
        certificate: for people; only what is signed counts, and it must be the same.
        signed: the JWS.
        life: its acts, each a JWS, oldest first.
    """

    schema: Literal["lienthong.certificate-file/1"] = "lienthong.certificate-file/1"
    certificate: Certificate
    signed: str
    life: tuple[str, ...] = ()


def certificate_file(certificate: bytes, acts: Sequence[bytes]) -> bytes:
    """Return the file of a certificate.

    Args:
        certificate: as signed, by whomever.
        acts: its life, as signed.

    Raises:
        ValueError: it is no certificate.
    """
    document = read_signed(certificate, Certificate)
    if document is None:
        raise ValueError("no certificate")
    content = CertificateFile(
        certificate=document.content, signed=certificate.decode(), life=tuple(act.decode() for act in acts)
    )
    return msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"


def read_certificate_file(content: bytes) -> CertificateFile | None:
    """Read the file of a certificate; None where it is none."""
    try:
        return msgspec.json.decode(content, type=CertificateFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
