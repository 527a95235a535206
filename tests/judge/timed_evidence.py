"""Evidence of runs that never were, with times of one's own choosing, for tests of single expectations."""

from collections.abc import Mapping
from typing import Any

from harness.catalogue.findings import Finding
from harness.catalogue.texts import LANGUAGES, finding_text
from harness.edxml.model import DocumentPackage, StatusPackage
from harness.expectations import Expectation, read_expectation, written_expectation
from harness.expectations.assessment import Assessment, Broken, Pending
from harness.expectations.evidence import Evidence, Exchange
from harness.journal import Event
from tests.journal.told_events import event_told

SENT = "000.00.00.H41,2026/11/23,17/UBND-VP"
GOT = "000.00.00.G22,2026/11/23,7816/VPCP-TTĐT"
OTHER = "000.00.00.G22,2026/11/23,7817/VPCP-TTĐT"
ITEM = "6f1f1f1e-0000-4000-8000-00000000abcd"


class Looked:
    """An inspector that has looked already: what it says of a package is given by the blob's name."""

    def __init__(self) -> None:
        self.failing: dict[str, tuple[str, ...]] = {}
        self.packages: dict[str, DocumentPackage | StatusPackage] = {}
        self.carried: dict[str, Mapping[str, str]] = {}

    def failures(self, exchange: Exchange) -> tuple[str, ...]:
        return self.failing.get(str(exchange.package.blob), ())

    def package(self, exchange: Exchange) -> DocumentPackage | StatusPackage | None:
        return self.packages.get(str(exchange.package.blob))

    def files(self, exchange: Exchange) -> Mapping[str, str]:
        return self.carried.get(str(exchange.package.blob), {})


class TimedEvidence(Evidence):
    """Evidence that grows event by event; `at` says when the next one happens, in seconds."""

    def __init__(self) -> None:
        self.looked = Looked()
        super().__init__(inspector=self.looked)
        self.clock = 0.0

    def at(self, seconds: float) -> "TimedEvidence":
        self.clock = seconds
        return self

    def note(self, kind: str, **data: Any) -> Event:
        event = event_told(len(self.events), kind, data, elapsed=self.clock)
        self.add(event)
        return event

    def call(self, operation: str, *, package: dict[str, Any] | None = None, **parameters: str) -> Event:
        """Note a request that is not answered yet."""
        return self.note("request", operation=operation, parameters=parameters, package=package)

    def answer(
        self, request: Event, effect: dict[str, Any] | None = None, *, code: str = "0", complete: bool = True,
        fault: str | None = None, error_desc: str = "",
    ) -> Event:  # fmt: skip
        return self.note(
            "answer", request=request.seq, error_code=code, error_desc=error_desc, complete=complete, fault=fault,
            effect=effect or {},
        )  # fmt: skip

    def fetch(self, document: str = GOT, messagetype: str = "edoc", **answer: Any) -> Event:
        request = self.call("getEdoc", docId=ITEM)
        self.answer(request, {"fetched": {"document_id": document, "messagetype": messagetype}}, **answer)
        return request

    def ack(self, status: str = "done", document: str = GOT, messagetype: str = "edoc", **answer: Any) -> Event:
        request = self.call("updateStatus", docId=ITEM)
        effect = {"acked": {"document_id": document, "messagetype": messagetype, "status": status}}
        self.answer(request, effect, **answer)
        return request

    def poll(self, messagetype: str = "edoc") -> Event:
        request = self.call("getReceivedEdocList", messagetype=messagetype)
        self.answer(request, {"listed": []})
        return request

    def send(
        self, document: str = SENT, subject: str = "S", receivers: tuple[str, ...] = ("A",), *, blob: str = "",
        **answer: Any,
    ) -> Event:  # fmt: skip
        """Note a document sent and taken; with `code`, one that was refused."""
        package = {"kind": "document", "document_id": document, "subject": subject, "blob": blob or None}
        request = self.call("sendEdoc", package=package)
        taken = answer.get("code", "0") == "0"
        self.answer(request, {"accepted": {"receivers": list(receivers)}} if taken else None, **answer)
        return request

    def status(
        self, code: str | None, document: str = GOT, /, *, taken: bool = True, blob: str = "",
        reason: str | None = "Sai thể thức", **named: str,
    ) -> Event:  # fmt: skip
        package = {
            "kind": "status", "status_code": code, "description": reason, "blob": blob or None,
            "response_for": {"document_id": document, **named},
        }  # fmt: skip
        request = self.call("sendEdoc", package=package)
        self.answer(request, {"accepted": {"receivers": ["A"]}} if taken else None, code="0" if taken else "10")
        return request

    def show(self, command: str, *documents: Any) -> Event:
        return self.note("driver", command=command, result={"documents": list(documents)})

    def cannot(self, command: str) -> Event:
        return self.note("driver.unsupported", command=command, error={"kind": "unsupported", "message": ""})


def assessed(evidence: Evidence, expectation: Expectation, requirement: str = "SND-01") -> Assessment:
    """Judge by an expectation that was in the journal, as every judgement does."""
    return read_expectation(written_expectation(expectation)).assess(evidence, requirement)


def reported(assessment: Assessment) -> tuple[Finding, ...]:
    """Return what is said, all of which has words in both languages."""
    findings = assessment.findings if isinstance(assessment, Broken) else ()
    if isinstance(assessment, Pending):
        findings = (assessment.finding,)
    for one in findings:
        said = {**one.parameters, "expected": one.expected, "received": one.received}
        assert all(finding_text(one.code, "message", language, **said) for language in LANGUAGES)
    return findings


def pending(
    evidence: Evidence, expectation: Expectation, reason: str, expected: str, received: str, event: Event | None = None,
    **parameters: str,
) -> None:  # fmt: skip
    """Hold that it is not met so far, and what is said if it never is."""
    _said(evidence, expectation, Pending, reason, expected, received, event, parameters)


def broken(
    evidence: Evidence, expectation: Expectation, reason: str, expected: str, received: str, event: Event | None = None,
    **parameters: str,
) -> None:  # fmt: skip
    """Hold that it can no longer be met, and what is said of that."""
    _said(evidence, expectation, Broken, reason, expected, received, event, parameters)


def _said(
    evidence: Evidence, expectation: Expectation, kind: type, reason: str, expected: str, received: str,
    event: Event | None, parameters: Mapping[str, str],
) -> None:  # fmt: skip
    assessment = assessed(evidence, expectation)
    (found,) = reported(assessment)
    where = event.seq if event is not None else None
    assert (type(assessment), found.code) == (kind, f"SND-01.{reason}")
    assert (found.expected, found.received, found.where.event) == (expected, received, where)
    assert found.parameters == parameters
