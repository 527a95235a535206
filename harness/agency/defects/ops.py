"""Defects in recall, take-back, update and replacement."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from harness.agency import driver_arguments as arguments
from harness.agency.composer import Composer, DocumentDraft, OperationTarget
from harness.agency.driver_api import DriverApi
from harness.agency.gallery import defect
from harness.agency.incoming_operations import IncomingOperations
from harness.agency.sending_service import SendingService, SendOrder
from harness.agency.store.inbox import InboxDocument, NewDocument
from harness.agency.texts import NotDone, refused, words
from harness.catalogue.codes import BusinessOperation, StatusCode
from harness.edxml.model import Bussiness, DocumentPackage, Organization, StatusPackage


@defect("recalls-as-a-new-document", breaks="OPS-01")
class RecallsAsANewDocument(Composer):
    """Sends a recall with the operation of a new document."""

    def bussiness(self, draft: DocumentDraft) -> Bussiness:
        made = super().bussiness(draft)
        return replace(made, doc_type=BusinessOperation.NEW) if draft.operation == BusinessOperation.RECALL else made


@defect("refuses-to-recall", breaks="OPS-01")
class RefusesToRecall(SendingService):
    """Will not recall a document that went to more than one receiver."""

    def check_target(self, order: SendOrder) -> None:
        super().check_target(order)
        if order.operation == "recall" and len(order.to) > 1:
            raise refused("send.target-recalled", document_id=order.target)


@defect("shows-a-recall-and-leaves-it", breaks="OPS-02")
class ShowsARecallAndLeavesIt(IncomingOperations):
    """Flags a recalled document, but neither cancels it nor answers."""

    def carry_out(self, kind: str, target: InboxDocument, package: str) -> None:
        if kind == "recall":
            self.store.inbox.set_flags(target.id, (*target.flags, "recalled"))
            return
        super().carry_out(kind, target, package)


@defect("refuses-yet-cancels", breaks="OPS-02")
class RefusesYetCancels(IncomingOperations):
    """Answers a recall with 16 and a reason, but cancels the document."""

    def carry_out(self, kind: str, target: InboxDocument, package: str) -> None:
        if kind != "recall":
            super().carry_out(kind, target, package)
            return
        self.cancel(target)
        self.statuses.say(target, StatusCode.DISAGREED, words("operation.finished", document_id=target.document_id))


@defect("does-not-turn-the-roles", breaks="OPS-03")
class DoesNotTurnTheRoles(Composer):
    """Names itself in ResponseFor of a take-back, as in every other status."""

    def take_back(
        self, target: OperationTarget, receiver: str, reason: str, sender: Organization, now: datetime
    ) -> StatusPackage:
        made = super().take_back(target, receiver, reason, sender, now)
        return replace(made, response_for=replace(made.response_for, organ_id=sender.organ_id))


@defect("takes-a-take-back-for-a-status", breaks="OPS-03")
class TakesATakeBackForAStatus(IncomingOperations):
    """Stores an incoming 13 like any other status."""

    def taken_back(self, status: StatusPackage) -> None:
        return


@defect("knows-no-take-back", breaks="OPS-03", lacks=("take_back",))
class KnowsNoTakeBack(IncomingOperations):
    """Ignores an incoming 13, and the clerk cannot agree to it either."""

    def taken_back(self, status: StatusPackage) -> None:
        return


@defect("knows-no-take-back", breaks="OPS-03", lacks=("take_back",))
class CannotAgree(DriverApi):
    """Supports the command `decide` for handling only."""

    async def decide(self, given: arguments.Decide) -> dict[str, Any]:
        if given.action in {"agree", "disagree"}:
            raise NotDone("unsupported", "driver.unknown-command", command=f"decide {given.action}")
        return await super().decide(given)


@defect("agrees-to-updates-only", breaks="OPS-04")
class AgreesToUpdatesOnly(IncomingOperations):
    """Answers 15 to an update and leaves the document as it was."""

    def update(self, target: InboxDocument, package: str) -> None:
        return


@defect("keeps-the-replaced-document", breaks="OPS-05")
class KeepsTheReplacedDocument(IncomingOperations):
    """Takes a replacing document for a new one and leaves the replaced one as it was."""

    def carry_out(self, kind: str, target: InboxDocument, package: str) -> None:
        if kind != "replace":
            super().carry_out(kind, target, package)


@defect("recalls-the-latest-instead", breaks="OPS-06")
class RecallsTheLatestInstead(IncomingOperations):
    """Applies an operation on a document that it does not have to the last one of the same year."""

    def target(self, document_id: str) -> InboxDocument | None:
        found = super().target(document_id)
        if found is not None or "," not in document_id:
            return found
        sender, year = document_id.partition(",")[0], document_id.partition(",")[2][:4]
        same = [
            one
            for one in self.store.inbox.all()
            if one.sender == sender and one.operation == BusinessOperation.NEW.number
        ]
        return next((one for one in reversed(same) if one.promulgation_date[:4] == year), None)


@defect("obeys-anybody", breaks="OPS-07")
class ObeysAnybody(IncomingOperations):
    """Does not check who asks for a recall."""

    def is_original_sender(self, organ_id: str, target: InboxDocument) -> bool:
        return True


class _ObeysAnybody(IncomingOperations):
    """Does not check who asks for an operation of one kind."""

    obeyed = BusinessOperation.NEW

    def refusal(self, package: DocumentPackage, document: NewDocument) -> str:
        known = all(self.target(document_id) is not None for document_id in self.targets(package))
        return "" if known and self.operation(package) == self.obeyed else super().refusal(package, document)


@defect("updates-for-anybody", breaks="OPS-07")
class UpdatesForAnybody(_ObeysAnybody):
    """Applies an update from any sender."""

    obeyed = BusinessOperation.UPDATE


@defect("replaces-for-anybody", breaks="OPS-07")
class ReplacesForAnybody(_ObeysAnybody):
    """Cancels a document that is replaced, even by another agency than its sender."""

    obeyed = BusinessOperation.REPLACEMENT
