"""How the engine takes part in a call: plans for one answer, asked for before and after the call took effect."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from harness.journal.events import NOTHING, CallEffect

Moment = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class PlannedReply:
    """Answer with this HTTP status, body and header lines instead of the hub's own."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Drop:
    """Close the connection without an answer; with `reset` the peer sees a reset, else an orderly end."""

    reset: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """Never answer; the connection stays open until the peer leaves, the plan is lifted or the hub stops."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Announce the whole answer, send only its first bytes, then close the connection.

    Attributes:
        at: number of body bytes sent, or a share of the body when it is a float below 1.
        reset: whether the peer sees a reset instead of an orderly end.
    """

    at: int | float
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Replace:
    """Send these bytes as the body, with the HTTP status of success."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Alter:
    """Send what `change` makes of the body, with the HTTP status of success."""

    change: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Raw:
    """Write these bytes to the connection as they are, HTTP or not, and close it."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Trickle:
    """Send the whole answer in pieces of `size` bytes with `pause` seconds between them."""

    size: int
    pause: float


Action = PlannedReply | Drop | Hold | Cut | Replace | Alter | Raw | Trickle


@dataclass(frozen=True, slots=True)
class AnswerPlan:
    """What is done to one call.

    Given before the effect, `PlannedReply`, `Drop` and `Hold` keep the call from taking effect; the others shape the
    answer after it, and the interceptor is not asked again for that call.

    Attributes:
        name: of the fault, as in the record.
        action: None only delays.
        delay: seconds to wait first.
        lifted: set when the fault is over: a call that is held then is let go of, by a reset, as any network would.
    """

    name: str
    action: Action | None = None
    delay: float = 0.0
    lifted: asyncio.Event | None = None


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What an interceptor may decide by.

    Attributes:
        moment: `before` or `after` the effect.
        event: number of the `request` event, None without a recorder.
        n: number of the request at this hub, from 1.
        operation: None when the hub knows none of that name.
        system_id: who calls, as claimed.
        parameters: by key as the protocol spells it.
        document_id: DocumentId of the package sent, or of the item that `docId` names.
        messagetype: of that package or item, or as asked for.
        receivers: OrganIds that the package sent goes to, or the receiver of the item.
        answer: the hub's own answer, after the effect; None for answers of more than a megabyte.
        effect: what the call did, after the effect.
    """

    moment: Moment
    event: int | None
    n: int
    operation: str | None
    system_id: str | None
    parameters: Mapping[str, str]
    document_id: str | None = None
    messagetype: str | None = None
    receivers: tuple[str, ...] = ()
    answer: bytes | None = None
    effect: CallEffect = NOTHING


Interceptor = Callable[[RequestFacts], Awaitable[AnswerPlan | None]]

Objector = Callable[[int], Awaitable[Mapping[str, str] | None]]
"""Asked, with the number of the `request` event, about a call that the hub would let in and no fault keeps from it.

The answer is None to go on, or what the hub says as it refuses the call: `code` and `sentence`.
"""
