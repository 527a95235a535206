"""Time stamps (RFC 3161) for PDF signatures, from the time stamping authority that the certification body names."""

import asyncio

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper

from harness.seal.timestamp import NotStamped, TimeStampingAuthority
from harness.seal.timestamp_request import posted

_GRANTED = ("granted", "granted_with_mods")


class AuthorityTimeStamper(TimeStamper):
    """Asks a time stamping authority over HTTP, with the same limits as for seals."""

    def __init__(self, authority: TimeStampingAuthority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authority = authority

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the time stamping authority's answer to a request.

        Raises:
            NotStamped: the time stamping authority cannot be reached in time, refuses, or answers without a time stamp.
        """
        answer = await asyncio.to_thread(posted, self._authority.url, req.dump())
        try:
            response = tsp.TimeStampResp.load(answer)
            granted = response["status"]["status"].native in _GRANTED
        except ValueError as error:
            raise NotStamped("unreadable") from error
        if not granted:
            raise NotStamped("refused")
        return response
