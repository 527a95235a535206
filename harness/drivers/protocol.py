"""The driver protocol lienthong.driver/1: one JSON object per call, whatever carries it."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import msgspec

ErrorKind = Literal["unsupported", "refused", "failed"]
LONGEST_ANSWER = 256 * 1024 * 1024


class DriverError(Exception):
    """The candidate answered that it did not do what was asked.

    Attributes:
        kind: `unsupported`, `refused` (rightly will not) or `failed`.
        message: the candidate's own words.
    """

    def __init__(self, kind: ErrorKind, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


class DriverLost(Exception):
    """No answer of the protocol came: the driver is not there, has ended, or does not speak it."""


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
            DriverLost: no answer of the protocol came in time.
        """
        ...

    async def close(self) -> None:
        """End the connection to the candidate; what the harness started itself is ended too."""
        ...


class _Error(msgspec.Struct):
    code: str = "failed"
    message: str = ""


class _Answer(msgspec.Struct):
    id: str | int | None = None
    result: dict[str, Any] | None = None
    error: _Error | None = None


def read_answer(content: bytes, call_id: str | None = None) -> dict[str, Any]:
    """Return the result in an answer.

    Raises:
        DriverError: the answer is an error.
        DriverLost: it is no answer of the protocol, or the answer to another call.
    """
    try:
        answer = msgspec.json.decode(content, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DriverLost(f"not an answer of lienthong.driver/1: {error}") from error
    if call_id is not None and str(answer.id) != call_id:
        raise DriverLost(f"the answer is to call {answer.id!r}, not to {call_id!r}")
    if answer.error is not None:
        kind = answer.error.code
        raise DriverError(kind if kind in {"unsupported", "refused"} else "failed", answer.error.message)  # type: ignore[arg-type]
    return answer.result or {}
