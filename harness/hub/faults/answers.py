"""Plans with answers that a hub should never give, and that real ones have given."""

import json

from harness.hub.interception import AnswerPlan, PlannedReply, Replace
from harness.vxp.answers import failure

FOREIGN_DATA = "foreign-data"
"""Name of the plan that answers with the content of another item."""

_HTML = "<!DOCTYPE html><html><head><title>{code}</title></head><body><h1>{code} {text}</h1></body></html>"
_TEXTS = {401: "Unauthorized", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway"}
_OK = {"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong"}


def status(code: int) -> AnswerPlan:
    """Answer with an HTTP status and a page of HTML, as a proxy in front of a hub does; the call has no effect."""
    body = _HTML.format(code=code, text=_TEXTS.get(code, "Service Unavailable"))
    return AnswerPlan(f"http-{code}", PlannedReply(code, body.encode(), "text/html"))


def retry_after(code: int, seconds: int) -> AnswerPlan:
    """Answer with an HTTP status and `Retry-After`."""
    return AnswerPlan(
        f"http-{code}-retry-after", PlannedReply(code, b"", "text/plain", (("Retry-After", str(seconds)),))
    )


def redirect(code: int, location: str) -> AnswerPlan:
    """Send the caller elsewhere."""
    return AnswerPlan(f"redirect-{code}", PlannedReply(code, b"", "text/html", (("Location", location),)))


def html() -> AnswerPlan:
    """Answer with HTTP status 200 and a page of HTML."""
    return AnswerPlan("html", PlannedReply(200, _HTML.format(code=200, text="Maintenance").encode(), "text/html"))


def empty_body() -> AnswerPlan:
    """Answer with HTTP status 200 and nothing."""
    return AnswerPlan("empty", PlannedReply(200, b""))


def fail_code(code: str, text: str, members: dict[str, str] | None = None) -> AnswerPlan:
    """Answer with `status` FAIL and an error code; the call has no effect."""
    return AnswerPlan(f"fail-{code}", PlannedReply(200, failure(code, text, members or {})))


def null_data() -> AnswerPlan:
    """Answer `data: null`."""
    return AnswerPlan("null-data", Replace(json.dumps({**_OK, "data": None}).encode()))


def missing_data() -> AnswerPlan:
    """Answer OK without `data`."""
    return AnswerPlan("missing-data", Replace(json.dumps(_OK).encode()))


def foreign_data(content_base64: str) -> AnswerPlan:
    """Answer with the content of another item."""
    return AnswerPlan(FOREIGN_DATA, Replace(json.dumps({**_OK, "data": content_base64}).encode()))
