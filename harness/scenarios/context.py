"""What a scenario can do: act on the candidate and state what it expects. It never judges."""

import base64
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any, Literal

from harness.catalogue.candidate import Times
from harness.catalogue.codes import StatusCode
from harness.catalogue.profiles import Profile
from harness.drivers.protocol import DriverError, DriverLost
from harness.edxml.identifiers import document_id
from harness.edxml.layout import OPERATOR, Layout
from harness.edxml.model import Organization, ResponseFor, StaffInfo, StatusPackage
from harness.edxml.packages import write_package
from harness.expectations import Acked, Expectation, written_expectation
from harness.expectations.base import Role
from harness.expectations.statuses import GIVEN
from harness.hub.faults import Fault, FaultTarget
from harness.hub.interception import AnswerPlan, Moment
from harness.hub.service import Delivery, Hub
from harness.journal import Event, events
from harness.journal.recorder import VIETNAM
from harness.scenarios.head import UNDECLARED, Head
from harness.scenarios.run_context import PreconditionFailed, RunContext
from harness.scenarios.testdata import Document, OutgoingDocument, Peer, SeededFile

USUAL = "ministry"
# How many of the ordinary documents carry a signature over the package.
SIGNED = 0.2
# Seconds added for the work that each scenario running at the same time gives the candidate.
_PER_SCENARIO = 0.2


class ScenarioContext:
    """The means of one scenario: documents, faults, commands of the driver, expectations."""

    def __init__(
        self, scenario: str, requirement: str, run: RunContext, *, head: Head = UNDECLARED, concurrency: int = 0
    ) -> None:
        self._scenario = scenario
        self._requirement = requirement
        self._head = head
        self._around = run
        self.chance = run.testdata.choice(scenario)
        self._stated: list[tuple[Expectation, str]] = []
        self.canary_token = secrets.token_hex(8)
        self._faults: list[Fault] = []
        self.patience_added = 0.0
        self.signing = True
        self._crowded = _PER_SCENARIO * concurrency

    @property
    def hub(self) -> Hub:
        """The reference hub."""
        return self._around.hub

    @property
    def times(self) -> Times:
        """The candidate's declared times, in seconds."""
        return self._around.times

    @property
    def profile(self) -> Profile:
        """The profile of the run."""
        return self._around.profile

    @property
    def run(self) -> RunContext:
        """What all scenarios of the run share."""
        return self._around

    @property
    def peers(self) -> Mapping[str, Peer]:
        """The agencies that the harness plays, by role."""
        return self._around.peers

    @property
    def agency(self) -> Peer:
        """The candidate's own agency."""
        return self._around.agency

    @property
    def patience(self) -> float:
        """Seconds that a duty may take: two polls, a reaction, the profile's margin, and what was added."""
        times = self._around.times
        return 2 * times.poll_interval + times.reaction + self.margin + self.patience_added + self.crowding

    @property
    def margin(self) -> float:
        """Seconds that the profile adds to every limit, multiplied by how slow this machine is."""
        return self._around.profile.parameters.timing.margin * self._around.waits.pace

    @property
    def crowding(self) -> float:
        """Seconds that are added for the work of the scenarios that run at the same time."""
        return self._crowded * self._around.waits.pace

    @property
    def now(self) -> int:
        """Number of the last event so far; later events have greater numbers."""
        return len(self._around.evidence.events) - 1

    def stalled_since(self, event: int) -> bool:
        """Tell whether the harness itself was stalled after this event, so that its actions came later than planned."""
        return any(one.seq > event for one in self._around.evidence.events_of(events.HarnessStalled))

    def canary_url(self, label: str) -> str:
        """Return an address of the canary that contains `canary_token` and ends with `label`."""
        return self._around.canary.url(self.canary_token, label)

    # -- documents for the candidate

    def document(
        self,
        sender: str | Peer = USUAL,
        files: tuple[SeededFile, ...] | None = None,
        layout: Layout = OPERATOR,
        receiver: Peer | None = None,
        **changes: Any,
    ) -> Document:
        """Return a good new document.

        Args:
            sender: the peer that sends it, or its role.
            files: its attachments; a PDF, and at times others, if not given.
            layout: how the package is written.
            receiver: the agency named in To, the candidate's if not given.
            changes: members of the package that differ.
        """
        testdata, chance, peer = self._around.testdata, self.chance, self._peer(sender)
        files = testdata.files(chance, peer) if files is None else files
        document = testdata.document(chance, peer, receiver or self.agency, files, layout, **changes)
        return self.signed(document) if chance.random() < SIGNED and layout == OPERATOR else document

    def signed(self, document: Document) -> Document:
        """Return a document with a signature over its package, unless this scenario or the hub allows none."""
        parameters = self.profile.parameters
        if not self.signing or parameters.hub.mode != "verbatim":
            return document
        return self._around.testdata.signed(document, parameters.limits)

    async def deliver(self, document: Document, *, good: bool = True, note: str = "document") -> Delivery:
        """Put a document into the candidate's mailbox, as its sender's system would."""
        blob = self._around.journal.blob(document.content)
        self.note(document.stimulus(note, good=good, receiver=self.agency.organ_id, blob=blob))
        return self._delivered(document.content, document.sender, document.id, "edoc")

    async def redeliver(self, delivery: Delivery, document: Document) -> Event:
        """Put an acknowledged document back into the candidate's list, as a hub may do."""
        event = self.note(events.Stimulus(note="redelivery", good=True, document_id=document.id))
        self.hub.redeliver(delivery.receiver_doc_id)
        return event

    async def answer_status(self, outgoing: OutgoingDocument, sender: Peer, code: str, description: str) -> Delivery:
        """Let a peer that received the candidate's document answer with a business status."""
        date = outgoing.document_id.partition(",")[2].partition(",")[0]
        number, notation = outgoing.arguments["code_number"], outgoing.arguments["code_notation"]
        named = ResponseFor(self.agency.organ_id, f"{number}/{notation}", date, outgoing.document_id)
        return await self._deliver_status(named, sender, code, description)

    async def deliver_status(self, document: Document, sender: Peer, code: str, description: str) -> Delivery:
        """Let `sender` send a status about a document that the candidate received, addressed to the candidate."""
        date = document.package.promulgation_info.promulgation_date
        named = ResponseFor(self.agency.organ_id, document.code, date, document.id)
        return await self._deliver_status(named, sender, code, description)

    async def _deliver_status(self, named: ResponseFor, sender: Peer, code: str, description: str) -> Delivery:
        package = StatusPackage(
            from_=Organization(organ_id=sender.organ_id, organ_name=sender.organ_name),
            response_for=named,
            staff_info=StaffInfo(department="Văn thư", staff="Nguyễn Thị Cán Bộ"),
            status_code=code,
            description=description,
            timestamp=datetime.now(VIETNAM).strftime("%Y/%m/%d %H:%M:%S"),
        )
        content = write_package(package)
        recalls = named.document_id if code == StatusCode.TAKE_BACK else None
        self.note(
            events.StatusStimulus(
                note=f"{GIVEN}{code}",
                good=True,
                document_id=named.document_id,
                recalls=recalls,
                sender=sender.organ_id,
                blob=self._around.journal.blob(content),
            )
        )
        return self._delivered(content, sender, named.document_id, "status")

    def _delivered(
        self, content: bytes, sender: Peer, document: str, messagetype: Literal["edoc", "status"]
    ) -> Delivery:
        delivery, *_ = self.hub.deliver(
            content,
            sender=sender.organ_id,
            receivers=[self.agency.organ_id],
            messagetype=messagetype,
            document_id=document,
        )
        self.note(events.PackageDelivered(delivery.receiver_doc_id, document, messagetype))
        return delivery

    # -- faults

    def fault(
        self,
        operations: str | tuple[str, ...] | None,
        *plans: AnswerPlan | None,
        document: str | None = None,
        messagetype: str | None = None,
        moment: Moment = "before",
        lasting: bool = False,
        to_the_end: bool = False,
        settling: bool = False,
    ) -> Fault:
        """Put a fault into the hub, at the latest until the scenario ends.

        Args:
            operations: which calls it meets, None for all.
            plans: what happens to one call after the other; None lets one through.
            document: DocumentId, to meet only calls about that document.
            messagetype: to meet only lists of `edoc` or `status`.
            moment: `after` leaves a call its effect.
            lasting: whether the last plan holds for all further calls.
            to_the_end: whether it outlives the scenario, to the end of the run.
            settling: to leave out `processing`, which settles nothing.
        """
        names = (operations,) if isinstance(operations, str) else operations
        target = FaultTarget(names, document, messagetype, settling=settling)
        fault = self._around.faults.add(Fault(target, plans, moment, lasting))
        if not to_the_end:
            self._faults.append(fault)
        planned = tuple(plan.name if plan else "ok" for plan in plans)
        self.note(events.FaultPlaced(names, document, messagetype, moment, planned, lasting))
        return fault

    def end_faults(self, *faults: Fault) -> None:
        """End the faults given; without arguments, all faults of this scenario."""
        for fault in faults or tuple(self._faults):
            self._around.faults.remove(fault)
            self.note(events.FaultMended(fault.target.operations, fault.target.document_id))
            if fault in self._faults:
                self._faults.remove(fault)

    @asynccontextmanager
    async def hub_down(self, seconds: float) -> AsyncIterator[None]:
        """Make the hub unreachable: connections are refused until the block ends, and `seconds` longer."""
        self.note(events.HubDown())
        await self._around.server.stop_listening()
        try:
            yield
            await self._around.waits.pause(seconds)
        finally:
            await self._around.server.listen()
            self.note(events.HubUp())

    # -- documents by the candidate

    def _peer(self, named: str | Peer) -> Peer:
        return self.peers[named] if isinstance(named, str) else named

    def outgoing(self, to: tuple[str | Peer, ...] = (USUAL,), **changes: Any) -> OutgoingDocument:
        """Return a document for the candidate to send to peers or roles; `changes` are arguments of `send`."""
        testdata, chance = self._around.testdata, self.chance
        number, notation = testdata.number(chance), testdata.notation(chance)
        files = changes.pop("files", None) or (self.signed_pdf("cong-van.pdf"),)
        receivers = tuple(map(self._peer, to))
        arguments = {
            "to": [{"organ_id": peer.organ_id, "organ_name": peer.organ_name} for peer in receivers],
            "code_number": number,
            "code_notation": notation,
            "type_name": "Công văn",
            "subject": testdata.subject(chance),
            "content": testdata.subject(chance),
            "priority": 0,
            "attachments": [
                {"name": file.name, "content_base64": base64.b64encode(file.content).decode()} for file in files
            ],
            "operation": "new",
            **changes,
        }
        today = datetime.now(VIETNAM).strftime("%Y/%m/%d")
        expected = document_id(self.agency.organ_id, today, number, notation)
        return OutgoingDocument(
            expected, arguments["subject"], tuple(peer.organ_id for peer in receivers), files, arguments
        )

    async def send(self, outgoing: OutgoingDocument) -> OutgoingDocument:
        """Have the candidate send a document; the result carries the DocumentId that the candidate names."""
        result = await self.drive("send", outgoing.arguments)
        named = result.get("document_id")
        if not isinstance(named, str) or not named:
            return outgoing
        return OutgoingDocument(named, outgoing.subject, outgoing.receivers, outgoing.files, outgoing.arguments)

    async def decide(self, document: Document, action: str, reason: str = "") -> None:
        """Have the clerk decide about a document that arrived."""
        await self.drive("decide", {"document_id": document.id, "action": action, "reason": reason})

    def pdf(self, name: str, size: int = 2_000) -> SeededFile:
        """Return a PDF of about `size` bytes."""
        return SeededFile(name, self._around.testdata.pdf(self.chance, size))

    def signed_pdf(self, name: str) -> SeededFile:
        """Return a PDF that an official and then the candidate's agency have signed."""
        return SeededFile(name, self._around.testdata.signed_pdf(self.chance))

    def file_of(self, kind: str) -> SeededFile:
        """Return a small file of a kind (`pdf`, `docx`, `jpg` …) under a Vietnamese name."""
        return self._around.testdata.file(self.chance, kind)

    async def tolerated(self, command: str, arguments: Mapping[str, Any]) -> None:
        """Carry out a command that the candidate may rightly refuse."""
        try:
            await self.drive(command, arguments)
        except DriverError as error:
            if error.kind in {"unsupported", "operator"}:
                raise

    async def drive(self, command: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out any command of the driver protocol.

        Raises:
            DriverError: the candidate answered with an error.
            DriverLost: the driver cannot be reached any more.
        """
        limit = self.times.give_up + self.patience
        return await self._around.driver.call(command, arguments, limit, scenario=self._scenario)

    # -- expectations

    def expect(self, expectation: Expectation, *, role: Role = "duty") -> None:
        """State something that must, or must not, happen.

        Raises:
            UndeclaredExpectation: the head of the scenario does not name its kind.
        """
        self._head.admit(expectation, role)
        self._stated.append((expectation, self._requirement))
        self.note(events.ExpectationStated(role, self._requirement, written_expectation(expectation)))

    async def until(self, expectation: Expectation, *, role: Role = "precondition") -> None:
        """State an expectation that the rest of the scenario depends on, and wait until it is met.

        Raises:
            PreconditionFailed: it was not met in time.
            UndeclaredExpectation: the head of the scenario does not name its kind.
        """
        self.expect(expectation, role=role)
        if not await self._around.waits.until(expectation, self._requirement, self.patience):
            raise PreconditionFailed
        if role != "duty":
            self._stated.remove((expectation, self._requirement))  # it was met when needed; later events do not count

    async def await_quietly(self, expectation: Expectation, added: float = 0.0) -> bool:
        """Wait for something as long as for a duty and `added` seconds, without stating it; say whether it happened."""
        return await self._around.waits.until(expectation, self._requirement, self.patience + added)

    async def linger(self, seconds: float | None = None) -> None:
        """Let a window pass in which something must not happen; by default as long as a duty may take."""
        await self._around.waits.pause(self.patience - self.crowding if seconds is None else seconds)

    async def probe(self) -> None:
        """Have the candidate complete one good exchange: the silence of a dead candidate proves nothing."""
        document = self.document()
        await self.deliver(document, note="liveness")
        await self.until(Acked(document=document.id), role="liveness")

    async def settle(self) -> None:
        """Wait until every expectation is met or broken; if time runs out, see whether the candidate is still alive.

        Each expectation is waited for once only, however often this is called.
        """
        stated, self._stated = self._stated, []
        if await self._around.waits.settled(stated, self.patience):
            return
        await self.close_window()

    async def close_window(self) -> None:
        """Record that the time is over, and wait for a request of the candidate: it shows whether it is still alive.

        If none comes, the record gets the answers to two questions: can the hub be reached, and does the driver answer?
        """
        self.end_faults()
        closed = self.note(events.WindowClosed(patience=self.patience))
        times = self.times
        if await self._around.waits.life(closed, times.poll_interval + times.reaction):
            return
        self.note(events.HubProbed(reachable=await self._around.server.reachable()))
        with suppress(DriverError, DriverLost):  # the journal has recorded it
            await self.drive("hello", {})

    def note(self, what: events.Fact) -> Event:
        """Record an event that belongs to this scenario alone."""
        return self._around.journal.record(what, scenario=self._scenario)
