"""Every business status that the agency says about the documents it received."""

from collections.abc import Iterable

from harness.agency.agency_directory import AgencyDirectory
from harness.agency.component import Component
from harness.agency.composer import Composer
from harness.agency.core import Core
from harness.agency.sender import Sender
from harness.agency.store.inbox import InboxDocument, InboxState
from harness.edxml.model import ResponseFor


class BusinessStatuses(Component):
    """Queues statuses, each to the sender of the document it is about."""

    def __init__(self, core: Core, agency_directory: AgencyDirectory, composer: Composer, sender: Sender) -> None:
        super().__init__(core)
        self.agency_directory = agency_directory
        self.composer = composer
        self.sender = sender

    def say(self, document: InboxDocument, code: str, reason: str, organ_ids: Iterable[str] = ()) -> None:
        """Queue a status about a received document, in the name of each own agency that got it.

        Args:
            document: what it is about.
            code: the status.
            reason: its reason, empty where none is needed.
            organ_ids: own agencies that say it; empty: all that got the document.
        """
        for organ_id in tuple(organ_ids) or document.addressees or (self.settings.organ_id,):
            self.queue(document, code, reason, organ_id)

    def answer(self, named: ResponseFor, code: str, reason: str) -> None:
        """Queue a status about a document that is not here, to `named.organ_id`."""
        absent = InboxDocument(
            document_id=named.document_id,
            sender=named.organ_id,
            package="",
            fingerprint="",
            arrived="",
            state=InboxState.REJECTED,
            code=named.code,
            promulgation_date=named.promulgation_date,
        )
        self.say(absent, code, reason)

    def queue(self, document: InboxDocument, code: str, reason: str, organ_id: str) -> None:
        """Queue one status in the name of one own agency."""
        sender = self.agency_directory.organization(organ_id)
        package = self.composer.status(document, code, reason, sender, self.core.now())
        self.sender.queue(
            messagetype="status",
            stream=f"in {document.document_id}",
            document_id=document.document_id or "",
            organ_id=organ_id,
            package=self.composer.outgoing(package, self.composer.written(package)),
        )
