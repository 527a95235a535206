"""A hub on a real socket with two systems, and packages to send through it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from harness.edxml.model import (
    Attachment,
    Bussiness,
    Code,
    DocumentPackage,
    Organization,
    PromulgationInfo,
    ResponseFor,
    SignerInfo,
    StatusPackage,
    TraceHeader,
)
from harness.edxml.packages import write_package
from harness.hub.call_recorder import CallRecorder
from harness.hub.server import HubServer
from harness.hub.service import Hub
from harness.hub.settings import HubSettings
from harness.journal import Event
from harness.journal.events import Fact
from harness.journal.plain import plain
from harness.vxp.client import VxpClient
from harness.vxp.exchange import ExchangeLimits, http_client

T = TypeVar("T")
F = TypeVar("F", bound=Fact)

MINISTRY, PROVINCE, DISTRICT = "000.00.00.G22", "000.00.00.H41", "H41.12"
SECRETS = {"sys.ministry": "a-secret-of-the-ministry", "sys.province": "a-secret-of-the-province"}
LIMITS = ExchangeLimits(connect=10, whole=30)


class Notes:
    """A recorder that keeps everything in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.blobs: dict[str, bytes] = {}
        self._changed = asyncio.Event()

    def record(self, what: F, *, scenario: str | None = None) -> Event[F]:
        event = Event(len(self.events), "", 0.0, what, plain(what.members()), scenario)
        self.events.append(event)
        self._changed.set()
        return event

    async def until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            self._changed.clear()
            await self._changed.wait()

    def keep(self, content: bytes) -> str | None:
        return self.blob(content)

    def blob(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        self.blobs[name] = content
        return name

    def holds_secret(self, content: bytes) -> bool:
        return any(secret.encode() in content for secret in SECRETS.values())

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        """Return the members of each event of a kind in the journal."""
        return [event.members for event in self.events if event.kind == kind]

    @property
    def last_answer(self) -> Mapping[str, Any]:
        return self.of("answer")[-1]


@dataclass
class Rig:
    """A running hub and a client for each of its systems."""

    server: HubServer
    notes: Notes
    ministry: VxpClient
    province: VxpClient

    @property
    def hub(self) -> Hub:
        return self.server.hub


@asynccontextmanager
async def running(**changes: Any) -> AsyncIterator[Rig]:
    notes = Notes()
    log = CallRecorder(notes)
    async with HubServer(HubSettings.of(**changes), log, stop_seconds=0.2) as server, http_client(LIMITS) as http:
        for system_id, secret in SECRETS.items():
            server.hub.add_system(system_id, secret)
        server.hub.add_agency(MINISTRY, "Văn phòng Chính phủ", "sys.ministry", code102="G22")
        server.hub.add_agency(PROVINCE, "UBND tỉnh Nghệ An", "sys.province")
        server.hub.add_agency(DISTRICT, "UBND huyện", "sys.province", parent=PROVINCE)
        ministry, province = (
            VxpClient(server.endpoint, system_id, secret, http=http, limits=LIMITS)
            for system_id, secret in SECRETS.items()
        )
        yield Rig(server, notes, ministry, province)


def with_rig(play: Callable[[Rig], Awaitable[T]], **changes: Any) -> T:
    """Start a hub, play, stop it, and return what the play returned."""

    async def run() -> T:
        async with running(**changes) as rig:
            return await play(rig)

    return asyncio.run(run())


def document(
    number: str = "1",
    to: tuple[str, ...] = (PROVINCE,),
    sender: str = MINISTRY,
    subject: str = "V/v kết nối",
    doc_type: str = "0",
    content: bytes = b"%PDF-1.7 noi dung",
) -> bytes:
    """Return a document package."""
    return write_package(
        DocumentPackage(
            from_=Organization(sender, "Nơi gửi"),
            to=tuple(Organization(organ, "Nơi nhận") for organ in to),
            code=Code(number, "VPCP-TTĐT"),
            promulgation_info=PromulgationInfo("Hà Nội", "2026/11/20"),
            subject=subject,
            signer_info=SignerInfo("Nguyễn Văn Mẫu"),
            document_id=document_id(number, sender),
            trace_headers=(TraceHeader(sender, "2026/11/20 08:00:00"),),
            bussiness=Bussiness(doc_type=doc_type),
            attachments=(Attachment("cid:1", "a.pdf", "application/pdf", content),),
        )
    )


def document_id(number: str = "1", sender: str = MINISTRY) -> str:
    """Return the DocumentId of that document."""
    return f"{sender},2026/11/20,{number}/VPCP-TTĐT"


def status(code: str, number: str = "1", sender: str = PROVINCE, to: str = MINISTRY, text: str = "") -> bytes:
    """Return a status package about the ministry's document."""
    return write_package(
        StatusPackage(
            from_=Organization(sender, "Nơi gửi"),
            response_for=ResponseFor(to, f"{number}/VPCP-TTĐT", "2026/11/20", document_id(number)),
            status_code=code,
            description=text,
            timestamp="2026/11/20 09:00:00",
        )
    )
