"""One HTTP exchange with the hub: limits on time and size, no redirect followed, every failure typed."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import anyio
import httpx2

from harness.crypto.tls_context import public_context
from harness.vxp.failures import LossCode, TransportFailed, Unsendable
from harness.vxp.operations import Operation

HIGHEST_STATUS_OF_SUCCESS = 299


@dataclass(frozen=True, slots=True)
class ExchangeLimits:
    """Limits of a client: seconds to connect, seconds for the whole exchange, bytes of the answer."""

    connect: float = 10.0
    whole: float = 60.0
    answer_bytes: int = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A whole HTTP answer; `retry_after` in seconds from now."""

    status: int
    body: bytes
    retry_after: float | None

    @property
    def succeeded(self) -> bool:
        """Whether the HTTP status says success."""
        return self.status <= HIGHEST_STATUS_OF_SUCCESS


def http_client(
    limits: ExchangeLimits, *, verify: ssl.SSLContext | None = None, connections: int | None = None
) -> httpx2.AsyncClient:
    """Return an HTTP client for the hub: no redirects, no proxies or credentials from the environment.

    Args:
        limits: for connecting; the whole exchange is limited by `exchange`.
        verify: TLS with trust anchors of one's own, None for those of public authorities.
        connections: most connections at once, None for no limit.
    """
    return httpx2.AsyncClient(
        verify=verify or public_context(),
        follow_redirects=False,
        trust_env=False,
        timeout=httpx2.Timeout(limits.whole, connect=limits.connect),
        limits=httpx2.Limits(max_connections=connections),
    )


async def exchange(
    http: httpx2.AsyncClient,
    operation: Operation,
    url: str,
    headers: Sequence[tuple[str, str]],
    body: bytes | None,
    limits: ExchangeLimits,
) -> HttpReply:
    """Make one call and return the whole answer.

    Args:
        http: client to use.
        operation: gives the method, and the name for failures.
        url: endpoint, slash, operation.
        headers: written to the wire as UTF-8.
        body: None for a call without one.
        limits: on time and size.

    Raises:
        Unsendable: a header line cannot be written.
        TransportFailed: no whole answer came in time.
    """
    lines = [(name.encode(), value.encode()) for name, value in headers]
    request = http.build_request(operation.method, url, headers=lines, content=body)
    with _typed(operation, limits, lost="lost"), anyio.fail_after(limits.whole):
        response = await http.send(request, stream=True, follow_redirects=False)
        try:
            with _typed(operation, limits, lost="cut"):
                content = await _body(operation, response, limits)
        finally:
            await response.aclose()
    return HttpReply(response.status_code, content, _retry_after(response))


@contextmanager
def _typed(operation: Operation, limits: ExchangeLimits, *, lost: LossCode) -> Iterator[None]:
    """Turn what the HTTP library raises into this package's failures; `lost` names a lost connection."""
    try:
        yield
    except httpx2.LocalProtocolError as error:
        raise Unsendable(operation.name, str(error)) from error
    except TimeoutError as error:
        raise TransportFailed(operation.name, "timeout", f"{limits.whole} s") from error
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as error:
        detail = str(error) or type(error).__name__
        raise TransportFailed(operation.name, _loss(error, lost), detail) from error


async def _body(operation: Operation, response: httpx2.Response, limits: ExchangeLimits) -> bytes:
    """Read the body as it came: a content encoding is not decoded, so nothing can expand."""
    content = bytearray()
    async for part in response.aiter_raw():
        content += part
        if len(content) > limits.answer_bytes:
            raise TransportFailed(operation.name, "too-large", str(limits.answer_bytes))
    return bytes(content)


def _loss(error: Exception, lost: LossCode) -> LossCode:
    if isinstance(error, httpx2.TimeoutException):
        return "timeout"
    if isinstance(error, httpx2.ConnectError):
        return "tls" if _is_tls(error) else "refused"
    return lost if isinstance(error, httpx2.RemoteProtocolError | httpx2.NetworkError) else "other"


def _is_tls(error: BaseException | None) -> bool:
    """Tell whether TLS is at the bottom of a failure, whatever words the library has for it."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error is not None


def _retry_after(response: httpx2.Response) -> float | None:
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    now = datetime.now(moment.tzinfo or UTC)
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
