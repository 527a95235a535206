"""Authentication at JSON addresses, and the answers to refused requests.

Only the access key in `Authorization: Bearer` counts: a signed-in browser does not send one by itself, so a page of
another site cannot use the browser to change anything here.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import msgspec
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from harness.catalogue.errors import ConfigurationError
from harness.console.api import kept_answers
from harness.console.api.address import JSON, ROOT, ApiAddress
from harness.console.api.description import description
from harness.console.api.problem import asked_language, declined, gone, refused, too_many
from harness.console.api.request_meter import RequestMeter
from harness.console.api.sent_content import check_asked, plain_path, sent_as
from harness.console.api.table import ADDRESSES
from harness.console.console_state import ConsoleState
from harness.console.data.api_options import requests_a_minute
from harness.console.data.tables import AccessTokenRow
from harness.console.people.access_tokens import long_unnoted, note_use, token_of
from harness.console.runs.console_work import ConsoleWork
from harness.console.safekeeping.tombstones import facts_of
from harness.console.web.former_records import former_record
from harness.console.web.visit import Forbidden, Missing, Visit

_UNAUTHORISED, _FORBIDDEN, _MISSING, _MALFORMED = 401, 403, 404, 400
_WRONG_KEYS = 30  # a minute from one address, before they are answered with 429


@dataclass(frozen=True, slots=True)
class ApiDesk:
    """What all JSON addresses of a console share."""

    state: ConsoleState
    work: ConsoleWork
    meter: RequestMeter = field(default_factory=RequestMeter)


def api_routes(state: ConsoleState, work: ConsoleWork) -> Iterator[Route]:
    """Yield the routes of the description and of all JSON addresses, one for each path."""
    desk = ApiDesk(state, work)
    yield Route(f"{ROOT}/openapi.json", _described, methods=["GET"])
    paths: dict[str, dict[str, ApiAddress]] = defaultdict(dict)
    for address in ADDRESSES:
        paths[address.path][address.method] = address
    for path, by_method in paths.items():
        yield Route(f"{ROOT}{path}", _endpoint(desk, by_method), methods=list(by_method))


async def _described(_: Request) -> Response:
    return Response(description(), media_type=JSON, headers={"access-control-allow-origin": "*"})


def _endpoint(desk: ApiDesk, by_method: dict[str, ApiAddress]) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request) -> Response:
        address = by_method["GET" if request.method == "HEAD" else request.method]
        body = await request.body() if address.sent is not None else b""
        return await run_in_threadpool(_answer, desk, address, request, body)

    return answered


def _answer(desk: ApiDesk, address: ApiAddress, request: Request, body: bytes) -> Response:
    """Answer a request: who asks is looked up first, so that nobody else's request waits to write."""
    with desk.state.database.reading() as db:
        token = token_of(db, _key(request))
        turned = _turned(desk, address, request, db, token)
        if turned is not None:
            return turned
        unnoted = token.id if token is not None and long_unnoted(token) else None
        if address.method == "GET":
            answer = _admitted(_visit(desk, request, db, token), address, body)
    if address.method != "GET":
        answer = _written(desk, address, request, body)
    if unnoted is not None:
        with desk.state.database.writing() as db:
            note_use(db, unnoted)
    return answer


def _written(desk: ApiDesk, address: ApiAddress, request: Request, body: bytes) -> Response:
    with desk.state.database.writing() as db:
        token = token_of(db, _key(request))
        if token is None:
            return refused(request, _UNAUTHORISED, "no-token")
        visit = _visit(desk, request, db, token)
        once = request.headers.get(kept_answers.HEADER)
        if once is None or address.method != "POST":
            answer = _admitted(visit, address, body)
        else:
            answer = _once(visit, address, body, once)
    for action in visit.afterwards:
        action()
    return answer


def _turned(
    desk: ApiDesk, address: ApiAddress, request: Request, db: Session, token: AccessTokenRow | None
) -> Response | None:
    """Return what is said to who has no key or asks too often, None where the request is looked at."""
    if token is None and not address.open:
        caller = request.client.host if request.client else "?"
        early = desk.meter.wait(f"address {caller}", _WRONG_KEYS)
        return too_many(request, early) if early else refused(request, _UNAUTHORISED, "no-token")
    if token is None:
        return None
    early = desk.meter.wait(f"key {token.id}", requests_a_minute(db))
    return too_many(request, early) if early else None


def _visit(desk: ApiDesk, request: Request, db: Session, token: AccessTokenRow | None) -> Visit:
    return Visit(request, desk.state, desk.work, db, None, asked_language(request), token=token)


def _once(visit: Visit, address: ApiAddress, body: bytes, key: str) -> Response:
    """Answer a request that may have been sent before; whoever sends it a second time at once waits for the first."""
    if not kept_answers.is_key(key) or visit.token is None:
        return declined(visit.request, ConfigurationError("console.idempotency-key"), _MALFORMED)
    digest = kept_answers.digest_of_key(visit.token.id, key)
    url = visit.request.url
    asked = kept_answers.digest_of_request(_key(visit.request), address.method, f"{url.path}?{url.query}", body)
    vault = visit.state.vault
    kept_answers.hold(visit.db, digest)
    known = kept_answers.kept_answer(visit.db, vault, digest)
    if known is None:
        answer = _admitted(visit, address, body)
        # What was refused has changed nothing; its transaction is another one now, in which a second request may
        # have been faster.
        kept_answers.hold(visit.db, digest)
        known = kept_answers.kept_answer(visit.db, vault, digest)
    if known is None:
        kept_answers.keep_answer(visit.db, vault, digest, asked, answer)
        return answer
    if known[0] != asked:
        return declined(visit.request, ConfigurationError("console.idempotency-other"))
    return known[1].again()


def _admitted(visit: Visit, address: ApiAddress, body: bytes) -> Response:
    try:
        return _handled(visit, address, body)
    except Missing:
        readable = plain_path(visit.request.path_params)  # a database does not even look for what is not
        former = former_record(visit, address.path) if readable else None
        missing = refused(visit.request, _MISSING, "missing")
        answer = missing if former is None else gone(visit.request, facts_of(former))
    except Forbidden:
        answer = refused(visit.request, _FORBIDDEN, "forbidden")
    except msgspec.MsgspecError as error:
        answer = declined(visit.request, ConfigurationError("console.sent", detail=error), _MALFORMED)
    except ConfigurationError as error:
        answer = declined(visit.request, error)
    visit.db.rollback()
    visit.afterwards.clear()
    return answer


def _handled(visit: Visit, address: ApiAddress, body: bytes) -> Response:
    if not plain_path(visit.request.path_params):
        raise Missing
    if address.right is not None:
        visit.need(address.right)
    if address.sent is not None:
        visit.sent = sent_as(address.sent, body)
    check_asked(address.asked, visit.request.query_params)
    return address.handler(visit)


def _key(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").strip().partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
