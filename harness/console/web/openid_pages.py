"""Signing in by the identity provider: out to it, and back with its word."""

import logging

import msgspec
from starlette.responses import RedirectResponse, Response

from harness.catalogue.errors import ConfigurationError
from harness.console.data.audit_log import note_change
from harness.console.openid.account import account_of
from harness.console.openid.provider import OpenIdFailure, OpenIdProvider, RoundTrip
from harness.console.people.sessions import begin_session
from harness.console.web.account_pages import let_in
from harness.console.web.routing import Door, PageRoute
from harness.console.web.visit import Missing, Visit

_OUT, _BACK = "/sign-in/openid", "/sign-in/openid/back"
_COOKIE = "lienthong-openid"
_LASTS = 600
_LONGEST_COOKIE = 4096
_SEE_OTHER = 303
_UNAUTHORISED = 401
_logger = logging.getLogger(__name__)


def sent_out(visit: Visit) -> Response:
    """Send the browser to the provider, with a cookie by which it is known again when it comes back."""
    provider = _provider(visit)
    trip = RoundTrip.begin()
    try:
        address = provider.authorization(trip, visit.address(_BACK))
    except OpenIdFailure as error:
        return _failed(visit, error)
    answer = RedirectResponse(address, _SEE_OTHER)
    sealed = visit.state.vault.closed(msgspec.json.encode(trip).decode("utf-8")).decode("ascii")
    answer.set_cookie(
        _COOKIE, sealed, max_age=_LASTS, httponly=True, samesite="lax", secure=visit.state.secure, path=_OUT
    )
    return answer


def come_back(visit: Visit) -> Response:
    """Sign in whom the provider names."""
    provider = _provider(visit)
    try:
        claims = provider.claims(_trip(visit), visit.address(_BACK), dict(visit.request.query_params))
        with visit.state.database.writing() as db:
            user = account_of(db, provider.file, claims)
            note_change(db, user.name, "sign-in", user.name, by=provider.file.issuer)
            token = begin_session(db, user)
    except OpenIdFailure as error:
        return _forgotten(_failed(visit, error))
    return _forgotten(let_in(visit, token))


def _trip(visit: Visit) -> RoundTrip:
    sealed = visit.request.cookies.get(_COOKIE, "")[:_LONGEST_COOKIE]
    try:
        return msgspec.json.decode(visit.state.vault.opened(sealed.encode("utf-8", "replace")), type=RoundTrip)
    except (ConfigurationError, msgspec.MsgspecError) as error:
        raise OpenIdFailure("stale", "cookie") from error


def _failed(visit: Visit, error: OpenIdFailure) -> Response:
    """Tell the person what is to be done, and who operates the console what happened."""
    if error.key != "stale":  # which anybody can bring about at any time
        _logger.error("openid: %s", error)
        with visit.state.database.writing() as db:
            note_change(db, "console", "sign-in.failed", "?", by="openid", why=error.key, detail=error.detail[:300])
    return visit.page("sign-in", _UNAUTHORISED, problem=visit.say(f"openid.{error.key}"), name="")


def _forgotten(answer: Response) -> Response:
    answer.delete_cookie(_COOKIE, path=_OUT)
    return answer


def _provider(visit: Visit) -> OpenIdProvider:
    if visit.state.openid is None:
        raise Missing
    return visit.state.openid


PAGES = (
    PageRoute("GET", _OUT, sent_out, door=Door.OPEN),
    PageRoute("GET", _BACK, come_back, door=Door.OPEN),
)
