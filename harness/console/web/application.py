"""The console as an application: access to its pages, and its error pages."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import cast
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, compile_path
from starlette.staticfiles import StaticFiles

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import Language
from harness.console.api.address import ROOT
from harness.console.api.admission import api_routes
from harness.console.api.problem import refused
from harness.console.console_state import ConsoleState
from harness.console.people.sessions import csrf_matches, session_of, stale, touch
from harness.console.runners.addresses import LARGER, runner_routes
from harness.console.runs.console_work import ConsoleWork
from harness.console.sent_file import SentFile
from harness.console.sentences import sentence_of
from harness.console.web.former_records import former_page, former_record
from harness.console.web.guards import LARGEST_BODY, Application, ConsoleGuards
from harness.console.web.health import health
from harness.console.web.rendering import FOLDER, rendered
from harness.console.web.route_table import PAGES
from harness.console.web.routing import Door, PageRoute
from harness.console.web.run_stream import run_events
from harness.console.web.visit import (
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    Forbidden,
    Missing,
    Visit,
    form_of,
)
from harness.resources import folder

_YEAR = 365 * 24 * 3600
_SIGN_IN = "/sign-in"
_SEE_OTHER = 303
_ENTERED = 204
_NOT_SO = 405
# A form with more files or fields than any of ours is answered with 400 by what reads it.
_TOLD = {400: "unread"}


def console_application(state: ConsoleState, work: ConsoleWork, language: Language) -> Application:
    """Return the console, ready to be served.

    Args:
        state: what it works with.
        work: what goes on beside the pages.
        language: of who has not chosen one.
    """

    def turned(request: Request, key: str, status: int) -> Response:
        if request.url.path.startswith(f"{ROOT}/"):
            return refused(request, status, key)
        return _excused(key, _language(request, language), status)

    async def unknown(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == _NOT_SO and request.url.path.startswith(f"{ROOT}/"):
            return refused(request, status, "not-allowed", getattr(error, "headers", None))
        if status == _NOT_SO and request.method == "GET":
            return _page_before(request)
        return turned(request, _TOLD.get(status, "missing" if status < 500 else "broken"), status)

    async def cut_short(request: Request, _: Exception) -> Response:
        # A guard breaks off what goes on for too long; who really left hears nothing of this.
        return turned(request, "too-large", 413)

    app = Starlette(
        routes=console_routes(state, work, language),
        exception_handlers={HTTPException: unknown, ClientDisconnect: cut_short, 500: unknown},
    )
    larger = {compile_path(page.path)[0]: page.largest for page in PAGES if page.largest > LARGEST_BODY}
    return ConsoleGuards(cast(Application, app), {**larger, **LARGER}, turned)


def console_routes(state: ConsoleState, work: ConsoleWork, language: Language) -> list[BaseRoute]:
    """Return every address of the console: pages, JSON addresses, what is streamed, files of the pages."""
    return [
        *(Route(page.path, _endpoint(state, work, language, page), methods=[page.method]) for page in PAGES),
        *api_routes(state, work),
        *runner_routes(state, work),
        Route("/runs/{key}/stream", run_events(state, work, language), methods=["GET"]),
        Route("/healthz", _healthz(state), methods=["GET"]),
        Mount("/static", StaticFiles(directory=folder("reports") / FOLDER / "static")),
    ]


def _endpoint(
    state: ConsoleState, work: ConsoleWork, language: Language, page: PageRoute
) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request) -> Response:
        chosen = _language(request, language)
        if page.entry is not None:
            shut = await run_in_threadpool(_shut_out, state, work, page, request, chosen)
            if shut is not None:
                return shut
        fields, files = await form_of(request, page.largest) if page.method == "POST" else ({}, {})
        answer = await run_in_threadpool(_answer, state, work, page, request, chosen, fields, files)
        if request.query_params.get("lang") in {"vi", "en"}:
            answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_YEAR, samesite="lax", secure=state.secure)
        return answer

    return answered


def _shut_out(
    state: ConsoleState, work: ConsoleWork, page: PageRoute, request: Request, language: Language
) -> Response | None:
    """Return what is said to whom a page is not for, before its large form is read; None where it is."""
    with state.database.reading() as db:
        session = session_of(db, request.cookies.get(SESSION_COOKIE, ""))
        asked = replace(page, method="GET", handler=lambda visit: _entered(visit, page))
        answer = _admitted(Visit(request, state, work, db, session, language), asked)
        return None if answer.status_code == _ENTERED else answer


def _entered(visit: Visit, page: PageRoute) -> Response:
    if page.entry is not None:
        page.entry(visit)
    return Response(status_code=_ENTERED)


def _answer(
    state: ConsoleState,
    work: ConsoleWork,
    page: PageRoute,
    request: Request,
    language: Language,
    fields: dict[str, list[str]],
    files: dict[str, list[SentFile]],
) -> Response:
    begin = state.database.writing if page.method == "POST" else state.database.reading
    with begin() as db:
        session = session_of(db, request.cookies.get(SESSION_COOKIE, ""))
        token = session.token if session is not None and page.method == "GET" and stale(session) else None
        visit = Visit(request, state, work, db, session, language, fields, files)
        answer = _admitted(visit, page)
    for action in visit.afterwards:
        action()
    if token is not None:
        with state.database.writing() as db:
            touch(db, token)
    return answer


def _admitted(visit: Visit, page: PageRoute) -> Response:
    """Answer by the page, unless the person may not have it."""
    if page.door is not Door.OPEN and visit.session is None:
        return _to_sign_in(visit.request)
    if page.method == "POST" and visit.session is not None and not csrf_matches(visit.session, visit.value("csrf")):
        return _excused("stale", visit.language, 403)
    try:
        if page.right is not None:
            visit.need(page.right)
        return page.handler(visit)
    except Missing:
        former = former_record(visit, page.path)
        return _excused("missing", visit.language, 404) if former is None else former_page(visit, former)
    except Forbidden:
        visit.db.rollback()
        return _excused("forbidden", visit.language, 403)
    except ConfigurationError as error:
        visit.db.rollback()
        return _excused("declined", visit.language, 422, detail=sentence_of(error, visit.language))


def _to_sign_in(request: Request) -> Response:
    """Lead to the form to sign in by, and from there back, whose session is over."""
    if SESSION_COOKIE not in request.cookies:
        return RedirectResponse(_SIGN_IN, _SEE_OTHER)
    lost = "" if request.method == "GET" else "&lost=1"
    place = f"{_SIGN_IN}?back={quote(request.url.path, safe='/')}{lost}"
    if request.headers.get("hx-request"):  # a part of a page: the whole page has to move
        return Response(headers={"hx-redirect": place})
    return RedirectResponse(place, _SEE_OTHER)


def _page_before(request: Request) -> Response:
    """Lead to the page whose form was sent to an address: that of its answer, reloaded or in the other language."""
    path, query = request.url.path.rstrip("/").rpartition("/")[0], request.url.query
    return RedirectResponse(f"{path or '/'}{'?' if query else ''}{query}", _SEE_OTHER)


def _excused(key: str, language: Language, status: int, detail: str = "") -> Response:
    return HTMLResponse(rendered("excused", language, key=key, detail=detail), status)


def _language(request: Request, language: Language) -> Language:
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return cast(Language, chosen) if chosen in {"vi", "en"} else language


def _healthz(state: ConsoleState) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_: Request) -> Response:
        found = await run_in_threadpool(health, state)
        return JSONResponse({"status": "ok" if found.well else "trouble", **found.public()}, 200 if found.well else 503)

    return answer
