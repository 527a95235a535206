"""A run as it goes on, sent to the browser part by part whenever the part changed."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anyio
from sqlalchemy.orm import Session
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from harness.catalogue.texts import Language
from harness.console.console_state import ConsoleState
from harness.console.data.tables import RunRow
from harness.console.people.roles import Right, Role, may
from harness.console.people.sessions import session_of
from harness.console.runs.console_work import ConsoleWork
from harness.console.runs.live_run import BOARD, MESSAGES, PROGRESS, QUESTION
from harness.console.web.rendering import rendered
from harness.console.web.run_view import run_parts
from harness.console.web.visit import LANGUAGE_COOKIE, SESSION_COOKIE

_PAUSE = 0.6
FOUND = "found"
_PARTS = (PROGRESS, QUESTION, BOARD, MESSAGES)
_GREATEST_SEQ = 18  # digits
_HOUR = 3600.0
_UNKNOWN = "unknown"


def run_events(state: ConsoleState, work: ConsoleWork, language: Language) -> Callable[[Request], Awaitable[Response]]:
    """Return what streams a run; a browser that lost the connection goes on after the last event that it names."""

    async def streamed(request: Request) -> Response:
        key = request.path_params["key"]
        chosen: Language = "en" if request.cookies.get(LANGUAGE_COOKIE, language) == "en" else "vi"
        if SESSION_COOKIE in request.cookies and not await run_in_threadpool(_is_signed_in, state, request):
            # The page then asks for itself, and is led to the form to sign in by; without this it would ask for ever.
            return EventSourceResponse(_nothing_more())
        if not await run_in_threadpool(_is_seen, state, request, key):
            return PlainTextResponse("404", 404)
        last = request.headers.get("last-event-id")
        after = last or request.query_params.get("after", "")
        number = int(after) if after.isascii() and after.isdigit() and len(after) < _GREATEST_SEQ else -1
        # What a page shows depends on the state of the run, which may change before its stream begins.
        shown = _UNKNOWN if last else request.query_params.get("state", "")
        return EventSourceResponse(_parts(state, work, request, key, chosen, number, shown), ping=15)

    return streamed


async def _parts(
    state: ConsoleState, work: ConsoleWork, request: Request, key: str, language: Language, after: int, shown: str
) -> AsyncIterator[ServerSentEvent]:
    sent, shape, end = after, shown, time.monotonic() + _HOUR
    while not work.closing and time.monotonic() < end and not await request.is_disconnected():
        found = await run_in_threadpool(_look, state, work, request, key, language, sent, shape)
        if found is None:
            yield ServerSentEvent(data="", event="over", id=str(sent))
            return
        parts, sent, shape, over = found
        for name, html in parts.items():
            yield ServerSentEvent(data=html, event=name, id=str(sent))
        if over:
            yield ServerSentEvent(data="", event="over", id=str(sent))
            return
        await anyio.sleep(_PAUSE)


async def _nothing_more() -> AsyncIterator[ServerSentEvent]:
    yield ServerSentEvent(data="", event="over")


def _look(
    state: ConsoleState, work: ConsoleWork, request: Request, key: str, language: Language, sent: int, shape: str
) -> tuple[dict[str, str], int, str, bool] | None:
    """Return the parts that changed since an event, the number of the last event, and whether the run is over."""
    with state.database.reading() as db:
        row = _seen(db, request, key)
        if row is None:
            return None
        live = work.live.look(work.queue.folder(row))
        seq = live.seq  # others look at it, too: what comes from now on is sent the next time
        found = len(work.first.of(work.queue.folder(row), live.done)) if row.state == "running" else 0
        now = f"{row.state} {found}"
        earlier, _, before = shape.partition(" ")
        names = [part for part in _PARTS if live.changed.get(part, -1) > sent or earlier not in {"", row.state}]
        names += [FOUND] if before not in {"", str(found)} else []
        if not names:
            return {}, sent, now, row.state == "ended"
        session = session_of(db, request.cookies.get(SESSION_COOKIE, ""))
        answers = session is not None and may(session.user.role, Right.RUN)
        values: dict[str, Any] = {"run": row, "csrf": session.csrf if session else "", "answers": answers}
        values |= run_parts(db, work, row, language)
    parts = {name: rendered(f"run-{name}", language, **values) for name in names}
    return parts, seq, now, row.state == "ended"


def _is_signed_in(state: ConsoleState, request: Request) -> bool:
    """Tell whether the browser has a living session."""
    with state.database.reading() as db:
        return session_of(db, request.cookies.get(SESSION_COOKIE, "")) is not None


def _is_seen(state: ConsoleState, request: Request, key: str) -> bool:
    """Return whether the person may see such a run."""
    with state.database.reading() as db:
        return _seen(db, request, key) is not None


def _seen(db: Session, request: Request, key: str) -> RunRow | None:
    """Return the run, None where the person may not see it."""
    session = session_of(db, request.cookies.get(SESSION_COOKIE, ""))
    row = db.get(RunRow, key)
    if session is None or row is None:
        return None
    if session.user.role == Role.VENDOR and session.user.organisation_id != row.organisation_id:
        return None
    return row
