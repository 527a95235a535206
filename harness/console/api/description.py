"""The OpenAPI 3.1 description of the JSON addresses, made from their table; words in Vietnamese, then English."""

import re
from functools import cache
from typing import Any

import msgspec

from harness import __version__
from harness.catalogue.texts import text
from harness.console.api.address import JSON, ROOT, ApiAddress, AskedValue
from harness.console.api.kept_answers import HEADER, LONGEST_KEY
from harness.console.api.paging import MOST, USUAL
from harness.console.api.problem import AREA, MEDIA, ProblemShape
from harness.console.api.sent_content import GREATEST_KEY
from harness.console.api.table import ADDRESSES
from harness.console.data.outbox import KINDS, TEST

SHIPPED = "console-api.openapi.json"
"""Its file among the schemas of the profiles."""
_PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")
_REFERENCE = "#/components/schemas/{name}"
_PROBLEMS = (401, 404, 429)
_HOOK_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


@cache
def description() -> bytes:
    """Return the description in JSON, as it is served and shipped."""
    return msgspec.json.format(msgspec.json.encode(_whole()), indent=1) + b"\n"


def _whole() -> dict[str, Any]:
    named = [one for address in ADDRESSES for one in (address.sent, address.given) if one is not None]
    shapes, components = msgspec.json.schema_components(dict.fromkeys([*named, ProblemShape]), ref_template=_REFERENCE)
    references = dict(zip(dict.fromkeys([*named, ProblemShape]), shapes, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for address in ADDRESSES:
        path = _PARAMETER.sub(r"{\1}", f"{ROOT}{address.path}")
        paths.setdefault(path, {})[address.method.lower()] = _operation(address, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": _words("title"), "version": __version__, "description": _words("description")},
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "webhooks": {kind: _hook(kind) for kind in (*KINDS, TEST)},
        "components": {
            "schemas": components,
            "responses": {"Problem": _problem(references)},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": _words("key")}},
        },
    }


def _operation(address: ApiAddress, references: dict[Any, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": address.name,
        "summary": _words(f"op.{address.name}"),
        "tags": [address.path.split("/")[1]],
    }
    if address.right is not None:
        made["description"] = _words("right", right=address.right)
    if address.open:
        made["security"] = [{}, {"key": []}]
    parameters = [*_of_path(address), *(_of_query(one) for one in address.asked), *_of_head(address)]
    if parameters:
        made["parameters"] = parameters
    if address.sent is not None:
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": references[address.sent]}}}
    made["responses"] = {str(address.status): _answer(address, references)} | _refusals(address)
    return made


def _of_path(address: ApiAddress) -> list[dict[str, Any]]:
    whole = {"type": "integer", "minimum": 0, "maximum": GREATEST_KEY}
    return [
        {"name": name, "in": "path", "required": True, "schema": whole if kind else {"type": "string"}}
        for name, kind in _PARAMETER.findall(address.path)
    ]


def _of_query(value: AskedValue) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": value.kind}
    if value.choices:
        schema["enum"] = list(value.choices)
    if value.name == "limit":
        schema |= {"minimum": 1, "maximum": MOST, "default": USUAL}
    return {"name": value.name, "in": "query", "required": False, "schema": schema}


def _of_head(address: ApiAddress) -> list[dict[str, Any]]:
    if address.method != "POST":
        return []
    schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[ -~]+$"}
    described = {"name": HEADER, "in": "header", "required": False, "schema": schema}
    return [{**described, "description": _words("idempotency")}]


def _answer(address: ApiAddress, references: dict[Any, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": _words("answer")}
    if address.given is not None:
        answer["content"] = {JSON: {"schema": references[address.given]}}
    elif address.media:
        answer["content"] = {one: {} for one in address.media}
    if any(one.name == "after" for one in address.asked):
        answer["headers"] = {"Link": {"description": _words("link"), "schema": {"type": "string"}}}
    return answer


def _refusals(address: ApiAddress) -> dict[str, Any]:
    known = {*_PROBLEMS, 422, 409}
    if address.right is not None:
        known.add(403)
    if address.sent is not None:
        known |= {400, 413}
    if address.method != "GET":
        known |= {400, 403}
    if "{" in address.path:
        known.add(410)
    return {str(status): {"$ref": "#/components/responses/Problem"} for status in sorted(known)}


def _problem(references: dict[Any, Any]) -> dict[str, Any]:
    retry = {"description": _words("retry"), "schema": {"type": "integer"}}
    content = {MEDIA: {"schema": references[ProblemShape]}}
    return {"description": _words("refused"), "headers": {"Retry-After": retry}, "content": content}


def _hook(kind: str) -> dict[str, Any]:
    members = {
        "type": {"const": kind},
        "timestamp": {"type": "string", "format": "date-time"},
        "data": {"type": "object"},
    }
    schema = {"type": "object", "properties": members, "required": list(members)}
    headers = [{"name": name, "in": "header", "required": True, "schema": {"type": "string"}} for name in _HOOK_HEADERS]
    return {
        "post": {
            "summary": _words("hook"),
            "parameters": headers,
            "requestBody": {"required": True, "content": {JSON: {"schema": schema}}},
            "responses": {"2XX": {"description": _words("hook.taken")}},
        }
    }


def _words(key: str, **values: object) -> str:
    return f"{text(AREA, key, 'vi', **values)} / {text(AREA, key, 'en', **values)}"
