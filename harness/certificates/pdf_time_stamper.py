"""Time stamps for signatures in PDF, from the authority that the certifying body names (RFC 3161)."""

import asyncio

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper

from harness.seal.timestamp import NotStamped, TimeStampingAuthority
from harness.seal.timestamp_request import posted

_GRANTED = ("granted", "granted_with_mods")


class AuthorityTimeStamper(TimeStamper):
    """Asks a time stamping authority over HTTP, within the same limits as for seals."""

    def __init__(self, authority: TimeStampingAuthority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authority = authority

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the answer to a request.

        Raises:
            NotStamped: it cannot be reached in time, refuses, or does not answer with a stamp.
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
