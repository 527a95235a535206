"""Correct agencies that handle and answer in other ways than the reference agency."""

from collections.abc import Iterable
from dataclasses import replace

from harness.agency.acceptance import Examined
from harness.agency.fetcher import Fetcher
from harness.agency.gallery import variant
from harness.agency.handling import Handling, HandlingStep
from harness.agency.incoming_operations import IncomingOperations
from harness.agency.listed import Listed
from harness.agency.receiver import DocumentReceiver
from harness.agency.statuses import BusinessStatuses
from harness.agency.store.inbox import InboxDocument, InboxState, NewDocument
from harness.agency.store.items import ListedItem
from harness.agency.texts import words
from harness.catalogue.codes import StatusCode
from harness.edxml.model import StatusPackage


@variant("skips-04-06", touches=("STS",), lacks=("handling",))
class Skips04And06(Handling):
    """Goes from 03 to 05 at once, and finishes without a status."""

    def statuses_of(self, step: HandlingStep, document: InboxDocument) -> tuple[str, ...]:
        return () if step.status in {StatusCode.ASSIGNED, StatusCode.FINISHED} else super().statuses_of(step, document)


@variant("assigns-by-itself", touches=("STS",))
class AssignsByItself(Handling):
    """Assigns a registered document by itself: 03 and 04 at once, and the clerk cannot assign it again."""

    def step_of(self, action: str) -> HandlingStep:
        step = super().step_of(action)
        return replace(step, after=InboxState.ASSIGNED) if action == "accept" else step

    def statuses_of(self, step: HandlingStep, document: InboxDocument) -> tuple[str, ...]:
        return (
            (StatusCode.REGISTERED, StatusCode.ASSIGNED)
            if step.status == StatusCode.REGISTERED
            else super().statuses_of(step, document)
        )


@variant("arrived-then-refused", touches=("RCV-06", "RCV-07", "RCV-08", "STS"))
class ArrivedThenRefused(BusinessStatuses):
    """Says 01 before an automatic 02 too."""

    def say(self, document: InboxDocument, code: str, reason: str, organ_ids: Iterable[str] = ()) -> None:
        if code == StatusCode.REFUSED and not self.store.queue.said(document.document_id or "", self.settings.organ_id):
            super().say(document, StatusCode.ARRIVED, "", organ_ids)
        super().say(document, code, reason, organ_ids)


@variant("refuses-with-fail-alone", touches=("RCV-06", "RCV-07", "RCV-08"))
class RefusesWithFailAlone(DocumentReceiver):
    """Answers a package that breaks the standard with `fail` alone, without a status."""

    def tell_rejected(self, document: InboxDocument, reason: str) -> None:
        return


@variant("refuses-with-02-alone", touches=("RCV-06", "RCV-07", "RCV-08"))
class RefusesWith02Alone(DocumentReceiver):
    """Answers a package that breaks the standard with 02 and `done`, since it did arrive."""

    def settle(self, listed: Listed, document: NewDocument, answer: str, description: str) -> None:
        unanswered = bool(document.sender and document.document_id) and self.known(document) is None
        super().settle(listed, document, "done" if unanswered else answer, description)


@variant("processing-first", touches=("RCV-03", "RCV-05", "RTY-11"))
class ProcessingFirst(Fetcher):
    """Reports `processing` before `done`."""

    async def acknowledge(self, item: ListedItem) -> None:
        await self.report(item.receiver_doc_id, "processing", "")
        await super().acknowledge(item)


@variant("asks-the-clerk", touches=("OPS",))
class AsksTheClerk(IncomingOperations):
    """Asks the clerk about every recall, take-back, update and replacement."""

    def waits_for_clerk(self, kind: str) -> bool:
        return True


@variant("gives-nothing-back", touches=("OPS",))
class GivesNothingBack(IncomingOperations):
    """Refuses every recall, take-back and replacement with 16 and a reason; updates are applied."""

    def objection(self, kind: str, target: InboxDocument) -> str:
        if kind == "update":
            return super().objection(kind, target)
        return words("operation.finished", document_id=target.document_id)


@variant("takes-foreign-data", touches=("RTY-10",))
class TakesForeignData(DocumentReceiver):
    """Accepts a complete package even if its sender differs from the one in the list."""

    def is_another(self, listed: Listed, examined: Examined) -> bool:
        return isinstance(examined.package, StatusPackage) != (listed.messagetype == "status")
