"""The journal seen as evidence: requests with their answers, found by document; what the driver showed.

The same view serves a run that is still going on (events are added as they happen) and one that is judged later.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, cast

from harness.edxml.model import DocumentPackage, StatusPackage
from harness.journal import Event
from harness.journal.events import (
    NOTHING,
    AnsweredDocument,
    AnswerSent,
    CallEffect,
    DriverCalled,
    DriverCommand,
    Fact,
    HarnessStalled,
    PackageDelivered,
    RequestReceived,
    RunStarted,
    SentPackage,
    Stimulus,
    ViewUnchanged,
)
from harness.vxp.operations import HubOperation

T = TypeVar("T", bound=Fact)


_NO_PACKAGE = SentPackage()


@dataclass(slots=True)
class Exchange:
    """One request of the candidate and the hub's answer to it, which is None until it was given.

    Attributes:
        request: event of the request.
        answer: event of the answer, or None.
    """

    request: Event[RequestReceived]
    answer: Event[AnswerSent] | None = None

    @property
    def asked(self) -> RequestReceived:
        """The request itself."""
        return self.request.what

    @property
    def answered(self) -> AnswerSent | None:
        """What left the hub in answer, None while unanswered."""
        return self.answer.what if self.answer else None

    @property
    def operation(self) -> str | None:
        """Name of the operation, None when the hub knows none of that name."""
        return self.asked.operation

    @property
    def parameters(self) -> Mapping[str, str]:
        """The call's parameters, by key without prefix."""
        return self.asked.parameters

    @property
    def item(self) -> str | None:
        """The receiver's id of the delivery that a call is about, None for calls about none."""
        return next((value for key, value in self.parameters.items() if key.lower() == "docid"), None)

    @property
    def package(self) -> SentPackage:
        """What the hub read of the package that was sent; empty for other calls."""
        return self.asked.package or _NO_PACKAGE

    @property
    def error_code(self) -> str | None:
        """The hub's error code, None while unanswered."""
        return self.answer.what.error_code if self.answer else None

    @property
    def served(self) -> bool:
        """True when the hub knew the caller, carried out the call, and its own unaltered answer was sent completely."""
        answered = self.answered
        return answered is not None and self.error_code == "0" and answered.complete and not answered.altered

    @property
    def complete(self) -> bool:
        """True when the whole answer left the hub."""
        return self.answer is not None and self.answer.what.complete

    @property
    def fault(self) -> str | None:
        """Name of the fault that the harness put into this exchange, if any."""
        return self.answer.what.fault if self.answer else None

    @property
    def acked_as(self) -> str | None:
        """The transport status that the call set, None for calls that set none."""
        return self.effect.acked.status if self.effect.acked else None

    @property
    def effect(self) -> CallEffect:
        """What the call did at the hub; empty while unanswered."""
        return self.answer.what.effect if self.answer else NOTHING


# Seconds over which the hub is slow; larger answers take their time on the way.
_SLOW = 0.25
_SMALL = 64 * 1024
# Errors of the driver protocol that the candidate itself gave.
_ANSWERS = frozenset({"refused", "failed", "unsupported"})
# Drivers behind which no program of the candidate's answers.
_WITHOUT_PROGRAM = frozenset({"manual", "passive"})
_MESSAGE_TYPES = ("edoc", "status")
# Two operations fetch a document; which of them a candidate uses is its own choice.
_ABOUT_ITEMS: Mapping[str, HubOperation] = {
    HubOperation.GET_EDOC: HubOperation.GET_EDOC,
    HubOperation.DOWNLOAD_EDOC: HubOperation.GET_EDOC,
    HubOperation.UPDATE_STATUS: HubOperation.UPDATE_STATUS,
}


class Inspector(Protocol):
    """Inspects the packages of a record; the results depend on profile and record only."""

    def failures(self, exchange: Exchange) -> tuple[str, ...]:
        """Return the codes of the findings that fail the package sent in `exchange`."""
        ...

    def package(self, exchange: Exchange) -> DocumentPackage | StatusPackage | None:
        """Return the package sent in `exchange`, None when there is none that can be read."""
        ...

    def files(self, exchange: Exchange) -> Mapping[str, str]:
        """Return the files carried in `exchange`, unpacked: name to SHA-256 in hex, or to what is wrong with it."""
        ...


@dataclass(slots=True)
class Evidence:
    """Events of one run, indexed."""

    events: list[Event] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    inspector: Inspector | None = None
    _by_request: dict[int, Exchange] = field(default_factory=dict)
    _items: dict[str, str] = field(default_factory=dict)
    _calls: dict[tuple[str, str], list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    _fetches: dict[tuple[str, str], list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    _acks: dict[tuple[str, str], list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    _sendings: list[Exchange] = field(default_factory=list)
    _statuses_by_code: dict[str, list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    _documents: dict[str, list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    _statuses: dict[str, list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    _by_type: dict[type[Fact], list[Event]] = field(default_factory=lambda: defaultdict(list))
    _views: dict[str, Event[DriverCalled]] = field(default_factory=dict)
    _looks: dict[str, int] = field(default_factory=dict)
    _asked_last: dict[tuple[str, str | None], int] = field(default_factory=dict)
    _contents: dict[str, Event[Stimulus]] = field(default_factory=dict)
    _rows: dict[str, tuple[int, Mapping[str, list[Mapping[str, Any]]]]] = field(default_factory=dict)
    _slow: list[tuple[float, float]] = field(default_factory=list)
    _last_served: int = -1
    _last_answered: int = -1

    @classmethod
    def of(cls, events: Iterable[Event], inspector: Inspector | None = None) -> "Evidence":
        """Index `events`, which are in their order."""
        evidence = cls(inspector=inspector)
        for event in events:
            evidence.add(event)
        return evidence

    def add(self, event: Event) -> None:
        """Index the next event."""
        self.events.append(event)
        self._by_type[type(event.what)].append(event)
        match event.what:
            case RequestReceived():
                self._add_request(cast("Event[RequestReceived]", event))
            case AnswerSent():
                self._add_answer(cast("Event[AnswerSent]", event))
            case DriverCommand():
                self._add_call(event, event.what)
            case ViewUnchanged(command=command):
                self._looks[command] = event.seq
                self._last_answered = event.seq
            case PackageDelivered(receiver_doc_id=item, document_id=document):
                self._items[item] = document
            case Stimulus(good=True, document_id=document, subject=str()):
                self._contents[document] = cast("Event[Stimulus]", event)

    def _add_call(self, event: Event, call: DriverCommand) -> None:
        if isinstance(call, DriverCalled) and call.result is not None:
            self._views[call.command] = cast("Event[DriverCalled]", event)
            if call.asked is None:
                self._looks[call.command] = event.seq
            # A person is asked about single documents, and may take long to answer: what counts is when it was asked.
            for document, asked in call.asked or ():
                self._asked_last[call.command, document] = asked
        self._note_answer(event, call)

    def _add_request(self, event: Event[RequestReceived]) -> None:
        exchange = Exchange(event)
        self.exchanges.append(exchange)
        self._by_request[event.seq] = exchange
        item = exchange.item
        operation = _ABOUT_ITEMS.get(exchange.operation or "")
        if operation is not None and item in self._items:
            self._calls[operation, self._items[item]].append(exchange)
        if exchange.operation == HubOperation.SEND_EDOC:
            self._sendings.append(exchange)
        package = exchange.package
        if package.kind == "document" and package.document_id:
            self._documents[package.document_id].append(exchange)
        elif package.kind == "status":
            answered = package.response_for or AnsweredDocument()
            self._statuses[answered.document_id].append(exchange)
            self._statuses_by_code[answered.code].append(exchange)

    def _add_answer(self, event: Event[AnswerSent]) -> None:
        exchange = self._by_request.get(event.what.request)
        if exchange is None:
            return
        exchange.answer = event
        if _slow_by_itself(exchange, event):
            self._slow.append((exchange.request.elapsed, event.elapsed))
        fetched, acked = event.what.effect.fetched, event.what.effect.acked
        if fetched is not None and fetched.document_id:
            self._fetches[fetched.document_id, fetched.messagetype].append(exchange)
        if acked is not None and acked.document_id:
            self._acks[acked.document_id, acked.messagetype].append(exchange)
        if exchange.served:
            self._last_served = max(self._last_served, exchange.request.seq)

    def _note_answer(self, event: Event, call: DriverCommand) -> None:
        """Take note of an answer that shows the candidate alive: its driver's own, or what a person saw of it."""
        by_person = self.start is not None and self.start.driver in _WITHOUT_PROGRAM
        said = call.error_kind
        if (said is None or said in _ANSWERS) and (not by_person or call.asked is not None):
            self._last_answered = event.seq

    def events_of(self, type_: type[T]) -> Sequence[Event[T]]:
        """Return all events of one type, in order."""
        return cast("Sequence[Event[T]]", self._by_type[type_])

    @property
    def start(self) -> RunStarted | None:
        """What the start of the run says, None where there is none; a laboratory's run has an event before it."""
        started = self.events_of(RunStarted)
        return started[0].what if started else None

    def calls_of(self, command: str) -> Iterator[Event[DriverCalled]]:
        """Yield the driver's calls of one command, in order."""
        return (one for one in self.events_of(DriverCalled) if one.what.command == command)

    def fetches(self, document_id: str, messagetype: str = "edoc") -> list[Exchange]:
        """Return the calls that fetched a document, or a status about it, whether or not the answer was whole."""
        return self._fetches[document_id, messagetype]

    def acks(self, document_id: str, messagetype: str = "edoc") -> list[Exchange]:
        """Return the calls that set the transport status of a document, or of a status about it."""
        return self._acks[document_id, messagetype]

    def sendings(self, document_id: str) -> list[Exchange]:
        """Return the calls that sent the document package with this DocumentId."""
        return self._documents[document_id]

    def calls(self, operation: str, document_id: str) -> list[Exchange]:
        """Return the calls of one operation about a document, whatever came of them; `getEdoc` stands for any fetch."""
        return (
            self.sendings(document_id) if operation == HubOperation.SEND_EDOC else self._calls[operation, document_id]
        )

    def all_sendings(self) -> list[Exchange]:
        """Return every call of sendEdoc, whatever it carried."""
        return list(self._sendings)

    def statuses(self, document_id: str) -> list[Exchange]:
        """Return the calls that sent a status package about this document."""
        return self._statuses[document_id]

    def statuses_by_code(self, code: str) -> list[Exchange]:
        """Return the calls that sent a status package about a document of this number and notation."""
        return self._statuses_by_code[code]

    def moved(self, document_id: str) -> int:
        """Return the last event on the wire that had to do with a document, -1 for none."""
        calls = (
            *(one for messagetype in _MESSAGE_TYPES for one in self._fetches[document_id, messagetype]),
            *(one for messagetype in _MESSAGE_TYPES for one in self._acks[document_id, messagetype]),
            *self._documents[document_id],
            *self._statuses[document_id],
        )
        return max((one.answer.seq if one.answer else one.request.seq for one in calls), default=-1)

    def view(self, command: str) -> Event[DriverCalled] | None:
        """Return the last answer to a driver command that only looks (`inbox`, `outbox`, `directory`)."""
        return self._views.get(command)

    def rows(self, command: str, document: str) -> list[Mapping[str, Any]]:
        """Return the rows of the last answer to a looking command that name a document; an empty id for those of none.

        A candidate's answer is hostile input: rows that do not have the contract's shape are ignored.
        """
        event = self._views.get(command)
        if event is None:
            return []
        known = self._rows.get(command)
        if known is None or known[0] != event.seq:
            known = self._rows[command] = event.seq, _by_document(event.what.documents)
        return list(known[1].get(document, ()))

    def good_delivery(self, document_id: str) -> Event[Stimulus] | None:
        """Return the last delivery of a good document under a DocumentId whose content was recorded, None for none."""
        return self._contents.get(document_id)

    def looked_at(self, command: str, document: str | None = None) -> int:
        """Return the event at which a looking command last showed a document, changed or not; -1 for never."""
        return max(self._looks.get(command, -1), self._asked_last.get((command, document), -1))

    def failures(self, exchange: Exchange) -> tuple[str, ...]:
        """Return the codes of the findings that fail the package sent in `exchange`."""
        return () if self.inspector is None else self.inspector.failures(exchange)

    def package(self, exchange: Exchange) -> DocumentPackage | StatusPackage | None:
        """Return the package sent in `exchange`, None when there is none that can be read."""
        return None if self.inspector is None else self.inspector.package(exchange)

    def files(self, exchange: Exchange) -> Mapping[str, str]:
        """Return the files carried in `exchange`, unpacked: name to SHA-256 in hex, or to what is wrong with it."""
        return {} if self.inspector is None else self.inspector.files(exchange)

    def between(self, earlier: Event, later: Event) -> float:
        """Return the seconds between two events, without those in which the harness itself kept the candidate waiting.

        These are stalls of the harness, and slow answers of the hub without a fault.
        """
        stalls = ((one.elapsed - one.what.seconds, one.elapsed) for one in self.events_of(HarnessStalled))
        lost, until = 0.0, earlier.elapsed
        for begin, end in sorted((*stalls, *self._slow)):
            begin, end = max(begin, until), min(end, later.elapsed)
            if end > begin:
                lost += end - begin
                until = end
        return later.elapsed - earlier.elapsed - lost

    def served_after(self, seq: int) -> bool:
        """Tell whether the candidate made a request after event `seq` that the hub served whole."""
        return self._last_served > seq

    def answered_after(self, seq: int) -> bool:
        """Tell whether the candidate's driver answered anything after event `seq`: then it is alive."""
        return self._last_answered > seq

    def silent_before(self, event: Event, limit: float) -> bool:
        """Tell whether the candidate had made no request for more than `limit` seconds when `event` happened."""
        before = next((one.request for one in reversed(self.exchanges) if one.request.seq < event.seq), None)
        return before is None or self.between(before, event) > limit

    def ever_called(self) -> bool:
        """Tell whether any request of the candidate's reached the hub."""
        return bool(self.exchanges)


def _by_document(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        named = row.get("document_id")
        found[named if isinstance(named, str) else ""].append(row)
    return found


def _slow_by_itself(exchange: Exchange, answer: Event[AnswerSent]) -> bool:
    """Tell whether the hub was slow with a small answer without a fault."""
    said = answer.what
    if said.fault or said.altered or max(said.body.size, exchange.asked.body.size) > _SMALL:
        return False
    return answer.elapsed - exchange.request.elapsed > _SLOW
