"""The journal seen as evidence: requests with their answers, found by document; what the driver showed.

The same view serves a run that is still going on (events are added as they happen) and one that is judged later.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from harness.edxml.model import DocumentPackage, StatusPackage
from harness.journal import Event


@dataclass(slots=True)
class Exchange:
    """One request of the candidate and the hub's answer to it, which is None until it was given.

    Attributes:
        request: event `request`.
        answer: event `answer`, or None.
    """

    request: Event
    answer: Event | None = None

    @property
    def operation(self) -> str | None:
        """Name of the operation, None when the hub knows none of that name."""
        operation: str | None = self.request.data.get("operation")
        return operation

    @property
    def parameters(self) -> Mapping[str, str]:
        """The call's parameters, by key without prefix."""
        parameters: Mapping[str, str] = self.request.data.get("parameters") or {}
        return parameters

    @property
    def item(self) -> str | None:
        """The receiver's id of the delivery that a call is about, None for calls about none."""
        return next((value for key, value in self.parameters.items() if key.lower() == "docid"), None)

    @property
    def package(self) -> Mapping[str, Any]:
        """What the hub read of the package that was sent; empty for other calls."""
        package: Mapping[str, Any] = self.request.data.get("package") or {}
        return package

    @property
    def error_code(self) -> str | None:
        """The hub's error code, None while unanswered."""
        return self.answer.data.get("error_code") if self.answer else None

    @property
    def served(self) -> bool:
        """True when the hub knew the caller, did what was asked, and its own answer left it whole."""
        answer = self.answer
        return answer is not None and self.error_code == "0" and self.complete and not answer.data.get("altered")

    @property
    def complete(self) -> bool:
        """True when the whole answer left the hub."""
        return self.answer is not None and bool(self.answer.data.get("complete"))

    @property
    def fault(self) -> str | None:
        """Name of the fault that the harness put into this exchange, if any."""
        return self.answer.data.get("fault") if self.answer else None

    def effect(self, name: str) -> Any:
        """Return one effect that the call had at the hub, or None."""
        return (self.answer.data.get("effect") or {}).get(name) if self.answer else None


# Seconds over which the hub is slow; larger answers take their time on the way.
_SLOW = 0.25
_SMALL = 64 * 1024
# Errors of the driver protocol that the candidate itself gave.
_ANSWERS = frozenset({"refused", "failed", "unsupported"})
# Drivers behind which no program of the candidate's answers.
_WITHOUT_PROGRAM = frozenset({"manual", "passive"})
# Two operations fetch a document; which of them a candidate uses is its own choice.
_ABOUT_ITEMS = {"getEdoc": "getEdoc", "downloadEdoc": "getEdoc", "updateStatus": "updateStatus"}


class Inspector(Protocol):
    """Looks into the packages of a record; both answers depend on profile and record alone."""

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
    _fetches: dict[str, list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    _acks: dict[str, list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    _sendings: list[Exchange] = field(default_factory=list)
    _statuses_by_code: dict[str, list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    _documents: dict[str, list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    _statuses: dict[str, list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    _kinds: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    _views: dict[str, Event] = field(default_factory=dict)
    _looks: dict[str, int] = field(default_factory=dict)
    _told: dict[tuple[str, str | None], int] = field(default_factory=dict)
    _contents: dict[str, Event] = field(default_factory=dict)
    _rows: dict[str, tuple[int, Mapping[str, list[Mapping[str, Any]]]]] = field(default_factory=dict)
    _slow: list[tuple[float, float]] = field(default_factory=list)
    _last_served: int = -1
    _last_answered: int = -1

    @classmethod
    def of(cls, events: Iterable[Event], inspector: Inspector | None = None) -> "Evidence":
        """Index `events`, which stand in their order."""
        evidence = cls(inspector=inspector)
        for event in events:
            evidence.add(event)
        return evidence

    def add(self, event: Event) -> None:
        """Take in the next event."""
        self.events.append(event)
        self._kinds[event.kind].append(event)
        if event.kind == "request":
            self._add_request(event)
        elif event.kind == "answer":
            self._add_answer(event)
        elif event.kind == "driver" and event.data.get("result") is not None:
            self._add_look(event)
            self._note_answer(event)
        elif event.kind in {"driver", "driver.unsupported"}:
            self._note_answer(event)
        elif event.kind == "delivered":
            self._items[event.data["receiver_doc_id"]] = event.data["document_id"]
        elif event.kind == "driver.same":
            self._looks[event.data["command"]] = event.seq
            self._last_answered = event.seq
        elif event.kind == "stimulus" and event.data.get("good") and event.data.get("subject") is not None:
            self._contents[event.data["document_id"]] = event

    def _add_look(self, event: Event) -> None:
        command = event.data["command"]
        self._views[command] = event
        if "asked" not in event.data:
            self._looks[command] = event.seq
        # A person is asked about single documents, and may take long to answer: what counts is when it was asked.
        for document, asked in event.data.get("asked", ()):
            self._told[command, document] = asked

    def _add_request(self, event: Event) -> None:
        exchange = Exchange(event)
        self.exchanges.append(exchange)
        self._by_request[event.seq] = exchange
        item = exchange.item
        operation = _ABOUT_ITEMS.get(exchange.operation or "")
        if operation is not None and item in self._items:
            self._calls[operation, self._items[item]].append(exchange)
        if exchange.operation == "sendEdoc":
            self._sendings.append(exchange)
        package = exchange.package
        if package.get("kind") == "document" and package.get("document_id"):
            self._documents[package["document_id"]].append(exchange)
        elif package.get("kind") == "status":
            answered = package.get("response_for") or {}
            self._statuses[answered.get("document_id") or ""].append(exchange)
            self._statuses_by_code[str(answered.get("code") or "")].append(exchange)

    def _add_answer(self, event: Event) -> None:
        exchange = self._by_request.get(event.data["request"])
        if exchange is None:
            return
        exchange.answer = event
        if _slow_by_itself(exchange, event):
            self._slow.append((exchange.request.elapsed, event.elapsed))
        for name, index in (("fetched", self._fetches), ("acked", self._acks)):
            effect = exchange.effect(name)
            if effect and effect.get("document_id"):
                index[effect["document_id"]].append(exchange)
        if exchange.served:
            self._last_served = max(self._last_served, exchange.request.seq)

    def _note_answer(self, event: Event) -> None:
        """Take note of an answer that shows the candidate alive: its driver's own, or what a person saw of it."""
        said = (event.data.get("error") or {}).get("kind")
        by_person = str(self.events[0].data.get("driver")) in _WITHOUT_PROGRAM
        if (said is None or said in _ANSWERS) and (not by_person or "asked" in event.data):
            self._last_answered = event.seq

    def kind(self, kind: str) -> Sequence[Event]:
        """Return all events of one kind, in order."""
        return self._kinds[kind]

    def fetches(self, document_id: str, messagetype: str = "edoc") -> list[Exchange]:
        """Return the calls that fetched a document, or a status about it, whether or not the answer was whole."""
        return [one for one in self._fetches[document_id] if one.effect("fetched").get("messagetype") == messagetype]

    def acks(self, document_id: str, messagetype: str = "edoc") -> list[Exchange]:
        """Return the calls that set the transport status of a document, or of a status about it."""
        return [one for one in self._acks[document_id] if one.effect("acked").get("messagetype") == messagetype]

    def sendings(self, document_id: str) -> list[Exchange]:
        """Return the calls that sent the document package with this DocumentId."""
        return self._documents[document_id]

    def calls(self, operation: str, document_id: str) -> list[Exchange]:
        """Return the calls of one operation about a document, whatever came of them; `getEdoc` stands for any fetch."""
        return self.sendings(document_id) if operation == "sendEdoc" else self._calls[operation, document_id]

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
            *self._fetches[document_id],
            *self._acks[document_id],
            *self._documents[document_id],
            *self._statuses[document_id],
        )
        return max((one.answer.seq if one.answer else one.request.seq for one in calls), default=-1)

    def view(self, command: str) -> Event | None:
        """Return the last answer to a driver command that only looks (`inbox`, `outbox`, `directory`)."""
        return self._views.get(command)

    def rows(self, command: str, document: str) -> list[Mapping[str, Any]]:
        """Return the rows of the last answer to a looking command that name a document; an empty id for those of none.

        What a candidate shows is hostile: whatever is not of the contract's shape is passed over.
        """
        event = self._views.get(command)
        if event is None:
            return []
        known = self._rows.get(command)
        if known is None or known[0] != event.seq:
            known = self._rows[command] = event.seq, _by_document(event.data["result"].get("documents"))
        return list(known[1].get(document, ()))

    def good_delivery(self, document_id: str) -> Event | None:
        """Return the last delivery of a good document under a DocumentId that tells what it said, None for none."""
        return self._contents.get(document_id)

    def looked_at(self, command: str, document: str | None = None) -> int:
        """Return the event at which a looking command last showed a document, changed or not; -1 for never."""
        return max(self._looks.get(command, -1), self._told.get((command, document), -1))

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

        It does so where it stood still, and where the hub took long over an answer that no fault was put into.
        """
        stalls = ((one.elapsed - one.data["seconds"], one.elapsed) for one in self._kinds["harness.stalled"])
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


def _by_document(rows: Any) -> Mapping[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            named = row.get("document_id")
            found[named if isinstance(named, str) else ""].append(row)
    return found


def _slow_by_itself(exchange: Exchange, answer: Event) -> bool:
    """Tell whether the hub took long over a small answer, and nothing was done to it on purpose."""
    if (
        answer.data.get("fault")
        or answer.data.get("altered")
        or (answer.data.get("body") or {}).get("size", 0) > _SMALL
    ):
        return False
    sent = (exchange.request.data.get("body") or {}).get("size", 0)
    return sent <= _SMALL and answer.elapsed - exchange.request.elapsed > _SLOW
