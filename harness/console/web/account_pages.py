"""Signing in and out, and one's own password."""

import re

from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.console.people.accounts import set_password, verified
from harness.console.people.sessions import NotSignedIn, sign_in, sign_out
from harness.console.web.routing import Door, PageRoute
from harness.console.web.visit import SESSION_COOKIE, Visit

_UNAUTHORISED = 401
_OWN_PATH = re.compile(r"(/[\w.-]+)+")
_TOO_MANY = 429


def sign_in_page(visit: Visit) -> Response:
    """Show the form to sign in by."""
    over = "sign-in.lost" if visit.asked("lost") else "sign-in.over" if visit.asked("back") else ""
    return visit.page("sign-in", name="", back=_back(visit.asked("back")), over=visit.say(over) if over else "")


def signed_in(visit: Visit) -> Response:
    """Sign in; the session that comes of it is always a new one."""
    client = visit.request.client
    outcome = sign_in(visit.db, visit.value("name"), _password(visit, "password"), client.host if client else "?")
    if isinstance(outcome, NotSignedIn):
        waiting = outcome.seconds > 0
        key = "sign-in.wait" if waiting else "sign-in.wrong"
        return visit.page(
            "sign-in",
            _TOO_MANY if waiting else _UNAUTHORISED,
            problem=visit.say(key, seconds=outcome.seconds),
            name=visit.value("name", 100),
            back=_back(visit.value("back", 200)),
        )
    return let_in(visit, outcome.token, _back(visit.value("back", 200)))


def let_in(visit: Visit, token: str, back: str = "/") -> Response:
    """Give the browser the cookie of its new session, and lead it to a page of ours."""
    answer = visit.moved(back)
    answer.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="lax", secure=visit.state.secure, path="/")
    return answer


def signed_out(visit: Visit) -> Response:
    """Sign out."""
    if visit.session is not None:
        sign_out(visit.db, visit.session)
    answer = visit.moved("/sign-in")
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


def account_page(visit: Visit) -> Response:
    """Show the person's own account."""
    return visit.page("account")


def password_changed(visit: Visit) -> Response:
    """Change the person's own password; every browser has to sign in anew."""
    if not verified(visit.user, _password(visit, "password")):
        return visit.declined("account", ConfigurationError("console.old-password"))
    try:
        set_password(visit.db, visit.user, _password(visit, "new"), visit.actor)
    except ConfigurationError as error:
        return visit.declined("account", error)
    return visit.moved("/sign-in")


def _back(given: str) -> str:
    """Return a path of this console, the first page where it is none."""
    return given if _OWN_PATH.fullmatch(given) else "/"


def _password(visit: Visit, name: str) -> str:
    """Return a password as typed, blanks and all."""
    return (visit.fields.get(name) or [""])[0]


PAGES = (
    PageRoute("GET", "/sign-in", sign_in_page, door=Door.OPEN),
    PageRoute("POST", "/sign-in", signed_in, door=Door.OPEN),
    PageRoute("POST", "/sign-out", signed_out),
    PageRoute("GET", "/account", account_page),
    PageRoute("POST", "/account/password", password_changed),
)
