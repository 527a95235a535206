"""Systems and runs as programs see them: started, followed, stopped, their report."""

import json

from sqlalchemy import func, select
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.console.api.address import ROOT, ApiAddress, json_answer
from harness.console.api.shapes import (
    PersonShape,
    ProgressShape,
    RunList,
    RunShape,
    SystemList,
    SystemShape,
    WantedRun,
    WantedStop,
)
from harness.console.data.tables import RunRow, SystemRow
from harness.console.people.roles import Right
from harness.console.runs.examinations import latest_for
from harness.console.runs.run_order import RunOrder, take_order
from harness.console.runs.run_queue import stop_run
from harness.console.subjects.system_registry import driver_kind
from harness.console.web.rendering import machine_moment
from harness.console.web.visit import Missing, Visit
from harness.seal.run_files import REPORT_FILE

_LISTED = 50
_LONGEST = 1000
_CREATED = 201


def person(visit: Visit) -> Response:
    """Tell whose key is used."""
    user, token = visit.user, visit.token
    if token is None:
        raise Missing
    rights = tuple(str(right) for right in Right if visit.may(right))
    place = user.organisation.name if user.organisation else None
    return json_answer(PersonShape(user.name, user.role, place, token.name, rights, machine_moment(token.expires)))


def systems(visit: Visit) -> Response:
    """List the systems."""
    wanted = select(SystemRow).order_by(SystemRow.id)
    if visit.own is not None:
        wanted = wanted.where(SystemRow.organisation_id == visit.own)
    return json_answer(SystemList([_system(visit, row) for row in visit.db.scalars(wanted)]))


def runs_of_system(visit: Visit) -> Response:
    """List the runs of a system."""
    row, page = visit.system(), visit.number("page")
    total = visit.db.scalar(select(func.count()).select_from(RunRow).where(RunRow.system_id == row.id)) or 0
    wanted = select(RunRow).where(RunRow.system_id == row.id).order_by(RunRow.created.desc(), RunRow.id)
    rows = visit.db.scalars(wanted.limit(_LISTED).offset((page - 1) * _LISTED))
    return json_answer(RunList([shown_run(one) for one in rows], page, max(1, -(-total // _LISTED)), total))


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
    """Tell where a run is, and what it came to."""
    row = visit.run()
    return json_answer(shown_run(row, _progress(visit, row)))


def stop_wanted(visit: Visit) -> Response:
    """Stop a run."""
    row = visit.run()
    stop_run(visit.db, row, visit.sent.reason.replace("\0", "").strip()[:_LONGEST], visit.actor)
    visit.afterwards.append(visit.work.queue.ring)
    return json_answer(shown_run(row))


def report(visit: Visit) -> Response:
    """Hand out report.json as the run wrote it."""
    row = visit.run()
    path = visit.work.queue.folder(row) / REPORT_FILE
    if row.state != "ended" or not path.is_file():
        raise ConfigurationError("console.not-judged")
    return Response(path.read_bytes(), media_type="application/json")


def shown_run(row: RunRow, progress: ProgressShape | None = None) -> RunShape:
    """Return a run as programs see it."""
    return RunShape(
        id=row.id,
        system=row.system_id,
        organisation=row.organisation.name,
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
    live = visit.work.live.look(visit.work.queue.folder(row))
    return ProgressShape(live.done, live.total, live.left, "judging" if row.state == "judging" else live.waiting)


def _system(visit: Visit, row: SystemRow) -> SystemShape:
    seen = latest_for(visit.db, row)
    ready = seen is not None and seen.ready
    return SystemShape(
        row.id, row.organisation.name, row.product.name, row.product.version, driver_kind(row), bool(ready)
    )


ADDRESSES = (
    ApiAddress("GET", "/me", person, given=PersonShape),
    ApiAddress("GET", "/systems", systems, given=SystemList),
    ApiAddress("GET", "/systems/{key:int}/runs", runs_of_system, given=RunList),
    ApiAddress("POST", "/systems/{key:int}/runs", run_wanted, Right.RUN, sent=WantedRun, given=RunShape),
    ApiAddress("GET", "/runs/{key}", run, given=RunShape),
    ApiAddress("POST", "/runs/{key}/stop", stop_wanted, Right.RUN, sent=WantedStop, given=RunShape),
    ApiAddress("GET", "/runs/{key}/report.json", report),
)
