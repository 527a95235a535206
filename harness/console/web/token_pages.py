"""Access keys for programs: created and revoked by their owners."""

from typing import Any

from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.console.api.table import GRANTED
from harness.console.data.tables import AccessTokenRow
from harness.console.people.access_tokens import (
    LONGEST_DAYS,
    MOST_LIVING,
    holds,
    make_token,
    revoke_token,
    tokens_of,
)
from harness.console.web.routing import PageRoute
from harness.console.web.visit import Missing, Visit

DAYS = (7, 30, 90, LONGEST_DAYS)


def tokens_page(visit: Visit) -> Response:
    """Show the person's own keys."""
    return visit.page("tokens", **_tokens(visit))


def token_made(visit: Visit) -> Response:
    """Create a key; it is shown on this page and never again."""
    try:
        key = make_token(visit.db, visit.user, visit.value("name"), tuple(visit.fields.get("right") or ()),
                         _days(visit.value("days")), known=GRANTED)  # fmt: skip
    except ConfigurationError as error:
        return visit.declined("tokens", error, **_tokens(visit))
    return visit.page("tokens", **{**_tokens(visit), "made": key})


def token_revoked(visit: Visit) -> Response:
    """Revoke one of the person's own keys."""
    row = visit.named(AccessTokenRow)
    if row.user_id != visit.user.id:
        raise Missing
    revoke_token(visit.db, row, visit.actor)
    return visit.moved("/account/tokens")


def _tokens(visit: Visit) -> dict[str, Any]:
    return {
        "tokens": [(row, holds(row)) for row in tokens_of(visit.db, visit.user)],
        "rights": [right for right in GRANTED if visit.may(right)],
        "days": DAYS,
        "most": MOST_LIVING,
        "typed": visit.value("name"),
        "made": "",
    }


def _days(typed: str) -> int:
    return int(typed) if typed in map(str, DAYS) else 0


PAGES = (
    PageRoute("GET", "/account/tokens", tokens_page),
    PageRoute("POST", "/account/tokens", token_made),
    PageRoute("POST", "/account/tokens/{key:int}/revoke", token_revoked),
)
