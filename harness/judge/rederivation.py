"""The hub's conclusions about a request, derived again from the recorded headers and bytes.

Recorded conclusions are a convenience of the run itself; when a reader is corrected, old runs are judged by the
corrected one. What needs the candidate's secret, or bytes that were not kept, stays as it was recorded.
"""

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from harness.catalogue.parameters import Limits
from harness.hub.received_package import read_received, sent_package
from harness.journal import Event
from harness.journal.events import RequestReceived, SignatureProblem
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
        request = event.what
        if not isinstance(request, RequestReceived) or not request.headers:
            yield event
            continue
        concluded = _with_package(_with_headers(request), read_blob, limits)
        yield event if concluded == request else replace(event, what=concluded)


def _with_headers(request: RequestReceived) -> RequestReceived:
    headers = _lines(request)
    by_secret = (one for one in request.signature.problems if one.code == _BY_SECRET)
    seen = (SignatureProblem(one.code, one.key) for one in verify(headers, None).problems)
    parameters = {key: value for key, value in HeaderParameters(headers).items() if key not in UNSIGNED}
    signature = replace(request.signature, problems=(*by_secret, *seen))
    return replace(request, parameters=parameters, signature=signature)


def _with_package(request: RequestReceived, read_blob: Callable[[str], bytes], limits: Limits) -> RequestReceived:
    recorded = request.package
    if recorded is None or recorded.blob is None or recorded.blob != recorded.sha256:
        return request  # not kept, or kept without the secret that was in it
    given = HeaderParameters(_lines(request)).get("hash-file", "")
    body = read_blob(recorded.blob) + (_TRAILER if recorded.trailing_crlf else b"")
    return replace(request, package=sent_package(read_received(body, given, limits), recorded.blob))


def _lines(request: RequestReceived) -> RawHeaders:
    return [(name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in request.headers]
