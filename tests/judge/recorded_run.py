"""Writes small journals of invented runs, event by event, for tests of the judges."""

from datetime import datetime
from pathlib import Path
from typing import Any

from harness.catalogue.profiles import load_profile
from harness.expectations import Expectation, written_expectation
from harness.journal import Event, Journal, Record, read_record
from harness.journal.recorder import VIETNAM
from harness.judge.judge import judge
from harness.judge.report_schema import Judgement
from harness.vxp.operations import OPERATIONS, Parameter
from harness.vxp.timestamps import timestamp
from tests.journal.told_events import fact

DOCUMENT = "000.00.00.G22,2026/11/23,7816/VPCP-TTĐT"
CANDIDATE_ORGAN = "000.00.00.H41"
SIGNED = {"expected_hash_header": "ab", "given_hash_header": "ab", "problems": [], "sign_header_present": True}


class RecordedRun:
    """An invented run, whose journal grows event by event."""

    def __init__(
        self,
        directory: Path,
        scenario: str = "RCV-02",
        only: list[str] | None = None,
        *,
        everything: bool = False,
        capabilities: tuple[str, ...] = (),
    ) -> None:
        self.directory = directory
        self.journal = Journal(directory)
        self.scenario = scenario
        self.record(
            "run.started",
            {
                "capabilities": list(capabilities),
                "only": None if everything else only or [scenario],
                "scenarios": [{"id": scenario, "requirements": [scenario]}],
            },
        )
        self.own("scenario.started", {"requirements": [scenario]})

    def record(self, kind: str, data: dict[str, Any]) -> Event:
        return self.journal.record(fact(kind, data))

    def own(self, kind: str, data: dict[str, Any]) -> Event:
        return self.journal.record(fact(kind, data), scenario=self.scenario)

    def expect(self, expectation: Expectation, role: str = "duty") -> None:
        written = written_expectation(expectation)
        self.own("expectation", {"role": role, "requirement": self.scenario, "expectation": written})

    def call(
        self,
        operation: str,
        effect: dict[str, Any] | None = None,
        *,
        error_code: str = "0",
        complete: bool = True,
        fault: str | None = None,
        **request: Any,
    ) -> Event:
        """Record a request and its answer; further words replace members of the request event."""
        asked = self.record(
            "request",
            {
                "method": "GET" if operation == "downloadEdoc" else "POST",
                "target": f"/vxp/{operation}",
                "operation": operation,
                "system_id": "sys",
                "parameters": self.parameters(operation),
                "framing": {
                    "content_type": "application/octet-stream" if operation == "sendEdoc" else "application/json",
                    "content_length": "2",
                    "transfer_encoding": None,
                },
                "signature": SIGNED,
                "secret_in": [],
                "package": None,
                **request,
            },
        )
        answer = {"request": asked.seq, "operation": operation, "http_status": 200, "error_code": error_code}
        return self.record(
            "answer", {**answer, "error_desc": "", "complete": complete, "fault": fault, "effect": effect or {}}
        )

    def parameters(self, operation: str) -> dict[str, str]:
        """Return the parameters of a call of an operation."""
        now = datetime.now(VIETNAM)
        needed = {one.key: one.values[0] if one.values else "sys" for one in _parameters(operation)}
        return {"systemid": "sys", "timestamp": timestamp(now), **needed}

    def fetch(self, document: str = DOCUMENT, messagetype: str = "edoc", **changes: Any) -> Event:
        effect = {"fetched": {"receiver_doc_id": "u1", "document_id": document, "messagetype": messagetype}}
        return self.call("getEdoc", effect, **changes)

    def ack(self, status: str = "done", document: str = DOCUMENT, messagetype: str = "edoc") -> Event:
        acked = {"receiver_doc_id": "u1", "document_id": document, "messagetype": messagetype, "status": status}
        return self.call("updateStatus", {"acked": acked})

    def sent_status(self, status_code: str, document: str = DOCUMENT, **named: Any) -> Event:
        package = {
            "kind": "status",
            "sha256": status_code,
            "blob": None,
            "status_code": status_code,
            "hash_file_form": "padded",
            "response_for": {"document_id": document, **named},
        }
        parameters = {**self.parameters("sendEdoc"), "messagetype": "status"}
        return self.call("sendEdoc", {"accepted": {"document_id": document}}, package=package, parameters=parameters)

    def inbox(self, *documents: dict[str, Any]) -> Event:
        return self.record("driver", {"command": "inbox", "result": {"documents": list(documents)}})

    def poll(self, messagetype: str = "edoc") -> Event:
        parameters = {**self.parameters("getReceivedEdocList"), "messagetype": messagetype}
        return self.call("getReceivedEdocList", {"listed": []}, parameters=parameters)

    def finish(self, outcome: str = "completed", **data: Any) -> None:
        self.own("scenario.finished", {"outcome": outcome, "cause": None, "detail": "", "parameters": {}, **data})
        self.record("run.finished", {"reason": "complete"})

    def read(self) -> Record:
        self.journal.close()
        return read_record(self.directory)

    def judged(self) -> Judgement:
        return judge(load_profile(), self.read())


def verdict(judgement: Judgement, requirement: str) -> str:
    return str(next(entry.verdict for entry in judgement.requirements if entry.id == requirement))


def cause(judgement: Judgement, requirement: str) -> str | None:
    return next(entry.cause for entry in judgement.requirements if entry.id == requirement)


def codes(judgement: Judgement) -> set[str]:
    return {found.code for scenario in judgement.scenarios for found in scenario.findings}


def _parameters(operation: str) -> tuple[Parameter, ...]:
    known = OPERATIONS.get(operation)
    return known.parameters if known else ()
