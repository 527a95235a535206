"""The OpenAPI description of the hub, made from the table of operations."""

from collections.abc import Mapping
from typing import Any

from harness import __version__
from harness.catalogue.texts import text
from harness.hub.settings import HubSettings
from harness.vxp.operations import (
    JSON,
    OCTETS,
    OPERATIONS,
    PREFIX,
    REGISTRATION,
    Operation,
    Parameter,
)

_ALWAYS = ("systemid", "timestamp", "Content-Type", "sign-header-key", "sign-header", "hash-header")
_NOT_TEXT: Mapping[str, Mapping[str, str]] = {
    "version": {"type": "integer"},
    "deleted": {"type": "boolean"},
    "isAgency": {"type": "boolean"},
}
_ENVELOPE = {
    "status": {"type": "string", "enum": ["OK", "FAIL"]},
    "ErrorCode": {"type": "string"},
    "ErrorDesc": {"type": "string"},
}


def description(settings: HubSettings) -> dict[str, Any]:
    """Return the description as OpenAPI 3.1; words in Vietnamese, then English."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": _words("openapi.title"),
            "version": __version__,
            "description": _words("openapi.description"),
        },
        "servers": [{"url": settings.path}],
        "paths": {f"/{operation.name}": _path(operation) for operation in OPERATIONS.values()},
        "components": {
            "parameters": {key: _signature_header(key) for key in _ALWAYS},
            "schemas": {"Answer": {"type": "object", "properties": _ENVELOPE, "required": list(_ENVELOPE)}},
        },
    }


def _path(operation: Operation) -> dict[str, Any]:
    shared = [{"$ref": f"#/components/parameters/{key}"} for key in _ALWAYS]
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": _words(f"openapi.{operation.name}"),
        "parameters": shared + [_header(parameter) for parameter in operation.parameters],
        "responses": {"200": {"description": _words("openapi.answer"), "content": _answer(operation)}},
    }
    body = _body(operation)
    if body:
        described["requestBody"] = {"required": True, "content": body}
    return {operation.method.lower(): described}


def _header(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if parameter.values:
        schema["enum"] = list(parameter.values)
    return {
        "name": PREFIX + parameter.key,
        "in": "header",
        "required": parameter.required,
        "schema": schema,
    }


def _signature_header(key: str) -> dict[str, Any]:
    return {
        "name": PREFIX + key,
        "in": "header",
        "required": True,
        "description": _words(f"openapi.header.{key}"),
        "schema": {"type": "string"},
    }


def _body(operation: Operation) -> dict[str, Any]:
    if operation.body == "package":
        return {OCTETS: {"schema": {"type": "string", "format": "binary"}}}
    if operation.body == "json":
        members = {key: {"type": "string"} for key in REGISTRATION}
        return {JSON: {"schema": {"type": "object", "properties": members, "required": ["code"]}}}
    return {JSON: {"schema": {"type": "object"}}} if operation.body == "dummy" else {}


def _answer(operation: Operation) -> dict[str, Any]:
    if operation.answer == "file":
        return {OCTETS: {"schema": {"type": "string", "format": "binary"}}}
    more = _members(operation)
    envelope: dict[str, Any] = {"$ref": "#/components/schemas/Answer"}
    if not more:
        return {JSON: {"schema": envelope}}
    return {JSON: {"schema": {"allOf": [envelope, {"type": "object", "properties": more}]}}}


def _members(operation: Operation) -> dict[str, Any]:
    if operation.answer == "sent":
        return {"DocId": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}
    if operation.answer == "package":
        return {"data": {"type": "string", "contentEncoding": "base64"}}
    if operation.answer == "count":
        return {"count": {"type": "integer"}}
    if operation.answer == "list":
        row = {key: _NOT_TEXT.get(key, {"type": "string"}) for key in operation.row}
        return {"data": {"type": "array", "items": {"type": "object", "properties": row}}}
    return {}


def _words(key: str) -> str:
    return f"{text('hub', key, 'vi')} / {text('hub', key, 'en')}"
