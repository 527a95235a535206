"""The workbench beside the hub: which requests are its own, who has access, and how answers are protected."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from harness.catalogue.texts import LANGUAGES, Language
from harness.hub.incoming import Receive, Scope, Send
from harness.workbench.access import turned_away
from harness.workbench.api import WorkbenchApi, declined_json
from harness.workbench.api_description import whole_description
from harness.workbench.bench import Workbench
from harness.workbench.declined import Declined
from harness.workbench.pages import WorkbenchPages
from harness.workbench.password_guard import PasswordGuard

_ROOT = "/harness"
_DESCRIPTION = "/openapi.json"
_GUARDS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


class WorkbenchApp:
    """Serves a workbench at the hub's address, or alone."""

    def __init__(
        self, bench: Workbench, language: Language, password: str | None = None, *, alone: bool = False
    ) -> None:
        """Be ready to serve.

        Args:
            bench: what is served.
            language: of who has not chosen one.
            password: that is asked for; None for none, where only this machine can reach it.
            alone: whether it has an address of its own, so that no request is the hub's.
        """
        self._guard = None if password is None else PasswordGuard(password)
        self._alone = alone
        pages, api = WorkbenchPages(bench, language), WorkbenchApi(bench)

        async def described(_: Request) -> Response:
            return JSONResponse(whole_description(bench.hub.settings, password=password is not None))

        first = next(route for route in pages.routes() if route.path == "/")
        self._routes = Starlette(
            routes=[
                Route("/", first.endpoint),
                Route(_DESCRIPTION, described),
                Route(_ROOT, first.endpoint),
                Route(f"{_ROOT}/openapi.json", described),
                Mount(f"{_ROOT}/page", routes=pages.routes()),
                Mount(_ROOT, routes=api.routes()),
            ],
            exception_handlers={HTTPException: _unknown},
        )

    def takes(self, scope: Scope) -> bool:
        """Tell whether a request is for the workbench.

        `/` is only where a browser asks for a page: a system that calls it has mistaken the address, and gets an error.
        """
        if self._alone:
            return True
        path: str = scope["path"]
        if path in {_ROOT, _DESCRIPTION} or path.startswith(f"{_ROOT}/"):
            return True
        return path == "/" and scope["method"] == "GET" and "text/html" in Request(scope).headers.get("accept", "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        turned = None if scope["path"] == _DESCRIPTION else turned_away(request, self._guard)

        async def guarded(message: Scope) -> None:
            if message["type"] == "http.response.start":
                given = [(name.encode(), value.encode()) for name, value in _GUARDS.items()]
                message["headers"] = [*message.get("headers", ()), *given]
            await send(message)

        if turned is None:
            await self._routes(scope, receive, guarded)
            return
        answer = declined_json(Declined(turned.code, turned.status))
        answer.headers.update(turned.headers)
        await answer(scope, receive, guarded)


async def _unknown(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if request.url.path.startswith(f"{_ROOT}/page"):
        return PlainTextResponse(Declined("unknown-page", status).sentence[LANGUAGES[0]], status)
    return declined_json(Declined("unknown-page", status))
