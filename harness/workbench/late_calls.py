"""The log of a stand-alone hub: what nobody may ever look at is put into words when somebody looks."""

from collections.abc import Callable

from harness.hub.call_recorder import CallRecorder, Sent
from harness.hub.call_results import Call, CallResult
from harness.hub.incoming import Incoming
from harness.workbench.ring import CallRing

# Bytes; larger bodies go to the ring's shelf at once, so that the calls it keeps need little memory.
_LARGEST_WAITING = 16 * 1024


class LateCalls:
    """Takes a hub's calls for a ring: small ones as they are, to be made events of when they are looked at."""

    def __init__(self, ring: CallRing) -> None:
        """Begin with nothing; `ring` keeps the calls."""
        self._ring = ring
        self._recorder = CallRecorder(ring)

    def request(self, incoming: Incoming, call: Call) -> Callable[[], int]:
        """Return what takes a request down, under the number that the ring gives it."""
        if len(incoming.body) > _LARGEST_WAITING:
            return self._recorder.request(incoming, call)
        return lambda: self._ring.begin(lambda: self._recorder.facts(incoming, call))

    def answer(self, request: int, call: Call, outcome: CallResult, sent: Sent) -> None:
        """Take the answer to request number `request` down; what waits to be looked at holds on to the call."""
        if len(call.body) > _LARGEST_WAITING or sent.size > _LARGEST_WAITING:
            self._recorder.answer(request, call, outcome, sent)
        else:
            self._ring.end(request, lambda: self._recorder.answer_facts(request, call, outcome, sent))
