"""Defects in business statuses."""

import contextlib
from collections.abc import Iterable
from dataclasses import replace

from harness.agency.agency_directory import AgencyDirectory
from harness.agency.composer import Composer
from harness.agency.core import Core
from harness.agency.fetcher import Fetcher
from harness.agency.gallery import defect
from harness.agency.handling import Handling, HandlingStep
from harness.agency.hub_connection import HubConnection
from harness.agency.listed import Listed
from harness.agency.receiver import DocumentReceiver
from harness.agency.retries import RetryPolicy
from harness.agency.sender import Sender
from harness.agency.status_receiver import StatusReceiver
from harness.agency.statuses import BusinessStatuses
from harness.agency.store.inbox import InboxDocument, InboxState
from harness.agency.store.outbox import OutDocument
from harness.agency.store.queue import QueuedPackage
from harness.catalogue.codes import StatusCode
from harness.edxml.model import ResponseFor, StatusPackage
from harness.vxp.failures import VxpFailure

# Ministries and provinces in the old form of identifiers.
_LEVEL_ONE = "000.00.00."
_COLUMN = 40


@defect("reports-arrival-with-the-first-step", breaks="STS-01")
class ReportsArrivalWithTheFirstStep(BusinessStatuses):
    """Says 01 to a ministry or a province only when the clerk takes the first step."""

    _held: frozenset[str] = frozenset()

    def say(self, document: InboxDocument, code: str, reason: str, organ_ids: Iterable[str] = ()) -> None:
        named = str(document.document_id)
        if code == StatusCode.ARRIVED and document.sender.startswith(_LEVEL_ONE):
            self._held |= {named}
            return
        if named in self._held:
            self._held -= {named}
            super().say(document, StatusCode.ARRIVED, "", organ_ids)
        super().say(document, code, reason, organ_ids)


@defect("answers-whom-the-directory-has", breaks="STS-01")
class ReadsTheDirectoryFirst(Fetcher):
    """Reads the hub's directory before it works on a document."""

    def __init__(
        self,
        core: Core,
        connection: HubConnection,
        retries: RetryPolicy,
        receiver: DocumentReceiver,
        agency_directory: AgencyDirectory,
    ) -> None:
        super().__init__(core, connection, retries, receiver)
        self.agency_directory = agency_directory

    async def _work(self, listed: Listed) -> None:
        with contextlib.suppress(VxpFailure):
            await self.agency_directory.read_directory()
        await super()._work(listed)


@defect("answers-whom-the-directory-has", breaks="STS-01")
class AnswersWhomTheDirectoryHas(BusinessStatuses):
    """Says nothing to an agency whose code the hub's directory does not have any more."""

    def queue(self, document: InboxDocument, code: str, reason: str, organ_id: str) -> None:
        if self.store.directory.name_of(document.sender):
            super().queue(document, code, reason, organ_id)


@defect("reports-registration-late", breaks="STS-02")
class ReportsRegistrationLate(Handling):
    """Says 03 only together with the next step."""

    def statuses_of(self, step: HandlingStep, document: InboxDocument) -> tuple[str, ...]:
        if step.status == StatusCode.REGISTERED:
            return ()
        return (StatusCode.REGISTERED, step.status) if document.state is InboxState.REGISTERED else (step.status,)


@defect("shortens-reasons", breaks="STS-02")
class ShortensReasons(BusinessStatuses):
    """Cuts reasons to the width of a column."""

    def say(self, document: InboxDocument, code: str, reason: str, organ_ids: Iterable[str] = ()) -> None:
        super().say(document, code, reason[:_COLUMN], organ_ids)


@defect("never-says-finished", breaks="STS-03")
class NeverSaysFinished(Handling):
    """Finishes documents without saying 06."""

    def statuses_of(self, step: HandlingStep, document: InboxDocument) -> tuple[str, ...]:
        return () if step.status == StatusCode.FINISHED else super().statuses_of(step, document)


@defect("says-registered-twice", breaks="STS-04")
class SaysRegisteredTwice(BusinessStatuses):
    """Says 03 for the clerk and once more for the register."""

    def queue(self, document: InboxDocument, code: str, reason: str, organ_id: str) -> None:
        super().queue(document, code, reason, organ_id)
        if code == StatusCode.REGISTERED:
            super().queue(document, code, "Đã vào sổ văn bản đến", organ_id)


@defect("sends-statuses-twice", breaks="STS-04")
class SendsStatusesTwice(Sender):
    """Sends every status once more, byte for byte, after the hub has taken it."""

    async def send(self, outgoing: QueuedPackage) -> float | None:
        pause = await super().send(outgoing)
        if outgoing.messagetype == "status" and self.store.queue.get(outgoing.id).state == "sent":
            await super().send(outgoing)
        return pause


@defect("takes-back-what-it-refuses", breaks="STS-04")
class TakesBackWhatItRefuses(BusinessStatuses):
    """Says 13 besides 02 about a document that the clerk refuses, as if the document were its own to take back."""

    def queue(self, document: InboxDocument, code: str, reason: str, organ_id: str) -> None:
        super().queue(document, code, reason, organ_id)
        if code == StatusCode.REFUSED:
            super().queue(document, StatusCode.TAKE_BACK, reason, organ_id)


@defect("names-the-number-only", breaks="STS-05")
class NamesTheNumberOnly(Composer):
    """Writes the code of the answered document with a hyphen for the slash."""

    def answered(self, document: InboxDocument) -> ResponseFor:
        return replace(super().answered(document), code=document.code.replace("/", "-"))


@defect("shows-the-first-status-only", breaks="STS-06")
class ShowsTheFirstStatusOnly(StatusReceiver):
    """Shows the first status of a receiver and none after it."""

    def show(self, document: OutDocument, organ_id: str, status: StatusPackage) -> None:
        said = {one.organ_id: one.status_code for one in document.receivers}
        if said.get(organ_id) is None:
            super().show(document, organ_id, status)


@defect("stumbles-over-unknown-codes", breaks="STS-07")
class StumblesOverUnknownCodes(StatusReceiver):
    """Fails on a status code that it does not know, before anything is stored or acknowledged."""

    def take(self, listed: Listed, status: StatusPackage) -> None:
        if status.status_code not in self.core.profile.parameters.code_lists.statuses:
            raise KeyError(status.status_code)
        super().take(listed, status)


@defect("books-strange-statuses-on-the-last-document", breaks="STS-07")
class BooksStrangeStatusesOnTheLastDocument(StatusReceiver):
    """Shows a status about a document that it never sent with the last one that it sent to that agency."""

    def document(self, status: StatusPackage) -> OutDocument | None:
        found = super().document(status)
        sent = (one for one in self.store.outbox.all() if self._went_to(one, status.from_.organ_id))
        return found or next(reversed(list(sent)), None)

    def _went_to(self, document: OutDocument, organ_id: str) -> bool:
        return any(self.agency_directory.same(one.organ_id, organ_id) for one in document.receivers)
