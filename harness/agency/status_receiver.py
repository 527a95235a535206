"""Incoming statuses: what receivers report about the documents sent from here."""

from harness.agency.agency_directory import AgencyDirectory
from harness.agency.component import Component
from harness.agency.core import Core
from harness.agency.incoming_operations import IncomingOperations
from harness.agency.listed import Listed
from harness.agency.store.items import ListedItem
from harness.agency.store.outbox import OutDocument, ReceivedStatus
from harness.catalogue.codes import StatusCode
from harness.edxml.model import StatusPackage


class StatusReceiver(Component):
    """Takes statuses in. A status about an unknown document, or with an unknown code, is acknowledged and has no
    effect."""

    def __init__(self, core: Core, agency_directory: AgencyDirectory, operations: IncomingOperations) -> None:
        super().__init__(core)
        self.agency_directory = agency_directory
        self.operations = operations

    def take(self, listed: Listed, status: StatusPackage) -> None:
        """Store a status and show it."""
        with self.store.transaction():
            self.settle(listed, status)
            if status.status_code == StatusCode.TAKE_BACK:
                self.operations.taken_back(status)
            else:
                self.apply(status)

    def reject(self, listed: Listed, reason: str) -> None:
        """Note that an item cannot be read as a status."""
        with self.store.transaction():
            self.store.items.put(ListedItem(listed.receiver_doc_id, listed.messagetype, None, "fail", reason))

    def settle(self, listed: Listed, status: StatusPackage) -> None:
        """Note what is to be reported to the hub about the item."""
        named = status.response_for.document_id or None
        self.store.items.put(ListedItem(listed.receiver_doc_id, listed.messagetype, named, "done", ""))

    def apply(self, status: StatusPackage) -> None:
        """Show a status beside the document and the receiver it is about."""
        document = self.document(status)
        if document is None or not self.is_known_code(status.status_code):
            self.log.info("status %r of %r is about nothing here", status.status_code, status.response_for.document_id)
            return
        for receiver in document.receivers:
            if self.agency_directory.same(receiver.organ_id, status.from_.organ_id):
                self.show(document, receiver.organ_id, status)

    def document(self, status: StatusPackage) -> OutDocument | None:
        """Return the own document that a status is about."""
        return self.store.outbox.find(status.response_for.document_id)

    def is_known_code(self, code: str) -> bool:
        """Say whether `code` is a status that a receiver may send."""
        known = self.core.profile.parameters
        return code in known.code_lists.statuses and code not in known.statuses.sender_only

    def show(self, document: OutDocument, organ_id: str, status: StatusPackage) -> None:
        """Show a status, unless exactly this one was there before."""
        received = ReceivedStatus(
            document.document_id, organ_id, status.status_code, status.timestamp, status.description
        )
        if self.store.outbox.add_status(received):
            self.store.outbox.show_status(received)
