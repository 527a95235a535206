"""PDF: the signatures in the PDF files that a package carries; the legal signature is theirs.

Every PDF attachment is examined once, unpacked where it is zipped. An expensive library does that, so it is loaded
only for a file that shows a sign of a signature.
"""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from harness.catalogue.findings import Finding
from harness.catalogue.verdicts import Cause
from harness.crypto.chains.trust import profile_trust
from harness.crypto.pdf.prechecks import PdfUnreadable, header_version, may_be_signed
from harness.rules.filetypes import type_of
from harness.rules.nodes import Node, found
from harness.rules.package_view import AttachmentView, Opened, PackageView
from harness.rules.registry import Outcome, attachment_rule, rule
from harness.rules.undecided import Undecided

if TYPE_CHECKING:
    from harness.crypto.pdf.examination import ExaminedPdf, ExaminedSignature

_NOTE = "PDF"
_WEAKNESSES = {"digest": "weak-digest", "key": "weak-key", "certificate-digest": "weak-certificate"}
_STAMPS = {"missing": "no-time-stamp", "broken": "broken-time-stamp", "untrusted": "untrusted-time-stamp"}
_OPEN_STAMPS = {"revocation-unknown": Cause.NETWORK, "no-anchors": Cause.CONFIGURATION}


class _Pdf(msgspec.Struct, frozen=True):
    """One PDF attachment.

    Attributes:
        node: the Attachment.
        name: of the file.
        version: the highest that it names.
        signed: it has, or seems to have, a signature.
        examined: None where there is nothing to examine, or it cannot be read.
        unreadable: why a file that seems to be signed cannot be read.
    """

    node: Node
    name: str
    version: tuple[int, int] | None
    signed: bool
    examined: "ExaminedPdf | None" = None
    unreadable: PdfUnreadable | None = None

    @property
    def signatures(self) -> "tuple[ExaminedSignature, ...]":
        """The signatures, in the order in which they were made."""
        return self.examined.signatures if self.examined is not None else ()

    @property
    def hides_signatures(self) -> bool:
        """The file seems to have signatures, but none of them can be read."""
        return self.signed and not self.signatures

    def finding(self, code: str, *, expected: str = "", received: str = "", **parameters: str) -> Finding:
        """Return a finding about this file."""
        return found(code, self.node, expected=expected, received=received, file=self.name, **parameters)


def _is_pdf(package: PackageView, attachment: AttachmentView) -> bool:
    return _pdf(package, attachment) is not None


def _is_signed(package: PackageView, attachment: AttachmentView) -> bool:
    pdf = _pdf(package, attachment)
    return pdf is not None and pdf.signed


def _has_pdf(package: PackageView) -> bool:
    return bool(_seen(package))


@attachment_rule("PDF-01", codes=("too-old",), speaks_of=_is_pdf)
def recent_enough(package: PackageView, attachment: AttachmentView) -> Iterator[Outcome]:
    """A PDF file is of the profile's least version or later."""
    pdf = _pdf(package, attachment)
    oldest = package.parameters.signatures.oldest_pdf
    if pdf is not None and pdf.version is not None and pdf.version < oldest:
        yield pdf.finding("PDF-01.too-old", expected=_written(oldest), received=_written(pdf.version))


@attachment_rule(
    "PDF-03",
    codes=(
        "digest",
        "value",
        "not-covering",
        "changed-after",
        "certified-again",
        "annotated-after",
        "loose-object",
        "bytes-after",
        "bytes-before",
        "unsupported",
        "unverifiable",
        "unreadable",
        "too-long",
        "encrypted",
    ),
    speaks_of=_is_signed,
)
def signatures_hold(package: PackageView, attachment: AttachmentView) -> Iterator[Outcome]:
    """Every signature verifies and covers the file, up to what may come later."""
    pdf = _pdf(package, attachment)
    if pdf is None:
        return
    if pdf.unreadable is not None:
        kind = "too-long" if pdf.unreadable.too_long else "encrypted" if pdf.unreadable.encrypted else "unreadable"
        code = f"PDF-03.{kind}"
        yield pdf.finding(code, received=pdf.unreadable.detail)
    for examined in pdf.signatures:
        signature = examined.signature
        if signature.problem is not None:
            subject = examined.facts.subject if examined.facts else ""
            yield pdf.finding(
                f"PDF-03.{signature.problem}", received=signature.detail, field=signature.field, subject=subject
            )
    if pdf.examined is not None and pdf.signed:
        yield from _unsigned_bytes(pdf, pdf.examined)


def _unsigned_bytes(pdf: _Pdf, examined: "ExaminedPdf") -> Iterator[Finding]:
    """Yield findings about bytes around a signed file, and objects in it that no signature covers."""
    if examined.before:
        yield pdf.finding("PDF-03.bytes-before", received=str(examined.before))
    if examined.loose is not None:
        yield pdf.finding("PDF-03.loose-object", received=str(examined.loose))
    elif examined.after:
        yield pdf.finding("PDF-03.bytes-after", received=str(examined.after))


@attachment_rule(
    "PDF-04",
    codes=(
        "expired",
        "not-yet-valid",
        "untrusted",
        "issuer-missing",
        "wrong-usage",
        "chain-broken",
        "no-anchors",
        "revoked",
        "revocation-unknown",
        "weak-digest",
        "weak-key",
        "weak-certificate",
        "not-examined",
    ),
    speaks_of=_is_signed,
)
def signers_are_trusted(package: PackageView, attachment: AttachmentView) -> Iterator[Outcome]:
    """Every signer leads to a trust anchor, was valid and not revoked when it signed, and uses strong algorithms."""
    pdf = _pdf(package, attachment)
    if pdf is None:
        return
    if pdf.hides_signatures:
        yield Undecided(pdf.finding("PDF-04.not-examined"), Cause.CANDIDATE)
    for examined in pdf.signatures:
        yield from _signer(pdf, examined, package)


@attachment_rule(
    "PDF-05",
    codes=(
        "not-examined",
        "no-time-stamp",
        "broken-time-stamp",
        "untrusted-time-stamp",
        "revocation-unknown",
        "no-anchors",
    ),
    speaks_of=_is_signed,
)
def signatures_are_stamped(package: PackageView, attachment: AttachmentView) -> Iterator[Outcome]:
    """Every signature has a trusted time stamp."""
    pdf = _pdf(package, attachment)
    if pdf is None:
        return
    if pdf.hides_signatures:
        yield Undecided(pdf.finding("PDF-05.not-examined"), Cause.CANDIDATE)
    for examined in pdf.signatures:
        make = partial(pdf.finding, field=examined.signature.field)
        if examined.facts is None:
            yield Undecided(make("PDF-05.not-examined"), Cause.CANDIDATE)
        elif examined.stamped in _STAMPS:
            yield make(f"PDF-05.{_STAMPS[examined.stamped]}", expected="PAdES B-T", received=examined.signature.level)
        elif examined.stamped in _OPEN_STAMPS:
            yield Undecided(make(f"PDF-05.{examined.stamped}"), _OPEN_STAMPS[examined.stamped])


@attachment_rule("PDF-06", codes=("no-person", "no-agency", "order"), speaks_of=_is_signed)
def person_then_agency(package: PackageView, attachment: AttachmentView) -> Iterator[Outcome]:
    """A person signs first, the agency's seal comes last."""
    pdf = _pdf(package, attachment)
    if pdf is None:
        return
    kinds = [examined.kind for examined in pdf.signatures]
    if not kinds or "unknown" in kinds:
        return
    received = ", ".join(examined.facts.subject for examined in pdf.signatures if examined.facts)
    if "agency" not in kinds:
        yield pdf.finding("PDF-06.no-agency", received=received)
    elif "person" not in kinds:
        yield pdf.finding("PDF-06.no-person", received=received)
    elif kinds[0] != "person" or kinds[-1] != "agency":
        yield pdf.finding("PDF-06.order", received=received)


@rule("PDF-02", codes=("unsigned",), speaks_of=_has_pdf, closing=True)
def one_is_signed(package: PackageView) -> Iterator[Outcome]:
    """At least one PDF file of the package is signed."""
    seen = _seen(package)
    if seen and not any(pdf.signed for pdf in seen):
        yield seen[0].finding("PDF-02.unsigned", count=str(len(seen)))


def _seen(package: PackageView) -> list[_Pdf]:
    kept = package.notes.setdefault(_NOTE, [])
    return kept if isinstance(kept, list) else []


def _pdf(package: PackageView, attachment: AttachmentView) -> _Pdf | None:
    """Return the attachment as PDF, examined; None if it is none. Kept while the attachment is looked at."""
    if _NOTE not in attachment.notes:
        pdf = attachment.notes[_NOTE] = _read(package, attachment)
        if pdf is not None:
            _seen(package).append(_Pdf(pdf.node, pdf.name, pdf.version, pdf.signed))
    kept = attachment.notes[_NOTE]
    return kept if isinstance(kept, _Pdf) else None


def _read(package: PackageView, attachment: AttachmentView) -> _Pdf | None:
    opened = attachment.opened
    if not isinstance(opened, Opened) or type_of(opened.content) != "pdf":
        return None
    content = opened.content
    version = header_version(content)
    signed = may_be_signed(content)
    oldest = package.parameters.signatures.oldest_pdf
    if not signed and version is not None and version >= oldest:
        return _Pdf(attachment.node, attachment.name, version, False)
    from harness.crypto.pdf.examination import examine_pdf

    trust = profile_trust(package.profile).adding(package.trust)
    try:
        examined = examine_pdf(content, package.at, package.parameters.signatures, trust)
    except PdfUnreadable as error:
        return _Pdf(attachment.node, attachment.name, version, signed, unreadable=error if signed else None)
    seems_signed = bool(examined.signatures) or examined.loose is not None
    return _Pdf(attachment.node, attachment.name, examined.version, seems_signed, examined)


def _signer(pdf: _Pdf, examined: "ExaminedSignature", package: PackageView) -> Iterator[Outcome]:
    from harness.rules.signers import revocation_outcomes, trust_outcomes

    make = partial(pdf.finding, field=examined.signature.field)
    trust = examined.trust
    if trust is None:
        yield Undecided(make("PDF-04.not-examined"), Cause.CANDIDATE)
        return
    yield from trust_outcomes("PDF-04", trust, examined.at, make)
    yield from revocation_outcomes("PDF-04", trust, examined.at, package.parameters.signatures, make)
    subject = examined.facts.subject if examined.facts else ""
    for weak in examined.weaknesses:
        yield make(f"PDF-04.{_WEAKNESSES[weak.kind]}", expected=weak.expected, received=weak.received, subject=subject)


def _written(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
