"""A client of the hub: one method per operation, answers parsed, every failure typed."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import httpx2

from harness.vxp.answers import (
    FAIL,
    Answer,
    AnswerBroken,
    listed,
    number_member,
    read_answer,
    text_member,
)
from harness.vxp.entries import (
    ListedAgency,
    ReceivedList,
    SentItem,
    listed_agencies,
    received_list,
    sent_items,
)
from harness.vxp.exchange import ExchangeLimits, HttpReply, exchange
from harness.vxp.failures import AnswerFailed, HttpFailed, Refused, Unsendable
from harness.vxp.hashing import hash_file, with_trailer
from harness.vxp.operations import OPERATIONS, REGISTRATION, HubOperation, Operation
from harness.vxp.signing import signed_headers
from harness.vxp.timestamps import timestamp

T = TypeVar("T")
MessageType = Literal["edoc", "status"]
TransportState = Literal["done", "fail", "processing"]
Pairs = Sequence[tuple[str, str]]

USER_AGENT = "lienthong-agency/1.0"
SERVICE = ("servicetype", "eDoc")
_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_DUMMY = b"{}"


def _vietnam_now() -> datetime:
    return datetime.now(_VIETNAM)


class VxpClient:
    """Speaks to one hub for one system. Redirects are never followed; every call is signed anew.

    Every method raises:
        Unsendable: a parameter cannot be written as a header line; nothing was sent.
        TransportFailed: no whole answer came; the hub may have acted or not.
        HttpFailed: an HTTP status of failure or redirection, without an answer of the hub's.
        AnswerFailed: an answer that is not the operation's.
        Refused: the hub refused.
    """

    def __init__(
        self,
        endpoint: str,
        system_id: str,
        secret: str,
        *,
        http: httpx2.AsyncClient,
        limits: ExchangeLimits | None = None,
        clock: Callable[[], datetime] = _vietnam_now,
    ) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.system_id = system_id
        self.secret = secret
        self.limits = limits or ExchangeLimits()
        self._http = http
        self._clock = clock

    async def send_edoc(
        self,
        package: bytes,
        messagetype: MessageType,
        *,
        to: Sequence[str] = (),
        sender: str | None = None,
    ) -> str:
        """Send a package and return the hub's id of it.

        Args:
            package: the edXML file.
            messagetype: `edoc` for a document package, `status` for a status package.
            to: OrganIds of the receivers; empty leaves them to the package.
            sender: the `from` parameter; None for the system's own id.
        """
        parameters = [SERVICE, ("messagetype", messagetype), ("hash-file", self.file_digest(package))]
        parameters.append(("from", self.system_id if sender is None else sender))
        if to:
            parameters.append(("to", json.dumps(list(to), ensure_ascii=False, separators=(",", ":"))))
        answer = await self._answered(HubOperation.SEND_EDOC, parameters, with_trailer(package))
        return self._read(HubOperation.SEND_EDOC, lambda: text_member(answer, "DocId"))

    async def get_received_edoc_list(self, messagetype: MessageType) -> ReceivedList:
        """Return what waits for the system's agencies."""
        parameters = [SERVICE, ("messagetype", messagetype)]
        return received_list(await self._rows(HubOperation.GET_RECEIVED_EDOC_LIST, parameters))

    async def get_sent_edoc_list(self, messagetype: MessageType, doc_id: str) -> tuple[SentItem, ...]:
        """Return the status of a sent package at each receiver; `doc_id` is what `send_edoc` returned."""
        parameters = [SERVICE, ("messagetype", messagetype), ("docId", doc_id)]
        return sent_items(await self._rows(HubOperation.GET_SENT_EDOC_LIST, parameters))

    async def get_edoc(self, doc_id: str) -> bytes:
        """Fetch a waiting package; `doc_id` comes from the received list."""
        answer = await self._answered(HubOperation.GET_EDOC, [("docId", doc_id)], _DUMMY)
        return self._read(HubOperation.GET_EDOC, lambda: _decoded(text_member(answer, "data")))

    async def download_edoc(self, doc_id: str) -> bytes:
        """Fetch a waiting package as raw bytes."""
        reply = await self._call(HubOperation.DOWNLOAD_EDOC, [("docId", doc_id)], None)
        if not reply.succeeded or reply.body.lstrip()[:1] == b"{":
            answer = self._accepted(HubOperation.DOWNLOAD_EDOC, reply)
            raise AnswerFailed(HubOperation.DOWNLOAD_EDOC, "wrong-type", answer.status, reply.status)
        return reply.body

    async def update_status(self, doc_id: str, status: TransportState, description: str = "") -> None:
        """Acknowledge a fetched item; `done` and `fail` take it off the list."""
        parameters = [("docId", doc_id), ("status", status)]
        if description:
            parameters.append(("description", description))
        await self._answered(HubOperation.UPDATE_STATUS, parameters, _DUMMY)

    async def register_agency(self, agency: Mapping[str, str]) -> None:
        """Create or change an agency; members left out are sent empty.

        Args:
            agency: any of `id` (empty for a new one), `pcode` (parent's OrganId), `code`, `name`, `mail`,
                `mobile`, `fax`.
        """
        content = {key: agency.get(key, "") for key in REGISTRATION}
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        await self._answered(HubOperation.REGISTER_AGENCY, [], body)

    async def delete_agency(self, organ_id: str) -> None:
        """Remove an agency of the system."""
        await self._answered(HubOperation.DELETE_AGENCY, [("AgencyCode", organ_id)], _DUMMY)

    async def get_agencies_list(self) -> tuple[ListedAgency, ...]:
        """Return the whole directory; the real one has over 110,000 entries."""
        return listed_agencies(await self._rows(HubOperation.GET_AGENCIES_LIST, []))

    async def get_agencies_list_qd20(self, level: str) -> tuple[ListedAgency, ...]:
        """Return the agencies of one level, with both identifiers."""
        return listed_agencies(await self._rows(HubOperation.GET_AGENCIES_LIST_QD20, [("level", level)]))

    async def get_synchronize_unit(self) -> tuple[ListedAgency, ...]:
        """Return the directory with the marks of removed agencies."""
        return listed_agencies(await self._rows(HubOperation.GET_SYNCHRONIZE_UNIT, []))

    async def count_receive_edoc(self) -> int:
        """Return how many document packages wait."""
        return await self._count(HubOperation.COUNT_RECEIVE_EDOC)

    async def count_receive_status(self) -> int:
        """Return how many status packages wait."""
        return await self._count(HubOperation.COUNT_RECEIVE_STATUS)

    def file_digest(self, package: bytes) -> str:
        """Return the `hash-file` parameter of a package."""
        return hash_file(package)

    def headers(self, operation: Operation, parameters: Pairs) -> list[tuple[str, str]]:
        """Return all header lines of a call.

        Raises:
            Unsendable: a parameter holds a line break or NUL.
        """
        try:
            signed = signed_headers(
                parameters,
                system_id=self.system_id,
                secret=self.secret,
                timestamp=timestamp(self._clock()),
                content_type=operation.content_type,
            )
        except ValueError as error:
            raise Unsendable(operation.name, ", ".join(key for key, _ in parameters)) from error
        return [*signed, ("User-Agent", USER_AGENT), ("Accept-Encoding", "identity")]

    async def _call(self, name: str, parameters: Pairs, body: bytes | None) -> HttpReply:
        operation = OPERATIONS[name]
        headers = self.headers(operation, parameters)
        return await exchange(self._http, operation, f"{self.endpoint}/{name}", headers, body, self.limits)

    async def _answered(self, name: str, parameters: Pairs, body: bytes) -> Answer:
        return self._accepted(name, await self._call(name, parameters, body))

    async def _rows(self, name: str, parameters: Pairs) -> tuple[Mapping[str, Any], ...]:
        answer = await self._answered(name, parameters, b"")
        return self._read(name, lambda: listed(answer))

    async def _count(self, name: str) -> int:
        answer = await self._answered(name, [], _DUMMY)
        return self._read(name, lambda: number_member(answer, "count"))

    def _accepted(self, name: str, reply: HttpReply) -> Answer:
        """Return the answer when the hub did what was asked; the body counts before the HTTP status."""
        try:
            answer = read_answer(reply.body)
        except AnswerBroken as error:
            if not reply.succeeded:
                raise HttpFailed(name, reply.status, reply.retry_after) from error
            raise AnswerFailed(name, error.code, error.detail, reply.status) from error
        if answer.accepted and reply.succeeded:
            return answer
        if answer.status != FAIL:
            raise HttpFailed(name, reply.status, reply.retry_after)
        doc_id = answer.members.get("DocId")
        raise Refused(
            name,
            answer.error_code,
            answer.error_desc,
            doc_id=doc_id if isinstance(doc_id, str) else "",
            http_status=reply.status,
            retry_after=reply.retry_after,
        )

    def _read(self, name: str, reading: Callable[[], T]) -> T:
        try:
            return reading()
        except AnswerBroken as error:
            raise AnswerFailed(name, error.code, error.detail, 200) from error


def _decoded(text: str) -> bytes:
    """Return the bytes of strict base64, never empty.

    Raises:
        AnswerBroken: it is not base64, or nothing.
    """
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise AnswerBroken("base64", str(error)) from error
    if not content:
        raise AnswerBroken("base64", "empty")
    return content
