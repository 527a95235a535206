"""Defects in receiving: fetch, store, acknowledge."""

from collections.abc import Sequence
from dataclasses import replace

from harness.agency.acceptance import Acceptance, Unpacked
from harness.agency.agency_directory import AgencyDirectory
from harness.agency.core import Core
from harness.agency.fetcher import Fetcher
from harness.agency.gallery import defect
from harness.agency.hub_connection import HubConnection
from harness.agency.incoming_operations import IncomingOperations
from harness.agency.listed import Listed
from harness.agency.poller import Poller
from harness.agency.receiver import DocumentReceiver, NotYet
from harness.agency.status_receiver import StatusReceiver
from harness.agency.statuses import BusinessStatuses
from harness.agency.store.inbox import InboxDocument, NewDocument
from harness.agency.store.items import ListedItem
from harness.catalogue.findings import Finding
from harness.edxml.attachments import AttachmentBroken
from harness.edxml.model import DocumentPackage, StatusPackage
from harness.vxp.client import MessageType
from harness.vxp.entries import ReceivedItem

_LITERAL = b"<edXML:edXMLEnvelope"
_LONGEST_NAME = 20
_PAGE = 100
_BURST = 4


@defect("polls-in-bursts", breaks="RCV-01")
class PollsInBursts(Poller):
    """Polls for statuses a few times in quick succession, and then not for a while."""

    _looks = 0

    def interval(self, messagetype: MessageType) -> float:
        declared = super().interval(messagetype)
        if messagetype != "status":
            return declared
        self._looks += 1
        return declared if self._looks % _BURST else 5 + declared


@defect("polls-statuses-rarely", breaks="RCV-01")
class PollsStatusesRarely(Poller):
    """Polls for statuses three times less often than declared, and five seconds later still."""

    def interval(self, messagetype: MessageType) -> float:
        declared = super().interval(messagetype)
        return 3 * declared + 5 if messagetype == "status" else declared


@defect("never-acks", breaks="RCV-02", also=("RCV-05",))
class NeverAcks(Fetcher):
    """Never acknowledges a document, so that the hub lists it without end. Statuses are acknowledged."""

    async def acknowledge(self, item: ListedItem) -> None:
        if item.messagetype == "status":
            await super().acknowledge(item)


@defect("acks-before-fetching", breaks="RCV-02", also=("RCV-05",))
class AcksBeforeFetching(Fetcher):
    """Acknowledges every listed document before it has fetched it: if the fetch fails, the document is lost."""

    async def fetch(self, listed: Listed) -> bytes:
        if listed.messagetype == "edoc":
            await self.report(listed.receiver_doc_id, "done", "")
        return await super().fetch(listed)


@defect("looks-for-the-literal-prefix", breaks="RCV-03")
class LooksForTheLiteralPrefix(Acceptance):
    """Finds the envelope by its literal prefix and treats every other package as unreadable."""

    def read(self, data: bytes) -> tuple[DocumentPackage | StatusPackage | None, str]:
        return super().read(data) if _LITERAL in data else (None, "edXML:edXMLEnvelope?")


@defect("cuts-file-names", breaks="RCV-04")
class CutsFileNames(Acceptance):
    """Keeps twenty letters of a file's name."""

    def unpacked(self, package: DocumentPackage) -> tuple[Unpacked, ...]:
        return tuple(replace(one, name=one.name[:_LONGEST_NAME]) for one in super().unpacked(package))


@defect("never-unzips", breaks="RCV-04")
class NeverUnzips(Acceptance):
    """Stores zipped attachments as they were carried."""

    def unpacked(self, package: DocumentPackage) -> tuple[Unpacked, ...]:
        return tuple(Unpacked(one.name, one.content) for one in package.attachments)


@defect("fails-a-redelivery", breaks="RCV-05")
class FailsARedelivery(DocumentReceiver):
    """Answers `fail` to a document that it has already."""

    def take_again(self, listed: Listed, document: NewDocument, known: InboxDocument) -> None:
        self.settle(listed, document, "fail", "da co")


class ChecksNothing(Acceptance):
    """Ignores the findings against requirements whose ids begin with one of `unseen`."""

    unseen: tuple[str, ...] = ()

    def weighty(self, findings: Sequence[Finding]) -> Sequence[Finding]:
        return [one for one in super().weighty(findings) if not one.requirement.startswith(self.unseen)]


@defect("accepts-broken-headers", breaks="RCV-06")
class AcceptsBrokenHeaders(ChecksNothing):
    """Accepts whatever it can parse: structure, header and operation are not checked."""

    unseen = ("PKG", "HDR", "TRC")


@defect("keeps-what-is-for-others", breaks="RCV-07")
class KeepsWhatIsForOthers(DocumentReceiver):
    """Accepts every document that the hub delivers as its own."""

    def addressees(self, listed: Listed, package: DocumentPackage) -> tuple[str, ...]:
        return super().addressees(listed, package) or (self.settings.organ_id,)


@defect("accepts-broken-attachments", breaks="RCV-08")
class AcceptsBrokenAttachments(ChecksNothing):
    """Accepts documents whose attachments are orphaned, empty or mislabelled, and keeps what it can open."""

    unseen = ("ATT-02", "ATT-05", "ATT-07")

    def unpacked(self, package: DocumentPackage) -> tuple[Unpacked, ...]:
        try:
            return super().unpacked(package)
        except AttachmentBroken:
            return ()


@defect("reads-one-page-of-the-list", breaks="RCV-09")
class ReadsOnePageOfTheList(Fetcher):
    """Takes the first hundred items of a list and never comes back to the others."""

    _beyond: frozenset[str] = frozenset()

    def notice(self, messagetype: MessageType, items: Sequence[ReceivedItem], asked_at: float) -> None:
        self._beyond |= {item.doc_id for item in items[_PAGE:]}
        kept = [item for item in items if item.doc_id not in self._beyond]
        super().notice(messagetype, kept, asked_at)


@defect("acks-before-storing", breaks="RCV-02")
class AcksBeforeStoring(DocumentReceiver):
    """Acknowledges what it has fetched, and stores it only when the hub has answered that."""

    def __init__(
        self,
        core: Core,
        acceptance: Acceptance,
        agency_directory: AgencyDirectory,
        operations: IncomingOperations,
        statuses: BusinessStatuses,
        status_receiver: StatusReceiver,
        connection: HubConnection,
    ) -> None:
        super().__init__(core, acceptance, agency_directory, operations, statuses, status_receiver)
        self.connection = connection

    async def receive(self, listed: Listed, data: bytes) -> NotYet | None:
        if (await self.acceptance.examine(data)).acceptable:
            await self.connection.ask(lambda client: client.update_status(listed.receiver_doc_id, "done", ""))
        return await super().receive(listed, data)
