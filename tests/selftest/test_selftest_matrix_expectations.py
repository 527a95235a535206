"""Every expectation of the vocabulary can fail: those that silence does not fail are shown what they forbid."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.expectations import (
    Bounded,
    DistinctIds,
    Expectation,
    NoStatus,
    NothingWritten,
    NotReached,
    OneIdentity,
    OrderTaken,
    Paced,
    PausesGrow,
    SignedRight,
    Unvisited,
)
from harness.expectations.assessment import Broken, Holding, Pending
from harness.expectations.evidence import Evidence
from harness.journal import Event
from harness.selfcheck.expectations import at_first, vocabulary
from tests.journal.told_events import event_told

DOCUMENT, OTHER = "H41,2026/11/23,1/VP", "H41,2026/11/23,2/VP"


class Tape:
    """Events of a run that never was."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, kind: str, elapsed: float = 0.0, **data: Any) -> None:
        self.events.append(event_told(len(self.events), kind, data, elapsed=elapsed))

    def sending(
        self, elapsed: float = 0.0, *, document: str = DOCUMENT, subject: str = "x", signed: bool = True
    ) -> None:
        package = {"kind": "document", "document_id": document, "subject": subject}
        self._request(elapsed, package, signed)

    def status(self, code: str) -> None:
        self._request(0.0, {"kind": "status", "status_code": code, "response_for": {"document_id": DOCUMENT}}, True)

    def _request(self, elapsed: float, package: dict[str, Any], signed: bool) -> None:
        signature: dict[str, Any] = {
            "expected_hash_header": "a",
            "given_hash_header": "a" if signed else "b",
            "problems": [],
        }
        self.add(
            "request",
            elapsed,
            operation="sendEdoc",
            headers=[],
            parameters={},
            package=package,
            signature=signature,
        )


def sent(*elapsed: float, **given: Any) -> Tape:
    tape = Tape()
    tape.add("run.started")
    for moment in elapsed:
        tape.sending(moment, **given)
    return tape


def two_documents(first: str, second: str, subject: str) -> Tape:
    tape = sent(0.0, document=first)
    tape.sending(1.0, document=second, subject=subject)
    return tape


def noted(kind: str, **data: Any) -> Tape:
    tape = Tape()
    tape.add(kind, **data)
    return tape


def status(code: str) -> Tape:
    tape = Tape()
    tape.status(code)
    return tape


# What each expectation that holds while nothing happens must not see.
FORBIDDEN: dict[Expectation, Callable[[], Tape]] = {
    Bounded("sendEdoc", DOCUMENT, most=2): lambda: sent(1.0, 2.0, 3.0),
    Paced(since=0, until=5, grace=1.0, most=2): lambda: sent(0.5, 1.1, 1.2, 1.3, 9.0),
    PausesGrow(DOCUMENT, until=9, growth=2.0): lambda: sent(1.0, 2.0, 3.5),
    OneIdentity(DOCUMENT, subject="x"): lambda: two_documents(DOCUMENT, OTHER, "x"),
    DistinctIds(): lambda: two_documents(DOCUMENT, DOCUMENT, "y"),
    NotReached(subject="x"): lambda: sent(1.0),
    NoStatus(DOCUMENT, codes=("15",)): lambda: status("15"),
    Unvisited(token="t"): lambda: noted("canary", token="t", method="GET", path="/t/x", body={"size": 0}),
    NothingWritten(token="t"): lambda: noted("trespass", token="t", file="a.txt"),
    SignedRight(after=0): lambda: sent(1.0, signed=False),
}


@pytest.mark.parametrize("kind", vocabulary().values(), ids=lambda kind: str(kind.__name__))
def test_silence_fails_an_expectation_or_something_else_is_shown_to(kind: type[Expectation]) -> None:
    outcome = at_first(kind)
    shown = {OrderTaken, *(type(one) for one in FORBIDDEN)}
    assert isinstance(outcome, Pending) or (isinstance(outcome, Holding) and kind in shown)


@pytest.mark.parametrize("expectation", FORBIDDEN, ids=lambda one: type(one).__name__)
def test_what_is_forbidden_breaks_the_expectation(expectation: Expectation) -> None:
    evidence = Evidence.of(FORBIDDEN[expectation]().events)
    outcome = expectation.assess(evidence, "RTY-01")
    assert isinstance(outcome, Broken)
    assert outcome.findings
    assert all(found.requirement == "RTY-01" for found in outcome.findings)


@pytest.mark.parametrize(
    ("expectation", "tape"),
    [
        (Bounded("sendEdoc", DOCUMENT, most=3), sent(1.0, 2.0, 3.0)),
        (Paced(since=0, until=5, grace=1.0, most=3), sent(0.5, 1.1, 1.2, 1.3, 9.0)),
        (PausesGrow(DOCUMENT, until=9, growth=2.0), sent(1.0, 2.0, 4.0)),
        (PausesGrow(DOCUMENT, until=9, growth=2.0), sent(1.0, 2.0)),
        (OneIdentity(DOCUMENT, subject="x"), two_documents(DOCUMENT, OTHER, "y")),
        (DistinctIds(), two_documents(DOCUMENT, OTHER, "x")),
        (NotReached(subject="y"), sent(1.0)),
        (NoStatus(DOCUMENT, codes=("15",)), status("16")),
        (Unvisited(token="u"), noted("canary", token="t", method="GET", path="/t/x", body={"size": 0})),
        (NothingWritten(token="u"), noted("trespass", token="t", file="a.txt")),
        (SignedRight(after=1), sent(1.0, signed=False)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_is_allowed_leaves_it_holding(expectation: Expectation, tape: Tape) -> None:
    assert isinstance(expectation.assess(Evidence.of(tape.events), "RTY-01"), Holding)


def test_an_order_that_is_refused_is_broken_and_any_other_answer_is_not() -> None:
    order = OrderTaken(command="send", arguments={"code_number": "1"})
    asked = {"command": "send", "arguments": {"code_number": "1"}}
    refused = noted("driver", **asked, error={"kind": "refused", "message": "no"})
    assert isinstance(order.assess(Evidence.of(refused.events), "SND-01"), Broken)
    for kind in ("failed", "unsupported"):
        other = noted("driver", **asked, error={"kind": kind, "message": "no"})
        assert isinstance(order.assess(Evidence.of(other.events), "SND-01"), Holding)
