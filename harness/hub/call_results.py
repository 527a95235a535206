"""What a call asks for and what it comes to: the answer, and what it did."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.catalogue.codes import RefusalReason
from harness.catalogue.texts import text
from harness.hub.received_package import ReceivedPackage
from harness.journal.events import NOTHING, CallEffect
from harness.vxp.answers import SUCCESS_CODE, SUCCESS_TEXT, success
from harness.vxp.headers import HeaderParameters
from harness.vxp.operations import JSON, Operation
from harness.vxp.signing import SignHeaderCheck

_SENTENCES = frozenset({"foreign-from"})


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the hub understood it.

    Attributes:
        operation: None when there is none of the name in `name`.
        name: last part of the path.
        system_id: the calling system as claimed, None when it does not say.
        parameters: of the call.
        verification: of its signature.
        body: as received.
        received: the package of a `sendEdoc`.
    """

    operation: Operation | None
    name: str
    system_id: str | None
    parameters: HeaderParameters
    verification: SignHeaderCheck
    body: bytes
    received: ReceivedPackage | None = None

    @property
    def caller(self) -> str:
        """The calling system, empty when it does not say."""
        return self.system_id or ""


@dataclass(frozen=True, slots=True)
class Deferred:
    """An answer body that may be large, made part by part when it is needed.

    Attributes:
        size: how many bytes it has.
        parts: begins to make it; the parts may be made in another thread, and raise KeyError or OSError.
    """

    size: int
    parts: Callable[[], Iterator[bytes]]

    def whole(self) -> bytes:
        """Return all of it.

        Raises:
            KeyError: it is not kept any more.
            OSError: it cannot be read.
        """
        return b"".join(self.parts())


@dataclass(frozen=True, slots=True)
class CallResult:
    """Outcome of one call.

    Attributes:
        body: of the answer.
        error_code, error_desc: as they are in the answer.
        effect: what the call did, as it is recorded.
        http_status: of the answer.
        content_type: of the answer.
        kept: whether the record can do without the body, because it is kept elsewhere or the same for all.
    """

    body: bytes | Deferred
    error_code: str = SUCCESS_CODE
    error_desc: str = SUCCESS_TEXT
    effect: CallEffect = NOTHING
    http_status: int = 200
    content_type: str = JSON
    kept: bool = False


class Refusal(Exception):
    """The hub does not do what it is asked.

    Attributes:
        reason: names the error code in the settings.
        detail: text for the caller, beside the code's own text; empty for none.
        whole: whether the detail is a sentence that replaces the code's own text.
    """

    def __init__(self, reason: RefusalReason, key: str = "", /, **parameters: object) -> None:
        detail = text("hub", key, "vi", **parameters) if key else ""
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: RefusalReason = reason
        self.detail = detail
        self.whole = key in _SENTENCES


def done(members: Mapping[str, Any] | None = None, effect: CallEffect = NOTHING) -> CallResult:
    """Return the outcome of a call that was done.

    Args:
        members: of the answer, beside status and error members.
        effect: what is recorded.
    """
    return CallResult(success(members), effect=effect)
