"""What the hub concluded of a request, concluded again from the recorded headers and bytes.

Recorded conclusions are a convenience of the run that was going on; when a reader is mended, old runs are judged by the
mended one. What needs the candidate's secret, or bytes that were not kept, stands as it was recorded.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from harness.catalogue.parameters import Limits
from harness.hub.received_package import specimen_facts, specimen_of
from harness.journal import Event
from harness.vxp.headers import UNSIGNED, HeaderParameters, RawHeaders
from harness.vxp.signing import verify

_TRAILER = b"\r\n"
_BY_SECRET = "hash-mismatch"  # noqa: S105 - a problem's code


def reread(events: Iterable[Event], read_blob: Callable[[str], bytes], limits: Limits) -> Iterator[Event]:
    """Yield the events of a record, those of requests with what is concluded of them today.

    Args:
        events: in their order.
        read_blob: returns the bytes of a blob by its name.
        limits: of packages that are read.
    """
    for event in events:
        if event.kind != "request" or not event.data.get("headers"):
            yield event
            continue
        concluded = {**event.data, **_of_headers(event.data), **_of_package(event.data, read_blob, limits)}
        yield event if concluded == event.data else msgspec.structs.replace(event, data=concluded)


def _of_headers(data: Mapping[str, Any]) -> dict[str, Any]:
    headers = _lines(data)
    recorded = data["signature"]
    by_secret = [one for one in recorded.get("problems") or () if one["code"] == _BY_SECRET]
    seen = [{"code": one.code, "key": one.key} for one in verify(headers, None).problems]
    parameters = {key: value for key, value in HeaderParameters(headers).items() if key not in UNSIGNED}
    return {"parameters": parameters, "signature": {**recorded, "problems": [*by_secret, *seen]}}


def _of_package(data: Mapping[str, Any], read_blob: Callable[[str], bytes], limits: Limits) -> dict[str, Any]:
    recorded = data.get("package") or {}
    blob = recorded.get("blob")
    if blob is None or blob != recorded.get("sha256"):
        return {}  # not kept, or kept without the secret that stood in it
    given = HeaderParameters(_lines(data)).get("hash-file", "")
    body = read_blob(blob) + (_TRAILER if recorded.get("trailing_crlf") else b"")
    return {"package": {**specimen_facts(specimen_of(body, given, limits)), "blob": blob}}


def _lines(data: Mapping[str, Any]) -> RawHeaders:
    named = ((str(name), str(value)) for name, value in data["headers"])
    return [(name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in named]
