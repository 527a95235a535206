"""The two registers: every document taken in and every document sent, each once."""

from collections.abc import Iterator, Mapping

from harness.agency.acceptance import Acceptance
from harness.agency.agency_directory import AgencyDirectory
from harness.agency.component import Component
from harness.agency.core import Core
from harness.agency.incoming_operations import IncomingOperations
from harness.agency.registers.entries import Bookings, OriginalFile, RegisterEntry, shown_day
from harness.agency.store.inbox import InboxDocument, InboxState
from harness.agency.store.outbox import OutDocument
from harness.catalogue.codes import BusinessOperation
from harness.edxml.attachments import Allowance, AttachmentBroken, unpack
from harness.edxml.model import DocumentPackage, StatusPackage
from harness.edxml.packages import PackageUnreadable, read_header, read_package

_OUTSIDE = frozenset({InboxState.REFUSED, InboxState.REJECTED})
_DAY = 10  # signs of yyyy/MM/dd


class Registers(Component):
    """Reads the registers from the store: first what the database holds, then, maybe in a thread, the packages."""

    def __init__(
        self,
        core: Core,
        acceptance: Acceptance,
        agency_directory: AgencyDirectory,
        operations: IncomingOperations,
    ) -> None:
        super().__init__(core)
        self.acceptance = acceptance
        self.agency_directory = agency_directory
        self.operations = operations

    def bookings(self) -> Bookings:
        """Return what the database holds now."""
        return Bookings(
            tuple(one for one in self.store.inbox.all() if self.is_registered(one)),
            tuple(self.store.outbox.all()),
            self.store.queue.statuses(),
            {one.organ_id: one.organ_name for one in self.agency_directory.own()},
        )

    def is_registered(self, document: InboxDocument) -> bool:
        """Say whether a received document is in the register: what was refused is returned without being registered."""
        return document.state not in _OUTSIDE

    def entries(self, bookings: Bookings) -> tuple[RegisterEntry, ...]:
        """Return all entries in the order of time."""
        received = [(one, self.package(one.package)) for one in bookings.received]
        sent = [(one, self.package(one.package)) for one in bookings.sent]
        recalls = self.recalls(received, sent)
        found = [self.incoming(one, said, bookings, recalls) for one, said in received if said is not None]
        found += [self.outgoing(one, said, recalls) for one, said in sent if said is not None]
        return tuple(sorted(found, key=lambda entry: entry.day.split("/")[::-1]))

    def package(self, stored: str) -> DocumentPackage | None:
        """Return what a stored document package says, None for anything else."""
        try:
            package = read_header(self.store.content(stored), self.acceptance.limits())
        except (OSError, PackageUnreadable):
            return None
        return package if isinstance(package, DocumentPackage) else None

    def recalls(
        self,
        received: list[tuple[InboxDocument, DocumentPackage | None]],
        sent: list[tuple[OutDocument, DocumentPackage | None]],
    ) -> Mapping[str, str]:
        """Return the DocumentId of the recall by that of the document recalled."""
        found = {
            one.target: one.document_id
            for one, _ in sent
            if one.operation == BusinessOperation.RECALL.number and one.target
        }
        for one, said in received:
            if one.operation == BusinessOperation.RECALL.number and said is not None:
                found |= dict.fromkeys(self.operations.targets(said), one.document_id or "")
        return found

    def incoming(
        self, document: InboxDocument, package: DocumentPackage, bookings: Bookings, recalls: Mapping[str, str]
    ) -> RegisterEntry:
        """Return the entry of a received document; its row is its number of arrival."""
        identity = document.document_id or ""
        cancelled = document.state is InboxState.CANCELLED
        return RegisterEntry(
            "Incoming",
            package,
            document.package,
            identity,
            document.subject,
            (document.addressees or (self.settings.organ_id,))[0],
            shown_day(document.arrived[:_DAY]),
            arrival=str(document.id),
            units=tuple(bookings.names.get(one, one) for one in document.addressees),
            history=tuple(self.steps(bookings.histories.get(identity, ()))),
            state="cancelled" if cancelled else "active",
            recall=recalls.get(identity, "") if cancelled else "",
        )

    def outgoing(self, document: OutDocument, package: DocumentPackage, recalls: Mapping[str, str]) -> RegisterEntry:
        """Return the entry of a document sent."""
        return RegisterEntry(
            "Outgoing",
            package,
            document.package,
            document.document_id,
            document.subject,
            document.sender,
            shown_day(document.promulgation_date),
            state="frozen" if document.recalled else "active",
            recall=recalls.get(document.document_id, "") if document.recalled else "",
        )

    def steps(self, statuses: tuple[str, ...]) -> Iterator[str]:
        """Yield every status that was said about a document, as a line of its history."""
        for stored in statuses:
            try:
                said = read_header(self.store.content(stored), self.acceptance.limits())
            except (OSError, PackageUnreadable):
                continue
            if isinstance(said, StatusPackage):
                yield f"{said.timestamp} {said.status_code}: {said.description}"

    def files(self, entry: RegisterEntry) -> Iterator[OriginalFile]:
        """Yield the files of a document as they were exchanged; of one that carries none, its package."""
        limits = self.acceptance.limits()
        data = self.store.content(entry.stored)
        try:
            package = read_package(data, limits)
        except PackageUnreadable:
            return
        allowance = Allowance(limits.expansion_bytes)
        for attachment in package.attachments if isinstance(package, DocumentPackage) else ():
            try:
                yield OriginalFile(attachment.name, unpack(attachment, limits, allowance))
            except AttachmentBroken:
                continue
        if isinstance(package, DocumentPackage) and not package.attachments:
            yield OriginalFile("document.edxml", data)
