"""What administrators see to, for programs: accounts, full names, settings, drivers that are programs."""

import msgspec
from sqlalchemy import select
from starlette.responses import Response

from harness.console.api.address import PAGE, ROOT, ApiAddress, json_answer
from harness.console.api.paging import rows_of_page
from harness.console.certification.persons import person_of, register_person
from harness.console.data.api_options import requests_a_minute, webhook_hosts
from harness.console.data.audit_log import note_change
from harness.console.data.options import set_option
from harness.console.data.tables import UserRow
from harness.console.people.access_tokens import revoke_all
from harness.console.people.accounts import add_user, close_account, open_account, set_password
from harness.console.people.roles import Right, Role
from harness.console.web.administration_pages import CHECKS, listed_settings
from harness.console.web.program_settings import PROGRAM_CHECKS, listed_program_settings
from harness.console.web.rendering import machine_moment
from harness.console.web.visit import Missing, Visit

_CREATED = 201
_LONGEST = 20_000


class AccountShape(msgspec.Struct, frozen=True):
    """An account; `person`: full name of its user, empty where none is registered."""

    id: int
    name: str
    role: Role
    organisation_id: int | None
    organisation: str | None
    person: str
    active: bool
    created: str


class AccountList(msgspec.Struct, frozen=True):
    """Accounts, oldest first."""

    users: list[AccountShape]


class WantedAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account to be added.

    Attributes:
        password: null where an identity provider alone says who it is.
        organisation: name of a vendor's; null for all others.
    """

    name: str
    role: Role
    password: str | None = None
    organisation: str | None = None


class ChangedAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be changed of an account; what is null stays.

    Attributes:
        active: false closes it, true opens it again.
        password: a new one, which signs out every browser and takes every key back.
        person: full name of its user.
        revoke_keys: whether its access keys are taken back.
    """

    active: bool | None = None
    password: str | None = None
    person: str | None = None
    revoke_keys: bool = False


class SettingsShape(msgspec.Struct, frozen=True):
    """The settings, as on their page."""

    allowed: str
    hub_host: str
    hub_ports: str
    runs_at_once: int
    least_free: int
    drain: bool
    api_requests: int
    webhook_hosts: str


class ChangedSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings to be changed; what is null stays."""

    allowed: str | None = None
    hub_host: str | None = None
    hub_ports: str | None = None
    runs_at_once: int | None = None
    least_free: int | None = None
    drain: bool | None = None
    api_requests: int | None = None
    webhook_hosts: str | None = None


class ProgramPermission(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a system's driver may be a program on the console's machine."""

    allowed: bool


def accounts(visit: Visit) -> Response:
    """List the accounts."""
    page = rows_of_page(visit, select(UserRow), UserRow.id, newest_first=False)
    return page.answer(AccountList, lambda row: _account(visit, row))


def account_wanted(visit: Visit) -> Response:
    """Add an account."""
    sent = visit.sent
    # As on the page: without a password only where people can sign in by an identity provider.
    password = sent.password or (None if visit.state.openid else "")
    row = add_user(visit.db, sent.name, sent.role, password, sent.organisation or None, visit.actor)
    return json_answer(_account(visit, row), _CREATED, {"location": f"{ROOT}/users/{row.id}"})


def account(visit: Visit) -> Response:
    """Return an account."""
    return json_answer(_account(visit, visit.named(UserRow)))


def account_changed(visit: Visit) -> Response:
    """Change an account."""
    row, sent = visit.named(UserRow), visit.sent
    if sent.person is not None:
        if row.role not in {Role.ADMIN, Role.TESTER, Role.APPROVER}:
            raise Missing
        register_person(visit.db, row, sent.person, visit.actor)
    if sent.password is not None:
        set_password(visit.db, row, sent.password, visit.actor)
    if sent.revoke_keys:
        revoke_all(visit.db, row, visit.actor)
    if sent.active is not None and sent.active != row.active:
        (open_account if sent.active else close_account)(visit.db, row, visit.actor)
    visit.db.flush()
    return json_answer(_account(visit, row))


def settings(visit: Visit) -> Response:
    """Return the settings."""
    now = visit.options
    return json_answer(
        SettingsShape(
            allowed=now.allowed,
            hub_host=now.hub_host,
            hub_ports=now.hub_ports,
            runs_at_once=now.runs_at_once,
            least_free=now.least_free,
            drain=now.drain,
            api_requests=requests_a_minute(visit.db),
            webhook_hosts=webhook_hosts(visit.db),
        )
    )


def settings_changed(visit: Visit) -> Response:
    """Change settings."""
    before = _listed(visit)
    for name, value in msgspec.to_builtins(visit.sent).items():
        if value is not None:
            key = name.replace("_", "-")
            set_option(visit.db, key, (CHECKS | PROGRAM_CHECKS)[key](_written(value)))
    visit.db.flush()
    note_change(visit.db, visit.actor, "settings.changed", before=before, after=_listed(visit))
    return settings(visit)


def program_permitted(visit: Visit) -> Response:
    """Allow a system's driver to be a program, or forbid it."""
    row, allowed = visit.system(), visit.sent.allowed
    if allowed != row.program_allowed:
        row.program_allowed = allowed
        action = "program.allowed" if allowed else "program.forbidden"
        note_change(visit.db, visit.actor, action, row.product.name, system=row.id)
    return json_answer(ProgramPermission(bool(row.program_allowed)))


def _written(value: str | int) -> str:
    """Return a value as a form would send it."""
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value).strip()[:_LONGEST]


def _listed(visit: Visit) -> dict[str, object]:
    return {**listed_settings(visit.options), **listed_program_settings(visit)}


def _account(visit: Visit, row: UserRow) -> AccountShape:
    return AccountShape(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        organisation_id=row.organisation_id,
        organisation=row.organisation.name if row.organisation else None,
        person=person_of(visit.db, row.name),
        active=bool(row.active),
        created=machine_moment(row.created),
    )


ADDRESSES = (
    ApiAddress("listUsers", "GET", "/users", accounts, Right.ADMINISTER, given=AccountList, asked=PAGE),
    ApiAddress("addUser", "POST", "/users", account_wanted, Right.ADMINISTER, WantedAccount, AccountShape,
               status=_CREATED),
    ApiAddress("showUser", "GET", "/users/{key:int}", account, Right.ADMINISTER, given=AccountShape),
    ApiAddress("changeUser", "PATCH", "/users/{key:int}", account_changed, Right.ADMINISTER, ChangedAccount,
               AccountShape),
    ApiAddress("showSettings", "GET", "/settings", settings, Right.ADMINISTER, given=SettingsShape),
    ApiAddress("changeSettings", "PATCH", "/settings", settings_changed, Right.ADMINISTER, ChangedSettings,
               SettingsShape),
    ApiAddress("permitProgram", "PUT", "/systems/{key:int}/program", program_permitted, Right.ADMINISTER,
               ProgramPermission, ProgramPermission),
)  # fmt: skip
