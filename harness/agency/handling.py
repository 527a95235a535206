"""The clerk who handles received documents, and every status that the agency says about them."""

from collections.abc import Iterable
from dataclasses import dataclass

from harness.agency.component import Component
from harness.agency.store.inbox import InboxDocument, InboxState
from harness.agency.texts import failed, refused
from harness.edxml.model import ResponseFor


@dataclass(frozen=True, slots=True)
class HandlingStep:
    """A step of handling: the states it starts from, the one it leads to, the status it says."""

    before: frozenset[InboxState]
    after: InboxState
    status: str


_IN_WORK = frozenset({InboxState.REGISTERED, InboxState.ASSIGNED, InboxState.PROCESSING})

STEPS = {
    "accept": HandlingStep(frozenset({InboxState.ARRIVED}), InboxState.REGISTERED, "03"),
    "refuse": HandlingStep(frozenset({InboxState.ARRIVED}), InboxState.REFUSED, "02"),
    "assign": HandlingStep(frozenset({InboxState.REGISTERED}), InboxState.ASSIGNED, "04"),
    "process": HandlingStep(_IN_WORK, InboxState.PROCESSING, "05"),
    "finish": HandlingStep(_IN_WORK, InboxState.FINISHED, "06"),
}
_REASON_DUE = frozenset({"refuse", "disagree"})


class Handling(Component):
    """Decides about received documents."""

    def decide(self, document_id: str, action: str, reason: str) -> None:
        """Take a step with a document.

        Raises:
            NotDone: no such document or step, a reason is missing, or the document's state does not allow it.
        """
        document = self.store.inbox.find(document_id)
        if document is None:
            raise failed("decide.unknown-document", document_id=document_id)
        if action in _REASON_DUE and not reason.strip():
            raise failed("decide.reason-missing", action=action)
        with self.store.transaction():
            if action in {"agree", "disagree"}:
                self.answer_request(document_id, action, reason)
            elif action in STEPS:
                self.step(document, action, reason)
            else:
                raise failed("decide.unknown-action", action=action, known=", ".join((*STEPS, "agree", "disagree")))

    def step(self, document: InboxDocument, action: str, reason: str) -> None:
        """Take a step of handling and say its status."""
        step = self.step_of(action)
        if not self.is_allowed(step, document):
            raise refused("decide.wrong-state", document_id=document.document_id, action=action, state=document.state)
        self.store.inbox.set_state(document.id, step.after, reason)
        for status in self.statuses(step, document):
            self.say(document, status, reason)

    def step_of(self, action: str) -> HandlingStep:
        """Return what an action does."""
        return STEPS[action]

    def is_allowed(self, step: HandlingStep, document: InboxDocument) -> bool:
        """Say whether the document's state allows a step."""
        return document.state in step.before

    def statuses(self, step: HandlingStep, document: InboxDocument) -> tuple[str, ...]:
        """Return the statuses that a step says."""
        return (step.status,)

    def answer_request(self, document_id: str, action: str, reason: str) -> None:
        """Agree or disagree to a recall, take-back, update or replacement that waits."""
        request = self.store.inbox.asked(document_id)
        if request is None:
            raise refused("decide.nothing-waits", document_id=document_id)
        if action == "agree":
            self.agency.operations.agree(request)
        else:
            self.agency.operations.disagree(request, reason)

    def say(self, document: InboxDocument, code: str, reason: str, organ_ids: Iterable[str] = ()) -> None:
        """Queue a status about a received document, in the name of each own agency that got it.

        Args:
            document: what it is about.
            code: the status.
            reason: its reason, empty where none is due.
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
        sender = self.agency.agency_directory.organization(organ_id)
        package = self.agency.composer.status(document, code, reason, sender, self.agency.now())
        self.agency.sender.queue(
            messagetype="status",
            stream=f"in {document.document_id}",
            document_id=document.document_id or "",
            organ_id=organ_id,
            package=self.agency.composer.outgoing(package, self.agency.composer.written(package)),
        )
