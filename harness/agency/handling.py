"""Steps of handling a received document: registered, refused, assigned, in process, finished."""

from dataclasses import dataclass

from harness.agency.component import Component
from harness.agency.core import Core
from harness.agency.incoming_operations import IncomingOperations
from harness.agency.statuses import BusinessStatuses
from harness.agency.store.inbox import InboxDocument, InboxState
from harness.agency.texts import failed, refused
from harness.catalogue.codes import StatusCode


@dataclass(frozen=True, slots=True)
class HandlingStep:
    """A step of handling: the states it starts from, the state it leads to, the status that reports it."""

    before: frozenset[InboxState]
    after: InboxState
    status: str


_IN_WORK = frozenset({InboxState.REGISTERED, InboxState.ASSIGNED, InboxState.PROCESSING})

STEPS = {
    "accept": HandlingStep(frozenset({InboxState.ARRIVED}), InboxState.REGISTERED, StatusCode.REGISTERED),
    "refuse": HandlingStep(frozenset({InboxState.ARRIVED}), InboxState.REFUSED, StatusCode.REFUSED),
    "assign": HandlingStep(frozenset({InboxState.REGISTERED}), InboxState.ASSIGNED, StatusCode.ASSIGNED),
    "process": HandlingStep(_IN_WORK, InboxState.PROCESSING, StatusCode.PROCESSING),
    "finish": HandlingStep(_IN_WORK, InboxState.FINISHED, StatusCode.FINISHED),
}
_REASON_DUE = frozenset({"refuse", "disagree"})


class Handling(Component):
    """Carries out the clerk's decisions about received documents."""

    def __init__(self, core: Core, statuses: BusinessStatuses, operations: IncomingOperations) -> None:
        super().__init__(core)
        self.statuses = statuses
        self.operations = operations

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
        """Take a step of handling and report its status."""
        step = self.step_of(action)
        if not self.is_allowed(step, document):
            raise refused("decide.wrong-state", document_id=document.document_id, action=action, state=document.state)
        self.store.inbox.set_state(document.id, step.after, reason)
        for status in self.statuses_of(step, document):
            self.statuses.say(document, status, reason)

    def step_of(self, action: str) -> HandlingStep:
        """Return what an action does."""
        return STEPS[action]

    def is_allowed(self, step: HandlingStep, document: InboxDocument) -> bool:
        """Return whether the document's state allows a step."""
        return document.state in step.before

    def statuses_of(self, step: HandlingStep, document: InboxDocument) -> tuple[str, ...]:
        """Return the statuses that report a step."""
        return (step.status,)

    def answer_request(self, document_id: str, action: str, reason: str) -> None:
        """Agree or disagree to a recall, take-back, update or replacement that waits."""
        request = self.store.inbox.asked(document_id)
        if request is None:
            raise refused("decide.nothing-waits", document_id=document_id)
        if action == "agree":
            self.operations.agree(request)
        else:
            self.operations.disagree(request, reason)
