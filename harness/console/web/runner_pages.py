"""Runner machines as administrators see them: added, drained, taken back."""

from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.console.data.audit_log import note_change
from harness.console.data.options import RUNNER_LEASE, set_option
from harness.console.data.runner_tables import RunnerRow
from harness.console.people.roles import Right
from harness.console.runners.leases import taken_by
from harness.console.runners.registry import add_runner, drain_runner, revoke_runner, runner_state
from harness.console.web.routing import PageRoute
from harness.console.web.visit import Missing, Visit

_PLACE = "/runners"
_SHORTEST, _LONGEST = 10, 3600
_GREATEST_KEY = 2**31 - 1


def runners_page(visit: Visit) -> Response:
    """Show all runners."""
    return visit.page("runners", **_runners(visit))


def runner_made(visit: Visit) -> Response:
    """Make the token of a runner; it is shown on this page and never again."""
    try:
        token = add_runner(visit.db, visit.value("name", 100), visit.actor)
    except ConfigurationError as error:
        return visit.declined("runners", error, **_runners(visit))
    return visit.page("runners", **{**_runners(visit), "made": token, "typed": ""})


def runner_changed(visit: Visit) -> Response:
    """Give a runner no more runs, or runs again, or take its token back."""
    key = visit.request.path_params["key"]
    row = visit.db.get(RunnerRow, key) if key <= _GREATEST_KEY else None
    if row is None:
        raise Missing
    if visit.value("what") == "revoke":
        revoke_runner(visit.db, row, visit.actor)
    else:
        drain_runner(visit.db, row, visit.actor, drain=visit.value("what") == "drain")
    return visit.moved(_PLACE)


def lease_changed(visit: Visit) -> Response:
    """Set after how many silent seconds a run is taken from its runner."""
    given, before = visit.value("lease", 10), visit.options.lease
    if not (given.isascii() and given.isdigit() and _SHORTEST <= int(given) <= _LONGEST):
        error = ConfigurationError("console.setting", name=RUNNER_LEASE, value=given)
        return visit.declined("runners", error, **_runners(visit))
    set_option(visit.db, RUNNER_LEASE, given)
    note_change(visit.db, visit.actor, "settings.changed", before={"lease": before}, after={"lease": int(given)})
    return visit.moved(_PLACE)


def _runners(visit: Visit) -> dict[str, Any]:
    rows = visit.db.scalars(select(RunnerRow).order_by(RunnerRow.name))
    return {
        "runners": [(row, runner_state(row), [one.run_id for one in taken_by(visit.db, row)]) for row in rows],
        "now": visit.options,
        "made": "",
        "typed": visit.value("name", 100),
    }


PAGES = (
    PageRoute("GET", _PLACE, runners_page, Right.ADMINISTER),
    PageRoute("POST", _PLACE, runner_made, Right.ADMINISTER),
    PageRoute("POST", f"{_PLACE}/lease", lease_changed, Right.ADMINISTER),
    PageRoute("POST", f"{_PLACE}/{{key:int}}", runner_changed, Right.ADMINISTER),
)
