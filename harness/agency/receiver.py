"""Takes in a fetched package: asks for it again, accepts it or refuses it. It is stored before it is answered."""

import asyncio
import hashlib
from dataclasses import dataclass, replace

from harness.agency.acceptance import Acceptance, Examined
from harness.agency.agency_directory import AgencyDirectory
from harness.agency.component import Component
from harness.agency.composer import TIME
from harness.agency.core import Core
from harness.agency.incoming_operations import IncomingOperations
from harness.agency.listed import Listed
from harness.agency.status_receiver import StatusReceiver
from harness.agency.statuses import BusinessStatuses
from harness.agency.store.inbox import InboxDocument, InboxState, NewDocument, StoredAttachment
from harness.agency.store.items import ListedItem
from harness.agency.texts import words
from harness.catalogue.codes import StatusCode
from harness.edxml.model import DocumentPackage, StatusPackage

_DONE, _FAIL = "done", "fail"
_NOT_ACCEPTED = frozenset({InboxState.REFUSED, InboxState.REJECTED})

# How often the same bytes must come before they are acted on.
_TWICE, _OFTEN, _VERY_OFTEN = 2, 3, 6


@dataclass(frozen=True, slots=True)
class NotYet:
    """The item must be fetched again before anything is done with it."""

    why: str


class DocumentReceiver(Component):
    """Receives packages."""

    def __init__(
        self,
        core: Core,
        acceptance: Acceptance,
        agency_directory: AgencyDirectory,
        operations: IncomingOperations,
        statuses: BusinessStatuses,
        status_receiver: StatusReceiver,
    ) -> None:
        super().__init__(core)
        self.acceptance = acceptance
        self.agency_directory = agency_directory
        self.operations = operations
        self.statuses = statuses
        self.status_receiver = status_receiver
        self._seen: dict[str, tuple[str, int]] = {}

    async def receive(self, listed: Listed, data: bytes) -> NotYet | None:
        """Take in the bytes of an item; None when it is stored and may be acknowledged."""
        examined = await self.acceptance.examine(data)
        doubt = self.doubt(listed, data, examined)
        if doubt is not None:
            return doubt
        self._seen.pop(listed.receiver_doc_id, None)
        if isinstance(examined.package, StatusPackage):
            self.status_receiver.take(listed, examined.package)
            return None
        if examined.package is None and listed.messagetype == "status":
            self.status_receiver.reject(listed, self.reason_to_reject(examined))
            return None
        kept = await self.keep(data, examined)
        if isinstance(examined.package, DocumentPackage):
            await self.agency_directory.learn(self.operations.named_organs(examined.package))
        with self.store.transaction():
            self.take(listed, examined, kept)
        return None

    def doubt(self, listed: Listed, data: bytes, examined: Examined) -> NotYet | None:
        """Say why an item must be fetched again; None when it can be acted on."""
        why, times = self.suspicion(listed, examined)
        digest = hashlib.sha256(data).hexdigest()
        before, count = self._seen.get(listed.receiver_doc_id, ("", 0))
        count = count + 1 if before == digest else 1
        self._seen[listed.receiver_doc_id] = (digest, count)
        if times is None or count < times:
            return NotYet(why)
        return None

    def suspicion(self, listed: Listed, examined: Examined) -> tuple[str, int | None]:
        """Return what is suspicious about an item, and how often the same bytes must come first; None: never enough."""
        if examined.nature == "cut":
            return "cut", None
        if examined.nature == "foreign":
            return "no package", _VERY_OFTEN
        if self.is_another(listed, examined):
            return "not the item that was listed", _OFTEN
        if not examined.acceptable:
            return "breaks the standard", _TWICE
        return "", 1

    def is_another(self, listed: Listed, examined: Examined) -> bool:
        """Say whether the content seems to belong to another item: the hub may have mixed them up."""
        package = examined.package
        if package is None:
            return False
        if isinstance(package, StatusPackage):
            return listed.messagetype == "edoc"
        if listed.messagetype == "status":
            return True
        return self.contradicts_list(listed, package) or self.came_before(listed, package.document_id)

    def came_before(self, listed: Listed, document_id: str) -> bool:
        """Say whether the document came already as another item, and not for another own agency."""
        known = self.store.inbox.find(document_id)
        expected = self.agency_directory.own_id(listed.receiver)
        if known is not None and expected and expected not in known.addressees:
            return False
        return self.store.items.came_before(document_id, listed.receiver_doc_id)

    def contradicts_list(self, listed: Listed, package: DocumentPackage) -> bool:
        """Say whether the list names other agencies than the package."""
        agency_directory = self.agency_directory
        both = (listed.sender, package.from_.organ_id)
        return all(agency_directory.is_organ(one) for one in both) and not agency_directory.same(*both)

    async def keep(self, data: bytes, examined: Examined) -> "Kept":
        """Write the package and its attachments to files named by their digests."""
        package = await asyncio.to_thread(self.store.keep, data)
        attachments = []
        for one in examined.attachments:
            digest = await asyncio.to_thread(self.store.keep, one.content)
            attachments.append(StoredAttachment(one.name, len(one.content), digest))
        return Kept(package, tuple(attachments))

    def take(self, listed: Listed, examined: Examined, kept: "Kept") -> None:
        """Store a document package, or note why it is not accepted, and queue the statuses about it."""
        document = self.described(listed, examined, kept)
        package = examined.package
        if not isinstance(package, DocumentPackage) or examined.complaints:
            self.reject(listed, document, self.reason_to_reject(examined))
        elif not document.addressees:
            self.send_back(listed, document)
        elif (known := self.known(document)) is not None:
            self.take_known(listed, document, known, package)
        else:
            self.accept(listed, document, package)

    def described(self, listed: Listed, examined: Examined, kept: "Kept") -> NewDocument:
        """Return what the inbox will say about a package."""
        package = examined.package
        blank = NewDocument(
            document_id=None,
            sender="",
            package=kept.package,
            fingerprint=examined.fingerprint,
            arrived=self.core.now().strftime(TIME),
            state=InboxState.ARRIVED,
            flags=self.flags(examined),
            attachments=kept.attachments,
        )
        if not isinstance(package, DocumentPackage):
            return blank
        return replace(
            blank,
            document_id=package.document_id or None,
            sender=package.from_.organ_id,
            sender_name=package.from_.organ_name,
            code=f"{package.code.code_number}/{package.code.code_notation}",
            promulgation_date=package.promulgation_info.promulgation_date,
            subject=self.subject(package),
            content=package.content,
            operation=self.operations.operation(package).number,
            original_id=self.operations.joined_document(package),
            addressees=self.addressees(listed, package),
        )

    def subject(self, package: DocumentPackage) -> str:
        """Return the subject that is stored."""
        return package.subject

    def flags(self, examined: Examined) -> tuple[str, ...]:
        """Return the flags that the clerk sees with a document."""
        groups = {code.partition("-")[0] for code in examined.codes}
        trust = {"SIG-05", "SIG-06", "PDF-04"}
        codes = {code.partition(".")[0] for code in examined.codes}
        unknown = {code.partition(".")[0] for code in examined.unknown}
        flags = {
            "attachment_invalid": "ATT" in groups,
            "signer_untrusted": bool((codes | unknown) & trust),
            "signature_invalid": bool({code for code in codes if code[:3] in {"SIG", "PDF"}} - trust - {"PDF-01"}),
        }
        return tuple(name for name, raised in flags.items() if raised)

    def addressees(self, listed: Listed, package: DocumentPackage) -> tuple[str, ...]:
        """Return the own agencies that a package is addressed to, under the ids they are registered by."""
        agency_directory = self.agency_directory
        own = [agency_directory.own_id(organ_id) for organ_id in self.operations.named_organs(package)]
        listed_one = agency_directory.own_id(listed.receiver)
        found = tuple(dict.fromkeys(organ_id for organ_id in own if organ_id))
        return (listed_one,) if listed_one in found else found

    def known(self, document: NewDocument) -> InboxDocument | None:
        """Return the stored document of the same DocumentId."""
        found = self.store.inbox.find(document.document_id or "")
        return found if found is not None and found.document_id == document.document_id else None

    def reason_to_reject(self, examined: Examined) -> str:
        """Return why a package is not accepted, in words."""
        return "; ".join(examined.complaints[:3]) or words("package.unknown")

    def reject(self, listed: Listed, document: NewDocument, reason: str) -> None:
        """Store a package that breaks the standard as not accepted; status 02 if it names its sender."""
        known = self.known(document)
        self.settle(listed, document, _FAIL, reason)
        if known is not None:
            return
        row = self.store.inbox.add(replace(document, state=InboxState.REJECTED, reason=reason))
        if document.sender and document.document_id:
            self.tell_rejected(self.store.inbox.get(row), reason)

    def tell_rejected(self, document: InboxDocument, reason: str) -> None:
        """Report to the sender of a package that it is not accepted."""
        self.statuses.say(document, StatusCode.REFUSED, reason)

    def send_back(self, listed: Listed, document: NewDocument) -> None:
        """Refuse a document that is addressed to other agencies only."""
        reason = words("document.not-for-us", organ_id=self.settings.organ_id)
        self.settle(listed, document, _DONE, "")
        if self.known(document) is None:
            row = self.store.inbox.add(replace(document, state=InboxState.REFUSED, reason=reason))
            self.statuses.say(self.store.inbox.get(row), StatusCode.REFUSED, reason)

    def take_known(self, listed: Listed, document: NewDocument, known: InboxDocument, package: DocumentPackage) -> None:
        """Take in a document whose DocumentId is stored already."""
        if known.fingerprint == document.fingerprint:
            self.take_again(listed, document, known)
        elif self.operations.acts_on(package, known):
            self.settle(listed, document, _DONE, "")
            self.operations.apply(package, document)
        elif known.state in _NOT_ACCEPTED:
            self.store.inbox.replace(known.id, document)
            self.settle(listed, document, _DONE, "")
            self.welcome(self.store.inbox.get(known.id), package)
        else:
            self.settle(listed, document, _FAIL, words("document.other-content", document_id=document.document_id))

    def take_again(self, listed: Listed, document: NewDocument, known: InboxDocument) -> None:
        """Take in a re-delivery: no second document; an own agency that had not got it yet says 01."""
        self.settle(listed, document, _DONE, "")
        for organ_id in document.addressees:
            if organ_id not in known.addressees and known.state not in _NOT_ACCEPTED:
                self.store.inbox.add_addressee(known.id, organ_id)
                self.statuses.say(known, StatusCode.ARRIVED, "", (organ_id,))

    def accept(self, listed: Listed, document: NewDocument, package: DocumentPackage) -> None:
        """Store a document that arrived."""
        row = self.store.inbox.add(document)
        self.settle(listed, document, _DONE, "")
        self.welcome(self.store.inbox.get(row), package)

    def welcome(self, document: InboxDocument, package: DocumentPackage) -> None:
        """Say that a document arrived and carry out the operation it may carry."""
        refusal = self.operations.refusal(package, document)
        if refusal:
            self.store.inbox.set_state(document.id, InboxState.REFUSED, refusal)
            self.statuses.say(document, StatusCode.REFUSED, refusal)
            return
        self.arrived(document)
        self.operations.apply(package, document)

    def arrived(self, document: InboxDocument) -> None:
        """Say 01, in the name of every own agency that got the document."""
        self.statuses.say(document, StatusCode.ARRIVED, "")

    def settle(self, listed: Listed, document: NewDocument, answer: str, description: str) -> None:
        """Note what is to be reported to the hub about an item."""
        self.store.items.put(
            ListedItem(listed.receiver_doc_id, listed.messagetype, document.document_id, answer, description)
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """Names of the files of a package: itself, and its attachments unpacked."""

    package: str
    attachments: tuple[StoredAttachment, ...]
