"""Makes and queues the agency's own documents: new ones, and operations on those sent before."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from harness.agency.acceptance import Acceptance
from harness.agency.agency_directory import AgencyDirectory
from harness.agency.component import Component
from harness.agency.composer import (
    DATE,
    ComposedFile,
    Composer,
    DocumentDraft,
    OperationTarget,
)
from harness.agency.core import Core
from harness.agency.sender import Sender
from harness.agency.store.outbox import NewOutDocument, OutDocument, OutReceiver
from harness.agency.texts import complaint, failed, refused
from harness.catalogue.codes import BusinessOperation
from harness.catalogue.verdicts import Severity
from harness.edxml.model import Code, DocumentPackage, Organization
from harness.edxml.packages import TextUnwritable
from harness.rules.check import check_package

OPERATIONS = {
    "new": BusinessOperation.NEW,
    "recall": BusinessOperation.RECALL,
    "update": BusinessOperation.UPDATE,
    "replace": BusinessOperation.REPLACEMENT,
}
OFFICIAL_LETTER = "Công văn"
_CHECKED = frozenset({"PKG", "HDR", "TRC", "ATT", "STP"})
_LARGE = 256 * 1024


@dataclass(frozen=True, slots=True)
class SendOrder:
    """What the clerk orders to be sent; the fields are the driver's arguments of `send`."""

    to: tuple[Organization, ...]
    code_number: str
    code_notation: str
    subject: str
    type_name: str = OFFICIAL_LETTER
    content: str = ""
    priority: int = 0
    files: tuple[ComposedFile, ...] = ()
    operation: str = "new"
    target: str = ""
    reason: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    classification: str = ""


class SendingService(Component):
    """Makes documents and queues them."""

    def __init__(
        self,
        core: Core,
        agency_directory: AgencyDirectory,
        composer: Composer,
        acceptance: Acceptance,
        sender: Sender,
    ) -> None:
        super().__init__(core)
        self.agency_directory = agency_directory
        self.composer = composer
        self.acceptance = acceptance
        self.sender = sender

    async def send(self, order: SendOrder) -> str:
        """Make a document, queue it and return its DocumentId.

        Raises:
            NotDone: the system will not send it, and why.
        """
        now = self.core.now()
        self.check_order(order, now)
        draft = self.draft(order)
        package = self.composer.document(draft, now)
        written = await self.written(package, now)
        with self.store.transaction():
            self.check_number(order, now)
            self.queue(package, draft, written)
        return package.document_id

    def check_order(self, order: SendOrder, now: datetime) -> None:
        """Refuse an order that must not be carried out."""
        self.check_classification(order)
        self.check_number(order, now)
        if order.operation != "new":
            self.check_target(order)

    def check_classification(self, order: SendOrder) -> None:
        """Refuse state secrets: they must not be sent through the exchange."""
        if order.classification.strip():
            raise refused("send.state-secret", classification=order.classification)

    def check_number(self, order: SendOrder, now: datetime) -> None:
        """Refuse a number that a document of this year has."""
        number, notation = order.code_number, order.code_notation
        if self.store.outbox.number_used(self.settings.organ_id, now.strftime(DATE)[:4], number, notation):
            raise refused("send.number-used", number=number, notation=notation)

    def check_target(self, order: SendOrder) -> None:
        """Refuse an operation on a document that was not sent from here or is recalled already."""
        target = self.store.outbox.find(order.target)
        if target is None:
            raise refused("send.unknown-target", document_id=order.target)
        if target.recalled:
            raise refused("send.target-recalled", document_id=order.target)

    def draft(self, order: SendOrder) -> DocumentDraft:
        """Return the order completed with what the clerk need not give."""
        target = self.store.outbox.find(order.target) if order.operation != "new" else None
        sender = self.agency_directory.organization(target.sender if target else self.settings.organ_id)
        return DocumentDraft(
            sender=sender,
            to=self.receivers(order, target),
            code=Code(order.code_number, order.code_notation),
            type_name=order.type_name,
            subject=order.subject,
            content=order.content,
            priority=order.priority,
            files=order.files or self.files_of(target),
            operation=OPERATIONS[order.operation],
            target=target_of(target) if target else None,
            reason=order.reason,
            added=order.added,
            removed=order.removed,
        )

    def receivers(self, order: SendOrder, target: OutDocument | None) -> tuple[Organization, ...]:
        """Return who gets the package: as ordered; an operation also goes to all receivers it concerns."""
        chosen = {one.organ_id: one for one in order.to}
        if target is not None:
            before = {one.organ_id: Organization(one.organ_id, one.organ_name) for one in target.receivers}
            chosen = chosen or dict(before)
            for organ_id in (*order.added, *order.removed):
                name = before[organ_id].organ_name if organ_id in before else self.name_of(organ_id)
                chosen.setdefault(organ_id, Organization(organ_id, name))
        return tuple(chosen.values())

    def name_of(self, organ_id: str) -> str:
        """Return the name that the directory gives to an agency, else its id."""
        return self.store.directory.name_of(organ_id) or organ_id

    def files_of(self, target: OutDocument | None) -> tuple[ComposedFile, ...]:
        """Return the files of the document acted on: an operation without files of its own carries them again."""
        if target is None:
            return ()
        examined = self.acceptance.examined(self.store.content(target.package), self.core.now())
        return tuple(ComposedFile(one.name, one.content) for one in examined.attachments)

    async def written(self, package: DocumentPackage, now: datetime) -> bytes:
        """Return the bytes of a package that keeps the standard.

        Raises:
            NotDone: it does not.
        """
        size = sum(len(one.content) for one in package.attachments)
        if size > _LARGE:
            data, complaints = await asyncio.to_thread(self.checked, package, now)
        else:
            data, complaints = self.checked(package, now)
        if complaints:
            raise refused("send.breaks-standard", complaints="; ".join(complaints[:3]))
        return data

    def checked(self, package: DocumentPackage, now: datetime) -> tuple[bytes, Sequence[str]]:
        """Return the bytes of a package and what breaks the standard in them."""
        try:
            data = self.composer.written(package)
        except TextUnwritable as error:
            return b"", [str(error)]
        return data, self.complaints(data, now)

    def complaints(self, data: bytes, now: datetime) -> Sequence[str]:
        """Return what breaks the standard in an own package; the signatures in the clerk's files are not checked."""
        profile = self.core.profile
        found = check_package(data, profile, now, groups=_CHECKED).findings
        return [complaint(finding) for finding in found if profile.severity(finding) is Severity.FAIL]

    def queue(self, package: DocumentPackage, draft: DocumentDraft, written: bytes) -> None:
        """Queue a document and show it in the outbox."""
        target = draft.target
        row = self.sender.queue(
            messagetype="edoc",
            stream=f"out {target.document_id if target else package.document_id}",
            document_id=package.document_id,
            organ_id=draft.sender.organ_id,
            package=self.composer.outgoing(package, written),
        )
        document = NewOutDocument(
            document_id=package.document_id,
            sender=draft.sender.organ_id,
            code_number=draft.code.code_number,
            code_notation=draft.code.code_notation,
            promulgation_date=package.promulgation_info.promulgation_date,
            subject=package.subject,
            package=self.store.keep(written),
            receivers=tuple(OutReceiver(one.organ_id, one.organ_name) for one in package.to),
            operation=draft.operation.number,
            target=target.document_id if target else None,
        )
        self.store.outbox.add(document, row)
        if target is not None and draft.operation == BusinessOperation.RECALL:
            self.store.outbox.set_recalled(target.document_id)
        if target is not None and draft.operation == BusinessOperation.UPDATE:
            joined = [OutReceiver(one.organ_id, one.organ_name) for one in package.to if one.organ_id in draft.added]
            self.store.outbox.add_receivers(target.document_id, joined)

    def take_back(self, document_id: str, organ_id: str, reason: str) -> None:
        """Ask one receiver for a document back: status 13.

        Raises:
            NotDone: no such document or receiver, or no reason.
        """
        document = self.store.outbox.find(document_id)
        if document is None or organ_id not in {one.organ_id for one in document.receivers}:
            raise refused("take-back.unknown", document_id=document_id, organ_id=organ_id)
        if not reason.strip():
            raise failed("take-back.reason-missing")
        sender = self.agency_directory.organization(document.sender)
        composer = self.composer
        package = composer.take_back(target_of(document), organ_id, reason, sender, self.core.now())
        with self.store.transaction():
            self.sender.queue(
                messagetype="status",
                stream=f"out {document_id}",
                document_id=document_id,
                organ_id=document.sender,
                package=composer.outgoing(package, composer.written(package)),
            )


def target_of(document: OutDocument) -> OperationTarget:
    """Return a sent document as what an operation acts on."""
    return OperationTarget(
        document.document_id,
        f"{document.code_number}/{document.code_notation}",
        document.promulgation_date,
        tuple(one.organ_id for one in document.receivers),
    )
