"""What an incoming recall, take-back, update or replacement does to a document received before."""

from collections.abc import Sequence

from harness.agency.acceptance import Acceptance
from harness.agency.agency_directory import AgencyDirectory
from harness.agency.component import Component
from harness.agency.core import Core
from harness.agency.statuses import BusinessStatuses
from harness.agency.store.inbox import InboxDocument, InboxRequest, InboxState, NewDocument
from harness.agency.texts import words
from harness.catalogue.codes import BusinessOperation, StatusCode
from harness.edxml.model import DocumentPackage, ResponseFor, StatusPackage
from harness.edxml.packages import read_package

_OPERATIONS = frozenset(BusinessOperation)
_REMOVED, _ADDED = "0", "1"
_FLAGS = {
    "recall": "recalled",
    "take_back": "taken_back",
    "replace": "replaced",
    "update": "updated",
    "remove": "recalled",
}
_UNCHANGED = "0"


class IncomingOperations(Component):
    """Carries out operations on received documents, for their original sender only."""

    def __init__(
        self,
        core: Core,
        statuses: BusinessStatuses,
        agency_directory: AgencyDirectory,
        acceptance: Acceptance,
    ) -> None:
        super().__init__(core)
        self.statuses = statuses
        self.agency_directory = agency_directory
        self.acceptance = acceptance

    def operation(self, package: DocumentPackage) -> BusinessOperation:
        """Return the operation of a package; what is none counts as a new document."""
        code = package.bussiness.doc_type if package.bussiness else ""
        return BusinessOperation(code) if code in _OPERATIONS else BusinessOperation.NEW

    def named_organs(self, package: DocumentPackage) -> list[str]:
        """Return every OrganId that a package is meant for: its receivers, and those that its operation names."""
        named = [one.organ_id for one in package.to]
        if package.bussiness is not None:
            changes = package.bussiness.document_info
            named += [one.organ_id for one in changes.receivers] if changes else []
            named += [organ_id for one in package.bussiness.replacements for organ_id in one.organ_ids]
        return named

    def targets(self, package: DocumentPackage) -> list[str]:
        """Return the DocumentIds that the operation of a package acts on, as far as the own agencies are concerned."""
        operation, bussiness = self.operation(package), package.bussiness
        if operation == BusinessOperation.RECALL:
            named = [one.document_id for one in package.response_for]
            return named or ([bussiness.document_id] if bussiness else [])
        if operation == BusinessOperation.UPDATE and bussiness is not None:
            return [bussiness.document_id]
        if operation == BusinessOperation.REPLACEMENT and bussiness is not None:
            own = self.agency_directory.is_own
            return [one.document_id for one in bussiness.replacements if any(own(organ) for organ in one.organ_ids)]
        return []

    def joined_document(self, package: DocumentPackage) -> str | None:
        """Return the DocumentId that an update adds an own agency to, if the document itself was not received."""
        if (
            self.operation(package) != BusinessOperation.UPDATE
            or package.bussiness is None
            or not self._own_marks(package, _ADDED)
        ):
            return None
        target = package.bussiness.document_id
        return target if target != package.document_id and self.store.inbox.find(target) is None else None

    def acts_on(self, package: DocumentPackage, known: InboxDocument) -> bool:
        """Return whether a package acts on the document whose own DocumentId it has."""
        return known.document_id in self.targets(package) and not self._objection_to_sender(package, known)

    def refusal(self, package: DocumentPackage, document: NewDocument) -> str:
        """Return why the operation of a package cannot be applied to anything here; empty when it can."""
        if document.original_id is not None:
            return ""
        for document_id in self.targets(package):
            target = self.target(document_id)
            if target is None or target.document_id == package.document_id:
                return words("operation.unknown-target", document_id=document_id)
            objection = self._objection_to_sender(package, target)
            if objection:
                return objection
        return ""

    def target(self, document_id: str) -> InboxDocument | None:
        """Return the document that an operation names."""
        return self.store.inbox.find(document_id)

    def _objection_to_sender(self, package: DocumentPackage, target: InboxDocument) -> str:
        if self.is_original_sender(package.from_.organ_id, target):
            return ""
        return words("operation.not-the-sender", document_id=target.document_id)

    def is_original_sender(self, organ_id: str, target: InboxDocument) -> bool:
        """Return whether `organ_id` names the sender of the document."""
        return self.agency_directory.same(organ_id, target.sender)

    def apply(self, package: DocumentPackage, document: NewDocument) -> None:
        """Carry out the operation of a package for which `refusal` returned no reason."""
        if document.original_id is not None:
            return
        for document_id in self.targets(package):
            target = self.target(document_id)
            if target is not None:
                self.request(self.kind(package), target, package.document_id, document.package)

    def kind(self, package: DocumentPackage) -> str:
        """Return what a package asks for: `recall`, `remove`, `update` or `replace`."""
        operation = self.operation(package)
        if operation == BusinessOperation.UPDATE:
            return "remove" if self._own_marks(package, _REMOVED) else "update"
        return "recall" if operation == BusinessOperation.RECALL else "replace"

    def taken_back(self, status: StatusPackage) -> None:
        """Carry out a take-back: status 13, from the sender of a document to its receiver."""
        asked = status.response_for
        target = self.target(asked.document_id)
        if target is None:
            self.refuse_unknown(status)
        elif self.is_original_sender(status.from_.organ_id, target) and self.agency_directory.is_own(asked.organ_id):
            self.request("take_back", target, "", "")

    def refuse_unknown(self, status: StatusPackage) -> None:
        """Answer 16 to a take-back of a document that never came."""
        asked = status.response_for
        named = ResponseFor(status.from_.organ_id, asked.code, asked.promulgation_date, asked.document_id)
        self.statuses.answer(
            named, StatusCode.DISAGREED, words("operation.unknown-target", document_id=asked.document_id)
        )

    def request(self, kind: str, target: InboxDocument, named_by: str, package: str) -> None:
        """Carry out what was asked for, or let it wait for the clerk; nothing is done to a cancelled document."""
        if target.state is InboxState.CANCELLED:
            return
        if self.waits_for_clerk(kind):
            self.store.inbox.ask(target.id, named_by=named_by, kind=kind, package=package)
            return
        self.carry_out(kind, target, package)

    def waits_for_clerk(self, kind: str) -> bool:
        """Return whether the clerk must agree first; here everything is applied at once."""
        return False

    def agree(self, request: InboxRequest) -> None:
        """Carry out a request that waited."""
        self.store.inbox.answered(request.id)
        self.carry_out(request.kind, self.store.inbox.get(request.target), request.package)

    def disagree(self, request: InboxRequest, reason: str) -> None:
        """Refuse a request that waited: 16 with the reason."""
        self.store.inbox.answered(request.id)
        self.statuses.say(self.store.inbox.get(request.target), StatusCode.DISAGREED, reason)

    def carry_out(self, kind: str, target: InboxDocument, package: str) -> None:
        """Do what was asked for and answer 15, or 16 where the document's state forbids it."""
        objection = self.objection(kind, target)
        if objection:
            self.statuses.say(target, StatusCode.DISAGREED, objection)
            return
        if kind == "update":
            self.update(target, package)
        else:
            self.cancel(target)
        self.store.inbox.set_flags(target.id, dict.fromkeys((*target.flags, _FLAGS[kind])))
        self.statuses.say(target, StatusCode.AGREED, "")

    def objection(self, kind: str, target: InboxDocument) -> str:
        """Return why a document's state forbids an operation; empty when it does not."""
        if target.state is InboxState.FINISHED:
            return words("operation.finished", document_id=target.document_id)
        if kind == "update" and target.state in {InboxState.REFUSED, InboxState.REJECTED}:
            return words("operation.refused-before", document_id=target.document_id)
        return ""

    def cancel(self, target: InboxDocument) -> None:
        """Cancel a document."""
        self.store.inbox.set_state(target.id, InboxState.CANCELLED)

    def update(self, target: InboxDocument, package: str) -> None:
        """Take over what an update says about a document."""
        content = read_package(self.store.content(package), self.acceptance.limits())
        if isinstance(content, DocumentPackage) and self.changes_information(content):
            self.store.inbox.set_information(target.id, content.subject, content.content)

    def changes_information(self, package: DocumentPackage) -> bool:
        """Return whether an update changes the document's information: marked 1, or nothing marked and no receivers."""
        changes = package.bussiness.document_info if package.bussiness else None
        if changes is None or changes.document_info.strip() == "1":
            return True
        marked = changes.document_receiver.strip() not in {"", _UNCHANGED}
        return not marked and not changes.receivers

    def _own_marks(self, package: DocumentPackage, mark: str) -> Sequence[str]:
        changes = package.bussiness.document_info if package.bussiness else None
        receivers = changes.receivers if changes else ()
        own = self.agency_directory.is_own
        return [one.organ_id for one in receivers if one.receiver_type.strip() == mark and own(one.organ_id)]
