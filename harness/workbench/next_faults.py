"""Faults that a developer sets from the page or by the interface: for the next call, some calls, or until cleared."""

import itertools
from dataclasses import dataclass

import msgspec

from harness.hub.faults.registry import Fault, Faults, FaultTarget
from harness.hub.faults.steps import STEP_WORDS, Unclear, step
from harness.hub.interception import AnswerPlan, RequestFacts
from harness.hub.service import Hub
from harness.vxp.operations import OPERATIONS
from harness.workbench.declined import Declined

_MOST = 100
_MOST_ANSWERS = 100


class FaultOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fault as it is asked for, with the keys and words of a fault file."""

    answers: tuple[str | int, ...]
    operations: tuple[str, ...] | None = None
    document: str | None = None
    receiver: str | None = None
    messagetype: str | None = None
    system: str | None = None
    after: bool = False
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class FaultSet:
    """A fault in force.

    Attributes:
        id: by which it is ended.
        order: as asked for.
        fault: knows how many calls it has met.
    """

    id: int
    order: FaultOrder
    fault: Fault


class NextFaults:
    """The hub's interceptor while faults are set: asks them first, then the one that was there before, as of a file."""

    def __init__(self, hub: Hub) -> None:
        """Be ready; the hub asks only while there is something to ask about."""
        self._hub = hub
        self._otherwise = hub.interceptor
        self._faults = Faults()
        self._set: dict[int, FaultSet] = {}
        self._numbers = itertools.count(1)

    async def __call__(self, facts: RequestFacts) -> AnswerPlan | None:
        """Return what is done to a call."""
        plan = await self._faults(facts)
        self._take_part()
        if plan is None and self._otherwise is not None:
            return await self._otherwise(facts)
        return plan

    def listed(self) -> list[FaultSet]:
        """Return the faults that are not over."""
        return [one for one in self._set.values() if not one.fault.over]

    def add(self, order: FaultOrder) -> FaultSet:
        """Put a fault into force.

        Raises:
            Declined: an answer or an operation in it is none, or there are too many faults already.
        """
        if len(self.listed()) >= _MOST or not 0 < len(order.answers) <= _MOST_ANSWERS:
            raise Declined("fault-count", most=_MOST_ANSWERS)
        unknown = next((name for name in order.operations or () if name not in OPERATIONS), None)
        if unknown is not None:
            raise Declined("fault-operation", value=unknown, known=", ".join(OPERATIONS))
        if order.messagetype not in {None, "edoc", "status"}:
            raise Declined("fault-messagetype", value=order.messagetype)
        target = FaultTarget(order.operations, order.document, order.messagetype, order.receiver, order.system)
        plans = tuple(_plan(str(words)) for words in order.answers)
        fault = Fault(target, plans, "after" if order.after else "before", order.lasting)
        made = FaultSet(next(self._numbers), order, self._faults.add(fault))
        self._set[made.id] = made
        self._prune()
        self._take_part()
        return made

    def _take_part(self) -> None:
        self._hub.interceptor = self if self.listed() else self._otherwise

    def end(self, number: int) -> None:
        """End a fault and let go of the calls it holds.

        Raises:
            Declined: there is none of that number.
        """
        if number not in self._set:
            raise Declined("unknown-fault", 404, id=number)
        self._forget(self._set[number])

    def clear(self) -> None:
        """End all faults; those of a fault file stay."""
        for one in list(self._set.values()):
            self._forget(one)

    def _prune(self) -> None:
        """Forget the oldest faults that are over; the last of them may still hold calls, which are not let go of."""
        over = [one for one in self._set.values() if one.fault.over]
        for one in over[:-_MOST]:
            self._forget(one)

    def _forget(self, one: FaultSet) -> None:
        del self._set[one.id]
        self._faults.remove(one.fault)
        self._take_part()


def _plan(words: str) -> AnswerPlan | None:
    try:
        return step(words)
    except Unclear as error:
        raise Declined("fault-unclear", value=words, known=", ".join(("200…599", *STEP_WORDS))) from error
