"""The workbench for programs: `/harness/…` in JSON, for tests that run by themselves."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from harness.vxp.operations import OCTETS
from harness.workbench import views
from harness.workbench.bench import Workbench
from harness.workbench.declined import Declined
from harness.workbench.deliveries import TestItem
from harness.workbench.forms import read_json, whole_body
from harness.workbench.next_faults import FaultOrder
from harness.workbench.ring import MOST_CALLS, KeptCall
from harness.workbench.vectors import vector_entries

Handler = Callable[[Request], Awaitable[Response]]
PEM = "application/x-pem-file"
_CREATED, _NOT_FOUND = 201, 404


class DeliveryOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to be put into a mailbox: one of `kind`, `vector` and `package_base64`."""

    to: str
    kind: str | None = None
    vector: str | None = None
    package_base64: str | None = None
    sender: str = ""
    about: str = ""
    messagetype: Literal["edoc", "status"] | None = None


class StatusOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A status that is to answer a document which a system has sent."""

    document_id: str
    code: str
    description: str = ""
    sender: str = ""


class WorkbenchApi:
    """Answers programs about one workbench."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def routes(self) -> list[Route]:
        """Return what is answered, without `/harness` before it."""
        table: dict[tuple[str, str], Handler] = {
            ("/calls", "GET"): self.calls,
            ("/calls", "DELETE"): self.clear_calls,
            ("/calls/{number:int}", "GET"): self.call,
            ("/calls/{number:int}/body", "GET"): self.body,
            ("/calls/{number:int}/answer", "GET"): self.answer,
            ("/mailboxes", "GET"): self.mailboxes,
            ("/mailboxes/{organ_id}", "GET"): self.mailbox,
            ("/sent/{system_id}", "GET"): self.sent,
            ("/items/{item}/package", "GET"): self.package,
            ("/vectors", "GET"): self.vectors,
            ("/deliveries", "POST"): self.deliver,
            ("/statuses", "POST"): self.status,
            ("/faults", "GET"): self.faults,
            ("/faults", "POST"): self.set_fault,
            ("/faults", "DELETE"): self.clear_faults,
            ("/faults/{number:int}", "DELETE"): self.end_fault,
            ("/trust-anchors.pem", "GET"): self.anchors,
        }
        return [Route(path, _answering(handler), methods=[method]) for (path, method), handler in table.items()]

    async def calls(self, request: Request) -> Response:
        """List calls, the newest first; everything listed was inspected."""
        after = _number(request, "after", 0)
        most = min(_number(request, "most", MOST_CALLS), MOST_CALLS)
        kept = self._bench.ring.latest(most, after=after)
        wanted = request.query_params.get("verdict")

        def lines() -> list[views.Value]:
            made = [views.call_line(one, self._bench.report(one)) for one in kept]
            return [line for line in made if wanted in {None, line["verdict"]}]

        return _json({"calls": await asyncio.to_thread(lines)})

    async def clear_calls(self, _: Request) -> Response:
        """Forget all calls."""
        self._bench.ring.clear()
        return Response(status_code=204)

    async def call(self, request: Request) -> Response:
        """Show one call."""
        kept, bench = kept_call(self._bench, request), self._bench
        shown = await asyncio.to_thread(lambda: views.call_whole(kept, bench.report(kept), bench.signature(kept)))
        return _json(shown)

    async def body(self, request: Request) -> Response:
        """Hand out what a call sent."""
        kept = kept_call(self._bench, request)
        return download(await asyncio.to_thread(self._bench.body, kept), f"call-{kept.number}")

    async def answer(self, request: Request) -> Response:
        """Hand out what was answered."""
        kept = kept_call(self._bench, request)
        return download(await asyncio.to_thread(self._bench.answer, kept), f"answer-{kept.number}")

    async def mailboxes(self, _: Request) -> Response:
        """List the agencies that are connected."""
        return _json({"mailboxes": views.mailboxes_view(self._bench.hub)})

    async def mailbox(self, request: Request) -> Response:
        """List the content of one mailbox, whatever its state."""
        organ_id = request.path_params["organ_id"]
        agency = self._bench.hub.directory.agency(organ_id)
        if agency is None:
            raise Declined("unknown-agency", _NOT_FOUND, organ_id=organ_id)
        items = self._bench.hub.mailboxes.latest(views.MOST_ITEMS, receiver=agency.organ_id)
        return _json({"items": [views.item_view(item) for item in items]})

    async def sent(self, request: Request) -> Response:
        """List what a system has sent, by receiver."""
        items = self._bench.hub.mailboxes.latest(views.MOST_ITEMS, sender=request.path_params["system_id"])
        return _json({"items": [views.item_view(item) for item in items]})

    async def package(self, request: Request) -> Response:
        """Hand out the package of a delivery."""
        return await item_download(self._bench, request)

    async def vectors(self, request: Request) -> Response:
        """List the packages that can be delivered."""
        group = request.query_params.get("group")
        listed = (entry for entry in vector_entries().values() if group in {None, entry.group})
        return _json({"vectors": [views.vector_view(entry) for entry in listed]})

    async def deliver(self, request: Request) -> Response:
        """Put something into a mailbox: by an order in JSON, or the bytes of a package and `?to=`."""
        body = await whole_body(request, self._bench.hub.settings.body_bytes)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() == OCTETS:
            query = request.query_params
            messagetype = _messagetype(query.get("messagetype"))
            order = DeliveryOrder(to=query.get("to", ""), sender=query.get("sender", ""), messagetype=messagetype)
            made = await asyncio.to_thread(self._posted, order, body)
        else:
            order = read_json(body, DeliveryOrder)
            made = await asyncio.to_thread(self._ordered, order)
        return _json({"deliveries": [views.test_item_view(one) for one in made]}, _CREATED)

    async def status(self, request: Request) -> Response:
        """Answer a document with a status."""
        order = read_json(await whole_body(request, self._bench.hub.settings.body_bytes), StatusOrder)
        made = await asyncio.to_thread(
            lambda: self._bench.mail.post_status(order.document_id, order.code, order.description, sender=order.sender)
        )
        return _json(views.test_item_view(made), _CREATED)

    async def faults(self, _: Request) -> Response:
        """List the faults in force."""
        return _json({"faults": [views.fault_view(one) for one in self._bench.faults.listed()]})

    async def set_fault(self, request: Request) -> Response:
        """Put a fault into force."""
        order = read_json(await whole_body(request, self._bench.hub.settings.body_bytes), FaultOrder)
        return _json(views.fault_view(self._bench.faults.add(order)), _CREATED)

    async def clear_faults(self, _: Request) -> Response:
        """End all faults."""
        self._bench.faults.clear()
        return Response(status_code=204)

    async def end_fault(self, request: Request) -> Response:
        """End one fault."""
        self._bench.faults.end(request.path_params["number"])
        return Response(status_code=204)

    async def anchors(self, _: Request) -> Response:
        """Hand out the anchors of the PKI that signs test documents."""
        return Response(await asyncio.to_thread(self._bench.mail.pki.anchors_pem), media_type=PEM)

    def _ordered(self, order: DeliveryOrder) -> tuple[TestItem, ...]:
        named = [one for one in (order.kind, order.vector, order.package_base64) if one is not None]
        if len(named) != 1:
            raise Declined("one-of-three")
        if order.kind is not None:
            return self._bench.mail.post_kind(order.to, order.kind, sender=order.sender, about=order.about)
        if order.vector is not None:
            return self._bench.mail.post_vector(order.to, order.vector, sender=order.sender, about=order.about)
        try:
            content = base64.b64decode(order.package_base64 or "", validate=True)
        except binascii.Error as error:
            raise Declined("not-base64") from error
        return self._posted(order, content)

    def _posted(self, order: DeliveryOrder, content: bytes) -> tuple[TestItem, ...]:
        return self._bench.mail.post_bytes(order.to, content, sender=order.sender, messagetype=order.messagetype)


def kept_call(bench: Workbench, request: Request) -> KeptCall:
    """Return the call that a path names.

    Raises:
        Declined: there was none of that number, or it is forgotten.
    """
    number = request.path_params["number"]
    kept = bench.ring.call(number)
    if kept is None:
        raise Declined("unknown-call", _NOT_FOUND, number=number)
    return kept


async def item_download(bench: Workbench, request: Request) -> Response:
    """Return the package of the delivery that a path names, as a file.

    Raises:
        Declined: there is no such delivery.
    """
    name = request.path_params["item"]
    item = bench.hub.item(name)
    if item is None:
        raise Declined("unknown-item", _NOT_FOUND, item=name)
    try:
        content = await asyncio.to_thread(bench.hub.content, item)
    except (KeyError, OSError) as error:
        raise Declined("unknown-item", _NOT_FOUND, item=name) from error
    return download(content, item.receiver_doc_id)


def download(content: bytes, name: str) -> Response:
    """Return bytes as a file that no browser shows, whatever they are; `name` is our own."""
    disposition = f'attachment; filename="{name}.bin"' if not content.startswith(b"<") else None
    headers = {"content-disposition": disposition or f'attachment; filename="{name}.edxml"'}
    return Response(content, media_type=OCTETS, headers=headers)


def _answering(handler: Handler) -> Handler:
    @wraps(handler)
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Declined as declined:
            return declined_json(declined)

    return answer


def declined_json(declined: Declined) -> Response:
    """Return the reason of a refusal, in JSON."""
    return _json({"error": {"code": declined.code, "message": declined.sentence}}, declined.status)


def _json(content: object, status: int = 200) -> Response:
    return JSONResponse(content, status)


def _number(request: Request, name: str, otherwise: int) -> int:
    given = request.query_params.get(name, "")
    return int(given[:15]) if given.isascii() and given.isdigit() else otherwise


def _messagetype(given: str | None) -> Literal["edoc", "status"] | None:
    if given in {None, ""}:
        return None
    if given == "edoc":
        return "edoc"
    if given == "status":
        return "status"
    raise Declined("fault-messagetype", value=given)
