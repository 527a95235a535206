"""Driver `http`: every command is a POST to the candidate's url."""

import asyncio
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import msgspec

from harness.crypto.tls_context import public_context
from harness.drivers.protocol import LONGEST_ANSWER, DriverLost, read_answer

_OK = 200


class HttpDriver:
    """Reaches a candidate, or its adapter, at `url`.

    Attributes:
        skew: seconds by which the other machine's clock was ahead when it last answered, from the header Date;
            None where it sent none.
    """

    def __init__(self, url: str) -> None:
        self.skew: float | None = None
        self._url = url
        self._where = _without_login(url)
        # A proxy of the environment must not come between harness and adapter. Every call has a connection of its
        # own: one that the other side closed in the meantime would lose a command that must not be sent twice.
        self._client = httpx2.AsyncClient(
            verify=public_context(),
            trust_env=False,
            follow_redirects=False,
            headers={"Accept-Encoding": "identity"},
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def call(self, command: str, arguments: Mapping[str, Any], limit: float) -> dict[str, Any]:
        """Post one command and return its result; see `Driver`."""
        call_id = uuid.uuid4().hex
        body = msgspec.json.encode({"id": call_id, "command": command, "arguments": dict(arguments)})
        try:
            # The limit is for the whole call: the client's own limits start again with every byte.
            async with asyncio.timeout(limit):
                content = await self._posted(body)
        except TimeoutError as error:
            raise DriverLost("silent", self._where, f"{limit:g} s") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise DriverLost("unreachable", self._where, str(error) or type(error).__name__) from error
        return read_answer(content, call_id, self._where)

    async def close(self) -> None:
        """Close the connections; the candidate goes on by itself."""
        await self._client.aclose()

    async def _posted(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/json"}
        async with self._client.stream("POST", self._url, content=body, headers=headers, timeout=None) as response:
            self._note_clock(response.headers.get("date"))
            if response.status_code != _OK:
                raise DriverLost("http-status", self._where, f"HTTP {response.status_code}")
            return await self._limited(response)

    async def _limited(self, response: httpx2.Response) -> bytes:
        content = bytearray()
        async for part in response.aiter_bytes():
            content += part
            if len(content) > LONGEST_ANSWER:
                raise DriverLost("too-long", self._where, f"> {LONGEST_ANSWER} B")
        return bytes(content)

    def _note_clock(self, date: str | None) -> None:
        try:
            there = parsedate_to_datetime(date or "")
        except ValueError:
            return  # the header is optional
        if there.tzinfo is not None:
            self.skew = (there - datetime.now(UTC)).total_seconds()


def _without_login(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//", url)
