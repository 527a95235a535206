"""One JSON address: its request, its answer, and the right that it needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec
from starlette.responses import Response

from harness.console.people.roles import Right
from harness.console.web.visit import Visit

ROOT = "/api/v1"


@dataclass(frozen=True, slots=True)
class ApiAddress:
    """A JSON address; its handler checks which organisations the owner of the key may see.

    Attributes:
        method: of HTTP.
        path: below `ROOT`, with its parameters as in pages.
        handler: returns the answer.
        right: that owner and key need besides reading.
        sent: shape of the request body, None for no body.
        given: shape of the answer, None for a file.
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
