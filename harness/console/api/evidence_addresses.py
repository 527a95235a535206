"""What a run left, for programs: findings and notes, messages, files, comparison, seal."""

import time

from sqlalchemy import select
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.finding_entry import FindingEntry
from harness.catalogue.texts import LocalisedText
from harness.console.api.address import PAGE, ApiAddress, AskedValue, json_answer
from harness.console.api.evidence_shapes import (
    ComparedRequirementShape,
    ComparedRunsShape,
    NotedFindingShape,
    NoteShape,
    RecordedMessageList,
    RecordedMessageShape,
    RunFindingList,
    RunFindingShape,
    SealShape,
    SearchedFindingList,
    SearchedFindingShape,
    WantedNote,
    WholeMessageShape,
)
from harness.console.api.paging import part_of_list, rows_of_page
from harness.console.data.audit_log import note_change
from harness.console.data.tables import FoundRow, NoteRow, RunRow
from harness.console.people.roles import Right
from harness.console.runs.evidence import RunEvidence
from harness.console.web.evidence_pages import (
    checked_seal,
    evidence_of,
    report_page,
    until_blank,
    zip_page,
)
from harness.console.web.history_pages import compared, findings_with
from harness.console.web.operator_pages import exhibit, operator_file
from harness.console.web.rendering import machine_moment
from harness.console.web.visit import Missing, Visit
from harness.journal import Event
from harness.report.event_text import lines_of
from harness.report.messages import EventDescriber
from harness.report.texts import ReportTexts

_CREATED = 201
_LONGEST_NOTE = 4000
_LONGEST_COMPLAINT = 2000
_OCTETS = "application/octet-stream"


def findings(visit: Visit) -> Response:
    """List the findings of a run."""
    found = list(enumerate(_judged(visit, visit.run()).findings, 1))
    return part_of_list(visit, found).answer(RunFindingList, lambda one: RunFindingShape(one[0], *one[1]))


def finding(visit: Visit) -> Response:
    """Return a finding with its notes."""
    row = visit.run()
    return json_answer(_noted(visit, row, *_finding(visit, row)))


def note_wanted(visit: Visit) -> Response:
    """Write a note on a finding."""
    row, words, user = visit.run(), visit.sent.text.strip()[:_LONGEST_NOTE], visit.user
    number, scenario, found = _finding(visit, row)
    if not words:
        raise ConfigurationError("console.empty-note")
    visit.db.add(NoteRow(run_id=row.id, number=number, author=user.name, role=user.role, at=time.time(), text=words))
    note_change(visit.db, user.name, "note", row.id, finding=number, text=words)
    return json_answer(_noted(visit, row, number, scenario, found), _CREATED)


def found_everywhere(visit: Visit) -> Response:
    """Search the findings of all runs."""
    wanted = findings_with(visit, visit.asked("q"))
    page = rows_of_page(visit, wanted, FoundRow.run_id, FoundRow.number)
    return page.answer(SearchedFindingList, _searched)


def messages(visit: Visit) -> Response:
    """List the events of a run's record."""
    describe = EventDescriber(ReportTexts(visit.language), short=False)
    events = evidence_of(visit, visit.run()).record.events
    page = part_of_list(visit, events)
    return page.answer(
        RecordedMessageList, lambda one: RecordedMessageShape(one.seq, one.scenario or "", describe.sentence(one))
    )


def message(visit: Visit) -> Response:
    """Return an event of a run's record."""
    evidence, event = _event(visit)
    partner, body = evidence.partner(event), evidence.body(event)
    head = list(until_blank(lines_of(event, evidence.record)))
    return json_answer(WholeMessageShape(event.seq, head, len(body or b""), partner.seq if partner else None))


def message_body(visit: Visit) -> Response:
    """Hand out the body that an event keeps, as a file: browsers must not open it."""
    evidence, event = _event(visit)
    body = evidence.body(event)
    if body is None:
        raise Missing
    headers = {"content-disposition": "attachment", "content-security-policy": "sandbox; default-src 'none'"}
    return Response(body, media_type=_OCTETS, headers=headers)


def comparison(visit: Visit) -> Response:
    """Compare two runs."""
    older, newer, found = compared(visit, visit.run())
    changes = [
        ComparedRequirementShape(one.kind, one.requirement, one.before.code, one.after.code, one.codes)
        for one in found.changes
    ]
    return json_answer(ComparedRunsShape(older.id, newer.id, found.caution, changes))


def seal(visit: Visit) -> Response:
    """Check the seal of a run, and judge its record once more."""
    row = visit.run()
    if row.state != "ended":
        raise ConfigurationError("console.not-judged")
    found, said = checked_seal(visit, row)
    return json_answer(SealShape(found, said[:_LONGEST_COMPLAINT]))


def _judged(visit: Visit, row: RunRow) -> RunEvidence:
    """Return the evidence of a judged run.

    Raises:
        ConfigurationError: it is not judged yet, or its evidence cannot be read.
    """
    if row.state != "ended" or row.verdict == "none":
        raise ConfigurationError("console.not-judged")
    return evidence_of(visit, row)


def _finding(visit: Visit, row: RunRow) -> tuple[int, str, FindingEntry]:
    number, found = visit.request.path_params["number"], _judged(visit, row).findings
    if not 1 <= number <= len(found):
        raise Missing
    return (number, *found[number - 1])


def _noted(visit: Visit, row: RunRow, number: int, scenario: str, found: FindingEntry) -> NotedFindingShape:
    wanted = select(NoteRow).where(NoteRow.run_id == row.id, NoteRow.number == number).order_by(NoteRow.at, NoteRow.id)
    notes = [NoteShape(one.author, one.role, machine_moment(one.at), one.text) for one in visit.db.scalars(wanted)]
    return NotedFindingShape(number, scenario, found, notes)


def _searched(row: FoundRow) -> SearchedFindingShape:
    message = LocalisedText(row.message_vi, row.message_en)
    return SearchedFindingShape(row.run_id, row.number, row.requirement, row.code, row.severity, row.scenario, message)


def _event(visit: Visit) -> tuple[RunEvidence, Event]:
    evidence, number = evidence_of(visit, visit.run()), visit.request.path_params["number"]
    if number >= len(evidence.record.events):
        raise Missing
    return evidence, evidence.record.events[number]


ADDRESSES = (
    ApiAddress("listFindings", "GET", "/runs/{key}/findings", findings, given=RunFindingList, asked=PAGE),
    ApiAddress("showFinding", "GET", "/runs/{key}/findings/{number:int}", finding, given=NotedFindingShape),
    ApiAddress("writeNote", "POST", "/runs/{key}/findings/{number:int}/notes", note_wanted, Right.WRITE_NOTE,
               WantedNote, NotedFindingShape, status=_CREATED),
    ApiAddress("searchFindings", "GET", "/findings", found_everywhere, given=SearchedFindingList,
               asked=(*PAGE, AskedValue("q"))),
    ApiAddress("listMessages", "GET", "/runs/{key}/messages", messages, given=RecordedMessageList, asked=PAGE),
    ApiAddress("showMessage", "GET", "/runs/{key}/messages/{number:int}", message, given=WholeMessageShape),
    ApiAddress("downloadMessage", "GET", "/runs/{key}/messages/{number:int}/body", message_body, media=(_OCTETS,)),
    ApiAddress("downloadExhibit", "GET", "/runs/{key}/exhibits/{number:int}", exhibit, media=(_OCTETS,)),
    ApiAddress("downloadQuestionFile", "GET", "/runs/{key}/operator/{folder}/{name}", operator_file,
               media=(_OCTETS,)),
    ApiAddress("renderReport", "GET", "/runs/{key}/report/{form}", report_page,
               media=("application/json", "text/html", "text/plain", "application/xml", "application/pdf")),
    ApiAddress("downloadRun", "GET", "/runs/{key}/run.zip", zip_page, media=("application/zip",)),
    ApiAddress("compareRuns", "GET", "/runs/{key}/comparison", comparison, given=ComparedRunsShape,
               asked=(AskedValue("with"),)),
    ApiAddress("verifyRun", "GET", "/runs/{key}/verification", seal, given=SealShape),
)  # fmt: skip
