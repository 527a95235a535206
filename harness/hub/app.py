"""The hub as an ASGI application: from request to call, from outcome to answer, recorded on both sides."""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from starlette.responses import JSONResponse

from harness.catalogue.codes import RefusalReason
from harness.hub.call_recorder import CallLog, Sent
from harness.hub.call_results import Call, CallResult, Deferred, Refusal
from harness.hub.incoming import Incoming, Receive, Scope, Send, read_request, wire_of
from harness.hub.interception import AnswerPlan, Drop, Hold, Moment, PlannedReply, RequestFacts
from harness.hub.openapi import description
from harness.hub.service import Hub
from harness.hub.transmission import PreparedResponse, Transmission
from harness.hub.wire import Malformed
from harness.journal.events import NOTHING
from harness.vxp.headers import HeaderParameters
from harness.vxp.operations import OPERATIONS, HubOperation
from harness.vxp.signing import verify_parameters

LOG = logging.getLogger("harness.hub")
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_LARGE = 1024 * 1024
_UNAUTHENTICATED, _TOO_LARGE, _TIMED_OUT, _FAILED = 401, 413, 408, 500
_SLOW = frozenset(
    {HubOperation.GET_AGENCIES_LIST, HubOperation.GET_AGENCIES_LIST_QD20, HubOperation.GET_SYNCHRONIZE_UNIT}
)
_PREVENTING = (PlannedReply, Drop, Hold)
_CLOSE = (("connection", "close"),)
_READING = frozenset({"GET", "HEAD"})


class HubApp:
    """Serves one hub; every request and its answer are recorded in a log, if there is one."""

    def __init__(self, hub: Hub, log: CallLog | None = None) -> None:
        self._hub = hub
        self._log = log
        self._numbers = itertools.count(1)
        self._large = asyncio.Semaphore(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; nothing that a peer sends makes it fail."""
        number = next(self._numbers)
        transmission = Transmission(receive, send, wire_of(scope))
        try:
            incoming = await read_request(number, scope, receive, self._hub.settings, self._hub.admits)
            await self._serve(incoming, transmission)
        except Exception:
            LOG.exception("request %d failed", number)
            outcome = self._hub.refused(None, Refusal(RefusalReason.INTERNAL))
            await transmission.whole(_prepared(replace(outcome, http_status=_FAILED), closing=True))

    def malformed(self, what: Malformed) -> bytes:
        """Record what came instead of a request and return the JSON body of the answer."""
        incoming = Incoming(next(self._numbers), "", "", "", "", (), what.beginning, complete=False)
        call = self._call(incoming)
        refused = self._hub.refused(None, Refusal(RefusalReason.BAD_REQUEST, "bad-http"))
        answer = _prepared(replace(refused, http_status=what.status))
        if self._log is not None:
            event = self._log.request(incoming, call)()
            self._log.answer(event, call, refused, Sent(what.status, answer.body, complete=True))
        return answer.body

    async def _serve(self, incoming: Incoming, transmission: Transmission) -> None:
        """Serve a request; large ones, whose bodies wait on disk, come into memory one at a time."""
        turn = _Turn(None if incoming.spool is None else self._large)
        if incoming.spool is None:
            await self._served(incoming, transmission, turn)
            return
        try:
            async with turn:
                await self._served(await asyncio.to_thread(incoming.loaded), transmission, turn)
        finally:
            incoming.spool.close()

    async def _served(self, incoming: Incoming, transmission: Transmission, turn: "_Turn") -> None:
        slow = len(incoming.body) > _LARGE
        call = await asyncio.to_thread(self._call, incoming) if slow else self._call(incoming)
        event = await self._recorded(incoming, call)
        refused = self._unserved(incoming)
        if refused is not None:
            sent = await transmission.refused(_prepared(refused, closing=True), reading_on=incoming.unread)
            self._answered(event, call, refused, sent)
            return
        plan = await self._plan("before", event, incoming, call, turn)
        outcome = await self._objection(event, call, plan) or await self._outcome(call, plan)
        large = _large(outcome)
        answer = None if large is not None else _prepared(outcome)
        if plan is None:
            plan = await self._plan("after", event, incoming, call, turn, outcome, answer.body if answer else None)
        if plan is None and large is not None:
            sent = await transmission.streamed(outcome.http_status, outcome.content_type, large)
        else:
            if answer is None:
                answer = await asyncio.to_thread(_prepared, outcome)
            sent = await (transmission.whole(answer) if plan is None else transmission.planned(answer, plan))
        self._answered(event, call, outcome, sent)

    def _call(self, incoming: Incoming) -> Call:
        parameters = HeaderParameters(incoming.headers)
        system_id = parameters.get("systemid")
        operation = OPERATIONS.get(incoming.name)
        received = None
        if operation is not None and operation.body == "package" and incoming.complete:
            received = self._hub.read_received(incoming.body, parameters.get("hash-file", ""))
        secret = self._hub.directory.secret(system_id or "")
        verification = verify_parameters(parameters, secret)
        return Call(operation, incoming.name, system_id, parameters, verification, incoming.body, received)

    def _unserved(self, incoming: Incoming) -> CallResult | None:
        """Return the answer to a request that did not come whole, None for one that did."""
        if incoming.unread:
            return replace(
                self._hub.refused(None, Refusal(RefusalReason.UNAUTHENTICATED, "unread")), http_status=_UNAUTHENTICATED
            )
        if incoming.too_large:
            refusal = Refusal(RefusalReason.BAD_REQUEST, "body-too-large", limit=self._hub.settings.body_bytes)
            return replace(self._hub.refused(None, refusal), http_status=_TOO_LARGE)
        if not incoming.complete:
            refused = self._hub.refused(None, Refusal(RefusalReason.BAD_REQUEST, "bad-http"))
            return replace(refused, http_status=_TIMED_OUT)
        return None

    async def _objection(self, event: int | None, call: Call, plan: AnswerPlan | None) -> CallResult | None:
        """Return the refusal of a call that is objected to, None for one that is carried out."""
        objector, hub = self._hub.objector, self._hub
        prevented = plan is not None and isinstance(plan.action, _PREVENTING)
        if objector is None or event is None or prevented or not hub.lets_in(call):
            return None
        objection = await objector(event)
        return (
            None
            if objection is None
            else hub.refused(call, Refusal(RefusalReason.BAD_REQUEST, "objection", **objection))
        )

    async def _outcome(self, call: Call, plan: AnswerPlan | None) -> CallResult:
        if plan is not None and isinstance(plan.action, _PREVENTING):
            return CallResult(b"")
        slow = len(call.body) > _LARGE or call.name in _SLOW
        losses = self._hub.losses
        outcome = await asyncio.to_thread(self._hub.perform, call) if slow else self._hub.perform(call)
        try:
            await self._hub.durable(losses)
        except OSError:
            LOG.exception("what request %s brought could not be written to the disk", call.name)
            return self._hub.refused(call, Refusal(RefusalReason.INTERNAL))
        return outcome

    async def _plan(
        self,
        moment: Moment,
        event: int | None,
        incoming: Incoming,
        call: Call,
        turn: "_Turn",
        outcome: CallResult | None = None,
        answer: bytes | None = None,
    ) -> AnswerPlan | None:
        """Ask the interceptor, if there is one, and wait as long as its plan says; no other request waits for that."""
        if self._hub.interceptor is None:
            return None
        # The operator's client leaves keys of earlier calls in its headers, so a `docId` sent with a list is ignored.
        about_an_item = call.operation is not None and any(one.key == "docId" for one in call.operation.parameters)
        item = self._hub.item(call.parameters.get("docId", "")) if about_an_item else None
        received = call.received
        facts = RequestFacts(
            moment=moment,
            event=event,
            n=incoming.n,
            operation=call.operation.name if call.operation else None,
            system_id=call.system_id,
            parameters=call.parameters,
            document_id=received.document_id if received else item.document_id if item else None,
            messagetype=item.messagetype if item else call.parameters.get("messagetype"),
            receivers=received.addressees if received else (item.receiver,) if item else (),
            answer=answer if answer is not None and len(answer) <= _LARGE else None,
            effect=outcome.effect if outcome is not None else NOTHING,
        )
        plan = await self._hub.interceptor(facts)
        if plan is not None and (plan.delay > 0 or isinstance(plan.action, Hold)):
            turn.leave()
        if plan is not None and plan.delay > 0:
            await asyncio.sleep(plan.delay)
        return plan

    async def _recorded(self, incoming: Incoming, call: Call) -> int | None:
        if self._log is None:
            return None
        if len(incoming.body) > _LARGE:
            return (await asyncio.to_thread(self._log.request, incoming, call))()
        return self._log.request(incoming, call)()

    def _answered(self, event: int | None, call: Call, outcome: CallResult, sent: Sent) -> None:
        if self._log is not None and event is not None:
            self._log.answer(event, call, outcome, sent)


class _Turn:
    """Lets large requests into memory one at a time; a small request has no gate (None) and never waits."""

    def __init__(self, gate: asyncio.Semaphore | None) -> None:
        self._gate = gate
        self._held = False

    async def __aenter__(self) -> None:
        if self._gate is not None:
            await self._gate.acquire()
            self._held = True

    async def __aexit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Let the next large request in before this one ends, because a fault holds its answer back."""
        if self._gate is not None and self._held:
            self._gate.release()
        self._held = False


class Annex(Protocol):
    """Something else at the hub's address, for people at a stand-alone hub; its requests are not evidence."""

    def takes(self, scope: Scope) -> bool:
        """Return whether a request is the annex's and none of the hub's."""
        ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request as an ASGI application."""
        ...


def create_app(hub_app: HubApp, hub: Hub, annex: Annex | None = None) -> Application:
    """Return the whole application: the hub's operations, and where wanted their description at `/openapi.json`."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if annex is not None and annex.takes(scope):
            await annex(scope, receive, send)
        elif hub.settings.described and scope["path"] == "/openapi.json" and scope["method"] in _READING:
            await JSONResponse(description(hub.settings))(scope, receive, send)
        else:
            await hub_app(scope, receive, send)

    return serve


def _large(outcome: CallResult) -> Deferred | None:
    """Return the body of an answer that is sent part by part, None for others."""
    body = outcome.body
    return body if isinstance(body, Deferred) and body.size > _LARGE else None


def _prepared(outcome: CallResult, *, closing: bool = False) -> PreparedResponse:
    body = outcome.body.whole() if isinstance(outcome.body, Deferred) else outcome.body
    return PreparedResponse(outcome.http_status, outcome.content_type, body, _CLOSE if closing else ())
