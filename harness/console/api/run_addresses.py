"""Runs for programs: start, follow, answer, stop, fetch the report; and the log of changes."""

import json

from sqlalchemy import select
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.console.api.address import JSON, PAGE, ROOT, ApiAddress, AskedValue, json_answer
from harness.console.api.paging import rows_of_page
from harness.console.api.shapes import (
    AnswerLink,
    LogList,
    LogShape,
    PersonShape,
    ProgressShape,
    RunList,
    RunShape,
    WantedAnswer,
    WantedRun,
    WantedStop,
)
from harness.console.data.tables import AuditRow, RunRow
from harness.console.people.roles import Right
from harness.console.runs.run_order import RunOrder, take_order
from harness.console.runs.run_queue import stop_run
from harness.console.web.administration_pages import log_exported
from harness.console.web.operator_pages import give_answer, made_link
from harness.console.web.rendering import machine_moment
from harness.console.web.run_pages import GOING, OUTCOMES
from harness.console.web.run_view import without_place
from harness.console.web.visit import Missing, Visit
from harness.seal.run_files import REPORT_FILE

_LONGEST, _LONGEST_ANSWER = 1000, 2000
_CREATED = 201


def person(visit: Visit) -> Response:
    """Return the owner of the access key."""
    user, token = visit.user, visit.token
    if token is None:
        raise Missing
    rights = tuple(str(right) for right in Right if visit.may(right))
    place = user.organisation.name if user.organisation else None
    return json_answer(PersonShape(user.name, user.role, place, token.name, rights, machine_moment(token.expires)))


def runs(visit: Visit) -> Response:
    """List the runs."""
    outcome, organisation = visit.asked("state", 20), visit.number("organisation", 0)
    wanted = select(RunRow)
    if visit.own is not None:
        wanted = wanted.where(RunRow.organisation_id == visit.own)
    if organisation:
        wanted = wanted.where(RunRow.organisation_id == organisation)
    if outcome in OUTCOMES:
        wanted = wanted.where(RunRow.state != "ended" if outcome == GOING else RunRow.verdict == outcome)
    return rows_of_page(visit, wanted, RunRow.created, RunRow.id).answer(RunList, shown_run)


def runs_of_system(visit: Visit) -> Response:
    """List the runs of a system."""
    wanted = select(RunRow).where(RunRow.system_id == visit.system().id)
    return rows_of_page(visit, wanted, RunRow.created, RunRow.id).answer(RunList, shown_run)


def run_wanted(visit: Visit) -> Response:
    """Put a run of a system into the queue."""
    row, wanted = visit.system(), visit.sent
    order = RunOrder(
        wanted.preset,
        group=wanted.group[:_LONGEST],
        ids=" ".join(wanted.ids)[: 4 * _LONGEST],
        earlier=wanted.earlier[:_LONGEST],
        reason=wanted.reason.replace("\0", "").strip()[:_LONGEST],
        language=wanted.language,
    )
    run = take_order(visit.db, row, order, visit.actor, visit.options.allowed)
    visit.afterwards.append(visit.work.queue.ring)
    return json_answer(shown_run(run), _CREATED, {"location": f"{ROOT}/runs/{run.id}"})


def run(visit: Visit) -> Response:
    """Return the state of a run, its progress and its verdict."""
    row = visit.run()
    return json_answer(shown_run(row, _progress(visit, row)))


def stop_wanted(visit: Visit) -> Response:
    """Stop a run."""
    row = visit.run()
    stop_run(visit.db, row, visit.sent.reason.replace("\0", "").strip()[:_LONGEST], visit.actor)
    visit.afterwards.append(visit.work.queue.ring)
    return json_answer(shown_run(row))


def answer_wanted(visit: Visit) -> Response:
    """Answer the question of a run."""
    row, sent = visit.run(), visit.sent
    give_answer(visit, row, visit.actor, (str(sent.question), sent.said.strip()[:_LONGEST_ANSWER]), ())
    return json_answer(shown_run(row, _progress(visit, row)))


def link_wanted(visit: Visit) -> Response:
    """Make a link for answering."""
    return json_answer(AnswerLink(made_link(visit, visit.run())), _CREATED)


def report(visit: Visit) -> Response:
    """Hand out report.json as the run wrote it."""
    row = visit.run()
    path = visit.work.queue.folder(row) / REPORT_FILE
    if row.state != "ended" or not path.is_file():
        raise ConfigurationError("console.not-judged")
    return Response(path.read_bytes(), media_type=JSON)


def log(visit: Visit) -> Response:
    """List the changes."""
    return rows_of_page(visit, select(AuditRow), AuditRow.seq).answer(LogList, _change)


def _change(row: AuditRow) -> LogShape:
    return LogShape(row.seq, row.at, row.actor, row.action, row.subject, row.detail, row.prev, row.hash)


def shown_run(row: RunRow, progress: ProgressShape | None = None) -> RunShape:
    """Return a run as programs see it."""
    return RunShape(
        id=row.id,
        system=row.system_id,
        organisation_id=row.organisation_id,
        organisation=row.organisation.name,
        product_id=row.product_id,
        product=row.product.name,
        version=row.product.version,
        preset=row.preset,
        only=(row.only or "").split(),
        earlier=row.earlier or None,
        starter=row.starter,
        state=row.state,
        verdict=row.verdict if row.state == "ended" else None,
        narrowed=bool(row.narrowed),
        counts=json.loads(row.counts) if row.counts else {},
        created=machine_moment(row.created),
        started=machine_moment(row.started) or None,
        ended=machine_moment(row.ended) or None,
        stop_reason=row.stop_reason or "",
        complaint=row.complaint or "",
        progress=progress,
    )


def _progress(visit: Visit, row: RunRow) -> ProgressShape | None:
    if row.state in {"queued", "ended"}:
        return None
    folder = visit.work.queue.folder(row)
    live = visit.work.live.look(folder)
    waiting = "judging" if row.state == "judging" else live.waiting
    asks = without_place(live.question, folder) if live.number else ""
    return ProgressShape(live.done, live.total, live.left, waiting, live.number, asks)


ADDRESSES = (
    ApiAddress("showMe", "GET", "/me", person, given=PersonShape),
    ApiAddress("listRuns", "GET", "/runs", runs, given=RunList,
               asked=(*PAGE, AskedValue("organisation", "integer"), AskedValue("state", choices=OUTCOMES))),
    ApiAddress("listRunsOfSystem", "GET", "/systems/{key:int}/runs", runs_of_system, given=RunList, asked=PAGE),
    ApiAddress("startRun", "POST", "/systems/{key:int}/runs", run_wanted, Right.RUN, WantedRun, RunShape,
               status=_CREATED),
    ApiAddress("showRun", "GET", "/runs/{key}", run, given=RunShape),
    ApiAddress("stopRun", "POST", "/runs/{key}/stop", stop_wanted, Right.RUN, WantedStop, RunShape),
    ApiAddress("answerQuestion", "POST", "/runs/{key}/answer", answer_wanted, Right.RUN, WantedAnswer, RunShape),
    ApiAddress("delegateAnswers", "POST", "/runs/{key}/delegate", link_wanted, Right.RUN, given=AnswerLink,
               status=_CREATED),
    ApiAddress("downloadReport", "GET", "/runs/{key}/report.json", report, media=(JSON,)),
    ApiAddress("listChanges", "GET", "/log", log, Right.READ_LOG, given=LogList, asked=PAGE),
    ApiAddress("downloadChanges", "GET", "/log/audit.jsonl", log_exported, Right.READ_LOG,
               media=("application/jsonl",)),
)  # fmt: skip
