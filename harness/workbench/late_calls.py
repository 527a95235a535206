"""The log of a stand-alone hub: a call is turned into events only when a user looks at it."""

from collections.abc import Callable

from harness.hub.call_recorder import CallRecorder, Sent
from harness.hub.call_results import Call, CallResult
from harness.hub.incoming import Incoming
from harness.workbench.ring import CallRing

# Bytes; larger bodies go to the ring's shelf at once, so that the stored calls need little memory.
_LARGEST_WAITING = 16 * 1024


class LateCalls:
    """Records a hub's calls in a ring: small ones unchanged, to be turned into events when they are looked at."""

    def __init__(self, ring: CallRing) -> None:
        """Begin with nothing; `ring` keeps the calls."""
        self._ring = ring
        self._recorder = CallRecorder(ring)

    def request(self, incoming: Incoming, call: Call) -> Callable[[], int]:
        """Return a function that records a request under the number that the ring gives it."""
        if len(incoming.body) > _LARGEST_WAITING:
            return self._recorder.request(incoming, call)
        return lambda: self._ring.begin(lambda: self._recorder.facts(incoming, call))

    def answer(self, request: int, call: Call, outcome: CallResult, sent: Sent) -> None:
        """Record the answer to request number `request`; until it is looked at, it keeps the call in memory."""
        if len(call.body) > _LARGEST_WAITING or sent.size > _LARGEST_WAITING:
            self._recorder.answer(request, call, outcome, sent)
        else:
            self._ring.end(request, lambda: self._recorder.answer_facts(request, call, outcome, sent))
