"""The driver protocol lienthong.driver/1: one JSON object per call, whatever carries it."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol, runtime_checkable

import msgspec

from harness.catalogue.findings import clipped

ErrorKind = Literal["unsupported", "refused", "failed", "operator"]
Answer = Literal["cannot", "skip", "silent", "unclear", "absent", "passive"]
LostReason = Literal[
    "unreachable", "silent", "http-status", "not-protocol", "other-call", "too-long", "ended", "not-started"
]

COMMANDS = (
    "hello",
    "configure",
    "send",
    "decide",
    "take_back",
    "register",
    "directory",
    "inbox",
    "outbox",
    "poll",
    "export_records",
    "export_sip",
    "stop",
    "start",
)
LOOKING = frozenset({"inbox", "outbox", "directory"})
# The longest useful answer is a directory of all the country's agencies, which takes 15 MB.
LONGEST_ANSWER = 64 * 1024 * 1024


class DriverError(Exception):
    """The candidate answered with an error.

    Attributes:
        kind: `unsupported`, `refused` (it must not do this), `failed`, or `operator` (the person did not do it).
        message: the candidate's own words, clipped.
    """

    def __init__(self, kind: ErrorKind, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


class OperatorError(DriverError):
    """The person who operates the candidate did not do what was asked, or there is no such person.

    Attributes:
        answer: `cannot`, `skip`, `silent` (no answer in time), `unclear` (none that could be
            understood), `absent` (no one to answer) or `passive` (no one operates this candidate).
    """

    def __init__(self, answer: Answer, said: str = "") -> None:
        super().__init__("operator", said or answer)
        self.answer = answer


class DriverLost(Exception):
    """No valid answer came: the driver cannot be reached, has ended, or does not speak the protocol.

    Attributes:
        reason: stable word for what happened.
        where: address or program of the driver.
        detail: what the system said, clipped.
    """

    def __init__(self, reason: LostReason, where: str, detail: object = "") -> None:
        self.reason = reason
        self.where = where
        self.detail = clipped(str(detail))
        super().__init__(f"{where}: {reason}" + (f" ({self.detail})" if self.detail else ""))


class Driver(Protocol):
    """One way to reach a candidate."""

    async def call(self, command: str, arguments: Mapping[str, Any], limit: float) -> dict[str, Any]:
        """Carry out one command and return its result.

        Args:
            command: name of the command.
            arguments: as the contract names them.
            limit: seconds to wait for the answer.

        Raises:
            DriverError: the candidate answered with an error.
            DriverLost: no valid answer came in time.
        """
        ...

    async def close(self) -> None:
        """End the connection to the candidate; what the harness started itself is ended too."""
        ...


@runtime_checkable
class Killable(Protocol):
    """A driver whose candidate is a program that it started itself."""

    async def kill(self) -> None:
        """Kill the program at once; the next call starts it again."""
        ...


class _Error(msgspec.Struct):
    code: str = "failed"
    message: str = ""


class _Answer(msgspec.Struct):
    id: str | int | None = None
    result: dict[str, Any] | None = None
    error: _Error | None = None


def read_answer(content: bytes, call_id: str, where: str) -> dict[str, Any]:
    """Return the result in an answer.

    Args:
        content: what came back.
        call_id: id of the call that it must answer.
        where: address or program of the driver, for the failure.

    Raises:
        DriverError: the answer is an error.
        DriverLost: it is not a valid answer, or the answer to another call.
    """
    try:
        answer = msgspec.json.decode(content, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DriverLost("not-protocol", where, error) from error
    if str(answer.id) != call_id:
        raise DriverLost("other-call", where, f"{answer.id!r}")
    if answer.error is not None:
        raise DriverError(_kind(answer.error.code), clipped(answer.error.message))
    if answer.result is None:
        raise DriverLost("not-protocol", where, "result | error")
    return answer.result


def _kind(code: str) -> ErrorKind:
    """Return the kind of an error: only the kinds of the protocol excuse a candidate; any other is a failure."""
    if code == "unsupported":
        return "unsupported"
    return "refused" if code == "refused" else "failed"
