"""PDF files that are wrong in exactly one way, each with the findings it must bring, and right ones with none.

They prove the rules about PDF signatures, and scenarios send them to candidates.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from harness.crypto.issuing import Identity
from harness.crypto.pdfmaking import (
    add_document_time_stamp,
    add_page_text,
    add_signature,
    detached_cms,
    plain_pdf,
    signed_pdf,
)
from harness.crypto.testpki import Pki

_LINE = "So 17/UBND-VP"
_RANGE = re.compile(rb"/ByteRange \[0 ([0-9]+) ([0-9]+) ([0-9]+)")
_FORM = b"/ETSI.CAdES.detached"
_UNSUPPORTED = b"/adbe.x509.rsa_sha1 "


class Build(Protocol):
    """Makes a PDF file with identities of a PKI, signed at a time; `lines` stand on its page after the first."""

    def __call__(self, pki: Pki, at: datetime, lines: tuple[str, ...] = ()) -> bytes:
        """Return the file."""
        ...


@dataclass(frozen=True, slots=True)
class PdfForgery:
    """A way to make a PDF file, rightly or wrongly.

    Attributes:
        codes: finding codes that it brings; none for a right one.
        build: makes it.
    """

    codes: tuple[str, ...]
    build: Build


def signed_by(*kinds: str, tsa: str | None = "tsa", digest: str = "sha256", embed_chain: bool = False) -> Build:
    """Return a builder of a file that is signed by these identities in turn, with time stamps of `tsa`."""

    def build(pki: Pki, at: datetime, lines: tuple[str, ...] = ()) -> bytes:
        signers = [pki.identity(kind) for kind in kinds]
        stamping = pki.identity(tsa) if tsa else None
        return signed_pdf(*signers, at=at, tsa=stamping, lines=(_LINE, *lines), digest=digest, embed_chain=embed_chain)

    return build


_USUAL = signed_by("person", "agency")


def tampered(content: bytes) -> bytes:
    """Return the file with one letter of its page changed."""
    return content.replace(_LINE.encode(), b"So 71/UBND-VP", 1)


def _tampered(pki: Pki, at: datetime, lines: tuple[str, ...] = ()) -> bytes:
    return tampered(_USUAL(pki, at, lines))


def _changed_after(pki: Pki, at: datetime, lines: tuple[str, ...] = ()) -> bytes:
    return add_page_text(_USUAL(pki, at, lines), "Da sua")


def _archived(pki: Pki, at: datetime, lines: tuple[str, ...] = ()) -> bytes:
    """Time stamp the whole file after both signatures: a later change that is permitted."""
    return add_document_time_stamp(signed_by("person", "agency", tsa=None)(pki, at, lines), pki.identity("tsa"), at)


def _older_form(pki: Pki, at: datetime, lines: tuple[str, ...] = ()) -> bytes:
    """Sign in Adobe's older form, with intermediates inside."""
    person, agency, tsa = (pki.identity(kind) for kind in ("person", "agency", "tsa"))
    return signed_pdf(person, agency, at=at, tsa=tsa, lines=(_LINE, *lines), form="pkcs7", embed_chain=True)


def _resigned(content: bytes, signer: Identity, at: datetime, spare: int) -> bytes:
    """Sign the last signature's range again after leaving its last `spare` bytes out."""
    ranges = list(_RANGE.finditer(content))[-1]
    first, second, length = (int(number) for number in ranges.groups())
    shorter = f"/ByteRange [0 {first} {second} {length - spare}".encode().ljust(len(ranges[0]))
    content = content[: ranges.start()] + shorter + content[ranges.end() :]
    covered = content[:first] + content[second : second + length - spare]
    value = detached_cms(signer, hashlib.sha256(covered).digest(), at).hex().encode()
    return content[: first + 1] + value.ljust(second - first - 2, b"0") + content[second - 1 :]


def _not_covering(pki: Pki, at: datetime, lines: tuple[str, ...] = ()) -> bytes:
    person, agency, tsa = (pki.identity(kind) for kind in ("person", "agency", "tsa"))
    content = add_signature(signed_pdf(person, at=at, tsa=tsa, lines=(_LINE, *lines)), agency, at=at)
    return _resigned(content, agency, at, spare=8)


def _another_key(pki: Pki, at: datetime, lines: tuple[str, ...] = ()) -> bytes:
    """Put a value of another key into the agency's signature, then time stamp the whole file."""
    person, agency, tsa = (pki.identity(kind) for kind in ("person", "agency", "tsa"))
    content = add_signature(signed_pdf(person, at=at, tsa=tsa, lines=(_LINE, *lines)), agency, at=at)
    stranger = Identity(agency.name, agency.certificate, person.key, agency.chain)
    return add_document_time_stamp(_resigned(content, stranger, at, spare=0), tsa, at)


def _unsupported(pki: Pki, at: datetime, lines: tuple[str, ...] = ()) -> bytes:
    content = signed_pdf(pki.identity("agency"), at=at, lines=(_LINE, *lines))
    return content.replace(_FORM, _UNSUPPORTED, 1)


PDF_FORGERIES: Mapping[str, PdfForgery] = MappingProxyType(
    {
        "person-then-agency": PdfForgery((), _USUAL),
        "two-persons": PdfForgery((), signed_by("person", "person", "agency")),
        "archived": PdfForgery((), _archived),
        "older-form": PdfForgery((), _older_form),
        "too-old": PdfForgery(
            ("PDF-01.too-old", "PDF-02.unsigned"), lambda pki, at, lines=(): plain_pdf((_LINE, *lines), version=(1, 3))
        ),
        "unsigned": PdfForgery(("PDF-02.unsigned",), lambda pki, at, lines=(): plain_pdf((_LINE, *lines))),
        "tampered": PdfForgery(("PDF-03.digest",), _tampered),
        "another-key": PdfForgery(("PDF-03.value",), _another_key),
        "not-covering": PdfForgery(("PDF-03.not-covering", "PDF-05.no-time-stamp"), _not_covering),
        "changed-after": PdfForgery(("PDF-03.changed-after",), _changed_after),
        "cut-off": PdfForgery(("PDF-03.unreadable",), lambda pki, at, lines=(): _USUAL(pki, at, lines)[:-200]),
        "unsupported-form": PdfForgery(("PDF-03.unsupported",), _unsupported),
        "expired": PdfForgery(("PDF-04.expired",), signed_by("person", "expired")),
        "not-yet-valid": PdfForgery(("PDF-04.not-yet-valid",), signed_by("person", "not-yet-valid")),
        "untrusted": PdfForgery(("PDF-04.untrusted",), signed_by("person", "untrusted", embed_chain=True)),
        "issuer-missing": PdfForgery(("PDF-04.issuer-missing",), signed_by("person", "issuer-missing")),
        "wrong-usage": PdfForgery(("PDF-04.wrong-usage",), signed_by("person", "wrong-usage")),
        "revoked": PdfForgery(("PDF-04.revoked",), signed_by("person", "revoked")),
        "weak-key": PdfForgery(("PDF-04.weak-key",), signed_by("person", "weak-key")),
        "weak-digest": PdfForgery(("PDF-04.weak-digest",), signed_by("person", "agency", digest="sha1")),
        "no-time-stamp": PdfForgery(("PDF-05.no-time-stamp",), signed_by("person", "agency", tsa=None)),
        "untrusted-time-stamp": PdfForgery(
            ("PDF-05.untrusted-time-stamp",), signed_by("person", "agency", tsa="untrusted-tsa")
        ),
        "agency-alone": PdfForgery(("PDF-06.no-person",), signed_by("agency")),
        "person-alone": PdfForgery(("PDF-06.no-agency",), signed_by("person")),
        "wrong-order": PdfForgery(("PDF-06.order",), signed_by("agency", "person")),
    }
)
