"""Driver `http`: every command is a POST to the candidate's url."""

import uuid
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from harness.drivers.protocol import LONGEST_ANSWER, DriverLost, read_answer

_OK = 200


class HttpDriver:
    """Reaches a candidate, or its adapter, at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url
        # A proxy of the environment has no business between harness and adapter.
        self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False)

    async def call(self, command: str, arguments: Mapping[str, Any], limit: float) -> dict[str, Any]:
        """Post one command and return its result; see `Driver`."""
        call_id = uuid.uuid4().hex
        body = msgspec.json.encode({"id": call_id, "command": command, "arguments": dict(arguments)})
        headers = {"Content-Type": "application/json"}
        try:
            request = self._client.build_request("POST", self._url, content=body, headers=headers, timeout=limit)
            response = await self._client.send(request, stream=True)
            content = await _limited(response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DriverLost(f"{self._url}: {type(error).__name__} {error}") from error
        if response.status_code != _OK:
            raise DriverLost(f"{self._url}: HTTP {response.status_code}")
        return read_answer(content, call_id)

    async def close(self) -> None:
        """Close the connections; the candidate goes on by itself."""
        await self._client.aclose()


async def _limited(response: httpx.Response) -> bytes:
    content = bytearray()
    try:
        async for part in response.aiter_bytes():
            content += part
            if len(content) > LONGEST_ANSWER:
                raise DriverLost(f"the answer is longer than {LONGEST_ANSWER} bytes")
    finally:
        await response.aclose()
    return bytes(content)
