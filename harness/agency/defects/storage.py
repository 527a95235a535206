"""Defects in storing received documents: which are stored, how often, and how much of each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from harness.agency import driver_arguments as arguments
from harness.agency.acceptance import Acceptance, Examined, Unpacked
from harness.agency.agency_directory import AgencyDirectory
from harness.agency.core import Core
from harness.agency.driver_api import DriverApi
from harness.agency.fetcher import Fetcher
from harness.agency.gallery import defect
from harness.agency.handling import Handling
from harness.agency.listed import Listed
from harness.agency.poller import Poller
from harness.agency.receiver import DocumentReceiver, Kept
from harness.agency.registers.exports import Exports
from harness.agency.sending_service import SendingService
from harness.agency.store.inbox import InboxDocument, NewDocument, StoredAttachment
from harness.agency.store.items import ListedItem
from harness.edxml.identifiers import organ_form
from harness.edxml.model import DocumentPackage, StatusPackage
from harness.vxp.client import MessageType
from harness.vxp.entries import ReceivedItem

_LITERAL = b"<edXML:edXMLEnvelope"
_SUBJECT_COLUMN = 255
_NAME_COLUMN = 200
_LARGEST = 4 * 1024 * 1024
_PAGE = 100


@defect("keeps-nothing-but-the-id", breaks="RCV-02")
class KeepsNothingButTheId(DocumentReceiver):
    """Notes that a document arrived, and keeps neither its subject nor its files."""

    def described(self, listed: Listed, examined: Examined, kept: Kept) -> NewDocument:
        return replace(super().described(listed, examined, kept), subject="", attachments=())


@defect("reads-one-order-of-elements", breaks="RCV-03")
class ReadsOneOrderOfElements(Acceptance):
    """Reads the header from top to bottom as the operator writes it, and treats any other order as unreadable."""

    def read(self, data: bytes) -> tuple[DocumentPackage | StatusPackage | None, str]:
        identity, subject = data.find(b"DocumentId>"), data.find(b"Subject>")
        return (None, "MessageHeader?") if identity > subject > 0 else super().read(data)


@defect("knows-old-identifiers-only", breaks="RCV-03")
class KnowsOldIdentifiersOnly(Acceptance):
    """Refuses a sender whose OrganId is of the new form."""

    def examined(self, data: bytes, now: Any) -> Examined:
        examined = super().examined(data, now)
        sender = examined.package.from_.organ_id if isinstance(examined.package, DocumentPackage) else ""
        form = organ_form(sender, self.core.profile.parameters.identifiers) if sender else None
        return examined if form != "new" else replace(examined, complaints=(*examined.complaints, "OrganId?"))


@defect("loses-files-under-other-prefixes", breaks="RCV-03")
class LosesFilesUnderOtherPrefixes(Acceptance):
    """Finds attachments by the literal names of their elements, and accepts a document without them."""

    def examined(self, data: bytes, now: Any) -> Examined:
        examined = super().examined(data, now)
        return examined if _LITERAL in data or not examined.acceptable else replace(examined, attachments=())


@defect("cuts-subjects", breaks="RCV-04")
class CutsSubjects(DocumentReceiver):
    """Has a column of 255 letters for the subject."""

    def subject(self, package: DocumentPackage) -> str:
        return package.subject[:_SUBJECT_COLUMN]


@defect("keeps-one-of-two-long-names", breaks="RCV-04")
class KeepsOneOfTwoLongNames(DocumentReceiver):
    """Stores attachments under the first 200 bytes of their names: of two that begin alike only the later is kept."""

    async def keep(self, data: bytes, examined: Examined) -> Kept:
        kept = await super().keep(data, examined)
        filed: dict[bytes, StoredAttachment] = {}
        for one in kept.attachments:
            filed[one.name.encode()[:_NAME_COLUMN]] = one
        return Kept(kept.package, tuple(filed.values()))


@defect("exchanges-files-of-like-names", breaks="RCV-04")
class ExchangesFilesOfLikeNames(DocumentReceiver):
    """Looks files up by the beginnings of their names, and so gives one the content of another."""

    async def keep(self, data: bytes, examined: Examined) -> Kept:
        kept = await super().keep(data, examined)
        first: dict[bytes, StoredAttachment] = {}
        for one in kept.attachments:
            first.setdefault(one.name.encode()[:_NAME_COLUMN], one)
        found = (replace(first[one.name.encode()[:_NAME_COLUMN]], name=one.name) for one in kept.attachments)
        return Kept(kept.package, tuple(found))


@defect("leaves-out-large-files", breaks="RCV-04")
class LeavesOutLargeFiles(Acceptance):
    """Accepts a document without the files that its database does not take: those of more than four megabytes."""

    def unpacked(self, package: DocumentPackage) -> tuple[Unpacked, ...]:
        return tuple(one for one in super().unpacked(package) if len(one.content) <= _LARGEST)


@defect("fails-a-renewed-delivery", breaks="RCV-05")
class FailsARenewedDelivery(DocumentReceiver):
    """Recognises a document by the hub's id alone: the same document under another id is answered `fail`."""

    def take_again(self, listed: Listed, document: NewDocument, known: InboxDocument) -> None:
        if self.store.items.get(listed.receiver_doc_id) is None:
            self.settle(listed, document, "fail", "da co")
        else:
            super().take_again(listed, document, known)


class _Doubling(DocumentReceiver):
    """Notes documents that came again under another id of the hub."""

    doubled: tuple[str, ...] = ()

    def take_again(self, listed: Listed, document: NewDocument, known: InboxDocument) -> None:
        if self.store.items.get(listed.receiver_doc_id) is None and document.document_id:
            self.doubled += (document.document_id,)
        super().take_again(listed, document, known)


@defect("stores-a-renewed-delivery-anew", breaks="RCV-05")
class StoresARenewedDeliveryAnew(_Doubling):
    """Stores a document a second time when the hub delivers it under another id."""


@defect("stores-a-renewed-delivery-anew", breaks="RCV-05")
class ShowsWhatWasBooked(DriverApi):
    """Shows the second entries beside the first."""

    def __init__(
        self,
        core: Core,
        handling: Handling,
        sending_service: SendingService,
        agency_directory: AgencyDirectory,
        poller: Poller,
        exports: Exports,
        receiver: DocumentReceiver,
    ) -> None:
        super().__init__(core, handling, sending_service, agency_directory, poller, exports)
        self.receiver = receiver

    async def inbox(self, given: arguments.Nothing) -> dict[str, Any]:
        documents = (await super().inbox(given))["documents"]
        doubled = self.receiver.doubled if isinstance(self.receiver, _Doubling) else ()
        return {"documents": [*documents, *(one for one in documents if one["document_id"] in doubled)]}


@defect("replaces-what-it-accepted", breaks="RCV-05")
class ReplacesWhatItAccepted(DocumentReceiver):
    """Replaces an accepted document by any other that comes later under its DocumentId."""

    def take_known(self, listed: Listed, document: NewDocument, known: InboxDocument, package: DocumentPackage) -> None:
        if known.fingerprint == document.fingerprint or self.operations.acts_on(package, known):
            super().take_known(listed, document, known, package)
        else:
            self.store.inbox.replace(known.id, document)
            self.settle(listed, document, "done", "")


@defect("never-forgets-a-refusal", breaks="RCV-05")
class NeverForgetsARefusal(DocumentReceiver):
    """Refuses every later document under a DocumentId that it refused once, even a corrected one."""

    def take_known(self, listed: Listed, document: NewDocument, known: InboxDocument, package: DocumentPackage) -> None:
        if known.state in {"refused", "rejected"} and known.fingerprint != document.fingerprint:
            self.settle(listed, document, "fail", "da tra lai")
        else:
            super().take_known(listed, document, known, package)


class _Paging(Fetcher):
    """Knows which items are beyond the first hundred of a list."""

    beyond: frozenset[str] = frozenset()

    def notice(self, messagetype: MessageType, items: Sequence[ReceivedItem], asked_at: float) -> None:
        self.beyond |= {item.doc_id for item in items[_PAGE:]}
        super().notice(messagetype, items, asked_at)


@defect("acks-what-it-never-fetched", breaks="RCV-09")
class AcksWhatItNeverFetched(_Paging):
    """Acknowledges, without fetching them, the items beyond the first page of a long list."""

    def must_fetch(self, listed: Listed) -> bool:
        if listed.receiver_doc_id not in self.beyond:
            return super().must_fetch(listed)
        if self.store.items.get(listed.receiver_doc_id) is None:
            self.store.items.put(ListedItem(listed.receiver_doc_id, listed.messagetype, None, "done", ""))
        return False


@defect("stores-the-first-page", breaks="RCV-09")
class FetchesEveryPage(_Paging):
    """Fetches and acknowledges all of a long list, and stores only the items of its first page."""

    def notice(self, messagetype: MessageType, items: Sequence[ReceivedItem], asked_at: float) -> None:
        super().notice(messagetype, items, asked_at)
        if isinstance(self.receiver, StoresTheFirstPage):
            self.receiver.beyond = self.beyond


@defect("stores-the-first-page", breaks="RCV-09")
class StoresTheFirstPage(DocumentReceiver):
    """Drops the items beyond the first page."""

    beyond: frozenset[str] = frozenset()

    def accept(self, listed: Listed, document: NewDocument, package: DocumentPackage) -> None:
        if listed.receiver_doc_id in self.beyond:
            self.settle(listed, document, "done", "")
        else:
            super().accept(listed, document, package)
