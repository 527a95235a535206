"""Asking a time stamping authority for a stamp over a seal (RFC 3161), and checking its answer before it is kept."""

import anyio
import httpx2
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimeStampRequest,
    TimestampRequestBuilder,
    decode_timestamp_response,
)

from harness.seal.timestamp import LARGEST_STAMP, NotStamped, Roots, TimeStampingAuthority, examine_stamp

_PATIENCE = 10.0  # seconds, for everything together
_HEADERS = {
    "Content-Type": "application/timestamp-query",
    "Accept": "application/timestamp-reply",
    "Accept-Encoding": "identity",
}


def request_stamp(sealed: bytes, authority: TimeStampingAuthority) -> bytes:
    """Ask an authority for a stamp and return its answer in DER, checked.

    Args:
        sealed: what is to be stamped, the bytes of manifest.sig; only their digest leaves the machine.
        authority: to be asked; its chain must end at its roots.

    Raises:
        NotStamped: it cannot be reached in time, or does not answer with a valid stamp.
    """
    asked = TimestampRequestBuilder().data(sealed).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = posted(authority.url, asked.as_bytes())
    _check(answer, asked, sealed, authority.roots)
    return answer


def posted(url: str, request: bytes) -> bytes:
    """Return what an authority answers to a request in DER; it is not checked here.

    Raises:
        NotStamped: it cannot be reached in time, or answers with an error or too much.
    """
    try:
        return anyio.run(_answer, url, request)
    except TimeoutError as error:
        raise NotStamped("slow", f"{_PATIENCE:g}") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        raise NotStamped("unreachable", f"{type(error).__name__}: {error}") from error


async def _answer(url: str, content: bytes) -> bytes:
    """Post a request; one time limit covers all of it, as an answer could come one byte at a time."""
    with anyio.fail_after(_PATIENCE):
        async with (
            httpx2.AsyncClient(timeout=None, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, content=content, headers=_HEADERS) as response,
        ):
            if response.status_code != httpx2.codes.OK:
                raise NotStamped("status", response.status_code)
            return await _body(response)


async def _body(response: httpx2.Response) -> bytes:
    parts = bytearray()
    async for part in response.aiter_raw():
        parts += part
        if len(parts) > LARGEST_STAMP:
            raise NotStamped("too-large", LARGEST_STAMP)
    return bytes(parts)


def _check(answer: bytes, asked: TimeStampRequest, sealed: bytes, roots: Roots) -> None:
    """Refuse an answer that is not what was asked for, or that `examine_stamp` would not accept later."""
    try:
        response = decode_timestamp_response(answer)
        granted = response.status == PKIStatus.GRANTED
        same = granted and response.tst_info.nonce == asked.nonce
    except Exception as error:  # foreign bytes break the reader in many ways
        raise NotStamped("unreadable") from error
    if not granted:
        raise NotStamped("refused", ", ".join([str(response.status), *response.status_string]))
    found = examine_stamp(answer, sealed, roots)
    if not same or found is None or examine_stamp(answer, sealed, None) is None:
        raise NotStamped("other")
    if not found.trusted:
        raise NotStamped("untrusted", found.authority)
