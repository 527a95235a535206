"""The evidence of a run: findings one by one, messages, reports, the run as a file, its seal."""

import json
import os
import subprocess
import tempfile
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

from sqlalchemy import select
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.findings import Where
from harness.console.data.audit_log import note_change
from harness.console.data.tables import NoteRow, RunRow
from harness.console.people.roles import Right
from harness.console.runs.evidence import RunEvidence
from harness.console.safekeeping.tombstones import tombstones_of_notes
from harness.console.web.former_records import former_note
from harness.console.web.package_lines import package_lines
from harness.console.web.routing import PageRoute
from harness.console.web.visit import Missing, Visit
from harness.journal import Event
from harness.journal.events import OperatorShowed
from harness.judge.report_schema import Judgement
from harness.report.event_text import lines_of
from harness.report.excerpts import occurrence
from harness.report.messages import EventDescriber
from harness.report.pdf import PdfUnavailable
from harness.report.renderers import FILES, Renderer
from harness.report.sightings import sightings_of
from harness.report.texts import ReportTexts

_LISTED = 200
_LONGEST_CHECK = 300.0
_SHOWN_PROBLEMS = 50
# It judges a whole record: one at a time leaves the machine to the runs.
_checking = threading.Lock()
_TYPES = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "md": "text/plain; charset=utf-8",
    "junit": "application/xml",
    "pdf": "application/pdf",
}
# The report has its own style and script; it is isolated from the console.
_REPORT_POLICY = (
    "sandbox allow-scripts allow-popups; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def finding_page(visit: Visit) -> Response:
    """Show one finding with all its evidence."""
    row = visit.run()
    return visit.page("finding", **_finding(visit, row))


def note_written(visit: Visit) -> Response:
    """Write a note beside a finding; no verdict is changed by it."""
    row, number = visit.run(), visit.request.path_params["number"]
    values = _finding(visit, row)
    words = visit.value("text", 4000)
    if not words:
        return visit.declined("finding", ConfigurationError("console.empty-note"), **values)
    user = visit.user
    visit.db.add(NoteRow(run_id=row.id, number=number, author=user.name, role=user.role, at=time.time(), text=words))
    note_change(visit.db, user.name, "note", row.id, finding=number, text=words)
    return visit.moved(f"/runs/{row.id}/findings/{number}#notes")


def event_page(visit: Visit) -> Response:
    """Show one event of the record, with its partner."""
    row = visit.run()
    evidence = evidence_of(visit, row)
    events = evidence.record.events
    number = visit.request.path_params["number"]
    if number >= len(events):
        raise Missing
    return visit.page(
        "event", run=row, messages=_messages(evidence, events[number]), number=number, last=len(events) - 1
    )


def messages_page(visit: Visit) -> Response:
    """Show the whole record, some events a page."""
    row = visit.run()
    events = evidence_of(visit, row).record.events
    last = max(1, -(-len(events) // _LISTED))
    number = min(visit.number("page"), last)
    describe = EventDescriber(ReportTexts(visit.language), short=False)
    shown = [
        (event.seq, event.scenario or "", describe.sentence(event))
        for event in events[(number - 1) * _LISTED : number * _LISTED]
    ]
    return visit.page("messages", run=row, events=shown, number=number, pages=last, total=len(events))


def report_page(visit: Visit) -> Response:
    """Hand out a report; what the run did not write is rendered now."""
    row, form = visit.run(), visit.request.path_params["form"]
    if form not in FILES:
        raise Missing
    path = visit.work.queue.folder(row) / FILES[form]
    content = path.read_bytes() if path.is_file() else _rendered(visit, row, form)
    headers = {"content-security-policy": _REPORT_POLICY} if form == "html" else {}
    if form != "html":
        headers["content-disposition"] = f'inline; filename="{row.id}-{FILES[form]}"'
    return Response(content, media_type=_TYPES[form], headers=headers)


def zip_page(visit: Visit) -> Response:
    """Hand out the folder of a run as one file."""
    row = visit.run()
    folder = visit.work.queue.folder(row)
    if row.state != "ended" or not folder.is_dir():
        raise Missing
    handle, name = tempfile.mkstemp(prefix="lienthong-", suffix=".zip")
    with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                packed.write(path, f"{row.id}/{path.relative_to(folder)}")
    remove = BackgroundTask(Path(name).unlink, missing_ok=True)
    return FileResponse(name, media_type="application/zip", filename=f"{row.id}.zip", background=remove)


def verified_page(visit: Visit) -> Response:
    """Check the seal of a run here and now, and judge its record once more."""
    row = visit.run()
    if row.state != "ended":
        raise Missing
    found, said = checked_seal(visit, row)
    problems = (found or {}).get("problems", [])[:_SHOWN_PROBLEMS]
    return visit.page("verify", run=row, found=found, said=said, problems=problems)


def checked_seal(visit: Visit, row: RunRow) -> tuple[dict[str, Any] | None, str]:
    """Return the result of checking the seal of a run and judging it once more, or why there is none.

    Raises:
        ConfigurationError: another one is checked at this moment.
    """
    if not _checking.acquire(blocking=False):
        raise ConfigurationError("console.checking")
    try:
        return _checked(visit, row)
    finally:
        _checking.release()


def _checked(visit: Visit, row: RunRow) -> tuple[dict[str, Any] | None, str]:
    """Return the result of the check, or why there is none."""
    words = [*visit.state.program, "verify", str(visit.work.queue.folder(row)), "--format", "json", "--any-key"]
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            words, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace",
            env=dict(visit.state.environment), timeout=_LONGEST_CHECK, check=False,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return None, f"{_LONGEST_CHECK:g} s"
    except ValueError:
        return None, done.stderr.strip()
    return found, ""


def _finding(visit: Visit, row: RunRow) -> dict[str, Any]:
    evidence = evidence_of(visit, row)
    number = visit.request.path_params["number"]
    if not 1 <= number <= len(evidence.findings):
        raise Missing
    scenario, one = evidence.findings[number - 1]
    wording, source = ReportTexts(visit.language), evidence.source
    event = source.event(one.where.event)
    notes = select(NoteRow).where(NoteRow.run_id == row.id, NoteRow.number == number).order_by(NoteRow.at)
    wrong = [event.seq] if event else []
    return {
        "run": row,
        "number": number,
        "total": len(evidence.findings),
        "one": occurrence(one, scenario, source, wording),
        "finding": sightings_of(scenario, [one], source, wording),
        "code": one.code,
        "severity": str(one.severity),
        "requirement": _requirement(source.report, one.requirement, wording),
        "messages": _messages(evidence, event, one.where) if event else [],
        "drawings": evidence.pictures.pictures(scenario, wrong, wording) if source.record else (),
        "scenario": {"id": scenario},
        "report": {"language": visit.language},
        "notes": visit.db.scalars(notes).all(),
        "former": [former_note(one, visit.language) for one in tombstones_of_notes(visit.db, row.id, number)],
    }


def evidence_of(visit: Visit, row: RunRow) -> RunEvidence:
    """Return the evidence of a run.

    Raises:
        ConfigurationError: there is none, or it cannot be read.
    """
    return visit.work.shelf.of(visit.work.queue.folder(row))


def _requirement(report: Judgement, key: str, wording: ReportTexts) -> dict[str, str]:
    found = next((entry for entry in report.requirements if entry.id == key), None)
    if found is None:
        return {"id": key, "level": "", "statement": "", "clause": ""}
    return {
        "id": key,
        "level": str(found.level),
        "statement": wording.chosen(found.statement),
        "clause": wording.stated(found.clause),
    }


def _messages(evidence: RunEvidence, event: Event, where: Where | None = None) -> list[dict[str, Any]]:
    """Return an event and its partner as they are shown: head and body."""
    shown = []
    for one in (event, evidence.partner(event)):
        if one is not None:
            # What a person showed is a file to be fetched, not a message.
            body = None if isinstance(one.what, OperatorShowed) else evidence.body(one)
            place = where if where is not None and one is event else Where()
            laid = package_lines(body, place.line, place.xpath) if body else []
            head = list(until_blank(lines_of(one, evidence.record)))
            fetched = isinstance(one.what, OperatorShowed) and one.what.blob is not None
            shown.append({"seq": one.seq, "head": head, "body": laid, "size": len(body or b""), "fetched": fetched})
    return shown


def until_blank(lines: Any) -> Any:
    """Yield the lines before the first empty one."""
    for line in lines:
        if not line:
            return
        yield line


def _rendered(visit: Visit, row: RunRow, form: str) -> bytes:
    evidence = evidence_of(visit, row)
    if evidence.judged is None:
        raise Missing
    try:
        return Renderer(evidence.source, visit.language).render(form)
    except PdfUnavailable as error:
        raise Missing from error


PAGES = (
    PageRoute("GET", "/runs/{key}/findings/{number:int}", finding_page),
    PageRoute("POST", "/runs/{key}/findings/{number:int}", note_written, Right.WRITE_NOTE),
    PageRoute("GET", "/runs/{key}/events/{number:int}", event_page),
    PageRoute("GET", "/runs/{key}/messages", messages_page),
    PageRoute("GET", "/runs/{key}/report/{form}", report_page),
    PageRoute("GET", "/runs/{key}/run.zip", zip_page),
    PageRoute("GET", "/runs/{key}/verify", verified_page),
)
