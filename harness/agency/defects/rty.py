"""Defects in the behaviour when the hub or the network is in trouble."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

import httpx2

from harness.agency.acceptance import Examined
from harness.agency.fetcher import Fetcher
from harness.agency.gallery import defect
from harness.agency.hub_connection import HubConnection
from harness.agency.listed import Listed
from harness.agency.poller import Poller
from harness.agency.receiver import DocumentReceiver
from harness.agency.retries import RetryPolicy, failure_words
from harness.agency.sender import Sender
from harness.agency.statuses import BusinessStatuses
from harness.agency.store.inbox import InboxDocument
from harness.agency.store.items import ListedItem
from harness.agency.store.queue import QueuedPackage
from harness.catalogue.codes import StatusCode
from harness.edxml.identifiers import parse_document_id
from harness.vxp.client import MessageType, VxpClient
from harness.vxp.entries import ReceivedItem
from harness.vxp.exchange import ExchangeLimits
from harness.vxp.failures import AnswerFailed, HttpFailed, Refused, TransportFailed, VxpFailure
from harness.vxp.operations import HubOperation

T = TypeVar("T")
_DAY = 86_400.0
_SERVER_TROUBLE = 500
_FINAL_TRIES = 6
_NO_PAUSE = 0.1
_TWENTY = 20
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class _GivesUp(Sender):
    """Treats some failures of sending as final."""

    def is_last(self, outgoing: QueuedPackage, failure: VxpFailure) -> bool:
        """Return whether a failure ends all tries."""
        raise NotImplementedError

    def after(self, outgoing: QueuedPackage, failure: VxpFailure) -> float | None:
        if self.is_last(outgoing, failure):
            self.store.queue.failed(outgoing.id, failure_words(failure))
            return None
        return super().after(outgoing, failure)


@defect("gives-up-when-the-hub-is-down", breaks="RTY-01")
class GivesUpWhenTheHubIsDown(_GivesUp):
    """Shows a document as failed when the hub cannot be reached, and never sends it."""

    def is_last(self, outgoing: QueuedPackage, failure: VxpFailure) -> bool:
        return isinstance(failure, TransportFailed) and failure.code == "refused"


@defect("second-document-on-resend", breaks="RTY-02")
class SecondDocumentOnResend(Sender):
    """Sends a document whose answer was lost again as another one: zeros more in the number and the DocumentId."""

    _lost: frozenset[int] = frozenset()

    def after(self, outgoing: QueuedPackage, failure: VxpFailure) -> float | None:
        if isinstance(failure, TransportFailed) and failure.code in {"lost", "cut"}:
            self._lost |= {outgoing.id}
        return super().after(outgoing, failure)

    def package_of(self, outgoing: QueuedPackage) -> str:
        parts = parse_document_id(outgoing.document_id)
        if outgoing.id not in self._lost or outgoing.messagetype == "status" or parts is None:
            return super().package_of(outgoing)
        package, number = self.store.content(outgoing.package), parts.number.encode()
        other = number + b"000"
        return self.store.keep(
            package.replace(b",%s/" % number, b",%s/" % other).replace(b">%s<" % number, b">%s<" % other)
        )


@defect("gives-up-after-two-resets", breaks="RTY-02")
class GivesUpAfterTwoResets(_GivesUp):
    """Gives a document up when the connection was lost twice, as the operator's own client does."""

    def is_last(self, outgoing: QueuedPackage, failure: VxpFailure) -> bool:
        lost = isinstance(failure, TransportFailed) and failure.code in {"lost", "cut"}
        return lost and outgoing.tries > 0


@defect("never-retries-5xx", breaks="RTY-03")
class NeverRetries5xx(_GivesUp):
    """Treats every HTTP status from 500 on as final."""

    def is_last(self, outgoing: QueuedPackage, failure: VxpFailure) -> bool:
        return isinstance(failure, HttpFailed) and (failure.http_status or 0) >= _SERVER_TROUBLE


@defect("waits-for-ever", breaks="RTY-04")
class WaitsForEver(Sender):
    """Sets no timeout when it sends."""

    async def call(self, client: VxpClient, outgoing: QueuedPackage, package: bytes) -> str:
        line = self.connection
        async with line.http_client(_DAY, line.verify()) as http:
            patient = VxpClient(
                client.endpoint,
                client.system_id,
                client.secret,
                http=http,
                limits=ExchangeLimits(connect=_DAY, whole=_DAY),
            )
            return await super().call(patient, outgoing, package)


@defect("pauses-never-grow", breaks="RTY-05")
class PausesNeverGrow(RetryPolicy):
    """Waits no longer before the hundredth try than before the second."""

    def pause(self, tries: int) -> float:
        return self.settings.timing.first_pause


@defect("retries-final-codes", breaks="RTY-07")
class RetriesFinalCodes(RetryPolicy):
    """Tries six times, in quick succession, what the hub has refused for good."""

    def is_final(self, failure: Refused, tries: int) -> bool:
        return super().is_final(failure, tries) and tries >= _FINAL_TRIES

    def wait(self, failure: VxpFailure, tries: int) -> float:
        for_good = isinstance(failure, Refused) and super().is_final(failure, tries)
        return _NO_PAUSE if for_good else super().wait(failure, tries)


@defect("gives-up-on-transient-codes", breaks="RTY-08")
class GivesUpOnTransientCodes(RetryPolicy):
    """Treats every error code as final."""

    def is_final(self, failure: Refused, tries: int) -> bool:
        return failure.http_status == httpx2.codes.OK or super().is_final(failure, tries)


@defect("html-means-nothing-waits", breaks="RTY-09")
class HtmlMeansNothingWaits(Poller):
    """Treats a list that it cannot read as an empty one, and does not ask again for a day."""

    def after(self, failure: VxpFailure, failures: int) -> float:
        return _DAY if isinstance(failure, AnswerFailed) else super().after(failure, failures)


@defect("acks-a-cut-body", breaks="RTY-10")
class AcksACutBody(Fetcher):
    """Reports `fail` when a document was cut on the way, so that the hub takes it off the list."""

    async def fetch(self, listed: Listed) -> bytes:
        try:
            return await super().fetch(listed)
        except (AnswerFailed, TransportFailed) as failure:
            if isinstance(failure, AnswerFailed) or failure.code == "cut":
                await self.report(listed.receiver_doc_id, "fail", "khong doc duoc")
            raise


@defect("believes-what-comes-first", breaks="RTY-10")
class BelievesWhatComesFirst(DocumentReceiver):
    """Never fetches anything again that could be decoded: a package that was cut is refused at once."""

    def suspicion(self, listed: Listed, examined: Examined) -> tuple[str, int | None]:
        return super().suspicion(listed, examined) if examined.acceptable else ("", 1)


@defect("acks-what-has-no-data", breaks="RTY-10")
class AcksWhatHasNoData(Fetcher):
    """Treats an answer without data as an empty document: acknowledges it and stores nothing."""

    async def fetch(self, listed: Listed) -> bytes:
        try:
            return await super().fetch(listed)
        except AnswerFailed:
            await self.report(listed.receiver_doc_id, "done", "")
            raise


@defect("acks-once", breaks="RTY-11")
class AcksOnce(Fetcher):
    """Reports an item once, whether an answer comes or not."""

    async def acknowledge(self, item: ListedItem) -> None:
        try:
            await super().acknowledge(item)
        except VxpFailure as failure:
            self.log.info("%s", failure)


@defect("stops-at-a-bad-item", breaks="RTY-12")
class StopsAtABadItem(Fetcher):
    """Works through the documents of each sender in order, and stops at one that met a gateway timeout."""

    _bad: frozenset[str] = frozenset()

    def notice(self, messagetype: MessageType, items: Sequence[ReceivedItem], asked_at: float) -> None:
        stopped: set[str] = set()
        left = []
        for item in items:
            stopped |= {item.from_} if item.doc_id in self._bad else set()
            left += [] if item.from_ in stopped else [item]
        super().notice(messagetype, left, asked_at)

    async def fetch(self, listed: Listed) -> bytes:
        try:
            return await super().fetch(listed)
        except VxpFailure as failure:
            if failure.http_status == httpx2.codes.GATEWAY_TIMEOUT:
                self._bad |= {listed.receiver_doc_id}
            raise

    def after(self, failure: VxpFailure, tries: int) -> float:
        return _DAY if failure.http_status == httpx2.codes.GATEWAY_TIMEOUT else super().after(failure, tries)


@defect("hammers-on-401", breaks="RTY-13")
class HammersOn401(HubConnection):
    """Repeats a call that was answered 401 twenty times at once, and does not slow down."""

    def is_trouble(self, failure: VxpFailure) -> bool:
        return failure.http_status != httpx2.codes.UNAUTHORIZED and super().is_trouble(failure)

    async def ask(self, call: Callable[[VxpClient], Awaitable[T]], *, size: int = 0) -> T:
        for _ in range(_TWENTY):
            try:
                return await super().ask(call, size=size)
            except HttpFailed as failure:
                if failure.http_status != httpx2.codes.UNAUTHORIZED:
                    raise
        return await super().ask(call, size=size)


class _Following(httpx2.AsyncBaseTransport):
    """Sends a request that is redirected once more to the place named, body and signature and all."""

    def __init__(self) -> None:
        self._below = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._below.handle_async_request(request)
        place = response.headers.get("location")
        if response.status_code not in _REDIRECTS or not place:
            return response
        await response.aclose()
        url = request.url.join(place)
        headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"host"]
        again = httpx2.Request(request.method, url, headers=[(b"Host", url.netloc), *headers], content=request.content)
        return await self._below.handle_async_request(again)

    async def aclose(self) -> None:
        await self._below.aclose()


@defect("follows-redirects", breaks="RTY-14")
class FollowsRedirects(HubConnection):
    """Posts a redirected call, with its document and its signature, to any host that is named."""

    def http_client(self, silence: float, verify: ssl.SSLContext | None) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=_Following(), timeout=silence, trust_env=False)


@defect("loses-what-comes-slowly", breaks="RTY-15")
class LosesWhatComesSlowly(Fetcher):
    """Throws a document away that took longer than its timeout, and does not fetch it again for a day."""

    _slow: frozenset[str] = frozenset()

    async def fetch(self, listed: Listed) -> bytes:
        clock = asyncio.get_running_loop().time
        began = clock()
        data = await super().fetch(listed)
        if clock() - began > self.settings.timing.give_up:
            self._slow |= {listed.receiver_doc_id}
            raise TransportFailed(HubOperation.GET_EDOC, "timeout", "slow")
        return data

    def after(self, failure: VxpFailure, tries: int) -> float:
        return _DAY if isinstance(failure, TransportFailed) and self._slow else super().after(failure, tries)


@defect("fails-what-comes-slowly", breaks="RTY-15")
class FailsWhatComesSlowly(Fetcher):
    """Reports a document as unusable that took longer than its timeout."""

    async def fetch(self, listed: Listed) -> bytes:
        clock = asyncio.get_running_loop().time
        began = clock()
        data = await super().fetch(listed)
        if clock() - began > self.settings.timing.give_up:
            await self.report(listed.receiver_doc_id, "fail", "qua cham")
            raise TransportFailed(HubOperation.GET_EDOC, "timeout", "slow")
        return data


@defect("writes-behind", breaks="RTY-16")
class WritesBehind(Fetcher):
    """Keeps a document in memory until its acknowledgement is answered, and loses it if it is stopped earlier."""

    def start(self) -> None:
        for item in self.store.items.unacked():
            self.store.inbox._connection.execute("DELETE FROM document_in WHERE document_id = ?", (item.document_id,))
            self.store.items.set_acked(item.receiver_doc_id)


@defect("writes-behind", breaks="RTY-16")
class SaysArrivalOnce(BusinessStatuses):
    """Does not send 01 again for a document that it has lost and received again."""

    def say(self, document: InboxDocument, code: str, reason: str, organ_ids: Iterable[str] = ()) -> None:
        if code != StatusCode.ARRIVED or not self.store.queue.said(document.document_id or "", self.settings.organ_id):
            super().say(document, code, reason, organ_ids)


@defect("leaves-the-unfinished-alone", breaks="RTY-16")
class LeavesTheUnfinishedAlone(Fetcher):
    """Treats everything that it had stored before it was stopped as reported."""

    _before: frozenset[str] = frozenset()

    def start(self) -> None:
        self._before = frozenset(item.receiver_doc_id for item in self.store.items.unacked())

    def notice(self, messagetype: MessageType, items: Sequence[ReceivedItem], asked_at: float) -> None:
        super().notice(messagetype, [item for item in items if item.doc_id not in self._before], asked_at)
