"""One JSON address: its request, its answer, and the right that it needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec
from starlette.responses import Response

from harness.console.people.roles import Right
from harness.console.web.visit import Visit

ROOT = "/api/v1"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class AskedValue:
    """A value that the query of an address may have.

    Attributes:
        name: of it.
        kind: JSON type.
        choices: the values that are known; empty for any.
    """

    name: str
    kind: Literal["string", "integer"] = "string"
    choices: tuple[str, ...] = ()


PAGE = (AskedValue("limit", "integer"), AskedValue("after"))
"""What every list is asked for with."""


@dataclass(frozen=True, slots=True)
class ApiAddress:
    """A JSON address; its handler checks which organisations the owner of the key may see.

    Attributes:
        name: of the operation; `op.<name>` of the message file says what it does.
        method: of HTTP.
        path: below `ROOT`, with its parameters as in pages.
        handler: returns the answer.
        right: that owner and key need besides reading.
        sent: shape of the request body, None for no body.
        given: shape of the answer, None for a file or for no content.
        asked: values that the query may have.
        status: of the answer that is given where nothing is wrong.
        media: types of the file that is answered.
        open: whether it is answered without a key.
    """

    name: str
    method: str
    path: str
    handler: Callable[[Visit], Response]
    right: Right | None = None
    sent: type[msgspec.Struct] | None = None
    given: type[msgspec.Struct] | None = None
    asked: tuple[AskedValue, ...] = ()
    status: int = 200
    media: tuple[str, ...] = ()
    open: bool = False


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer in JSON."""
    return Response(msgspec.json.encode(value), status, headers, media_type=JSON)
