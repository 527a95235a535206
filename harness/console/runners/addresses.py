"""The addresses of runners: the token and the form of every request are checked before anything is read or done."""

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio
import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import LANGUAGES
from harness.console.api.address import json_answer
from harness.console.console_state import ConsoleState
from harness.console.data.runner_tables import RunnerRow
from harness.console.runners.arrivals import Displaced
from harness.console.runners.intake import RunnerIntake
from harness.console.runners.registry import introduced, runner_of
from harness.console.runners.shapes import (
    INSTANCE_HEADER,
    LARGEST_PIECE,
    LONGEST_LINE,
    ROOT,
    Admission,
    ArrivedFiles,
    ArrivedOffset,
    HandedRun,
    HeartBeat,
    Introduction,
    RunEnd,
    RunEndAnswer,
    RunRequest,
)
from harness.console.runs.console_work import ConsoleWork
from harness.console.sentences import sentence_of
from harness.seal.laboratory import public_part

LARGER = {
    re.compile(rf"{ROOT}/runs/[^/]+/journal"): LONGEST_LINE,
    re.compile(rf"{ROOT}/runs/[^/]+/file"): LARGEST_PIECE,
    # The digests of all files of a run.
    re.compile(rf"{ROOT}/runs/[^/]+/end"): 64 * 1024 * 1024,
}
"""Bytes of a request, where they may be more than usual."""
_PAUSE = 0.5  # seconds between two looks whether there is a run to take
_LONGEST_WAIT = 30.0
_MOST_HELD = 200
_UNAUTHORISED, _MALFORMED, _CONFLICT, _UNPROCESSABLE, _NOTHING, _NO_ROOM = 401, 400, 409, 422, 204, 507
_DIGITS = re.compile(r"[0-9]{1,18}")
_SHA256 = re.compile(r"[0-9a-f]{64}")

S = TypeVar("S", bound=msgspec.Struct)
Answering = Callable[[Request, int], Awaitable[Response]]


def runner_routes(state: ConsoleState, work: ConsoleWork) -> list[Route]:
    """Return the routes of all addresses of runners."""
    doors = _RunnerDoors(state, work)
    runs = f"{ROOT}/runs/{{key}}"
    return [
        _route(state, f"{ROOT}/hello", doors.hello, "POST", known_instance=False),
        _route(state, f"{ROOT}/take", doors.take, "POST"),
        _route(state, f"{ROOT}/beat", doors.beat, "POST"),
        _route(state, f"{runs}/arrived", doors.arrived, "GET"),
        _route(state, f"{runs}/journal", doors.journal, "POST"),
        _route(state, f"{runs}/file", doors.file, "POST"),
        _route(state, f"{runs}/end", doors.end, "POST"),
    ]


class _RunnerDoors:
    """Answers to runners whose token is known."""

    def __init__(self, state: ConsoleState, work: ConsoleWork) -> None:
        self._state = state
        self._work = work
        self._intake = RunnerIntake(state, work.queue)

    async def hello(self, request: Request, runner: int) -> Response:
        said = await _body(request, Introduction)
        return json_answer(await run_in_threadpool(self._introduce, runner, said))

    async def take(self, request: Request, runner: int) -> Response:
        said = await _body(request, RunRequest)
        until = time.monotonic() + min(max(said.wait, 0.0), _LONGEST_WAIT)
        while not self._work.closing:
            found: HandedRun | None = await run_in_threadpool(self._intake.take, runner, said.held[:_MOST_HELD])
            if found is not None:
                return json_answer(found)
            if time.monotonic() >= until or await request.is_disconnected():
                break
            await anyio.sleep(_PAUSE)
        return Response(status_code=_NOTHING)

    async def beat(self, request: Request, runner: int) -> Response:
        said = await _body(request, HeartBeat)
        return json_answer(await run_in_threadpool(self._intake.beat, runner, said.held[:_MOST_HELD]))

    async def arrived(self, request: Request, runner: int) -> Response:
        run = await self._own(request, runner)
        offset, files = await run_in_threadpool(self._work.queue.arrivals.arrived, self._intake.folder(run))
        return json_answer(ArrivedFiles(offset, files))

    async def journal(self, request: Request, runner: int) -> Response:
        run = await self._own(request, runner)
        offset = _number(request, "offset")
        content = await request.body()
        add = self._work.queue.arrivals.add_lines
        return await _placed(run_in_threadpool(add, self._intake.folder(run), offset, content))

    async def file(self, request: Request, runner: int) -> Response:
        run = await self._own(request, runner)
        name, digest = request.query_params.get("name", ""), request.query_params.get("sha256", "")
        if not _SHA256.fullmatch(digest):
            raise ConfigurationError("console.sent", detail="sha256")
        offset, size = _number(request, "offset"), _number(request, "size")
        content = await request.body()
        add = self._work.queue.arrivals.add_piece
        return await _placed(run_in_threadpool(add, self._intake.folder(run), name, offset, size, digest, content))

    async def end(self, request: Request, runner: int) -> Response:
        run = await self._own(request, runner, ended=True)
        said = await _body(request, RunEnd)
        answer: RunEndAnswer = await run_in_threadpool(self._intake.end, run, said)
        return json_answer(answer)

    def _introduce(self, runner: int, said: Introduction) -> Admission:
        own = self._state.laboratory
        with self._state.database.writing() as db:
            row = db.get_one(RunnerRow, runner)
            error = introduced(db, row, said, public_part(own).sha256 if own else "")
            name = row.name
        if error is not None:
            raise error
        return Admission(name, self._intake.lease())

    async def _own(self, request: Request, runner: int, *, ended: bool = False) -> str:
        """Return the run that the address names, if the runner has it."""
        run: str = request.path_params["key"]
        await run_in_threadpool(lambda: self._intake.check_own(runner, run, ended=ended))
        return run


def _route(state: ConsoleState, path: str, answering: Answering, method: str, *, known_instance: bool = True) -> Route:
    async def answered(request: Request) -> Response:
        try:
            runner = await run_in_threadpool(_admitted, state, request, known_instance)
            if runner is None:
                return _declined(ConfigurationError("runner.no-token"), _UNAUTHORISED)
            return await answering(request, runner)
        except msgspec.MsgspecError as error:
            return _declined(ConfigurationError("console.sent", detail=error), _MALFORMED)
        except ConfigurationError as error:
            return _declined(error, _UNPROCESSABLE)
        except OSError as error:
            return _declined(ConfigurationError("console.data", detail=error.strerror or error), _NO_ROOM)

    return Route(path, answered, methods=[method])


def _admitted(state: ConsoleState, request: Request, known_instance: bool) -> int | None:
    """Return who asks, None where its token is not valid.

    Raises:
        ConfigurationError: it has not introduced itself, or another program with its token did after it.
    """
    with state.database.reading() as db:
        scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
        row = runner_of(db, token.strip()) if scheme.lower() == "bearer" else None
        if row is None:
            return None
        if known_instance and (row.refused or request.headers.get(INSTANCE_HEADER, "-") != row.instance):
            raise ConfigurationError("runner.unintroduced", name=row.name)
        return row.id


async def _body(request: Request, shape: type[S]) -> S:
    return msgspec.json.decode(await request.body(), type=shape)


async def _placed(adding: Awaitable[int]) -> Response:
    try:
        return json_answer(ArrivedOffset(await adding))
    except Displaced as elsewhere:
        return json_answer(ArrivedOffset(elsewhere.offset), _CONFLICT)


def _number(request: Request, name: str) -> int:
    given = request.query_params.get(name, "")
    if not _DIGITS.fullmatch(given):
        raise ConfigurationError("console.sent", detail=name)
    return int(given)


def _declined(error: ConfigurationError, status: int) -> Response:
    message: dict[str, Any] = {language: sentence_of(error, language) for language in LANGUAGES}
    headers = {"www-authenticate": 'Bearer realm="lienthong"'} if status == _UNAUTHORISED else {}
    return json_answer({"error": {"code": error.code, "message": message}}, status, headers)
