"""Defects in the calls to the hub. Most are in a call that nothing else depends on: the count of waiting items."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from harness.agency.agency_directory import AgencyDirectory
from harness.agency.gallery import defect
from harness.agency.hub_connection import HubConnection
from harness.agency.sender import Sender
from harness.agency.store.queue import QueuedPackage
from harness.journal.recorder import VIETNAM
from harness.vxp.client import Pairs, VxpClient
from harness.vxp.entries import ListedAgency
from harness.vxp.exchange import HttpReply
from harness.vxp.failures import Refused, VxpFailure
from harness.vxp.hashing import hash_file
from harness.vxp.operations import OPERATIONS, HubOperation, Operation
from harness.vxp.signing import signed_headers

T = TypeVar("T")
_PAGE = 1000


class CountsFirst(HubConnection):
    """Counts what waits before every tenth call, through a client of the kind `counting`."""

    counting: type[VxpClient] = VxpClient
    _calls = 0

    async def ask(self, call: Callable[[VxpClient], Awaitable[T]], *, size: int = 0) -> T:
        self._calls += 1
        if self._calls % 10 == 1:
            await self._count()
        return await super().ask(call, size=size)

    async def _count(self) -> None:
        try:
            await self.count(self.client(0, self.counting))
        except VxpFailure as failure:
            self.log.info("%s", failure)

    async def count(self, client: VxpClient) -> object:
        """Make the call."""
        return await client.count_receive_edoc()


class _ByGet(VxpClient):
    async def _call(self, name: str, parameters: Pairs, body: bytes | None) -> HttpReply:
        headers = self.headers(OPERATIONS[name], parameters)
        answer = await self._http.get(f"{self.endpoint}/{name}", headers=headers)
        return HttpReply(answer.status_code, answer.content, None)


@defect("counts-by-get", breaks="VXP-01")
class CountsByGet(CountsFirst):
    """Asks for a count by GET."""

    counting = _ByGet


@defect("message-type-in-capitals", breaks="VXP-02")
class MessageTypeInCapitals(CountsFirst):
    """Asks for the list with the message type `EDOC` now and then."""

    async def count(self, client: VxpClient) -> object:
        return await client._rows(
            HubOperation.GET_RECEIVED_EDOC_LIST, [("servicetype", "eDoc"), ("messagetype", "EDOC")]
        )


class _WronglySigning(VxpClient):
    def headers(self, operation: Operation, parameters: Pairs) -> list[tuple[str, str]]:
        signed = super().headers(operation, parameters)
        return [(name, value[::-1] if name.endswith("hash-header") else value) for name, value in signed]


@defect("wrong-hmac", breaks="VXP-03")
class WrongHmac(CountsFirst):
    """Signs a count with a hash-header that is no HMAC of the sign-header."""

    counting = _WronglySigning


class _Sorting(VxpClient):
    def headers(self, operation: Operation, parameters: Pairs) -> list[tuple[str, str]]:
        signed = super().headers(operation, parameters)
        return [(name, _sorted(value) if name.endswith("sign-header-key") else value) for name, value in signed]


def _sorted(keys: str) -> str:
    return ";".join(sorted(keys.split(";"), reverse=True))


@defect("sorts-the-key-list", breaks="VXP-04")
class SortsTheKeyList(CountsFirst):
    """Sorts the key list, which no longer names the members in their order."""

    counting = _Sorting


class _IsoTimed(VxpClient):
    def headers(self, operation: Operation, parameters: Pairs) -> list[tuple[str, str]]:
        return signed_headers(
            parameters,
            system_id=self.system_id,
            secret=self.secret,
            timestamp=datetime.now(VIETNAM).isoformat(timespec="seconds"),
            content_type=operation.content_type,
        )


@defect("iso-timestamp", breaks="VXP-05")
class IsoTimestamp(CountsFirst):
    """Writes the timestamp parameter as ISO 8601."""

    counting = _IsoTimed


class _HashingLines(VxpClient):
    def file_digest(self, package: bytes) -> str:
        return hash_file(package.replace(b"\r\n", b"\n"))


@defect("hashes-other-line-ends", breaks="VXP-06")
class HashesOtherLineEnds(HubConnection):
    """Computes hash-file over the file with other line ends than those that are sent."""

    def client(self, size: int, kind: type[VxpClient] = _HashingLines) -> VxpClient:
        return super().client(size, kind)


class _FirstInAnotherName(Sender):
    """Sends each package first under another name and, after the refusal, under the system's own."""

    name = ""

    def other_name(self) -> str:
        """Return the name that the first try is made under."""
        return self.name

    async def call(self, client: VxpClient, outgoing: QueuedPackage, package: bytes) -> str:
        if outgoing.tries == 0:
            try:
                return await client.send_edoc(package, self.messagetype(outgoing), sender=self.other_name())
            except Refused as refusal:
                self.log.info("%s", refusal)
        return await super().call(client, outgoing, package)


@defect("sends-in-another-name", breaks="VXP-07")
class SendsInAnotherName(_FirstInAnotherName):
    """Sends each package first under the name of another system and, after the refusal, under its own."""

    name = "000.00.00.H99"


@defect("sends-under-its-organ-id", breaks="VXP-07")
class SendsUnderItsOrganId(_FirstInAnotherName):
    """Names its agency's OrganId as `from` first and, after the refusal, its system id."""

    def other_name(self) -> str:
        return self.settings.organ_id


class _Chunked(VxpClient):
    async def _call(self, name: str, parameters: Pairs, body: bytes | None) -> HttpReply:
        async def chunks() -> AsyncIterator[bytes]:
            yield body or b""

        headers = self.headers(OPERATIONS[name], parameters)
        answer = await self._http.post(f"{self.endpoint}/{name}", headers=headers, content=chunks())
        return HttpReply(answer.status_code, answer.content, None)


@defect("sends-in-chunks", breaks="VXP-08")
class SendsInChunks(CountsFirst):
    """Sends the body of a count in chunks, without a Content-Length."""

    counting = _Chunked


@defect("status-called-edoc", breaks="VXP-09")
class StatusCalledEdoc(Sender):
    """Sends statuses with messagetype edoc."""

    async def call(self, client: VxpClient, outgoing: QueuedPackage, package: bytes) -> str:
        return await client.send_edoc(package, "edoc")


class _Telling(VxpClient):
    async def _call(self, name: str, parameters: Pairs, body: bytes | None) -> HttpReply:
        headers = self.headers(OPERATIONS[name], parameters)
        url = f"{self.endpoint}/{name}?secret={self.secret}"
        answer = await self._http.post(url, headers=headers, content=body)
        return HttpReply(answer.status_code, answer.content, None)


@defect("secret-in-the-url", breaks="VXP-10")
class SecretInTheUrl(CountsFirst):
    """Puts the secret into the query of a count."""

    counting = _Telling


@defect("reads-one-page-of-the-directory", breaks="VXP-11")
class ReadsOnePageOfTheDirectory(AgencyDirectory):
    """Keeps only the first thousand rows of the directory."""

    def kept(self, listed: Sequence[ListedAgency]) -> Sequence[ListedAgency]:
        return listed[:_PAGE]


@defect("reads-the-directory-once", breaks="VXP-11")
class ReadsTheDirectoryOnce(AgencyDirectory):
    """Keeps the directory that it read first, however it changes."""

    def refresh(self) -> None:
        if self._read_at is None or self.store.directory.size() == 0:
            super().refresh()
