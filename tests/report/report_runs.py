"""Builds run directories for tests: a real journal with real events, and a report in the judge's own shape."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from harness.catalogue.finding_entry import FindingEntry
from harness.catalogue.findings import Where
from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.profiles import Profile, load_profile
from harness.catalogue.verdicts import Cause, Severity, Verdict
from harness.journal import Event, Journal
from harness.journal.events import DriverCalled
from harness.judge.report_schema import (
    Judgement,
    ProfileEntry,
    RequirementEntry,
    ScenarioEntry,
    VerdictCounts,
    encoded,
)
from harness.report.seal_run import seal
from harness.seal.laboratory import LaboratoryKey
from harness.seal.record_seal import begin, seal_record
from tests.journal.told_events import fact

DOCUMENT = "000.00.00.H41,2026/11/23,101/UBND-VX"
INCOMING = "000.00.00.G22,2026/11/23,77/BTTTT-CTS"
PACKAGE = """<?xml version="1.0" encoding="UTF-8"?>\r
<edXML:edXML xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016">\r
  <edXML:edXMLEnvelope>\r
    <edXML:PromulgationInfo>\r
      <edXML:PromulgationDate>23/11/2026</edXML:PromulgationDate>\r
    </edXML:PromulgationInfo>\r
    <edXML:Subject>SUBJECT</edXML:Subject>\r
  </edXML:edXMLEnvelope>\r
</edXML:edXML>\r
"""
CANDIDATE: Mapping[str, Any] = {
    "schema": "lienthong.candidate/1",
    "candidate": {"name": "QLVB Alpha", "version": "3.2", "vendor": "Công ty Alpha"},
    "agency": {"organ_id": "000.00.00.H41", "organ_name": "UBND tỉnh Nghệ An", "system_id": "vxp.test.01"},
    "capabilities": ["register", "recall"],
    "driver": {"kind": "http", "url": "http://127.0.0.1:9000/driver"},
    "timing": {"poll_interval": 0.5, "reaction": 5.0, "give_up": 10.0},
}


@dataclass
class RunPlan:
    """Plan of a built run: verdicts other than `pass`, findings by scenario, texts of the candidate."""

    run_id: str = "20261123-101530-a1b2c3"
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    causes: dict[str, Cause] = field(default_factory=dict)
    findings: dict[str, tuple[FindingEntry, ...]] = field(default_factory=dict)
    only: tuple[str, ...] | None = None
    subject: str = "V/v triển khai liên thông văn bản"
    candidate: dict[str, Any] = field(default_factory=lambda: dict(CANDIDATE))
    polls: int = 3


def finding(
    code: str, vi: str, en: str, *, event: int | None = None, expected: str = "", received: str = "", **place: Any
) -> FindingEntry:
    """Return a finding that fails, as the judge reports it."""
    return FindingEntry(
        requirement=code.partition(".")[0],
        code=code,
        severity=place.pop("severity", Severity.FAIL),
        message=LocalisedText(vi, en),
        where=Where(event, place.get("xpath"), place.get("line")),
        expected=expected,
        received=received,
        occurrences=place.get("occurrences", 1),
    )


def failed_plan(subject: str = "V/v triển khai liên thông văn bản") -> RunPlan:
    """Return the plan of a run with failures of several kinds, remarks and open requirements."""
    hostile = subject if len(subject) > 60 or not subject.isprintable() else ""
    return RunPlan(
        subject=subject,
        verdicts={
            "RCV-02": Verdict.FAIL, "HDR-07": Verdict.FAIL, "HDR-18": Verdict.REMARK,
            "STS-02": Verdict.INCONCLUSIVE, "RTY-10": Verdict.NOT_RUN, "OPS-03": Verdict.NOT_APPLICABLE,
        },
        causes={"STS-02": Cause.CANDIDATE},
        findings={
            "RCV-02": (
                finding(
                    "RCV-02.acked-before-fetch",
                    "Hệ thống báo đã nhận văn bản trước khi tải nội dung.",
                    "The document was acknowledged before it was fetched.",
                    event=8, expected="getEdoc → updateStatus", received="updateStatus",
                ),
            ),
            "watch/HDR-07": (
                finding(
                    "HDR-07.wrong-form",
                    f"Ngày «23/11/2026» không có dạng yyyy/MM/dd. {hostile}",
                    f"The date “23/11/2026” is not of the form yyyy/MM/dd. {hostile}",
                    event=3, expected="2026/11/23", received=hostile or "2026-11-23", line=5,
                    xpath="/edXML/edXMLEnvelope/PromulgationInfo/PromulgationDate", occurrences=7,
                ),
            ),
            "watch/HDR-18": (
                finding(
                    "HDR-18.disagrees", "DocumentId không khớp.", "The DocumentId disagrees.", event=3,
                    severity=Severity.REMARK, expected=DOCUMENT, received=DOCUMENT.replace("101", "102"),
                ),
            ),
        },
    )  # fmt: skip


def build_run(directory: Path, plan: RunPlan | None = None, key: LaboratoryKey | None = None) -> Judgement:
    """Make a run directory as `certify` leaves it before the reports are written, and return report.json.

    With a key the record is sealed, as by the laboratory that recorded it. The report is made up: it is in the judge's
    shape, but not what judging the record gives.
    """
    plan = plan or RunPlan()
    directory.mkdir(parents=True, exist_ok=True)
    journal = Journal(directory)
    first, last = _record(journal, plan)
    birth = begin(journal, plan.run_id, key) if key else None
    journal.close()
    judgement = _judgement(plan, load_profile(), first, last)
    facts = {"schema": "lienthong.run/1", "run_id": plan.run_id, "candidate": plan.candidate, "seed": 7}
    (directory / "run.json").write_text(json.dumps(facts), encoding="ascii")
    if birth is not None:
        seal_record(birth, journal, directory)
    (directory / "report.json").write_bytes(encoded(judgement))
    return judgement


def changed(report: Judgement, **members: Any) -> Judgement:
    """Return a report in which some members are replaced by JSON values."""
    return msgspec.convert({**msgspec.to_builtins(report), **members}, Judgement)


def seal_made_up(directory: Path, key: LaboratoryKey) -> None:
    """Seal a run whose record was sealed, with its made-up report in place of a real judgement."""
    judgement = msgspec.json.decode((directory / "report.json").read_bytes(), type=Judgement)
    (directory / "report.json").write_bytes(encoded(judgement))
    seal(directory, key, judgement)


def _record(journal: Journal, plan: RunPlan) -> tuple[Event, Event]:
    """Leave the traffic of a small run; the events' numbers are beside them."""
    first = journal.record(fact("run.started", {"run_id": plan.run_id, "only": plan.only}))  # 0
    journal.record(fact("scenario.started", {"requirements": ["RCV-02"]}), scenario="RCV-02")  # 1
    journal.record(
        DriverCalled(command="send", arguments={"subject": plan.subject}, result={"document_id": DOCUMENT}),
        scenario="SND-01",
    )  # 2
    package = PACKAGE.replace("SUBJECT", plan.subject).encode("utf-8", "surrogatepass")
    sent = {"kind": "document", "document_id": DOCUMENT, "blob": journal.blob(package), "size": len(package)}
    _exchange(journal, "sendEdoc", {"messagetype": "edoc"}, {"accepted": {"document_id": DOCUMENT}}, sent)  # 3, 4
    journal.record(fact("stimulus", {"note": "document", "document_id": INCOMING}), scenario="RCV-02")  # 5
    listed = {"listed": [{"document_id": INCOMING, "receiver_doc_id": "r-1"}]}
    _exchange(journal, "getReceivedEdocList", {"messagetype": "edoc"}, listed)  # 6, 7
    acked = {"acked": {"document_id": INCOMING, "receiver_doc_id": "r-1", "status": "done"}}
    _exchange(journal, "updateStatus", {"docId": "r-1", "status": "done"}, acked)  # 8, 9
    fetched = {"fetched": {"document_id": INCOMING, "receiver_doc_id": "r-1", "messagetype": "edoc"}}
    for _ in range(plan.polls):
        _exchange(journal, "getEdoc", {"docId": "r-1"}, fetched)
    journal.record(fact("window.closed", {"patience": 5}), scenario="RCV-02")
    journal.record(fact("scenario.finished", {"outcome": "played"}), scenario="RCV-02")
    return first, journal.record(fact("run.finished", {"reason": "complete"}))


def _exchange(
    journal: Journal,
    operation: str,
    parameters: Mapping[str, str],
    effect: Mapping[str, Any],
    package: Mapping[str, Any] | None = None,
) -> None:
    data = {"operation": operation, "method": "POST", "parameters": dict(parameters)}
    request = journal.record(fact("request", data | ({"package": dict(package)} if package else {})))
    answer = {"request": request.seq, "operation": operation, "http_status": 200, "error_code": "0"}
    journal.record(fact("answer", {**answer, "complete": True, "fault": None, "effect": dict(effect)}))


def _judgement(plan: RunPlan, profile: Profile, first: Event, last: Event) -> Judgement:
    required = profile.required(plan.candidate["capabilities"], plan.only)
    requirements = tuple(_requirement(plan, profile, id_, id_ in required) for id_ in profile.requirements)
    scenarios = tuple(_scenario(plan, entry) for entry in requirements if entry.verdict is not Verdict.NOT_RUN)
    return Judgement(
        schema="lienthong.report/1",
        run_id=plan.run_id,
        verdict=_overall(requirements),  # type: ignore[arg-type]
        profile=ProfileEntry(profile.id, profile.version, profile.sha256, profile.title),
        candidate=plan.candidate,
        harness={"name": "lienthong-harness", "version": "0.1.0"},
        driver="http",
        started=first.at,
        finished=last.at,
        seed=7,
        narrowed=plan.only is not None,
        complete=not any(entry.verdict is Verdict.NOT_RUN for entry in requirements if entry.required),
        required=tuple(sorted(required)),
        limits=(LocalisedText("Hệ thống được điều khiển tự động qua HTTP.", "The system was driven over HTTP."),),
        summary=VerdictCounts({}, {}),
        requirements=requirements,
        scenarios=scenarios,
    )


def _overall(requirements: tuple[RequirementEntry, ...]) -> str:
    verdicts = {entry.verdict for entry in requirements if entry.required}
    if any(entry.verdict is Verdict.FAIL for entry in requirements):
        return "fail"
    return "pass" if verdicts and verdicts <= {Verdict.PASS, Verdict.REMARK} else "inconclusive"


def _requirement(plan: RunPlan, profile: Profile, id_: str, required: bool) -> RequirementEntry:
    entry = profile.requirements[id_]
    verdict = plan.verdicts.get(id_, Verdict.PASS)
    if plan.only is not None and id_ not in plan.only and verdict is not Verdict.FAIL:
        verdict = Verdict.NOT_RUN
    scenario = f"watch/{id_}" if entry.where == "S" else id_
    return RequirementEntry(
        id=id_,
        level=entry.level,
        basis=entry.basis,
        clause=entry.clause,
        statement=entry.statement,
        required=required,
        verdict=verdict,
        cause=plan.causes.get(id_),
        scenarios=() if verdict is Verdict.NOT_RUN else (scenario,),
    )


def _scenario(plan: RunPlan, entry: RequirementEntry) -> ScenarioEntry:
    name = entry.scenarios[0]
    unsettled = entry.verdict is Verdict.INCONCLUSIVE
    detail = LocalisedText("Lệnh «decide» không được hỗ trợ.", "The command “decide” is not supported.")
    return ScenarioEntry(
        id=name,
        requirements=(entry.id,),
        verdict=entry.verdict,
        cause=entry.cause,
        detail=detail if unsettled else None,
        seconds=1.25,
        findings=plan.findings.get(name, ()),
    )
