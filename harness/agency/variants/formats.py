"""Correct agencies that write, sign and poll in other ways than the reference agency."""

import random
import zlib

from harness.agency.composer import Composer
from harness.agency.fetcher import Fetcher
from harness.agency.gallery import variant
from harness.agency.hub_connection import HubConnection
from harness.agency.poller import Poller
from harness.edxml.layout import CLAUSE_ORDER, Layout
from harness.vxp.client import MessageType, Pairs, VxpClient
from harness.vxp.operations import Operation

_ONE = 1
_BUCKETS = 16


@variant("other-prefixes-and-order", touches=("SND", "OPS"))
class OtherPrefixesAndOrder(Composer):
    """Writes the prefix on every element, the clauses in their own order, and everything on one line."""

    def layout(self) -> Layout:
        return Layout(prefix="edXML", root_prefix="edXML", order=CLAUSE_ORDER, indent="", line_end="")


@variant("other-polling", touches=("RCV-01", "RCV-03", "RCV-05", "STS-06"))
class OtherPolling(Poller):
    """Polls for statuses first, at uneven intervals, and takes one item at a time."""

    def message_types(self) -> tuple[MessageType, ...]:
        return ("status", "edoc")

    def interval(self, messagetype: MessageType) -> float:
        return super().interval(messagetype) * random.uniform(0.5, 1.0)  # noqa: S311 - not for secrecy


@variant("other-polling")
class OneAtATime(Fetcher):
    """Works on one item after the other."""

    def lanes(self) -> int:
        return _ONE


class _LeavingKeys(VxpClient):
    """Keeps the keys of earlier calls in later ones, in an order of its own."""

    left: dict[str, str]

    def headers(self, operation: Operation, parameters: Pairs) -> list[tuple[str, str]]:
        self.left.update(dict(parameters))
        placed = sorted(self.left.items(), key=lambda pair: zlib.crc32(pair[0].encode()) % _BUCKETS)
        return super().headers(operation, placed)


@variant("leaves-keys", touches=("VXP", "SND", "STS"))
class LeavesKeys(HubConnection):
    """Signs as the operator's client does: remaining keys of earlier calls, in the order of a hash table."""

    _left: dict[str, str] | None = None

    def client(self, size: int, kind: type[VxpClient] = _LeavingKeys) -> VxpClient:
        client = super().client(size, kind)
        self._left = self._left if self._left is not None else {}
        if isinstance(client, _LeavingKeys):
            client.left = self._left
        return client
