"""The workbench for people: pages that need no script, in Vietnamese and English."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from harness.catalogue.texts import LANGUAGES, Language
from harness.hub.faults.steps import STEP_WORDS
from harness.vxp.operations import OPERATIONS
from harness.workbench import views
from harness.workbench.api import download, item_download, kept_call
from harness.workbench.bench import Workbench
from harness.workbench.body_view import body_view
from harness.workbench.declined import Declined
from harness.workbench.deliveries import KINDS, TestItem
from harness.workbench.forms import read_form, whole_body
from harness.workbench.next_faults import FaultOrder
from harness.workbench.rendering import SCRIPT, STYLE, own_file, rendered
from harness.workbench.vectors import VectorEntry, vector_entries

Handler = Callable[[Request], Awaitable[Response]]
COOKIE = "lienthong-lang"
_LISTED = 100
_SEE_OTHER = 303
_NOT_MODIFIED = 304
_YEAR = 365 * 24 * 3600


class WorkbenchPages:
    """Shows one workbench, and lets people act on it by forms."""

    def __init__(self, bench: Workbench, language: Language) -> None:
        """Be ready to show.

        Args:
            bench: what is shown.
            language: of who has not chosen one.
        """
        self._bench = bench
        self._language = language

    def routes(self) -> list[Route]:
        """Return what is shown, without `/harness/page` before it."""
        table: dict[tuple[str, str], Handler] = {
            ("/", "GET"): self.calls,
            ("/calls/{number:int}", "GET"): self.call,
            ("/mailboxes", "GET"): self.mailboxes,
            ("/mailboxes/deliver", "POST"): self.deliver,
            ("/mailboxes/status", "POST"): self.status,
            ("/faults", "GET"): self.faults,
            ("/faults/set", "POST"): self.set_fault,
            ("/faults/end", "POST"): self.end_fault,
            ("/calls/{number:int}/body", "GET"): self.body,
            ("/items/{item}/package", "GET"): self.package,
        }
        routes = [Route(path, self._showing(handler), methods=[method]) for (path, method), handler in table.items()]
        return [
            Route(f"/{STYLE}", _file(STYLE, "text/css")),
            Route(f"/{SCRIPT}", _file(SCRIPT, "text/javascript")),
            *routes,
        ]

    async def calls(self, request: Request) -> Response:
        """Show the last calls; a script polls them, and gets an answer without content when nothing has changed."""
        only_wrong = request.query_params.get("wrong") == "1"
        kept = self._bench.ring.latest(_LISTED)
        pending = sum(one.report is None for one in kept)
        mark = f'"{self._bench.ring.revision}-{pending}-{only_wrong:d}-{self._chosen(request)}"'
        if request.headers.get("if-none-match") == mark:
            return Response(status_code=_NOT_MODIFIED, headers={"etag": mark})
        lines = [views.call_line(one, one.report) for one in kept]
        shown = [line for line in lines if not only_wrong or line["verdict"] not in {None, "pass"}]
        answer = self._page(request, "calls", lines=shown, only_wrong=only_wrong)
        answer.headers["etag"] = mark
        return answer

    async def call(self, request: Request) -> Response:
        """Show one call with everything that is wrong with it."""
        kept, bench = kept_call(self._bench, request), self._bench

        def gathered() -> Mapping[str, Any]:
            look = bench.signature(kept)
            return {
                "call": views.call_whole(kept, bench.report(kept), look),
                "body": body_view(bench.body(kept)),
                "answer_body": body_view(bench.answer(kept)),
            }

        statuses = self._bench.profile.parameters.code_lists.statuses
        return self._page(request, "call", **await asyncio.to_thread(gathered), statuses=statuses)

    async def mailboxes(self, request: Request) -> Response:
        """Show mailboxes, and forms to fill them."""
        return self._page(request, "mailboxes", **self._mailboxes(request))

    async def deliver(self, request: Request) -> Response:
        """Put into a mailbox what a form asks for."""
        form = read_form(
            request.headers.get("content-type", ""), await whole_body(request, self._bench.hub.settings.body_bytes)
        )
        made = await asyncio.to_thread(self._delivered, form)
        return self._moved(f"mailboxes?box={quote(made[-1].receiver)}&new={made[-1].receiver_doc_id}")

    async def status(self, request: Request) -> Response:
        """Answer a document with the status that a form asks for."""
        form = await self._form(request)
        made = await asyncio.to_thread(
            lambda: self._bench.mail.post_status(
                form("document_id"), form("code"), form("description"), sender=form("sender")
            )
        )
        return self._moved(f"mailboxes?box={quote(made.receiver)}&new={made.receiver_doc_id}")

    async def faults(self, request: Request) -> Response:
        """Show the faults in force, and a form to set one."""
        faults = [views.fault_view(one) for one in self._bench.faults.listed()]
        return self._page(request, "faults", faults=faults, operations=list(OPERATIONS), words=STEP_WORDS)

    async def set_fault(self, request: Request) -> Response:
        """Put the fault of a form into force."""
        form = await self._form(request)
        answers = tuple(words.strip() for words in form("answers").split(",") if words.strip())
        operation = form("operation")
        order = FaultOrder(
            answers=answers,
            operations=(operation,) if operation else None,
            system=form("system") or None,
            after=form("after") == "1",
            lasting=form("lasting") == "1",
        )
        self._bench.faults.add(order)
        return self._moved("faults")

    async def end_fault(self, request: Request) -> Response:
        """End one fault, or all where the form names none."""
        number = (await self._form(request))("id")
        if number.isascii() and number.isdigit():
            self._bench.faults.end(int(number[:15]))
        else:
            self._bench.faults.clear()
        return self._moved("faults")

    async def body(self, request: Request) -> Response:
        """Hand out what a call sent."""
        kept = kept_call(self._bench, request)
        return download(await asyncio.to_thread(self._bench.body, kept), f"call-{kept.number}")

    async def package(self, request: Request) -> Response:
        """Hand out the package of a delivery."""
        return await item_download(self._bench, request)

    def _mailboxes(self, request: Request) -> Mapping[str, Any]:
        hub, boxes = self._bench.hub, views.mailboxes_view(self._bench.hub)
        asked = request.query_params.get("box", "")
        box = next((one for one in boxes if one["organ_id"] == asked), boxes[0] if boxes else None)
        received = hub.mailboxes.latest(views.MOST_ITEMS, receiver=box["organ_id"]) if box else []
        sent = hub.mailboxes.latest(views.MOST_ITEMS, sender=box["system_id"]) if box else []
        groups: dict[str, list[VectorEntry]] = {}
        for entry in vector_entries().values():
            groups.setdefault(entry.group, []).append(entry)
        return {
            "boxes": boxes,
            "box": box,
            "received": [views.item_view(item) for item in received],
            "sent": [views.item_view(item) for item in sent],
            "new": request.query_params.get("new", ""),
            "kinds": list(KINDS),
            "senders": self._bench.mail.senders(box["organ_id"] if box else ""),
            "vectors": groups,
            "statuses": self._bench.profile.parameters.code_lists.statuses,
        }

    def _delivered(self, form: Mapping[str, bytes]) -> tuple[TestItem, ...]:
        said = {name: value.decode("utf-8", "replace") for name, value in form.items() if name != "file"}
        to, sender, mail = said.get("to", ""), said.get("sender", ""), self._bench.mail
        if said.get("what") == "kind":
            return mail.post_kind(to, said.get("kind", ""), sender=sender)
        if said.get("what") == "vector":
            return mail.post_vector(to, said.get("vector", ""), sender=sender)
        return mail.post_bytes(to, form.get("file", b""), sender=sender)

    async def _form(self, request: Request) -> Callable[[str], str]:
        body = await whole_body(request, self._bench.hub.settings.body_bytes)
        fields = read_form(request.headers.get("content-type", ""), body)
        return lambda name: fields.get(name, b"").decode("utf-8", "replace").strip()

    def _chosen(self, request: Request) -> Language:
        asked = request.query_params.get("lang") or request.cookies.get(COOKIE)
        return next((one for one in LANGUAGES if one == asked), self._language)

    def _page(self, request: Request, name: str, status: int = 200, **values: Any) -> Response:
        language = self._chosen(request)
        query = "&".join(f"{quote(key)}={quote(value)}" for key, value in request.query_params.items() if key != "lang")
        strict = self._bench.strict
        content = rendered(name, language, page=name, query=query, strict=strict, **values)
        answer = HTMLResponse(content, status)
        if "lang" in request.query_params:
            answer.set_cookie(COOKIE, language, max_age=_YEAR, path="/", samesite="lax", httponly=True)
        return answer

    def _moved(self, where: str) -> Response:
        return RedirectResponse(f"/harness/page/{where}", _SEE_OTHER)

    def _showing(self, handler: Handler) -> Handler:
        @wraps(handler)
        async def show(request: Request) -> Response:
            try:
                return await handler(request)
            except Declined as declined:
                sentence = declined.sentence[self._chosen(request)]
                return self._page(request, "declined", declined.status, sentence=sentence)

        return show


def _file(name: str, kind: str) -> Handler:
    async def serve(_: Request) -> Response:
        return Response(own_file(name), media_type=kind)

    return serve
