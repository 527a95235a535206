"""Plans with answers that a hub should never give, and that real ones have given."""

import json

from harness.hub.interception import Plan, Replace, Reply
from harness.vxp.answers import failure

FOREIGN_DATA = "foreign-data"
"""Name of the plan that answers with the content of another item."""

_HTML = "<!DOCTYPE html><html><head><title>{code}</title></head><body><h1>{code} {text}</h1></body></html>"
_TEXTS = {401: "Unauthorized", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway"}
_OK = {"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong"}


def status(code: int) -> Plan:
    """Answer with an HTTP status and a page of HTML, as a proxy in front of a hub does; the call has no effect."""
    body = _HTML.format(code=code, text=_TEXTS.get(code, "Service Unavailable"))
    return Plan(f"http-{code}", Reply(code, body.encode(), "text/html"))


def retry_after(code: int, seconds: int) -> Plan:
    """Answer with an HTTP status and `Retry-After`."""
    return Plan(f"http-{code}-retry-after", Reply(code, b"", "text/plain", (("Retry-After", str(seconds)),)))


def redirect(code: int, location: str) -> Plan:
    """Send the caller elsewhere."""
    return Plan(f"redirect-{code}", Reply(code, b"", "text/html", (("Location", location),)))


def html() -> Plan:
    """Answer with HTTP status 200 and a page of HTML."""
    return Plan("html", Reply(200, _HTML.format(code=200, text="Maintenance").encode(), "text/html"))


def empty_body() -> Plan:
    """Answer with HTTP status 200 and nothing."""
    return Plan("empty", Reply(200, b""))


def fail_code(code: str, text: str, members: dict[str, str] | None = None) -> Plan:
    """Answer with `status` FAIL and an error code; the call has no effect."""
    return Plan(f"fail-{code}", Reply(200, failure(code, text, members or {})))


def null_data() -> Plan:
    """Answer `data: null`."""
    return Plan("null-data", Replace(json.dumps({**_OK, "data": None}).encode()))


def missing_data() -> Plan:
    """Answer OK without `data`."""
    return Plan("missing-data", Replace(json.dumps(_OK).encode()))


def foreign_data(content_base64: str) -> Plan:
    """Answer with the content of another item."""
    return Plan(FOREIGN_DATA, Replace(json.dumps({**_OK, "data": content_base64}).encode()))
