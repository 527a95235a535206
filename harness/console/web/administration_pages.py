"""What administrators see to: accounts, settings, the log of every change."""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.console.data import options as settings
from harness.console.data.api_options import requests_a_minute, webhook_hosts
from harness.console.data.audit_log import broken_at, exported, note_change
from harness.console.data.tables import AccessTokenRow, AuditRow, OrganisationRow, UserRow
from harness.console.people.access_tokens import revoke_all
from harness.console.people.accounts import add_user, close_account, open_account, set_password
from harness.console.people.roles import Right, Role
from harness.console.safekeeping.tombstones import tombstones_of_log
from harness.console.subjects.addresses import checked_list
from harness.console.web.former_records import former_rows
from harness.console.web.health import health
from harness.console.web.rendering import known_text
from harness.console.web.routing import PageRoute
from harness.console.web.visit import Visit

_LOG_PAGE = 100
_MOST_RUNS = 64
_LARGEST_PORT = 65_535
_MOST_MEGABYTES = 10_000_000


def users_page(visit: Visit) -> Response:
    """Show all accounts."""
    return visit.page("users", **_users(visit), typed={})


def user_added(visit: Visit) -> Response:
    """Add an account."""
    typed = {name: visit.value(name) for name in ("name", "role", "organisation")}
    # Where there is an identity provider, who has no password signs in by it.
    password = (visit.fields.get("password") or [""])[0] or (None if visit.state.openid else "")
    try:
        add_user(visit.db, typed["name"], typed["role"], password, typed["organisation"] or None, visit.actor)
    except ConfigurationError as error:
        visit.db.rollback()
        return visit.declined("users", error, **_users(visit), typed=typed)
    return visit.moved("/users")


def user_changed(visit: Visit) -> Response:
    """Close or open an account, give it another password, or take its keys back."""
    user = visit.named(UserRow)
    try:
        if visit.value("what") == "password":
            set_password(visit.db, user, (visit.fields.get("password") or [""])[0], visit.actor)
        elif visit.value("what") == "tokens":
            revoke_all(visit.db, user, visit.actor)
        elif user.active:
            close_account(visit.db, user, visit.actor)
        else:
            open_account(visit.db, user, visit.actor)
    except ConfigurationError as error:
        return visit.declined("users", error, **_users(visit), typed={})
    return visit.moved("/users")


def settings_page(visit: Visit) -> Response:
    """Show the settings."""
    return visit.page("settings", **settings_shown(visit))


def settings_shown(visit: Visit) -> dict[str, Any]:
    """Return what the page of settings shows."""
    return {
        "now": visit.options,
        "api_requests": requests_a_minute(visit.db),
        "webhook_hosts": webhook_hosts(visit.db),
        "health": health(visit.state),
        "megabyte": 1_000_000,
    }


def settings_changed(visit: Visit) -> Response:
    """Change the settings."""
    try:
        wanted = {key: check(visit.value(key, 20_000)) for key, check in CHECKS.items()}
    except ConfigurationError as error:
        return visit.declined("settings", error, **settings_shown(visit))
    before = visit.options
    for key, value in wanted.items():
        settings.set_option(visit.db, key, value)
    note_change(
        visit.db, visit.actor, "settings.changed", before=listed_settings(before), after=listed_settings(visit.options)
    )
    return visit.moved("/settings")


def log_page(visit: Visit) -> Response:
    """Show the log of every change, newest first."""
    number = visit.number("page")
    total = visit.db.scalar(select(func.count()).select_from(AuditRow)) or 0
    rows = visit.db.scalars(
        select(AuditRow).order_by(AuditRow.seq.desc()).limit(_LOG_PAGE).offset((number - 1) * _LOG_PAGE)
    )
    return visit.page(
        "log",
        rows=[(row, _named(visit, row.action)) for row in rows],
        number=number,
        pages=max(1, -(-total // _LOG_PAGE)),
        total=total,
        broken=broken_at(visit.db),
        former=[former_rows(one, visit.language) for one in tombstones_of_log(visit.db)],
    )


def log_exported(visit: Visit) -> Response:
    """Hand out the whole log."""
    content = "".join(exported(visit.db))
    return Response(
        content,
        media_type="application/jsonl",
        headers={"content-disposition": 'attachment; filename="audit.jsonl"'},
    )


def _users(visit: Visit) -> dict[str, Any]:
    living = select(AccessTokenRow.user_id, func.count()).where(
        AccessTokenRow.revoked.is_(None), AccessTokenRow.expires > time.time()
    )
    return {
        "users": visit.db.scalars(select(UserRow).order_by(UserRow.name)).all(),
        "keys": {row[0]: row[1] for row in visit.db.execute(living.group_by(AccessTokenRow.user_id))},
        "roles": list(Role),
        "organisations": visit.db.scalars(select(OrganisationRow).order_by(OrganisationRow.name)).all(),
    }


def _named(visit: Visit, action: str) -> str:
    key = f"audit.{action}"
    return visit.say(key) if known_text(key) else action


def listed_settings(now: settings.ConsoleOptions) -> dict[str, object]:
    """Return the settings as the log of changes has them."""
    names = ("allowed", "hub_host", "hub_ports", "runs_at_once", "drain", "least_free")
    return {name: getattr(now, name) for name in names}


def _host(text: str) -> str:
    if not text or len(text) > 100 or (any(sign in text for sign in " /:@") and "::" not in text):
        raise ConfigurationError("console.setting", name="hub-host", value=text)
    return text


def _ports(text: str) -> str:
    first, dash, last = text.partition("-")
    numbers = [first, last] if dash else [first]
    if not all(one.isascii() and one.isdigit() and len(one) < 6 and int(one) <= _LARGEST_PORT for one in numbers):
        raise ConfigurationError("console.setting", name="hub-ports", value=text)
    if dash and not 0 < int(first) <= int(last):
        raise ConfigurationError("console.setting", name="hub-ports", value=text)
    return text


def _number(name: str, least: int, most: int) -> Callable[[str], str]:
    def checked(text: str) -> str:
        if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
            raise ConfigurationError("console.setting", name=name, value=text)
        return text

    return checked


CHECKS: dict[str, Callable[[str], str]] = {
    settings.ALLOWED: checked_list,
    settings.HUB_HOST: _host,
    settings.HUB_PORTS: _ports,
    settings.RUNS_AT_ONCE: _number(settings.RUNS_AT_ONCE, 0, _MOST_RUNS),
    settings.LEAST_FREE: _number(settings.LEAST_FREE, 1, _MOST_MEGABYTES),
    settings.DRAIN: lambda text: "1" if text else "0",
}

PAGES = (
    PageRoute("GET", "/users", users_page, Right.ADMINISTER),
    PageRoute("POST", "/users", user_added, Right.ADMINISTER),
    PageRoute("POST", "/users/{key:int}", user_changed, Right.ADMINISTER),
    PageRoute("GET", "/settings", settings_page, Right.ADMINISTER),
    PageRoute("POST", "/settings", settings_changed, Right.ADMINISTER),
    PageRoute("GET", "/log", log_page, Right.READ_LOG),
    PageRoute("GET", "/log/audit.jsonl", log_exported, Right.READ_LOG),
)
