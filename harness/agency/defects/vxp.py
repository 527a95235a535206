"""Defects in the calls to the hub."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from harness.agency.gallery import defect
from harness.agency.line import Line
from harness.vxp.client import Pairs, VxpClient
from harness.vxp.failures import Refused
from harness.vxp.operations import Operation

T = TypeVar("T")


class _WronglySigning(VxpClient):
    def headers(self, operation: Operation, parameters: Pairs) -> list[tuple[str, str]]:
        signed = super().headers(operation, parameters)
        return [(name, value[::-1] if name.endswith("hash-header") else value) for name, value in signed]


@defect("wrong-hmac", breaks="VXP-03")
class WrongHmac(Line):
    """Before every tenth call counts what waits, with a hash-header that is no HMAC of the sign-header."""

    _calls = 0

    async def ask(self, call: Callable[[VxpClient], Awaitable[T]], *, size: int = 0) -> T:
        self._calls += 1
        if self._calls % 10 == 1:
            await self._count()
        return await super().ask(call, size=size)

    async def _count(self) -> None:
        try:
            await super().ask(lambda _: self.client(0, _WronglySigning).count_receive_edoc())
        except Refused as refusal:
            self.log.info("%s", refusal)
