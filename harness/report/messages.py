"""Events of the journal as messages between driver, candidate and hub, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.journal import Event
from harness.report.faults import fault_words
from harness.report.texts import ReportTexts, shown

_LABEL = 60
_MEASURED = frozenset({"candidate.silent", "harness.stalled"})
_DOCUMENT_KEYS = frozenset({"document", "document_id", "documents", "target"})
_DEEPEST = 6


class Lane(StrEnum):
    """Who takes part."""

    DRIVER = "driver"
    CANDIDATE = "candidate"
    HUB = "hub"


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
        faulty: True for an answer that the harness spoilt.
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
        """Prepare to narrate.

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
        draw = {
            "request": self._request,
            "answer": self._answer,
            "driver": self._driver,
            "driver.unsupported": self._driver,
        }.get(event.kind)
        if draw is None and self._wording.known(f"event.{event.kind}"):
            draw = self._note
        if draw is None:
            return None
        self._used = set()
        source, target, label, detail, kind = draw(event)
        return JournalMessage(
            seq=event.seq,
            elapsed=event.elapsed,
            source=source,
            target=target,
            label=shown(label, _LABEL),
            detail=shown(detail, _LABEL),
            kind=kind,
            wrong=wrong,
            faulty=event.kind == "answer" and bool(event.data.get("fault")),
            names=frozenset(self._used),
        )

    def sentence(self, event: Event) -> str:
        """Return in one sentence what happened at an event."""
        message = self.message(event, wrong=False)
        if message is None:
            return self._wording.say("event.sentence.other", kind=shown(event.kind), at=self._wording.moment(event.at))
        who = f"event.sentence.{message.source}-{message.kind}"
        what = " · ".join(part for part in (message.label, message.detail) if part)
        return self._wording.say(who, what=what, at=self._wording.moment(event.at))

    def _name(self, document: Any) -> str:
        if not isinstance(document, str) or not document:
            return ""
        if not self._short:
            return document
        short = self._wording.say("document.short", number=len(self.names) + 1)
        name = self.names.setdefault(document, short)
        self._used.add(name)
        return name

    def _request(self, event: Event) -> tuple[Lane, Lane, str, str, str]:
        data = event.data
        parameters = _mapping(data.get("parameters"))
        operation = str(data.get("operation") or f"{data.get('method', '')} {data.get('target', '')}")
        asked = [str(parameters[key]) for key in ("messagetype", "status") if parameters.get(key)]
        package = _mapping(data.get("package"))
        detail = [self._package(package)] if package else asked
        if not package and parameters.get("docId"):
            item = str(parameters["docId"])
            detail = [*detail, self._name(self._items.get(item)) or f"docId {item}"]
        return Lane.CANDIDATE, Lane.HUB, operation, " · ".join(part for part in detail if part), "ask"

    def _package(self, package: Mapping[str, Any]) -> str:
        answered = _mapping(package.get("response_for")).get("document_id")
        if package.get("kind") == "status":
            return self._wording.say(
                "package.status",
                code=shown(package.get("status_code") or "?"),
                name=self._name(answered) or "?",
            )
        if package.get("kind") == "document":
            return self._wording.say("package.document", name=self._name(package.get("document_id")) or "?")
        return self._wording.say("package.unknown")

    def _answer(self, event: Event) -> tuple[Lane, Lane, str, str, str]:
        data = event.data
        status, code = data.get("http_status"), data.get("error_code")
        if data.get("fault"):
            label = self._wording.say("answer.fault", fault=fault_words(data["fault"], self._wording))
        elif status is None:
            label = self._wording.say("answer.none")
        elif code in {None, "0"}:
            label = "OK" if status == 200 else f"HTTP {status}"
        else:
            label = f"{code} {data.get('error_desc') or ''}"
        return Lane.HUB, Lane.CANDIDATE, label, self._effect(_mapping(data.get("effect"))), "answer"

    def _effect(self, effect: Mapping[str, Any]) -> str:
        listed = effect.get("listed")
        if isinstance(listed, list):
            return self._wording.say("answer.listed", number=len(listed))
        documents = [self._name(name) for name in dict.fromkeys(named_documents(dict(effect)))]
        return ", ".join(documents[:3])

    def _driver(self, event: Event) -> tuple[Lane, Lane, str, str, str]:
        data = event.data
        arguments = _mapping(data.get("arguments"))
        names = [self._name(name) for name in dict.fromkeys(named_documents(dict(data)))]
        action = [str(arguments[key]) for key in ("operation", "action") if arguments.get(key)]
        error = _mapping(data.get("error"))
        outcome = [str(error["kind"])] if error.get("kind") else []
        detail = " · ".join([*action, *names[:3], *outcome])
        return Lane.DRIVER, Lane.CANDIDATE, str(data.get("command", event.kind)), detail, "ask"

    def _note(self, event: Event) -> tuple[Lane, Lane, str, str, str]:
        data = event.data
        names = [self._name(name) for name in dict.fromkeys(named_documents(data))]
        plans = [fault_words(plan, self._wording) for plan in _texts(data.get("plans"))]
        detail = [*_texts(data.get("operations")), *plans, *names]
        if event.kind in _MEASURED and data.get("seconds") is not None:
            detail.append(f"{self._wording.measure(data['seconds'])} s")
        key = "hub.unreachable" if event.kind == "hub.probed" and not data.get("reachable") else event.kind
        label = self._stimulus(shown(data.get("note"))) or self._wording.say(f"event.{key}")
        return Lane.HUB, Lane.HUB, label, ", ".join(detail[:6]), "note"

    def _stimulus(self, note: str) -> str:
        """Say what a scenario put into the mailbox; empty for an event that says nothing of that kind."""
        kind, _, code = note.partition(" ")
        if kind == "status":
            return self._wording.say("stimulus.status", code=code)
        other = self._wording.say("stimulus.other", note=note) if note else ""
        return self._wording.known(f"stimulus.{note}") or other


def _texts(value: Any) -> list[str]:
    return list(dict.fromkeys(str(one) for one in value)) if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
