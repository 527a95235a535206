"""Sending an answer, whole or as a plan wants it."""

import asyncio
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache

from harness.hub.call_recorder import Sent
from harness.hub.call_results import Deferred
from harness.hub.incoming import Receive, Send, drain
from harness.hub.interception import Action, Alter, AnswerPlan, Cut, Drop, Hold, PlannedReply, Raw, Replace, Trickle
from harness.hub.wire import Wire
from harness.vxp.operations import JSON, OCTETS

_LOG = logging.getLogger("harness.hub")
_OK = 200
_USUAL = frozenset({JSON, OCTETS})
_SMALL = 64 * 1024  # bytes
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PreparedResponse:
    """An answer ready to be sent."""

    http_status: int
    content_type: str
    body: bytes
    headers: Headers = ()


class Transmission:
    """The answering half of one request."""

    def __init__(self, receive: Receive, send: Send, wire: Wire | None) -> None:
        self._receive = receive
        self._send = send
        self._wire = wire

    async def whole(self, answer: PreparedResponse) -> Sent:
        """Send an answer as it is."""
        if self._at_once(answer):
            return Sent(answer.http_status, answer.body, complete=True)
        await self._start(answer)
        complete = not self._gone
        await self._part(answer.body, more=False)
        return Sent(answer.http_status, answer.body, complete)

    async def streamed(self, status: int, content_type: str, body: Deferred) -> Sent:
        """Send a large body part by part, as fast as the peer takes it, so that little of it is in memory.

        Raises:
            KeyError: it is not kept any more; nothing was sent.
            OSError: its beginning cannot be read; nothing was sent.
        """
        parts, sent = body.parts(), 0
        part, following = await asyncio.to_thread(next, parts, b""), b""
        await self._head(status, content_type, body.size)
        while not self._gone:
            following = await _next(parts)
            if not following:
                break
            await self._part(part, more=True)
            sent += len(part)
            part = following
        await self._part(b"", more=True)  # returns when the peer has taken nearly all of it, or left
        # From the last part to the record nothing waits: the peer's next call must not be recorded before this answer.
        whole = sent + len(part) == body.size and not following and not self._gone
        if whole:
            await self._part(part, more=False)
        elif self._wire is not None:
            self._wire.close()
        return Sent(status, b"", whole, length=body.size if whole else sent)

    async def refused(self, answer: PreparedResponse, *, reading_on: bool) -> Sent:
        """Send a refusal, which a peer in the middle of sending gets to read where `reading_on`."""
        if not reading_on:
            return await self.whole(answer)
        await self._start(answer)
        complete = not self._gone
        await self._part(answer.body, more=True)
        await drain(self._receive)
        await self._part(b"", more=False)
        return Sent(answer.http_status, answer.body, complete)

    async def planned(self, answer: PreparedResponse, plan: AnswerPlan) -> Sent:
        """Send an answer as `plan` wants it; its delay is already over."""
        sent = await self._held(plan) if isinstance(plan.action, Hold) else await self._shaped(answer, plan.action)
        altered = isinstance(plan.action, PlannedReply | Replace | Alter | Raw | Drop | Hold)
        return Sent(sent.http_status, sent.body, sent.complete, altered, plan.name)

    async def _shaped(self, answer: PreparedResponse, action: Action | None) -> Sent:
        if isinstance(action, PlannedReply):
            return await self.whole(PreparedResponse(action.status, action.content_type, action.body, action.headers))
        if isinstance(action, Replace):
            return await self.whole(PreparedResponse(_OK, answer.content_type, action.body))
        if isinstance(action, Alter):
            return await self.whole(PreparedResponse(_OK, answer.content_type, action.change(answer.body)))
        if isinstance(action, Cut):
            return await self._cut(answer, action)
        if isinstance(action, Trickle):
            return await self._trickled(answer, action)
        if isinstance(action, Raw):
            return await self._raw(action.data)
        if isinstance(action, Drop):
            return await self._dropped(action.reset)
        return await self.whole(answer)

    @property
    def _gone(self) -> bool:
        return self._wire is not None and self._wire.transport.is_closing()

    def _at_once(self, answer: PreparedResponse) -> bool:
        """Send a small answer of the usual form in one piece; return whether it was."""
        usual = answer.content_type in _USUAL and not answer.headers and len(answer.body) <= _SMALL
        if self._wire is None or not usual or self._gone:
            return False
        head = _usual_head(answer.content_type, int(time.time())) + b"content-length: %d\r\n" % len(answer.body)
        return self._wire.answered(answer.http_status, head, answer.body)

    async def _start(self, answer: PreparedResponse) -> None:
        await self._head(answer.http_status, answer.content_type, len(answer.body), answer.headers)

    async def _head(self, status: int, content_type: str, length: int, headers: Headers = ()) -> None:
        lines = [
            (b"date", _date(int(time.time()))),
            (b"content-type", content_type.encode("latin-1")),
            (b"content-length", b"%d" % length),
        ]
        lines += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await self._send({"type": "http.response.start", "status": status, "headers": lines})

    async def _part(self, body: bytes, *, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def _cut(self, answer: PreparedResponse, action: Cut) -> Sent:
        at = int(len(answer.body) * action.at) if isinstance(action.at, float) else action.at
        beginning = answer.body[: max(0, at)]
        await self._start(answer)
        if beginning:
            await self._part(beginning, more=True)
        await self._dropped(action.reset)
        return Sent(answer.http_status, beginning, complete=False)

    async def _trickled(self, answer: PreparedResponse, action: Trickle) -> Sent:
        await self._start(answer)
        at = action.size
        await self._part(answer.body[:at], more=True)
        while at < len(answer.body) and not self._gone:
            await asyncio.sleep(action.pause)
            await self._part(answer.body[at : at + action.size], more=True)
            at += action.size
        if at < len(answer.body):
            return Sent(answer.http_status, answer.body[:at], complete=False)
        complete = not self._gone
        await self._part(b"", more=False)
        return Sent(answer.http_status, answer.body, complete)

    async def _raw(self, data: bytes) -> Sent:
        if self._wire is not None:
            self._wire.transport.write(data)
        return await self._dropped(reset=False)

    async def _dropped(self, reset: bool) -> Sent:
        if self._wire is not None:
            self._wire.close(reset=reset)
        return await self._left()

    async def _held(self, plan: AnswerPlan) -> Sent:
        """Say nothing until the peer leaves, or until the plan is lifted and the connection reset."""
        leaving = asyncio.ensure_future(self._left())
        if plan.lifted is None:
            return await leaving
        lifting = asyncio.ensure_future(plan.lifted.wait())
        try:
            await asyncio.wait({leaving, lifting}, return_when=asyncio.FIRST_COMPLETED)
            if not leaving.done() and self._wire is not None:
                self._wire.close(reset=True)
            return await leaving
        finally:
            lifting.cancel()
            leaving.cancel()

    async def _left(self) -> Sent:
        """Wait until the connection is closed; only then may the application return without an answer."""
        while (await self._receive())["type"] != "http.disconnect":
            continue
        return Sent(0, b"", complete=False)


@lru_cache(maxsize=1)
def _date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode("ascii")


@lru_cache(maxsize=2)
def _usual_head(content_type: str, seconds: int) -> bytes:
    return b"date: %b\r\ncontent-type: %b\r\n" % (_date(seconds), content_type.encode("ascii"))


async def _next(parts: Iterator[bytes]) -> bytes:
    """Return the next part of a body; nothing at its end, or where it cannot be read on."""
    try:
        return await asyncio.to_thread(next, parts, b"")
    except OSError:
        _LOG.exception("a package that is being handed out cannot be read on")
        return b""
