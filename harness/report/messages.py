"""Events of the journal as messages between driver, candidate and hub, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from harness.journal import Event
from harness.journal.events import (
    AnswerSent,
    CallEffect,
    CandidateSilent,
    DriverCalled,
    DriverCommand,
    DriverUnsupported,
    Fact,
    FaultMended,
    FaultPlaced,
    HarnessStalled,
    HubProbed,
    RequestReceived,
    SentPackage,
    Stimulus,
)
from harness.report.faults import fault_words
from harness.report.texts import ReportTexts, shown

_LABEL = 60
_DOCUMENT_KEYS = frozenset({"document", "document_id", "documents", "target"})
_DEEPEST = 6


class Lane(StrEnum):
    """Who takes part."""

    DRIVER = "driver"
    CANDIDATE = "candidate"
    HUB = "hub"


# Source and target, label, detail, and kind of a message.
Drawn = tuple[Lane, Lane, str, str, str]


@dataclass(frozen=True, slots=True)
class JournalMessage:
    """One message, or one thing that happened at `source` when `target` is the same.

    Attributes:
        seq: number of its event.
        elapsed: seconds since the run began.
        label: what it is; equal labels in a row are drawn once.
        detail: the rest, on a second line.
        kind: `ask`, `answer` or `note`.
        wrong: True when a finding points at it.
        faulty: True for an answer that the harness put a fault into.
        names: short names of the documents it is about.
        times: how many equal ones followed each other.
    """

    seq: int
    elapsed: float
    source: Lane
    target: Lane
    label: str
    detail: str
    kind: str
    wrong: bool = False
    faulty: bool = False
    names: frozenset[str] = frozenset()
    times: int = 1


def named_documents(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield every DocumentId that a recorded value names."""
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key in _DOCUMENT_KEYS and isinstance(part, str):
                yield part
            elif key in _DOCUMENT_KEYS and isinstance(part, list):
                yield from (one for one in part if isinstance(one, str))
            yield from named_documents(part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            yield from named_documents(part, depth + 1)


class EventDescriber:
    """Turns events into messages in one language; documents may get short names, to be explained in a legend."""

    def __init__(self, wording: ReportTexts, *, short: bool = True, items: Mapping[str, str] | None = None) -> None:
        """Prepare.

        Args:
            wording: language of the messages.
            short: whether documents get short names.
            items: DocumentIds by the docIds under which the hub lists them.
        """
        self._wording = wording
        self._short = short
        self._items = items or {}
        self._used: set[str] = set()
        self.names: dict[str, str] = {}

    def message(self, event: Event, *, wrong: bool) -> JournalMessage | None:
        """Return the event as a message, None for a kind that is not for people."""
        match event.what:
            case RequestReceived() as request:
                draw = partial(self._request, request)
            case AnswerSent() as answer:
                draw = partial(self._answer, answer)
            case DriverCalled() | DriverUnsupported() as call:
                draw = partial(self._driver, call, event.members)
            case _ if self._wording.known(f"event.{event.kind}"):
                draw = partial(self._note, event)
            case _:
                return None
        self._used = set()
        source, target, label, detail, kind = draw()
        return JournalMessage(
            seq=event.seq,
            elapsed=event.elapsed,
            source=source,
            target=target,
            label=shown(label, _LABEL),
            detail=shown(detail, _LABEL),
            kind=kind,
            wrong=wrong,
            faulty=isinstance(event.what, AnswerSent) and bool(event.what.fault),
            names=frozenset(self._used),
        )

    def sentence(self, event: Event) -> str:
        """Return in one sentence what happened at an event."""
        if self._wording.known(f"event.sentence.{event.kind}"):
            return self._plainly(event)
        message = self.message(event, wrong=False)
        if message is None:
            return self._wording.say("event.sentence.other", kind=shown(event.kind), at=self._wording.moment(event.at))
        who = f"event.sentence.{message.source}-{message.kind}"
        what = " · ".join(part for part in (message.label, message.detail) if part)
        return self._wording.say(who, what=what, at=self._wording.moment(event.at))

    def _plainly(self, event: Event) -> str:
        """Say what sequence pictures leave out: beginnings and ends, and the person who moves the candidate."""
        values = {
            key: shown(str(event.members.get(key, "")), _LABEL) for key in ("question", "command", "name", "size")
        }
        return self._wording.say(f"event.sentence.{event.kind}", at=self._wording.moment(event.at), **values)

    def _name(self, document: Any) -> str:
        if not isinstance(document, str) or not document:
            return ""
        if not self._short:
            return document
        short = self._wording.say("document.short", number=len(self.names) + 1)
        name = self.names.setdefault(document, short)
        self._used.add(name)
        return name

    def _request(self, request: RequestReceived) -> Drawn:
        parameters = request.parameters
        operation = request.operation or f"{request.method} {request.target}"
        detail = [parameters[key] for key in ("messagetype", "status") if parameters.get(key)]
        if request.package is not None:
            detail = [self._package(request.package)]
        elif parameters.get("docId"):
            item = parameters["docId"]
            detail = [*detail, self._name(self._items.get(item)) or f"docId {item}"]
        return Lane.CANDIDATE, Lane.HUB, operation, " · ".join(part for part in detail if part), "ask"

    def _package(self, package: SentPackage) -> str:
        if package.kind == "status":
            answered = package.response_for
            return self._wording.say(
                "package.status",
                code=shown(package.status_code or "?"),
                name=self._name(answered.document_id if answered else None) or "?",
            )
        if package.kind == "document":
            return self._wording.say("package.document", name=self._name(package.document_id) or "?")
        return self._wording.say("package.unknown")

    def _answer(self, answer: AnswerSent) -> Drawn:
        status, code = answer.http_status, answer.error_code
        if answer.fault:
            label = self._wording.say("answer.fault", fault=fault_words(answer.fault, self._wording))
        elif status is None:
            label = self._wording.say("answer.none")
        elif code in {None, "0"}:
            label = "OK" if status == 200 else f"HTTP {status}"
        else:
            label = f"{code} {answer.error_desc or ''}"
        return Lane.HUB, Lane.CANDIDATE, label, self._effect(answer.effect), "answer"

    def _effect(self, effect: CallEffect) -> str:
        if effect.listed is not None:
            return self._wording.say("answer.listed", number=len(effect.listed))
        documents = [self._name(name) for name in dict.fromkeys(named_documents(effect.members()))]
        return ", ".join(documents[:3])

    def _driver(self, call: DriverCommand, members: Mapping[str, Any]) -> Drawn:
        names = [self._name(name) for name in dict.fromkeys(named_documents(members))]
        action = [str(call.arguments[key]) for key in ("operation", "action") if call.arguments.get(key)]
        outcome = [call.error_kind] if call.error_kind else []
        detail = " · ".join([*action, *names[:3], *outcome])
        return Lane.DRIVER, Lane.CANDIDATE, call.command, detail, "ask"

    def _note(self, event: Event) -> Drawn:
        names = [self._name(name) for name in dict.fromkeys(named_documents(event.members))]
        detail = [*self._details(event.what, names)]
        key = event.kind
        if isinstance(event.what, HubProbed) and not event.what.reachable:
            key = "hub.unreachable"
        note = event.what.note if isinstance(event.what, Stimulus) else ""
        label = self._stimulus(shown(note)) or self._wording.say(f"event.{key}")
        return Lane.HUB, Lane.HUB, label, ", ".join(detail[:6]), "note"

    def _details(self, what: Fact, names: list[str]) -> Iterator[str]:
        """Yield the details of something that happened: what it was about, and how long it took."""
        if isinstance(what, FaultPlaced | FaultMended):
            yield from dict.fromkeys(what.operations or ())
        if isinstance(what, FaultPlaced):
            yield from (fault_words(plan, self._wording) for plan in dict.fromkeys(what.plans))
        yield from names
        if isinstance(what, CandidateSilent | HarnessStalled):
            yield f"{self._wording.measure(what.seconds)} s"

    def _stimulus(self, note: str) -> str:
        """Say what a scenario put into the mailbox; empty for an event of another kind."""
        kind, _, code = note.partition(" ")
        if kind == "status":
            return self._wording.say("stimulus.status", code=code)
        other = self._wording.say("stimulus.other", note=note) if note else ""
        return self._wording.known(f"stimulus.{note}") or other
