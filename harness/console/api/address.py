"""One JSON address: what it takes, what it gives, the right that it needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec
from starlette.responses import Response

from harness.console.people.roles import Right
from harness.console.web.visit import Visit

ROOT = "/api/v1"


@dataclass(frozen=True, slots=True)
class ApiAddress:
    """A JSON address: what of an organisation it gives it looks up itself, by the person whose key is used.

    Attributes:
        method: of HTTP.
        path: below `ROOT`, with its parameters as in pages.
        handler: what answers.
        right: that person and key need beside reading.
        sent: shape of what is sent, None for nothing.
        given: shape of what is answered, None where it is a file.
    """

    method: str
    path: str
    handler: Callable[[Visit], Response]
    right: Right | None = None
    sent: type[msgspec.Struct] | None = None
    given: type[msgspec.Struct] | None = None


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer in JSON."""
    return Response(msgspec.json.encode(value), status, headers, media_type="application/json")
