"""Time stamps for signatures in PDF, from the authority that the certifying body names (RFC 3161)."""

import anyio.to_thread
from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper

from harness.seal.timestamp import TimeStampingAuthority
from harness.seal.timestamp_request import posted


class AuthorityTimeStamper(TimeStamper):
    """Asks a time stamping authority over HTTP, within the same limits as for seals."""

    def __init__(self, authority: TimeStampingAuthority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authority = authority

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the answer to a request.

        Raises:
            NotStamped: it cannot be reached in time.
        """
        answer = await anyio.to_thread.run_sync(posted, self._authority.url, req.dump())
        return tsp.TimeStampResp.load(answer)
