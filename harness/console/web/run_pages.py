"""A system before a run, runs while they go on and when they are over."""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.requirements import load_catalogue
from harness.console.data.tables import RunRow, SystemRow
from harness.console.people.roles import Right
from harness.console.runs.examinations import checks_of, latest_for
from harness.console.runs.person_steps import PersonSteps, steps_of
from harness.console.runs.presets import PEOPLE, QUICK, Preset, estimate, groups
from harness.console.runs.report_amendments import amended_reports
from harness.console.runs.run_order import RunOrder, take_order
from harness.console.runs.run_queue import stop_run
from harness.console.subjects.declarations import kept
from harness.console.subjects.system_registry import DECLARED, capabilities_of
from harness.console.web.history_pages import comparable
from harness.console.web.routing import PageRoute
from harness.console.web.run_view import run_view
from harness.console.web.subject_pages import of_system, organisations
from harness.console.web.visit import Visit

_LISTED = 50
GOING = "going"
OUTCOMES = (GOING, "pass", "fail", "inconclusive", "none")
_REACTION = 5.0


def system_page(visit: Visit) -> Response:
    """Show a system: what is declared, what the doctor says, what can be run."""
    return visit.page("system", **_system(visit, visit.system()))


def examined(visit: Visit) -> Response:
    """Have the doctor look at a system."""
    row = visit.system()
    try:
        number = visit.work.examinations.begin(visit.db, row, visit.actor)
    except ConfigurationError as error:
        return visit.declined("system", error, **_system(visit, row))
    visit.afterwards.append(lambda: visit.work.examinations.go_on(number))
    return visit.moved(f"/systems/{row.id}#doctor")


def run_started(visit: Visit) -> Response:
    """Put a run of a system into the queue; without a green doctor only with a reason."""
    row = visit.system()
    order = RunOrder(
        visit.value("preset"),
        group=visit.value("group"),
        ids=visit.value("ids"),
        earlier=visit.value("earlier", 24),
        reason=visit.value("reason", 1000),
        language=visit.language,
    )
    try:
        run = take_order(visit.db, row, order, visit.actor, visit.options.allowed)
    except ConfigurationError as error:
        return visit.declined("system", error, **_system(visit, row))
    visit.afterwards.append(visit.work.queue.ring)
    return visit.moved(f"/runs/{run.id}")


def runs_page(visit: Visit) -> Response:
    """Show all runs, newest first, or those of one organisation or with one outcome."""
    number, outcome, organisation = visit.number("page"), visit.asked("state", 20), visit.number("organisation", 0)
    criteria = [] if visit.own is None else [RunRow.organisation_id == visit.own]
    if organisation:
        criteria.append(RunRow.organisation_id == organisation)
    if outcome in OUTCOMES:
        criteria.append(RunRow.state != "ended" if outcome == GOING else RunRow.verdict == outcome)
    total = visit.db.scalar(select(func.count()).select_from(RunRow).where(*criteria)) or 0
    wanted = select(RunRow).where(*criteria).order_by(RunRow.created.desc(), RunRow.id)
    rows = visit.db.scalars(wanted.limit(_LISTED).offset((number - 1) * _LISTED)).all()
    kept = {"state": outcome if outcome in OUTCOMES else "", "organisation": str(organisation or "")}
    return visit.page(
        "runs",
        runs=rows,
        number=number,
        pages=max(1, -(-total // _LISTED)),
        total=total,
        outcomes=OUTCOMES,
        chosen=kept,
        organisations=organisations(visit),
        address="".join(("?", *(f"{urlencode({name: value})}&" for name, value in kept.items() if value))),
    )


def run_page(visit: Visit) -> Response:
    """Show a run."""
    row = visit.run()
    return visit.page("run", **run_view(visit, row), **beside_run(visit, row))


def run_stopped(visit: Visit) -> Response:
    """Stop a run, with a reason."""
    row = visit.run()
    try:
        stop_run(visit.db, row, visit.value("reason", 1000), visit.actor)
    except ConfigurationError as error:
        return visit.declined("run", error, **run_view(visit, row), **beside_run(visit, row))
    visit.afterwards.append(visit.work.queue.ring)
    return visit.moved(f"/runs/{row.id}")


def beside_run(visit: Visit, row: RunRow) -> dict[str, Any]:
    """Return how many runs are before this one, and with which it can be compared."""
    before = select(func.count()).select_from(RunRow).where(RunRow.state == "queued", RunRow.created < row.created)
    return {
        "ahead": visit.db.scalar(before) or 0 if row.state == "queued" else 0,
        "link": "",
        "amended": amended_reports(visit.db, row.id) if row.state == "ended" else [],
        "comparable": comparable(visit, row) if row.verdict in {"pass", "fail", "inconclusive"} else [],
    }


def _system(visit: Visit, row: SystemRow) -> dict[str, Any]:
    latest = latest_for(visit.db, row)
    values = of_system(visit, row)
    kind = values["kind"]
    reaction = _reaction(row)
    failed = [run for run in values["runs"] if run.verdict in {"fail", "inconclusive"}]
    times = {
        preset: estimate(visit.db, row, preset, only, kind, reaction)
        for preset, only in ((Preset.QUICK, " ".join(QUICK)), (Preset.FULL, ""))
    }
    titles = load_catalogue().groups
    return values | {
        "examined": latest,
        "checks": checks_of(latest),
        "ready": latest is not None and latest.ready,
        "running": latest is not None and latest.state == "running",
        "groups": [(group, getattr(titles[group], visit.language)) for group in groups()],
        "quick": QUICK,
        "failed": failed,
        "by_hand": kind in PEOPLE,
        "steps": _steps(row) if kind in PEOPLE else {},
        "times": times,
        # What was typed stays where a start was declined.
        "picked": visit.value("preset", 20) or _picked(visit),
        "picked_group": visit.value("group", 20),
        "wanted": visit.value("ids") or visit.asked("ids"),
        "wanted_failed": visit.value("earlier", 24) or visit.asked("failed"),
        "typed_reason": visit.value("reason", 1000),
        "now": visit.options,
    }


def _picked(visit: Visit) -> Preset:
    """Return what is to be run, as the address of the page has it."""
    if visit.asked("failed"):
        return Preset.FAILED
    return Preset.CHOSEN if visit.asked("ids") else Preset.QUICK


def _steps(row: SystemRow) -> dict[str, PersonSteps]:
    """Return what a person has to do, by preset and by group."""
    chosen = {str(Preset.QUICK): " ".join(QUICK), str(Preset.FULL): "", **{group: group for group in groups()}}
    return {name: steps_of(only, capabilities_of(row)) for name, only in chosen.items()}


def _reaction(row: SystemRow) -> float:
    declared = kept(row.declaration).timing.reaction if row.kind == DECLARED else 1.0
    return _REACTION if declared is None else declared


PAGES = (
    PageRoute("GET", "/systems/{key:int}", system_page),
    PageRoute("POST", "/systems/{key:int}/doctor", examined, Right.RUN),
    PageRoute("POST", "/systems/{key:int}/runs", run_started, Right.RUN),
    PageRoute("GET", "/runs", runs_page),
    PageRoute("GET", "/runs/{key}", run_page),
    PageRoute("POST", "/runs/{key}/stop", run_stopped, Right.RUN),
)
