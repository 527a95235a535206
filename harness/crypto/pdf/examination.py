"""Everything about the signatures of one PDF file, in one examination."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from harness.catalogue.parameters import Signatures
from harness.crypto.chains.certificates import (
    CertificateFacts,
    CertificateUnreadable,
    facts_of,
    is_certificate,
    read_crl,
    read_ocsp_answer,
    readable,
)
from harness.crypto.chains.chain import Purpose
from harness.crypto.chains.revocation import Standing
from harness.crypto.chains.signers import SignerKind, SignerTrust, Weakness, judge_signer, kind_of_signer, weaknesses
from harness.crypto.chains.trust import Trust
from harness.crypto.pdf.prechecks import refuse_long_contents
from harness.crypto.pdf.signatures import PdfSignature, read_pdf
from harness.crypto.pdf.timestamps import TimeStampToken

Stamped = Literal["trusted", "missing", "broken", "untrusted", "revocation-unknown", "no-anchors"]
_BEST_FIRST: tuple[Stamped, ...] = ("trusted", "revocation-unknown", "no-anchors", "untrusted", "broken", "missing")


@dataclass(frozen=True, slots=True)
class ExaminedSignature:
    """One signature of a PDF file, and the results of its examination.

    Attributes:
        signature: as read.
        at: signing time: a trusted time stamp's, else what the signer wrote, else the time of judgement.
        stamped: whether a trusted time stamp is over it; of several, the best.
        kind: whether a person or an agency signed.
        facts: of the signer's certificate; None where there is none that can be read.
        weaknesses: of algorithms and keys.
        trust: whether the signer is trusted; None where there is no certificate.
    """

    signature: PdfSignature
    at: datetime
    stamped: Stamped
    kind: SignerKind = "unknown"
    facts: CertificateFacts | None = None
    weaknesses: tuple[Weakness, ...] = ()
    trust: SignerTrust | None = None


@dataclass(frozen=True, slots=True)
class ExaminedPdf:
    """A PDF file.

    Attributes:
        version: the higher one of header and catalogue.
        signatures: in the order in which they were made.
        before: bytes before the header.
        after: bytes behind the end that no reader treats as part of the file.
        loose: where an object is that nothing names, but that a lenient reader uses.
    """

    version: tuple[int, int] | None
    signatures: tuple[ExaminedSignature, ...]
    before: int = 0
    after: int = 0
    loose: int | None = None


def examine_pdf(content: bytes, at: datetime, signatures: Signatures, trust: Trust) -> ExaminedPdf:
    """Examine a PDF file.

    Args:
        content: the file.
        at: time of judgement, with a zone; used as the signing time where a signature has none.
        signatures: the profile's parameters.
        trust: anchors, intermediates and revocation data.

    Raises:
        PdfUnreadable: it is no PDF file, or a broken or encrypted one.
    """
    refuse_long_contents(content, signatures.bounds.pdf_contents)
    file = read_pdf(content)
    examined = tuple(_examined(each, at, signatures, trust) for each in file.signatures)
    return ExaminedPdf(file.version, examined, file.before, file.after, file.loose)


def _examined(signature: PdfSignature, at: datetime, signatures: Signatures, trust: Trust) -> ExaminedSignature:
    data = signature.validation_data
    judging = _Judging(
        signatures=signatures,
        trust=trust,
        brought=Trust(crls=readable(data.crls, read_crl), ocsps=readable(data.ocsps, read_ocsp_answer)),
        certificates=data.certificates,
    )
    stamped, stamp_time = judging.best_stamp(signature.time_stamps)
    time = stamp_time or signature.claimed or at
    certificate = signature.certificate
    if certificate is None or not is_certificate(certificate):
        return ExaminedSignature(signature, time, stamped)
    facts = facts_of(certificate)
    return ExaminedSignature(
        signature=signature,
        at=time,
        stamped=stamped,
        kind=kind_of_signer(certificate, signatures),
        facts=facts,
        weaknesses=weaknesses(facts, (signature.digest,), signatures),
        trust=judging.signer(certificate, signature.embedded, time),
    )


@dataclass(frozen=True, slots=True)
class _Judging:
    """The data by which the signers of one signature are judged: profile, trust, and data in the file."""

    signatures: Signatures
    trust: Trust
    brought: Trust
    certificates: tuple[bytes, ...]

    def signer(
        self, certificate: bytes, embedded: Sequence[bytes], at: datetime, purpose: Purpose = "signature"
    ) -> SignerTrust:
        return judge_signer(
            certificate,
            (*embedded, *self.certificates),
            self.trust,
            at,
            self.signatures,
            purpose,
            self.brought,
        )

    def best_stamp(self, stamps: Sequence[TimeStampToken]) -> tuple[Stamped, datetime | None]:
        """Return how good the best of the time stamps is, and its time where that is reliable."""
        judged = [(self._stamp(stamp), stamp.time) for stamp in stamps]
        best: Stamped = min((state for state, _ in judged), key=_BEST_FIRST.index, default="missing")
        times = [time for state, time in judged if state == best and time is not None]
        reliable = best in ("trusted", "revocation-unknown")
        return best, min(times) if times and reliable else None

    def _stamp(self, stamp: TimeStampToken) -> Stamped:
        if not stamp.intact or stamp.certificate is None or stamp.time is None:
            return "broken"
        try:
            outcome = self.signer(stamp.certificate, stamp.embedded, stamp.time, "time-stamp")
        except CertificateUnreadable:
            return "broken"
        if not outcome.anchored:
            return "no-anchors"
        if outcome.revocation is None or outcome.revocation.standing is Standing.REVOKED:
            return "untrusted"
        return "trusted" if outcome.revocation.standing is Standing.GOOD else "revocation-unknown"
