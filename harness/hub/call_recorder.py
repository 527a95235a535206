"""What the hub records: one `request` and one `answer` event for every request.

`request` holds the request as received; the body of `sendEdoc` is kept as the package, without its CRLF.
`answer` holds what left the hub and what the call did (`effect`), correlated by DocumentId.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from msgspec.structs import replace

from harness.hub.call_results import Call, CallResult
from harness.hub.incoming import Incoming
from harness.hub.received_package import ReceivedPackage, sent_package
from harness.journal.events import (
    AnswerBody,
    AnswerSent,
    CallEffect,
    RequestBody,
    RequestFraming,
    RequestReceived,
    RequestSignature,
    SentPackage,
    SignatureProblem,
)
from harness.journal.recorder import Recorder
from harness.vxp.answers import AnswerBroken, read_answer
from harness.vxp.headers import SIGN_HEADER, UNSIGNED, header, parameter_values

_SHOWN_ROWS = 20
_LARGEST_ANSWER = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sent:
    """What left the hub.

    Attributes:
        http_status: 0 when nothing did.
        body: as sent, or its beginning when it was cut; empty where it was sent part by part.
        complete: whether the whole answer left.
        altered: whether it is not the hub's own answer.
        fault: name of the plan that shaped it.
        length: bytes of a body that was sent part by part, None for others.
    """

    http_status: int
    body: bytes
    complete: bool
    altered: bool = False
    fault: str | None = None
    length: int | None = None

    @property
    def size(self) -> int:
        """Bytes of the body that were sent."""
        return len(self.body) if self.length is None else self.length


class CallLog(Protocol):
    """Takes the hub's calls: every request as it came, and what it came to."""

    def request(self, incoming: Incoming, call: Call) -> Callable[[], int]:
        """Look at a request, in any thread; return what takes it down, where it happens, under the number returned."""
        ...

    def answer(self, request: int, call: Call, outcome: CallResult, sent: Sent) -> None:
        """Take an answer down.

        Args:
            request: number of the request.
            call: what was asked.
            outcome: what the hub did.
            sent: what left it.
        """
        ...


class CallRecorder:
    """The log of calls that writes events: `request` and `answer`, correlated by the number of the request's event."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def request(self, incoming: Incoming, call: Call) -> Callable[[], int]:
        """Gather what is recorded of a request; what is returned writes the event and returns its number."""
        facts = self.facts(incoming, call)
        return lambda: self._recorder.record(facts).seq

    def answer(self, request: int, call: Call, outcome: CallResult, sent: Sent) -> None:
        """Write an `answer` event; see `CallLog`."""
        self._recorder.record(self.answer_facts(request, call, outcome, sent))

    def facts(self, incoming: Incoming, call: Call) -> RequestReceived:
        """Return what a `request` event says; bodies are kept as blobs."""
        return RequestReceived(
            n=incoming.n,
            method=incoming.method,
            target=incoming.target,
            http_version=incoming.http_version,
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in incoming.headers),
            operation=call.operation.name if call.operation else None,
            system_id=call.system_id,
            parameters={key: value for key, value in call.parameters.items() if key not in UNSIGNED},
            body=self._body(incoming, call),
            framing=_framing(incoming),
            signature=_signature(incoming, call),
            secret_in=self._secret_in(incoming),
            package=None if call.received is None else self._package(call.received),
        )

    def answer_facts(self, request: int, call: Call, outcome: CallResult, sent: Sent) -> AnswerSent:
        """Return what an `answer` event says; its body is kept as a blob where it is not kept elsewhere."""
        kept = not sent.altered and sent.complete and outcome.kept
        small = sent.size <= _LARGEST_ANSWER
        code, description = _error(outcome, sent)
        blob = self._recorder.keep(sent.body) if sent.body and small and not kept else None
        return AnswerSent(
            request=request,
            operation=call.operation.name if call.operation else None,
            http_status=sent.http_status,
            error_code=code,
            error_desc=description,
            body=AnswerBody(sent.size, blob),
            complete=sent.complete,
            altered=sent.altered,
            fault=sent.fault,
            effect=_effect(outcome, sent),
        )

    def _body(self, incoming: Incoming, call: Call) -> RequestBody:
        body = incoming.body
        blob = self._recorder.keep(body) if body and call.received is None else None
        return RequestBody(len(body), sha256(body).hexdigest(), blob, incoming.complete)

    def _package(self, received: ReceivedPackage) -> SentPackage:
        return sent_package(received, self._recorder.keep(received.file))

    def _secret_in(self, incoming: Incoming) -> tuple[str, ...]:
        holds = self._recorder.holds_secret
        places = ["url"] if holds(incoming.target.encode("latin-1")) else []
        places += ["body"] if incoming.body and holds(incoming.body) else []
        lines = dict(incoming.headers)
        if holds(b"\n".join(value for _, value in incoming.headers)):
            places += [f"header:{name.decode('latin-1')}" for name, value in lines.items() if holds(value)]
        return tuple(places)


def _framing(incoming: Incoming) -> RequestFraming:
    def given(name: str) -> str | None:
        value = header(incoming.headers, name)
        return None if value is None else value.decode("latin-1")

    return RequestFraming(given("content-length"), given("transfer-encoding"), given("content-type"), given("expect"))


def _signature(incoming: Incoming, call: Call) -> RequestSignature:
    verification = call.verification
    return RequestSignature(
        sign_header_present=SIGN_HEADER in parameter_values(incoming.headers),
        expected_hash_header=verification.expected,
        given_hash_header=verification.given or None,
        problems=tuple(SignatureProblem(problem.code, problem.key) for problem in verification.problems),
    )


def _error(outcome: CallResult, sent: Sent) -> tuple[str | None, str | None]:
    """Return the error members of what was really sent, None where it has none."""
    if not sent.altered:
        return outcome.error_code, outcome.error_desc
    try:
        answer = read_answer(sent.body)
    except AnswerBroken:
        return None, None
    return answer.error_code, answer.error_desc


def _effect(outcome: CallResult, sent: Sent) -> CallEffect:
    """Return the effect as it is recorded.

    A package is fetched whole only when the hub's own answer left it whole. Of a long list the first rows stand
    for all: a list is asked for again and again, and the journal would be nothing but lists.
    """
    effect = outcome.effect
    if effect.fetched is not None:
        whole = sent.complete and not sent.altered
        return replace(effect, fetched=replace(effect.fetched, complete=whole))
    if effect.listed is not None:
        return replace(effect, listed=effect.listed[:_SHOWN_ROWS], rows=len(effect.listed))
    return effect
