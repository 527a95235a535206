"""The faults in force at a hub, asked about every call."""

import asyncio
from dataclasses import dataclass, field, replace

from harness.hub.interception import AnswerPlan, Moment, RequestFacts


@dataclass(frozen=True, slots=True)
class FaultTarget:
    """Which calls a fault meets; None meets all.

    Attributes:
        operations: names of operations.
        document_id: of the package sent, or of the item that the call is about.
        messagetype: `edoc` or `status`.
        receiver: OrganId among the receivers.
        system_id: the calling system.
        settling: leaves out what only says that an item is being worked on (updateStatus `processing`).
    """

    operations: tuple[str, ...] | None = None
    document_id: str | None = None
    messagetype: str | None = None
    receiver: str | None = None
    system_id: str | None = None
    settling: bool = False

    def meets(self, facts: RequestFacts) -> bool:
        """Return whether a call is meant."""
        wanted = (
            (self.document_id, facts.document_id),
            (self.messagetype, facts.messagetype),
            (self.system_id, facts.system_id),
        )
        if any(value is not None and value != given for value, given in wanted):
            return False
        if self.settling and facts.parameters.get("status") == "processing":
            return False
        if self.operations is not None and facts.operation not in self.operations:
            return False
        return self.receiver is None or self.receiver in facts.receivers


@dataclass(eq=False, slots=True)
class Fault:
    """One fault: the calls it meets get its plans one after the other.

    Attributes:
        target: which calls.
        plans: one per call; None lets a call through unharmed.
        moment: `after` leaves the call its effect at the hub.
        lasting: whether the last plan holds for all further calls; otherwise the fault is over then.
        met: how many calls it has met so far.
        lifted: set when it is ended.
    """

    target: FaultTarget
    plans: tuple[AnswerPlan | None, ...]
    moment: Moment = "before"
    lasting: bool = False
    met: int = field(default=0)
    lifted: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def over(self) -> bool:
        """Whether it meets no further call."""
        return not self.lasting and self.met >= len(self.plans)

    def next(self) -> AnswerPlan | None:
        """Return the plan of the next call that it meets."""
        plan = self.plans[min(self.met, len(self.plans) - 1)]
        self.met += 1
        return None if plan is None else replace(plan, lifted=self.lifted)


class Faults:
    """All faults in force; to be set as the hub's interceptor. The first that meets a call decides about it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Put a fault into force."""
        self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """End a fault and let go of the calls it holds; ending it twice is harmless."""
        if fault in self._faults:
            self._faults.remove(fault)
        fault.lifted.set()

    @property
    def quiet(self) -> bool:
        """Whether no fault is in force that meets more than the calls about one document."""
        return all(fault.over or fault.target.document_id is not None for fault in self._faults)

    async def __call__(self, facts: RequestFacts) -> AnswerPlan | None:
        """Return what is done to a call."""
        for fault in self._faults:
            if fault.moment == facts.moment and not fault.over and fault.target.meets(facts):
                return fault.next()
        return None
