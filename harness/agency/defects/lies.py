"""Systems that answer what is asked of them and do something else: only the whole record gives them away."""

import asyncio
import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2

from harness.agency.composer import ComposedFile, Composer, DocumentDraft
from harness.agency.gallery import defect
from harness.agency.handling import Handling
from harness.agency.poller import Poller
from harness.agency.receiver import DocumentReceiver, Listed, NotYet
from harness.agency.retries import NoRetry, RetryLater, RetryPolicy
from harness.agency.sender import Sender
from harness.agency.sending_service import SendingService, SendOrder
from harness.agency.store.inbox import InboxDocument, InboxState, NewDocument
from harness.agency.store.queue import QueuedPackage
from harness.agency.texts import NotDone
from harness.edxml.identifiers import document_id
from harness.edxml.model import Attachment, DocumentPackage, DocumentType, Organization, ResponseFor
from harness.vxp.client import MessageType, VxpClient
from harness.vxp.entries import ReceivedItem
from harness.vxp.failures import VxpFailure

if TYPE_CHECKING:
    from harness.agency.system import AgencySystem

_LOG = logging.getLogger("lienthong.agency")
_A_WHILE = 3.0  # seconds: longer than anybody looks after a single document
_NAMED = re.compile(rb"<(?:\w+:)?DocumentId>\s*([^<]+?)\s*<")
_FEW = 3.0
_SHORT = 20
_INVENTED = "99"


class _LaterChange(DocumentReceiver, ABC):
    """Does something to a document a while after it came in, and came again if it did: nobody looks after it then."""

    def __init__(self, agency: "AgencySystem") -> None:
        super().__init__(agency)
        self._came: dict[str, float] = {}

    async def receive(self, listed: Listed, data: bytes) -> NotYet | None:
        named = _NAMED.search(data)
        if named is not None:
            self._came[named[1].decode("utf-8", "replace")] = asyncio.get_running_loop().time()
        return await super().receive(listed, data)

    def arrived(self, document: InboxDocument) -> None:
        super().arrived(document)
        self.agency.spawn(self._later(document.id, document.document_id or ""))

    async def _later(self, row: int, document_id: str) -> None:
        left = _A_WHILE
        while left > 0:
            await asyncio.sleep(left)
            left = self._came.get(document_id, 0.0) + _A_WHILE - asyncio.get_running_loop().time()
        with self.store.transaction():
            self.change(self.store.inbox.get(row))

    @abstractmethod
    def change(self, document: InboxDocument) -> None:
        """Do it."""


@defect("forgets-after-a-while", breaks="RCV-11")
class ForgetsAfterAWhile(_LaterChange):
    """Keeps a document as long as somebody may be looking, and deletes it then, if nobody has touched it."""

    def change(self, document: InboxDocument) -> None:
        if document.state is InboxState.ARRIVED:
            self.store.inbox.replace(document.id, replace(_plain(document), document_id=f"x{document.id}"))


@defect("loses-files-after-a-while", breaks="RCV-11")
class LosesFilesAfterAWhile(_LaterChange):
    """Drops the attachments of what it has kept for a while."""

    def change(self, document: InboxDocument) -> None:
        self.store.inbox.replace(document.id, replace(_plain(document), attachments=()))


@defect("cuts-subjects-after-a-while", breaks="RCV-11")
class CutsSubjectsAfterAWhile(_LaterChange):
    """Cuts the subject of what it has kept for a while to twenty letters."""

    def change(self, document: InboxDocument) -> None:
        self.store.inbox.replace(document.id, replace(_plain(document), subject=document.subject[:_SHORT]))


def _plain(document: InboxDocument) -> NewDocument:
    names = NewDocument.__dataclass_fields__
    return NewDocument(**{name: getattr(document, name) for name in names})


@defect("second-thoughts", breaks="RCV-10")
class SecondThoughts(_LaterChange):
    """Says 01, and a while later 02, about documents that no clerk has looked at."""

    def change(self, document: InboxDocument) -> None:
        if document.state is InboxState.ARRIVED:
            self.agency.handling.say(document, "02", "Quá hạn xử lý")


@defect("refused-in-the-end", breaks="RCV-10")
class RefusedInTheEnd(_LaterChange):
    """Shows documents that no clerk has looked at as refused after a while, and tells nobody."""

    def change(self, document: InboxDocument) -> None:
        if document.state is InboxState.ARRIVED:
            self.store.inbox.set_state(document.id, InboxState.REFUSED, "")


@defect("copies-for-a-province", breaks="SND-10")
class CopiesForAProvince(Sender):
    """Has the hub deliver every document to a province as well, without naming it in the package."""

    async def call(self, client: VxpClient, outgoing: QueuedPackage, package: bytes) -> str:
        examined = self.agency.acceptance.examined(package, self.agency.now()).package
        if outgoing.messagetype != "edoc" or not isinstance(examined, DocumentPackage):
            return await super().call(client, outgoing, package)
        receivers = [one.organ_id for one in examined.to]
        return await client.send_edoc(package, "edoc", to=[*receivers, "H37"])


@defect("adds-an-advertisement", breaks="SND-10")
class AddsAnAdvertisement(Composer):
    """Attaches a file of the vendor's to every document."""

    def attachments(self, files: Sequence[ComposedFile]) -> tuple[Attachment, ...]:
        return super().attachments((*files, ComposedFile("gioi-thieu.txt", "Phần mềm của chúng tôi".encode())))


@defect("calls-everything-a-notice", breaks="SND-10")
class CallsEverythingANotice(Composer):
    """Sends every document as a notice, whatever the clerk has called it."""

    def document_type(self, draft: DocumentDraft) -> DocumentType:
        return super().document_type(replace(draft, type_name="Thông báo"))


@defect("names-receivers-itself", breaks="SND-10")
class NamesReceiversItself(Composer):
    """Writes the receivers' names as it likes."""

    def receivers(self, draft: DocumentDraft) -> tuple[Organization, ...]:
        return tuple(replace(one, organ_name=one.organ_name.upper()) for one in super().receivers(draft))


@defect("passes-on-what-it-receives", breaks="SND-10")
class PassesOnWhatItReceives(DocumentReceiver):
    """Sends what it has received on to another agency, under a number of its own."""

    def arrived(self, document: InboxDocument) -> None:
        super().arrived(document)
        self.agency.spawn(self._pass_on(document))

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
            await self.agency.sending_service.send(order)
        except NotDone as refusal:
            self.log.info("%s", refusal)


@defect("reports-about-nothing", breaks="SND-10")
class ReportsAboutNothing(Handling):
    """Reports a document that never existed as arrived, beside each that did."""

    def say(self, document: InboxDocument, code: str, reason: str, organ_ids: Iterable[str] = ()) -> None:
        super().say(document, code, reason, organ_ids)
        if code == "01" and not document.code.startswith(_INVENTED):
            date, invented = document.promulgation_date, f"{_INVENTED}{document.code}"
            number, _, notation = invented.partition("/")
            name = document_id(document.sender, date, number, notation)
            self.answer(ResponseFor(document.sender, invented, date, name), "01", "")


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
            self.agency.spawn(self._send_later(disguised))
            raise

    async def _send_later(self, order: SendOrder) -> None:
        await asyncio.sleep(_A_WHILE)
        await self.send(order)


@defect("asks-again-every-few-seconds", breaks="RTY-07")
class AsksAgainEveryFewSeconds(RetryPolicy):
    """Sends what was refused for good again every three seconds, for ever."""

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
            client = self.agency.connection.client(0, _Visitor)
            if isinstance(client, _Visitor):
                await client.visit(self.address())
        return items

    def address(self) -> str:
        """Return what is visited beside every poll."""
        hub = urlsplit(self.settings.endpoint)
        return f"{hub.scheme}://{hub.netloc}{self.path}"


@defect("looks-for-a-picture", breaks="VXP-01")
class LooksForAPicture(_Visiting):
    """Asks the hub for a picture beside every poll, as a browser does."""

    path = "/favicon.ico"


@defect("secret-in-a-visit", breaks="VXP-10")
class SecretInAVisit(_Visiting):
    """Opens the description of the hub with its secret in the address."""

    def address(self) -> str:
        hub = urlsplit(self.settings.endpoint)
        return f"{hub.scheme}://{hub.netloc}/openapi.json?key={self.settings.secret}"
