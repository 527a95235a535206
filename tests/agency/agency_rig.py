"""A hub on a real socket, one agency system that lives on it, and a ministry that the test plays."""

import asyncio
import base64
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from harness.agency import AgencySettings, AgencySystem, AgencyTiming
from harness.agency.gallery import build
from harness.edxml.attachments import pack
from harness.edxml.identifiers import document_id
from harness.edxml.model import (
    Bussiness,
    Code,
    DocumentPackage,
    DocumentType,
    Organization,
    OtherInfo,
    PromulgationInfo,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    StatusPackage,
    TraceHeader,
)
from harness.edxml.packages import write_package
from harness.hub.call_recorder import CallRecorder
from harness.hub.interception import AnswerPlan, RequestFacts
from harness.hub.server import HubServer
from harness.hub.service import Delivery, Hub
from harness.hub.settings import HubSettings
from harness.journal import Event, events_of
from harness.journal.events import AnsweredDocument, AnswerSent, Fact, RequestReceived, SentPackage
from harness.journal.plain import plain

T = TypeVar("T")
F = TypeVar("F", bound=Fact)

MINISTRY, PROVINCE, OTHER = "000.00.00.G22", "000.00.00.H41", "000.00.00.H14"
MINISTRY_NAME, PROVINCE_NAME = "Văn phòng Chính phủ", "UBND tỉnh Nghệ An"
SYSTEM, SECRET = "sys.province", "a-secret-of-the-province"
DATE = "2026/01/20"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
QUICK = AgencyTiming(poll_interval=0.05, give_up=2.0, first_pause=0.05, longest_pause=0.3)
_PATIENCE = 20.0


class Notes:
    """A recorder that keeps everything in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.blobs: dict[str, bytes] = {}

    def record(self, what: F, *, scenario: str | None = None) -> Event[F]:
        event = Event(len(self.events), "", 0.0, what, plain(what.members()), scenario)
        self.events.append(event)
        return event

    def keep(self, content: bytes) -> str | None:
        return self.blob(content)

    def blob(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        self.blobs[name] = content
        return name

    def holds_secret(self, content: bytes) -> bool:
        return SECRET.encode() in content

    def requests(self, operation: str) -> list[Mapping[str, Any]]:
        received = events_of(self.events, RequestReceived)
        return [event.members for event in received if event.what.operation == operation]

    def effects(self, name: str) -> list[dict[str, Any]]:
        found = (event.members["effect"].get(name) for event in events_of(self.events, AnswerSent))
        return [one for one in found if one]

    def orders(self, *operations: str) -> list[str]:
        asked = (event.what.operation for event in events_of(self.events, RequestReceived))
        return [operation for operation in asked if operation in operations]


class CommandFailed(Exception):
    """A driver command that was answered with an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


@dataclass
class Rig:
    """A running hub and a running agency system."""

    server: HubServer
    notes: Notes
    agency: AgencySystem
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def hub(self) -> Hub:
        return self.server.hub

    async def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Give a command to the agency's driver."""
        answer = await self.agency.handle({"id": "1", "command": command, "arguments": arguments})
        if "error" in answer:
            raise CommandFailed(answer["error"]["code"], answer["error"]["message"])
        result: dict[str, Any] = answer["result"]
        return result

    async def send(self, number: str = "12", to: tuple[str, ...] = (MINISTRY,), **more: Any) -> str:
        """Order a document to be sent and return its DocumentId."""
        arguments: dict[str, Any] = {
            "to": [{"organ_id": one, "organ_name": MINISTRY_NAME} for one in to],
            "code_number": number,
            "code_notation": "UBND-VX",
            "type_name": "Công văn",
            "subject": "V/v báo cáo tình hình",
            "attachments": [{"name": "bao-cao.pdf", "content_base64": base64.b64encode(PDF).decode()}],
        }
        result = await self.ask("send", **(arguments | more))
        return str(result["document_id"])

    async def rows(self, box: Literal["inbox", "outbox"], document: str | None) -> list[dict[str, Any]]:
        """Return what a box shows of a document."""
        shown = (await self.ask(box))["documents"]
        return [one for one in shown if one["document_id"] == document]

    async def state(self, document: str | None, box: Literal["inbox", "outbox"] = "inbox") -> str | None:
        """Return the state of a document that a box shows once; None when it does not show it."""
        rows = await self.rows(box, document)
        assert len(rows) <= 1
        return rows[0]["state"] if rows else None

    async def until_state(self, document: str | None, state: str, box: Literal["inbox", "outbox"] = "inbox") -> None:
        """Wait until a box shows a document in `state`."""

        async def shown() -> bool:
            return await self.state(document, box) == state

        await until(shown, f"{document} is {state}")

    async def status_shown(self, document: str, receiver: str = MINISTRY) -> str | None:
        """Return what the outbox shows as a receiver's last word."""
        (row,) = await self.rows("outbox", document)
        codes = {one["organ_id"]: one["status_code"] for one in row["receivers"]}
        code: str | None = codes[receiver]
        return code

    def deliver(
        self,
        package: DocumentPackage | StatusPackage | bytes,
        *,
        sender: str = MINISTRY,
        document: str | None = None,
    ) -> Delivery:
        """Put a package into the agency's mailbox."""
        data = package if isinstance(package, bytes) else write_package(package)
        kind: Literal["edoc", "status"] = "status" if isinstance(package, StatusPackage) else "edoc"
        (delivery,) = self.hub.deliver(
            data, sender=sender, receivers=[PROVINCE], messagetype=kind, document_id=document
        )
        return delivery

    def statuses(self, document: str) -> list[str]:
        """Return the codes of the statuses about a document that the hub has taken, in order, repeats dropped."""
        codes = []
        for event in events_of(self.notes.events, AnswerSent):
            taken = event.what.effect.accepted
            if taken is None or taken.duplicate:
                continue
            match self.notes.events[event.what.request].what:
                case RequestReceived(package=SentPackage(response_for=AnsweredDocument() as named, status_code=code)):
                    codes += [str(code)] if named.document_id == document else []
        return codes

    def acks(self, document: str | None) -> list[str]:
        """Return the transport statuses that the hub has taken for a document, in order."""
        return [one["status"] for one in self.notes.effects("acked") if one["document_id"] == document]

    def sendings(self, document: str) -> list[dict[str, Any]]:
        """Return what the hub recorded of every package with this DocumentId."""
        packages = [one.get("package") or {} for one in self.notes.requests("sendEdoc")]
        return [one for one in packages if one.get("kind") == "document" and one["document_id"] == document]

    async def until_acked(self, document: str | None, times: int = 1) -> None:
        """Wait until the hub has taken so many acknowledgements of a document."""
        await until(lambda: len(self.acks(document)) >= times, f"{document} acked")

    async def until_statuses(self, document: str, *codes: str) -> None:
        """Wait until the statuses about a document are these."""
        await until(lambda: len(self.statuses(document)) >= len(codes), f"{document}: {codes}, not {codes}")
        assert self.statuses(document) == list(codes)

    async def served(self) -> None:
        """Show that the agency still works: a good document is stored and acknowledged after all that was before."""
        probe = document(f"9{len(self.notes.events)}")
        self.deliver(probe)
        await self.until_acked(probe.document_id)
        assert await self.state(probe.document_id) == "arrived"

    def fault(
        self, operation: str, *plans: AnswerPlan | None, document: str | None = None, moment: str = "before"
    ) -> None:
        """Answer the next calls of an operation by these plans, then rightly."""
        waiting = list(plans)

        async def interceptor(facts: RequestFacts) -> AnswerPlan | None:
            fits = facts.operation == operation and facts.moment == moment
            if not fits or not waiting or (document is not None and facts.document_id != document):
                return None
            return waiting.pop(0)

        self.hub.interceptor = interceptor


async def next_second() -> None:
    """Wait for the clock's next second: equal statuses of one second are one to the hub."""
    await asyncio.sleep(1.01 - time.time() % 1)


async def until(condition: Callable[[], bool | Awaitable[bool]], what: str) -> None:
    """Wait until something is so; the limit only ends a test that has failed."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + _PATIENCE
    while True:
        found = condition()
        if (await found) if not isinstance(found, bool) else found:
            return
        assert loop.time() < ends, what
        await asyncio.sleep(0.01)


def settings(endpoint: str, data: Path | None = None, **changes: Any) -> AgencySettings:
    """Return the settings of the province's system."""
    made = AgencySettings(endpoint, SYSTEM, SECRET, PROVINCE, PROVINCE_NAME, timing=QUICK, data=data)
    return replace(made, **changes)


@asynccontextmanager
async def running(kind: str | None = None, data: Path | None = None, **changes: Any) -> AsyncIterator[Rig]:
    """Run a hub and an agency of the gallery (None: the reference agency)."""
    notes = Notes()
    async with HubServer(HubSettings.of(), CallRecorder(notes)) as server:
        server.hub.add_system(SYSTEM, SECRET)
        server.hub.add_system("sys.ministry", "a-secret-of-the-ministry")
        server.hub.add_agency(MINISTRY, MINISTRY_NAME, "sys.ministry")
        server.hub.add_agency(OTHER, "UBND tỉnh Cao Bằng", "sys.ministry")
        server.hub.add_agency(PROVINCE, PROVINCE_NAME, SYSTEM)
        async with build(kind, settings(server.endpoint, data, **changes)) as agency:
            yield Rig(server, notes, agency)


def with_rig(play: Callable[[Rig], Awaitable[T]], kind: str | None = None, **changes: Any) -> T:
    """Start hub and agency, play, stop them, and return what the play returned."""

    async def run() -> T:
        async with running(kind, **changes) as rig:
            return await play(rig)

    return asyncio.run(run())


def document(
    number: str = "1",
    *,
    to: tuple[str, ...] = (PROVINCE,),
    sender: str = MINISTRY,
    files: tuple[tuple[str, bytes], ...] = (("cong-van.pdf", PDF),),
    **changes: Any,
) -> DocumentPackage:
    """Return a good document package of the ministry."""
    made = DocumentPackage(
        from_=Organization(sender, MINISTRY_NAME),
        to=tuple(Organization(organ, "Nơi nhận") for organ in to),
        code=Code(number, "VPCP-TTĐT"),
        promulgation_info=PromulgationInfo("Hà Nội", DATE),
        document_type=DocumentType("18", "Công văn"),
        subject="V/v kết nối, liên thông phần mềm quản lý văn bản",
        signer_info=SignerInfo("Nguyễn Văn Mẫu"),
        other_info=OtherInfo(priority="0"),
        document_id=document_id(sender, DATE, number, "VPCP-TTĐT"),
        trace_headers=(TraceHeader(sender, f"{DATE} 08:00:00"),),
        bussiness=Bussiness(doc_type="0", reason="Văn bản mới"),
        attachments=tuple(pack(name, content, f"cid:{at}") for at, (name, content) in enumerate(files, start=1)),
    )
    return replace(made, **changes)


def status(code: str, about: str, *, sender: str = MINISTRY, to: str = PROVINCE, text: str = "Lý do") -> StatusPackage:
    """Return a good status package."""
    return StatusPackage(
        from_=Organization(sender, MINISTRY_NAME),
        response_for=ResponseFor(to, "12/UBND-VX", DATE, about),
        staff_info=StaffInfo("Văn thư", "Trần Thị Mẫu"),
        status_code=code,
        description=text,
        timestamp=f"{DATE} 09:00:00",
    )


def answer_for(package: DocumentPackage) -> ResponseFor:
    """Return the ResponseFor that names a document."""
    code = f"{package.code.code_number}/{package.code.code_notation}"
    return ResponseFor(package.from_.organ_id, code, package.promulgation_info.promulgation_date, package.document_id)
