"""PDF files that are wrong in exactly one way, each with the findings it must give, and correct ones with none.

They test the rules about PDF signatures, and scenarios send them to candidates.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from harness.crypto.pdf.signed_files import (
    add_annotation,
    add_document_time_stamp,
    add_page_text,
    add_signature,
    detached_cms,
    move_annotation,
    plain_pdf,
    signed_pdf,
)
from harness.crypto.testpki.issuance import IssuedIdentity
from harness.crypto.testpki.pki import Pki

_LINE = "So 17/UBND-VP"
_RANGE = re.compile(rb"/ByteRange \[0 ([0-9]+) ([0-9]+) ([0-9]+)")
_FORM = b"/ETSI.CAdES.detached"
_UNSUPPORTED = b"/adbe.x509.rsa_sha1 "


class Build(Protocol):
    """Makes a PDF file with identities of a PKI, signed at a time; `lines` are on its page after the first."""

    def __call__(self, pki: Pki, at: datetime, lines: tuple[str, ...] = ()) -> bytes:
        """Return the file."""
        ...


@dataclass(frozen=True, slots=True)
class PdfForgery:
    """A way to make a PDF file, correctly or not.

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


def _resigned(content: bytes, signer: IssuedIdentity, at: datetime, spare: int) -> bytes:
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
    stranger = IssuedIdentity(agency.name, agency.certificate, person.key, agency.chain)
    return add_document_time_stamp(_resigned(content, stranger, at, spare=0), tsa, at)


def _unsupported(pki: Pki, at: datetime, lines: tuple[str, ...] = ()) -> bytes:
    content = signed_pdf(pki.identity("agency"), at=at, lines=(_LINE, *lines))
    return content.replace(_FORM, _UNSUPPORTED, 1)


_BOXES = ((300, 100, 500, 160), (50, 500, 150, 600), (100, 700, 140, 716))


def in_sight(*kinds: str, certify: int | None = None, then: Callable[[bytes], bytes] | None = None) -> Build:
    """Return a builder of a file that these identities sign in turn, each with a visible field.

    Args:
        kinds: of the identities.
        certify: the later changes that the first of them permits; None: it signs as the others do.
        then: what is done to the file after the first signature.
    """

    def build(pki: Pki, at: datetime, lines: tuple[str, ...] = ()) -> bytes:
        content, tsa = plain_pdf((_LINE, *lines)), pki.identity("tsa")
        for number, (kind, box) in enumerate(zip(kinds, _BOXES, strict=False)):
            permitted = certify if number == 0 else None
            content = add_signature(content, pki.identity(kind), at=at, tsa=tsa, box=box, certify=permitted)
            if number == 0 and then is not None:
                content = then(content)
        return content

    return build


def _changed(build: Build, change: Callable[[bytes], bytes]) -> Build:
    return lambda pki, at, lines=(): change(build(pki, at, lines))


def _numbered(content: bytes) -> bytes:
    return add_annotation(content, "17")


def _moved(content: bytes) -> bytes:
    return move_annotation(content, (50, 100, 250, 160))


def _certified_again(pki: Pki, at: datetime, lines: tuple[str, ...] = ()) -> bytes:
    first = in_sight("person", certify=2)(pki, at, lines)
    return add_signature(first, pki.identity("agency"), at=at, tsa=pki.identity("tsa"), certify=2)


_APPENDED = b"4 0 obj\n<< /Length 28 >>\nstream\nBT /F1 12 Tf (So 71) Tj ET  \nendstream\nendobj\n"

PDF_FORGERIES: Mapping[str, PdfForgery] = MappingProxyType(
    {
        "person-then-agency": PdfForgery((), _USUAL),
        "two-persons": PdfForgery((), signed_by("person", "person", "agency")),
        "archived": PdfForgery((), _archived),
        "older-form": PdfForgery((), _older_form),
        "in-sight": PdfForgery((), in_sight("person", "person", "agency")),
        "certified-then-seal": PdfForgery((), in_sight("person", "agency", certify=2)),
        "certified-then-number-and-seal": PdfForgery((), in_sight("person", "person", "agency", certify=2)),
        "certified-for-annotations": PdfForgery((), in_sight("person", "agency", certify=3)),
        "white-space-after": PdfForgery((), _changed(_USUAL, lambda content: content + b"\r\n \0\0\t" * 500)),
        "too-old": PdfForgery(
            ("PDF-01.too-old", "PDF-02.unsigned"), lambda pki, at, lines=(): plain_pdf((_LINE, *lines), version=(1, 3))
        ),
        "unsigned": PdfForgery(("PDF-02.unsigned",), lambda pki, at, lines=(): plain_pdf((_LINE, *lines))),
        "tampered": PdfForgery(("PDF-03.digest",), _tampered),
        "another-key": PdfForgery(("PDF-03.value",), _another_key),
        "not-covering": PdfForgery(("PDF-03.not-covering", "PDF-05.no-time-stamp"), _not_covering),
        "changed-after": PdfForgery(("PDF-03.changed-after",), _changed_after),
        "certified-for-nothing": PdfForgery(("PDF-03.changed-after",), in_sight("person", "agency", certify=1)),
        "certified-again": PdfForgery(("PDF-03.changed-after", "PDF-03.certified-again"), _certified_again),
        "seal-moved": PdfForgery(("PDF-03.changed-after",), _changed(in_sight("person", "agency"), _moved)),
        "annotated-between": PdfForgery(("PDF-03.annotated-after",), in_sight("person", "agency", then=_numbered)),
        "annotated-as-certified": PdfForgery(
            ("PDF-03.annotated-after",), in_sight("person", "agency", certify=3, then=_numbered)
        ),
        "annotated-against-certification": PdfForgery(
            ("PDF-03.changed-after",), in_sight("person", "agency", certify=2, then=_numbered)
        ),
        "object-appended": PdfForgery(("PDF-03.loose-object",), _changed(_USUAL, lambda content: content + _APPENDED)),
        "text-appended": PdfForgery(
            ("PDF-03.bytes-after",), _changed(_USUAL, lambda content: content + b"het\n" * 900)
        ),
        "lines-before": PdfForgery(
            ("PDF-03.bytes-before", "ATT-07.bytes-before"), _changed(_USUAL, lambda content: b"\r\n\r\n" + content)
        ),
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
