"""Settings of what programs may do, on the page of settings: how often they ask, and where webhooks may go."""

from collections.abc import Callable

from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.console.data.api_options import REQUESTS, WEBHOOK_HOSTS, requests_a_minute, webhook_hosts
from harness.console.data.audit_log import note_change
from harness.console.data.options import set_option
from harness.console.people.roles import Right
from harness.console.subjects.addresses import checked_list
from harness.console.web.administration_pages import settings_shown
from harness.console.web.routing import PageRoute
from harness.console.web.visit import Visit

_MOST_REQUESTS = 1_000_000


def program_settings_changed(visit: Visit) -> Response:
    """Change the settings of what programs may do."""
    before = listed_program_settings(visit)
    try:
        wanted = {key: check(visit.value(key, 20_000)) for key, check in PROGRAM_CHECKS.items()}
    except ConfigurationError as error:
        return visit.declined("settings", error, **settings_shown(visit))
    for key, value in wanted.items():
        set_option(visit.db, key, value)
    visit.db.flush()
    note_change(visit.db, visit.actor, "settings.changed", before=before, after=listed_program_settings(visit))
    return visit.moved("/settings")


def listed_program_settings(visit: Visit) -> dict[str, object]:
    """Return the settings as the log of changes has them."""
    return {"api_requests": requests_a_minute(visit.db), "webhook_hosts": webhook_hosts(visit.db)}


def _number(written: str) -> str:
    if not (written.isascii() and written.isdigit() and len(written) < 10 and 1 <= int(written) <= _MOST_REQUESTS):
        raise ConfigurationError("console.setting", name=REQUESTS, value=written)
    return written


PROGRAM_CHECKS: dict[str, Callable[[str], str]] = {REQUESTS: _number, WEBHOOK_HOSTS: checked_list}

PAGES = (PageRoute("POST", "/settings/programs", program_settings_changed, Right.ADMINISTER),)
