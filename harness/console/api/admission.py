"""Authentication at JSON addresses, and the answers to refused requests.

Only the access key in `Authorization: Bearer` counts: a signed-in browser does not send one by itself, so a page of
another site cannot use the browser to change anything here.
"""

from collections.abc import Awaitable, Callable, Iterator

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import LANGUAGES, text
from harness.console.api.address import ROOT, ApiAddress, json_answer
from harness.console.api.table import ADDRESSES
from harness.console.console_state import ConsoleState
from harness.console.data.retention_tables import TombstoneRow
from harness.console.people.access_tokens import long_unnoted, note_use, token_of
from harness.console.runs.console_work import ConsoleWork
from harness.console.safekeeping.tombstones import facts_of
from harness.console.sentences import sentence_of
from harness.console.web.former_records import former_record
from harness.console.web.visit import Forbidden, Missing, Visit

_UNAUTHORISED, _FORBIDDEN, _MISSING, _CONFLICT, _UNPROCESSABLE, _MALFORMED = 401, 403, 404, 409, 422, 400
_GONE = 410
# What would be answered otherwise later, without another question.
_NOT_YET = frozenset({"console.not-judged", "console.not-running", "console.no-question"})


def api_routes(state: ConsoleState, work: ConsoleWork) -> Iterator[Route]:
    """Yield the routes of all JSON addresses."""
    for address in ADDRESSES:
        yield Route(f"{ROOT}{address.path}", _endpoint(state, work, address), methods=[address.method])


def refused(status: int, code: str) -> Response:
    """Return the answer to a request that failed or is not permitted."""
    message = {language: text("console", f"api.{code}", language) for language in LANGUAGES}
    headers = {"www-authenticate": 'Bearer realm="lienthong"'} if status == _UNAUTHORISED else {}
    return json_answer({"error": {"code": code, "message": message}}, status, headers)


def _endpoint(state: ConsoleState, work: ConsoleWork, address: ApiAddress) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request) -> Response:
        body = await request.body() if address.sent is not None else b""
        return await run_in_threadpool(_answer, state, work, address, request, body)

    return answered


def _answer(state: ConsoleState, work: ConsoleWork, address: ApiAddress, request: Request, body: bytes) -> Response:
    begin = state.database.reading if address.method == "GET" else state.database.writing
    with begin() as db:
        token = token_of(db, _key(request))
        if token is None:
            return refused(_UNAUTHORISED, "no-token")
        visit = Visit(request, state, work, db, None, "vi", token=token)
        number, unnoted = token.id, long_unnoted(token)
        answer = _admitted(visit, address, body)
    for action in visit.afterwards:
        action()
    if unnoted:
        with state.database.writing() as db:
            note_use(db, number)
    return answer


def _admitted(visit: Visit, address: ApiAddress, body: bytes) -> Response:
    try:
        if address.right is not None:
            visit.need(address.right)
        if address.sent is not None:
            visit.sent = msgspec.json.decode(body, type=address.sent)
        return address.handler(visit)
    except Missing:
        former = former_record(visit, address.path)
        return refused(_MISSING, "missing") if former is None else _former(former)
    except Forbidden:
        return refused(_FORBIDDEN, "forbidden")
    except msgspec.MsgspecError as error:
        return _declined(ConfigurationError("console.sent", detail=error), _MALFORMED)
    except ConfigurationError as error:
        visit.db.rollback()
        visit.afterwards.clear()
        return _declined(error, _CONFLICT if error.code in _NOT_YET else _UNPROCESSABLE)


def _former(row: TombstoneRow) -> Response:
    message = {language: text("console", "api.former", language) for language in LANGUAGES}
    return json_answer({"error": {"code": "former", "message": message}, "former": facts_of(row)}, _GONE)


def _declined(error: ConfigurationError, status: int) -> Response:
    message = {language: sentence_of(error, language) for language in LANGUAGES}
    return json_answer({"error": {"code": error.code, "message": message}}, status)


def _key(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").strip().partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
