"""Systems that answer as expected but also do something wrong that only the whole record shows."""

import asyncio
import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import urlsplit

import httpx2

from harness.agency.acceptance import Acceptance
from harness.agency.agency_directory import AgencyDirectory
from harness.agency.composer import ComposedFile, Composer, DocumentDraft
from harness.agency.core import Core
from harness.agency.gallery import defect
from harness.agency.hub_connection import HubConnection
from harness.agency.incoming_operations import IncomingOperations
from harness.agency.listed import Listed
from harness.agency.poller import Poller
from harness.agency.receiver import DocumentReceiver, NotYet
from harness.agency.retries import NoRetry, RetryLater, RetryPolicy
from harness.agency.sender import Sender
from harness.agency.sending_service import SendingService, SendOrder
from harness.agency.status_receiver import StatusReceiver
from harness.agency.statuses import BusinessStatuses
from harness.agency.store.inbox import InboxDocument, InboxState, NewDocument
from harness.agency.store.queue import QueuedPackage
from harness.agency.texts import NotDone
from harness.catalogue.codes import StatusCode
from harness.edxml.identifiers import document_id
from harness.edxml.model import Attachment, DocumentPackage, DocumentType, Organization, ResponseFor
from harness.vxp.client import MessageType, VxpClient
from harness.vxp.entries import ReceivedItem
from harness.vxp.failures import VxpFailure

_LOG = logging.getLogger("lienthong.agency")
_A_WHILE = 3.0  # seconds: longer than a scenario watches a single document
_NAMED = re.compile(rb"<(?:\w+:)?DocumentId>\s*([^<]+?)\s*<")
_FEW = 3.0
_SHORT = 20
_INVENTED = "99"


class _LaterChange(DocumentReceiver, ABC):
    """Changes a document some time after it was last delivered, when no scenario watches it any more."""

    _came: Mapping[str, float] = MappingProxyType({})

    async def receive(self, listed: Listed, data: bytes) -> NotYet | None:
        named = _NAMED.search(data)
        if named is not None:
            document_id = named[1].decode("utf-8", "replace")
            self._came = {**self._came, document_id: asyncio.get_running_loop().time()}
        return await super().receive(listed, data)

    def arrived(self, document: InboxDocument) -> None:
        super().arrived(document)
        self.core.spawn(self._later(document.id, document.document_id or ""))

    async def _later(self, row: int, document_id: str) -> None:
        left = _A_WHILE
        while left > 0:
            await asyncio.sleep(left)
            left = self._came.get(document_id, 0.0) + _A_WHILE - asyncio.get_running_loop().time()
        with self.store.transaction():
            self.change(self.store.inbox.get(row))

    @abstractmethod
    def change(self, document: InboxDocument) -> None:
        """Change the document."""


@defect("forgets-after-a-while", breaks="RCV-11", also=("STS-04",))  # what came again is new to it, and answered anew
class ForgetsAfterAWhile(_LaterChange):
    """Keeps a document for a while, and deletes it then if the clerk has done nothing with it."""

    def change(self, document: InboxDocument) -> None:
        if document.state is InboxState.ARRIVED:
            self.store.inbox.replace(document.id, replace(_plain(document), document_id=f"x{document.id}"))


@defect("loses-files-after-a-while", breaks="RCV-11")
class LosesFilesAfterAWhile(_LaterChange):
    """Drops the attachments of a document after a while."""

    def change(self, document: InboxDocument) -> None:
        self.store.inbox.replace(document.id, replace(_plain(document), attachments=()))


@defect("cuts-subjects-after-a-while", breaks="RCV-11")
class CutsSubjectsAfterAWhile(_LaterChange):
    """Cuts the subject of a document to twenty letters after a while."""

    def change(self, document: InboxDocument) -> None:
        self.store.inbox.replace(document.id, replace(_plain(document), subject=document.subject[:_SHORT]))


def _plain(document: InboxDocument) -> NewDocument:
    names = NewDocument.__dataclass_fields__
    return NewDocument(**{name: getattr(document, name) for name in names})


@defect("second-thoughts", breaks="RCV-10")
class SecondThoughts(_LaterChange):
    """Says 01, and a while later 02, about documents that the clerk has not handled."""

    def change(self, document: InboxDocument) -> None:
        if document.state is InboxState.ARRIVED:
            self.statuses.say(document, StatusCode.REFUSED, "Quá hạn xử lý")


@defect("refused-in-the-end", breaks="RCV-10")
class RefusedInTheEnd(_LaterChange):
    """Shows documents that the clerk has not handled as refused after a while, without a status."""

    def change(self, document: InboxDocument) -> None:
        if document.state is InboxState.ARRIVED:
            self.store.inbox.set_state(document.id, InboxState.REFUSED, "")


@defect("copies-for-a-province", breaks="SND-10")
class CopiesForAProvince(Sender):
    """Has the hub deliver every document to a province as well, without naming it in the package."""

    def __init__(self, core: Core, connection: HubConnection, retries: RetryPolicy, acceptance: Acceptance) -> None:
        super().__init__(core, connection, retries)
        self.acceptance = acceptance

    async def call(self, client: VxpClient, outgoing: QueuedPackage, package: bytes) -> str:
        examined = self.acceptance.examined(package, self.core.now()).package
        if outgoing.messagetype != "edoc" or not isinstance(examined, DocumentPackage):
            return await super().call(client, outgoing, package)
        receivers = [one.organ_id for one in examined.to]
        return await client.send_edoc(package, "edoc", to=[*receivers, "H37"])


@defect("adds-an-advertisement", breaks="SND-10")
class AddsAnAdvertisement(Composer):
    """Attaches an advertisement of the vendor to every document."""

    def attachments(self, files: Sequence[ComposedFile]) -> tuple[Attachment, ...]:
        return super().attachments((*files, ComposedFile("gioi-thieu.txt", "Phần mềm của chúng tôi".encode())))


@defect("calls-everything-a-notice", breaks="SND-10")
class CallsEverythingANotice(Composer):
    """Sends every document as a notice, whatever type the clerk has given it."""

    def document_type(self, draft: DocumentDraft) -> DocumentType:
        return super().document_type(replace(draft, type_name="Thông báo"))


@defect("names-receivers-itself", breaks="SND-10")
class NamesReceiversItself(Composer):
    """Writes the receivers' names in capitals."""

    def receivers(self, draft: DocumentDraft) -> tuple[Organization, ...]:
        return tuple(replace(one, organ_name=one.organ_name.upper()) for one in super().receivers(draft))


@defect("passes-on-what-it-receives", breaks="SND-10")
class PassesOnWhatItReceives(DocumentReceiver):
    """Sends every received document back to its sender, under a number of its own."""

    def __init__(
        self,
        core: Core,
        acceptance: Acceptance,
        agency_directory: AgencyDirectory,
        operations: IncomingOperations,
        statuses: BusinessStatuses,
        status_receiver: StatusReceiver,
        sending_service: SendingService,
    ) -> None:
        super().__init__(core, acceptance, agency_directory, operations, statuses, status_receiver)
        self.sending_service = sending_service

    def arrived(self, document: InboxDocument) -> None:
        super().arrived(document)
        self.core.spawn(self._pass_on(document))

    async def _pass_on(self, document: InboxDocument) -> None:
        files = tuple(ComposedFile(one.name, self.store.content(one.sha256)) for one in document.attachments)
        order = SendOrder(
            to=(Organization(document.sender, document.sender_name),),
            code_number=f"9{document.id:05}",
            code_notation="SY",
            subject=document.subject,
            files=files,
        )
        try:
            await self.sending_service.send(order)
        except NotDone as refusal:
            self.log.info("%s", refusal)


@defect("reports-about-nothing", breaks="SND-10")
class ReportsAboutNothing(BusinessStatuses):
    """Reports a document that never existed as arrived, beside each that did."""

    def say(self, document: InboxDocument, code: str, reason: str, organ_ids: Iterable[str] = ()) -> None:
        super().say(document, code, reason, organ_ids)
        if code == StatusCode.ARRIVED and not document.code.startswith(_INVENTED):
            date, invented = document.promulgation_date, f"{_INVENTED}{document.code}"
            number, _, notation = invented.partition("/")
            name = document_id(document.sender, date, number, notation)
            self.answer(ResponseFor(document.sender, invented, date, name), StatusCode.ARRIVED, "")


@defect("secrets-under-another-name", breaks="SND-07")
class SecretsUnderAnotherName(SendingService):
    """Refuses a state secret, and sends its files a little later under another number and subject."""

    def check_classification(self, order: SendOrder) -> None:
        try:
            super().check_classification(order)
        except NotDone:
            disguised = replace(
                order, classification="", code_number=f"8{order.code_number}", subject="Tài liệu họp", content=""
            )
            self.core.spawn(self._send_later(disguised))
            raise

    async def _send_later(self, order: SendOrder) -> None:
        await asyncio.sleep(_A_WHILE)
        await self.send(order)


@defect("asks-again-every-few-seconds", breaks="RTY-07")
class AsksAgainEveryFewSeconds(RetryPolicy):
    """Sends what was refused for good again every three seconds, without end."""

    def reaction(self, failure: VxpFailure, tries: int) -> RetryLater | NoRetry:
        reaction = super().reaction(failure, tries)
        return RetryLater(_FEW, reaction.error) if isinstance(reaction, NoRetry) else reaction


class _Visitor(VxpClient):
    async def visit(self, url: str) -> None:
        try:
            await self._http.get(url)
        except httpx2.HTTPError as error:
            _LOG.info("%s: %s", url, error)


class _Visiting(Poller):
    path = "/"

    async def look(self, messagetype: MessageType) -> tuple[ReceivedItem, ...]:
        items = await super().look(messagetype)
        if messagetype == "status":
            client = self.connection.client(0, _Visitor)
            if isinstance(client, _Visitor):
                await client.visit(self.address())
        return items

    def address(self) -> str:
        """Return the address that is visited at every poll of statuses."""
        hub = urlsplit(self.settings.endpoint)
        return f"{hub.scheme}://{hub.netloc}{self.path}"


@defect("looks-for-a-picture", breaks="VXP-01")
class LooksForAPicture(_Visiting):
    """Asks the hub for a picture at every poll of statuses, as a browser does."""

    path = "/favicon.ico"


@defect("secret-in-a-visit", breaks="VXP-10")
class SecretInAVisit(_Visiting):
    """Opens the description of the hub with its secret in the address."""

    def address(self) -> str:
        hub = urlsplit(self.settings.endpoint)
        return f"{hub.scheme}://{hub.netloc}/openapi.json?key={self.settings.secret}"
