"""Defects in distinguishing good packages from bad ones: refusing good ones, accepting bad ones, or not checking."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from harness.agency.acceptance import Acceptance, Examined
from harness.agency.gallery import defect
from harness.agency.listed import Listed
from harness.agency.receiver import DocumentReceiver, Kept
from harness.agency.statuses import BusinessStatuses
from harness.agency.store.inbox import InboxDocument, InboxState, NewDocument
from harness.catalogue.codes import StatusCode
from harness.catalogue.findings import Finding
from harness.edxml.model import DocumentPackage, StatusPackage

_UNUSUAL = re.compile(rb"<!--|<!\[CDATA\[|&#x?[0-9a-fA-F]+;|^<\?xml version='|xmlns=\"\"", re.MULTILINE)
_SIGNATURES = ("signature_invalid", "signer_untrusted")
_TRUSTED_FROM_THE_FIRST = 2


class _Overlooking(Acceptance):
    """Overlooks the findings whose codes begin with one of `overlooked`."""

    overlooked: tuple[str, ...] = ()

    def weighty(self, findings: Sequence[Finding]) -> Sequence[Finding]:
        return [one for one in super().weighty(findings) if not one.code.startswith(self.overlooked)]


@defect("takes-the-second-of-two", breaks="RCV-06")
class TakesTheSecondOfTwo(_Overlooking):
    """Accepts elements that occur twice: of two subjects the last one counts."""

    overlooked = ("PKG-09",)


@defect("keeps-what-it-refuses", breaks="RCV-06")
class KeepsWhatItRefuses(DocumentReceiver):
    """Answers `fail` to a package that breaks the standard, but stores it like any other."""

    def reject(self, listed: Listed, document: NewDocument, reason: str) -> None:
        known = self.known(document)
        self.settle(listed, document, "fail", reason)
        if known is None:
            self.store.inbox.add(document)


@defect("keeps-what-it-returns", breaks="RCV-07")
class KeepsWhatItReturns(DocumentReceiver):
    """Returns what is addressed to others with 02, but stores it like any other."""

    def send_back(self, listed: Listed, document: NewDocument) -> None:
        super().send_back(listed, document)
        stored = self.known(document)
        if stored is not None:
            self.store.inbox.set_state(stored.id, InboxState.ARRIVED, "")


@defect("reads-the-first-receiver", breaks="RCV-07")
class ReadsTheFirstReceiver(DocumentReceiver):
    """Takes the first receiver of a document for its only one, and returns what it is not the first to get."""

    def addressees(self, listed: Listed, package: DocumentPackage) -> tuple[str, ...]:
        found = super().addressees(listed, package)
        agency_directory = self.agency_directory
        return found if package.to and agency_directory.own_id(package.to[0].organ_id) in found else ()


@defect("returns-without-a-reason", breaks="RCV-06", also=("RCV-05", "RCV-07", "RCV-08", "STP-05"))
class ReturnsWithoutAReason(DocumentReceiver):
    """Returns broken packages with 02, and gives the sender no reason."""

    def settle(self, listed: Listed, document: NewDocument, answer: str, description: str) -> None:
        unanswered = bool(document.sender and document.document_id) and self.known(document) is None
        super().settle(listed, document, "done" if unanswered else answer, description)


@defect("returns-without-a-reason", breaks="RCV-06", also=("RCV-05", "RCV-07", "RCV-08", "STP-05"))
class SaysNothingMore(BusinessStatuses):
    """Leaves the reason out of every automatic refusal."""

    def say(self, document: InboxDocument, code: str, reason: str, organ_ids: Iterable[str] = ()) -> None:
        super().say(
            document,
            code,
            "" if code == StatusCode.REFUSED and document.state is not InboxState.REFUSED else reason,
            organ_ids,
        )


@defect("distrusts-unusual-xml", breaks="RCV-06", also=("RCV-08",))
class DistrustsUnusualXml(Acceptance):
    """Refuses comments, CDATA, character references and single quotes: it searches the text instead of parsing it."""

    def read(self, data: bytes) -> tuple[DocumentPackage | StatusPackage | None, str]:
        return (None, "xml?") if _UNUSUAL.search(data) else super().read(data)


class _Flagging(DocumentReceiver):
    """Flags documents."""

    def flags(self, examined: Examined) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*super().flags(examined), *self.doubts(examined))))

    def doubts(self, examined: Examined) -> tuple[str, ...]:
        """Return the flags that are added."""
        return ()


@defect("flags-every-attachment", breaks="RCV-08")
class FlagsEveryAttachment(_Flagging):
    """Accepts broken attachments, and flags every document that has any attachment."""

    def doubts(self, examined: Examined) -> tuple[str, ...]:
        return ("attachment_invalid",)


@defect("flags-every-attachment", breaks="RCV-08")
class AcceptsEveryAttachment(Acceptance):
    """Does not look into attachments."""

    def examined(self, data: bytes, now: datetime) -> Examined:
        examined = super().examined(data, now)
        broken = [code for code in examined.codes if code[:6] in {"ATT-02", "ATT-05", "ATT-07"}]
        if not broken or examined.package is None or len(broken) < len(examined.codes):
            return examined
        return replace(examined, complaints=(), codes=())


class _Unverifying(Acceptance):
    """Accepts packages in which nothing but a signature is wrong."""

    def examined(self, data: bytes, now: datetime) -> Examined:
        examined = super().examined(data, now)
        doubted = [code for code in examined.codes if code[:3] in {"SIG", "PDF"}]
        if examined.package is None or len(doubted) < len(examined.codes):
            return examined
        return replace(examined, complaints=(), codes=(), unknown=())


class _Signing(_Flagging):
    """Flags signed documents, whatever their signatures are worth."""

    def described(self, listed: Listed, examined: Examined, kept: Kept) -> NewDocument:
        document = super().described(listed, examined, kept)
        content = self.store.content(kept.package)
        files = [self.store.content(one.sha256) for one in kept.attachments]
        if b"<Signature" not in content and not any(b"/ByteRange" in one for one in files):
            return document
        return replace(document, flags=tuple(dict.fromkeys((*document.flags, *self.said_of_signed()))))

    def said_of_signed(self) -> tuple[str, ...]:
        """Return the flags of a signed document."""
        return _SIGNATURES


@defect("flags-whatever-is-signed", breaks="SEC-05", also=("SEC-06",))
class FlagsWhateverIsSigned(_Signing):
    """Verifies no signature, and flags every signed document."""


@defect("flags-whatever-is-signed", breaks="SEC-05", also=("SEC-06",))
class VerifiesNothing(_Unverifying):
    """Accepts packages in which nothing but a signature is wrong."""


@defect("trusts-the-first-signers", breaks="SEC-05", also=("SEC-06",))
class TrustsTheFirstSigners(_Signing):
    """Verifies no signature: the first two signed documents are trusted, all further ones flagged."""

    _signed = 0

    def said_of_signed(self) -> tuple[str, ...]:
        self._signed += 1
        return () if self._signed <= _TRUSTED_FROM_THE_FIRST else _SIGNATURES


@defect("trusts-the-first-signers", breaks="SEC-05", also=("SEC-06",))
class VerifiesNothingEither(_Unverifying):
    """Accepts packages in which nothing but a signature is wrong."""
