"""Bodies of requests to the workbench: JSON, forms and files, within the hub's limit."""

import re
from collections.abc import Mapping
from email.message import Message
from typing import TypeVar
from urllib.parse import parse_qs

import msgspec
from starlette.requests import Request

from harness.workbench.declined import Declined

T = TypeVar("T")
_NAME = re.compile(rb'(?:^|[;\s])name="([^"]*)"')
_MOST_PARTS = 50
_TOO_LARGE = 413


async def whole_body(request: Request, most: int) -> bytes:
    """Return the body of a request.

    Raises:
        Declined: it has more than `most` bytes.
    """
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise Declined("too-large", _TOO_LARGE, most=most)
        parts.append(part)
    return b"".join(parts)


def read_json(body: bytes, kind: type[T]) -> T:
    """Return a JSON body as a value of a kind.

    Raises:
        Declined: it is no JSON, or not of that shape.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise Declined("not-json", detail=error) from error


def read_form(content_type: str, body: bytes) -> Mapping[str, bytes]:
    """Return the fields of a form as a browser sends it; of a name that comes twice the last counts.

    Raises:
        Declined: it is no form.
    """
    header = Message()
    header["content-type"] = content_type
    kind = header.get_content_type()
    if kind == "application/x-www-form-urlencoded":
        try:
            fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_PARTS)
        except ValueError as error:
            raise Declined("not-a-form") from error
        return {name: values[-1].encode("utf-8") for name, values in fields.items()}
    boundary = header.get_param("boundary")
    if kind != "multipart/form-data" or not isinstance(boundary, str) or not boundary:
        raise Declined("not-a-form")
    return _parts(b"\r\n" + body, b"\r\n--" + boundary.encode("latin-1", "replace"))


def _parts(body: bytes, mark: bytes) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    _, *pieces = body.split(mark, _MOST_PARTS)
    for piece in pieces:
        if piece.startswith(b"--"):
            return found
        head, parted, content = piece.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if not parted or name is None:
            raise Declined("not-a-form")
        found[name[1].decode("utf-8", "replace")] = content
    raise Declined("not-a-form")
