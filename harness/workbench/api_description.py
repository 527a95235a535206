"""The OpenAPI description of `/harness/…`, laid into the hub's own."""

from typing import Any

from harness.catalogue.texts import LANGUAGES, text
from harness.hub.openapi import description
from harness.hub.settings import HubSettings
from harness.vxp.operations import JSON, OCTETS
from harness.workbench.declined import AREA
from harness.workbench.deliveries import KINDS

_TEXT = {"type": "string"}
_WHOLE = {"type": "integer"}
_FLAG = {"type": "boolean"}
_WORDS = {"type": "object", "properties": dict.fromkeys(LANGUAGES, _TEXT)}
_BYTES = {"type": "string", "format": "binary"}


def whole_description(settings: HubSettings, *, password: bool) -> dict[str, Any]:
    """Return the hub's description with the workbench in it.

    Args:
        settings: of the hub.
        password: whether one is asked for.
    """
    whole = description(settings)
    paths = {f"/harness{path}": {**operations, "servers": [{"url": "/"}]} for path, operations in _paths().items()}
    whole["paths"] |= paths
    whole["components"]["schemas"] |= _SCHEMAS
    if password:
        whole["components"]["securitySchemes"] = {"password": {"type": "http", "scheme": "basic"}}
        for operations in paths.values():
            for name, operation in operations.items():
                if name != "servers":
                    operation["security"] = [{"password": []}]
    return whole


def _paths() -> dict[str, dict[str, Any]]:
    number = _in("path", "number", _WHOLE)
    return {
        "/calls": {
            "get": _operation(
                "listCalls", _list("calls", "Call"),
                parameters=[
                    _in("query", "after", _WHOLE), _in("query", "most", _WHOLE),
                    _in("query", "verdict", {"type": "string", "enum": _VERDICTS}),
                ],
            ),
            "delete": _operation("forgetCalls"),
        },
        "/calls/{number}": {"get": _operation("showCall", _ref("WholeCall"), parameters=[number])},
        "/calls/{number}/body": {"get": _operation("downloadCall", _BYTES, parameters=[number])},
        "/calls/{number}/answer": {"get": _operation("downloadAnswer", _BYTES, parameters=[number])},
        "/mailboxes": {"get": _operation("listMailboxes", _list("mailboxes", "Mailbox"))},
        "/mailboxes/{organ_id}": {
            "get": _operation("showMailbox", _list("items", "Item"), parameters=[_in("path", "organ_id", _TEXT)])
        },
        "/sent/{system_id}": {
            "get": _operation("listSent", _list("items", "Item"), parameters=[_in("path", "system_id", _TEXT)])
        },
        "/items/{item}/package": {
            "get": _operation("downloadItem", _BYTES, parameters=[_in("path", "item", _TEXT)])
        },
        "/vectors": {
            "get": _operation("listVectors", _list("vectors", "Vector"), parameters=[_in("query", "group", _TEXT)])
        },
        "/deliveries": {"post": _delivery()},
        "/statuses": {
            "post": _operation("sendStatus", _ref("TestItem"), status=201, body={JSON: _ref("StatusOrder")})
        },
        "/faults": {
            "get": _operation("listFaults", _list("faults", "FaultInForce")),
            "post": _operation("setFault", _ref("FaultInForce"), status=201, body={JSON: _ref("FaultOrder")}),
            "delete": _operation("clearFaults"),
        },
        "/faults/{number}": {"delete": _operation("endFault", parameters=[number])},
        "/trust-anchors.pem": {"get": _operation("downloadAnchors", _BYTES, media="application/x-pem-file")},
    }  # fmt: skip


def _delivery() -> dict[str, Any]:
    asked = [_in("query", name, _TEXT) for name in ("to", "sender", "messagetype")]
    body = {JSON: _ref("DeliveryOrder"), OCTETS: _BYTES}
    return _operation("deliver", _list("deliveries", "TestItem"), status=201, parameters=asked, body=body)


def _operation(
    name: str,
    answer: dict[str, Any] | None = None,
    *,
    status: int = 200,
    parameters: list[dict[str, Any]] | None = None,
    body: dict[str, Any] | None = None,
    media: str = "",
) -> dict[str, Any]:
    said = _words(f"api.{name}")
    kind = media or (OCTETS if answer is _BYTES else JSON)
    good: dict[str, Any] = {"description": said}
    if answer is not None:
        good["content"] = {kind: {"schema": answer}}
    described: dict[str, Any] = {
        "operationId": name,
        "tags": ["harness"],
        "summary": said,
        "responses": {
            str(status if answer is not None else 204): good,
            "default": {"description": _words("api.error"), "content": {JSON: {"schema": _ref("Error")}}},
        },
    }
    if parameters:
        described["parameters"] = parameters
    if body:
        described["requestBody"] = {
            "required": True,
            "content": {media: {"schema": schema} for media, schema in body.items()},
        }
    return described


def _in(place: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    said = _words(f"api.parameter.{name}")
    return {"in": place, "name": name, "required": place == "path", "schema": schema, "description": said}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(member: str, of: str) -> dict[str, Any]:
    return _object({member: {"type": "array", "items": _ref(of)}})


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required or list(properties)}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _words(key: str) -> str:
    return f"{text(AREA, key, 'vi')} / {text(AREA, key, 'en')}"


_VERDICTS = ["pass", "remark", "inconclusive", "fail"]
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}
_OPEN: dict[str, Any] = {"type": "object"}
_LINE = {
    "n": _WHOLE,
    "at": {"type": "string", "format": "date-time"},
    "system_id": _or_null(_TEXT),
    "operation": _or_null(_TEXT),
    "method": _TEXT,
    "target": _TEXT,
    "document_id": _or_null(_TEXT),
    "answered": _FLAG,
    "http_status": _or_null(_WHOLE),
    "error_code": _or_null(_TEXT),
    "error_desc": _or_null(_TEXT),
    "fault": _or_null(_TEXT),
    "complete": _or_null(_FLAG),
    "verdict": _or_null({"type": "string", "enum": _VERDICTS}),
    "codes": _TEXTS,
}
_SIGNATURE = {
    "expected_hash_header": _or_null(_TEXT),
    "given_hash_header": _or_null(_TEXT),
    "mistake": _or_null(_TEXT),
    "signed": _TEXT,
    "from_headers": _TEXT,
    "differs_at": _or_null(_WHOLE),
    "same_before": _TEXT,
    "signed_there": _TEXT,
    "from_headers_there": _TEXT,
    "problems": {"type": "array", "items": _object({"code": _TEXT, "key": _TEXT})},
}
_FAULT: dict[str, Any] = {
    "answers": {"type": "array", "items": {"type": ["string", "integer"]}},
    "operations": _TEXTS,
    "document": _TEXT,
    "receiver": _TEXT,
    "messagetype": {"type": "string", "enum": ["edoc", "status"]},
    "system": _TEXT,
    "after": _FLAG,
    "lasting": _FLAG,
}
_ITEM = (
    "receiver_doc_id", "hub_id", "messagetype", "from_organ", "receiver", "state", "description", "business",
    "business_text", "created", "updated", "title", "notation",
)  # fmt: skip
_SCHEMAS: dict[str, Any] = {
    "Call": _object(_LINE),
    "WholeCall": _object(
        {
            **_LINE,
            "headers": {"type": "array", "items": {"type": "array", "items": _TEXT}},
            "parameters": _OPEN,
            "body": _OPEN,
            "package": _or_null(_OPEN),
            "answer": _or_null(_OPEN),
            "findings": {"type": "array", "items": _ref("Finding")},
            "undecided": {"type": "array", "items": _ref("Finding")},
            "looked_into": _FLAG,
            "signature": _object(_SIGNATURE),
        }
    ),
    "Finding": _object(
        {
            "requirement": _TEXT,
            "code": _TEXT,
            "severity": {"type": "string", "enum": ["fail", "remark"]},
            "message": _WORDS,
            "remedy": _WORDS,
            "where": _OPEN,
            "expected": _TEXT,
            "received": _TEXT,
        }
    ),
    "Mailbox": _object({"organ_id": _TEXT, "name": _TEXT, "system_id": _TEXT, "waiting": _OPEN}),
    "Item": _object({**dict.fromkeys(_ITEM, _TEXT), "document_id": _or_null(_TEXT), "size": _WHOLE}),
    "Vector": _object({"name": _TEXT, "group": _TEXT, "good": _FLAG, "code": _or_null(_TEXT), "why": _WORDS}),
    "TestItem": _object(
        {
            "receiver_doc_id": _TEXT,
            "receiver": _TEXT,
            "document_id": _or_null(_TEXT),
            "what": _TEXT,
            "good": _or_null(_FLAG),
        }
    ),
    "DeliveryOrder": _object(
        {
            "to": _TEXT,
            "kind": {"type": "string", "enum": list(KINDS)},
            "vector": _TEXT,
            "package_base64": {"type": "string", "contentEncoding": "base64"},
            "sender": _TEXT,
            "about": _TEXT,
            "messagetype": {"type": "string", "enum": ["edoc", "status"]},
        },
        ["to"],
    ),
    "StatusOrder": _object(
        {"document_id": _TEXT, "code": _TEXT, "description": _TEXT, "sender": _TEXT}, ["document_id", "code"]
    ),
    "FaultOrder": _object(_FAULT, ["answers"]),
    "FaultInForce": _object(
        {"id": _WHOLE, **{name: _or_null(schema) for name, schema in _FAULT.items()}, "met": _WHOLE}
    ),
    "Error": _object({"error": _object({"code": _TEXT, "message": _WORDS})}),
}
