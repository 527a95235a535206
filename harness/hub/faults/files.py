"""Fault files: which calls of a stand-alone hub get which faults, as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.typed_yaml import convert
from harness.catalogue.yaml_reader import Located, Steps, read
from harness.hub.faults.chaos import Chaos
from harness.hub.faults.registry import Fault, Faults, FaultTarget
from harness.hub.faults.steps import CONNECTION_WORDS, STEP_WORDS, Unclear, connection, step
from harness.hub.interception import AnswerPlan, Moment, RequestFacts
from harness.hub.proxy import WireFault
from harness.vxp.operations import OPERATIONS

_CHAOS = ("500", "503 empty", "429 retry-after 1", "reset", "close", "cut 50%", "delay 0.5", "html", "fail 20")


class _FaultEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fault: which calls, and what happens to one after the other."""

    answers: tuple[str | int, ...]
    operations: tuple[str, ...] | None = None
    document: str | None = None
    receiver: str | None = None
    messagetype: Literal["edoc", "status"] | None = None
    system: str | None = None
    after: bool = False
    lasting: bool = False


class _Chaos(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Faults at random: `rate` is the share of calls that meet one."""

    seed: int
    rate: float
    answers: tuple[str | int, ...] = _CHAOS


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fault file."""

    schema: Literal["lienthong.faults/1"]
    faults: tuple[_FaultEntry, ...] = ()
    connections: tuple[str, ...] = ()
    chaos: _Chaos | None = None


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """What a fault file asks for.

    Attributes:
        faults: targeted ones.
        chaos: faults at random, None for none.
        connections: what happens to one connection after the other, before any byte of HTTP is read.
    """

    faults: tuple[Fault, ...]
    chaos: Chaos | None
    connections: tuple[WireFault | None, ...]

    def interceptor(self) -> "PlannedFaults":
        """Return what is to be set as the hub's interceptor."""
        targeted = Faults()
        for fault in self.faults:
            targeted.add(fault)
        return PlannedFaults(targeted, self.chaos)


class PlannedFaults:
    """Asks the targeted faults first, then chaos."""

    def __init__(self, targeted: Faults, chaos: Chaos | None) -> None:
        self._targeted = targeted
        self._chaos = chaos

    async def __call__(self, facts: RequestFacts) -> AnswerPlan | None:
        """Return what is done to a call."""
        plan = await self._targeted(facts)
        if plan is not None or self._chaos is None:
            return plan
        return await self._chaos(facts)


def read_faults(path: Path) -> FaultPlan:
    """Read a fault file.

    Raises:
        ConfigurationError: it is unreadable, or a key, an operation or a fault in it is none; with file and line.
    """
    located = read(path)
    content = convert(located, _File)
    faults = tuple(_fault(located, ("faults", number), entry) for number, entry in enumerate(content.faults))
    wires = tuple(_wire(located, ("connections", number), text) for number, text in enumerate(content.connections))
    return FaultPlan(faults, _chaos(located, content.chaos), wires)


def _fault(located: Located, steps: Steps, entry: _FaultEntry) -> Fault:
    if not entry.answers:
        raise _wrong(located, (*steps, "answers"), "faults.no-answers")
    for number, name in enumerate(entry.operations or ()):
        if name not in OPERATIONS:
            known = ", ".join(OPERATIONS)
            raise _wrong(located, (*steps, "operations", number), "faults.unknown-operation", value=name, known=known)
    plans = _plans(located, (*steps, "answers"), entry.answers)
    target = FaultTarget(entry.operations, entry.document, entry.messagetype, entry.receiver, entry.system)
    moment: Moment = "after" if entry.after else "before"
    return Fault(target, plans, moment, entry.lasting)


def _chaos(located: Located, entry: _Chaos | None) -> Chaos | None:
    if entry is None:
        return None
    if not 0 <= entry.rate <= 1:
        raise _wrong(located, ("chaos", "rate"), "faults.bad-rate", value=entry.rate)
    if not entry.answers:
        raise _wrong(located, ("chaos", "answers"), "faults.no-answers")
    return Chaos(entry.seed, entry.rate, _plans(located, ("chaos", "answers"), entry.answers))


def _plans(located: Located, steps: Steps, answers: Sequence[str | int]) -> tuple[AnswerPlan | None, ...]:
    return tuple(_plan(located, (*steps, number), text) for number, text in enumerate(answers))


def _plan(located: Located, steps: Steps, text: str | int) -> AnswerPlan | None:
    try:
        return step(str(text))
    except Unclear as error:
        known = ", ".join(("200…599", *STEP_WORDS))
        raise _wrong(located, steps, "faults.unclear", value=text, known=known) from error


def _wire(located: Located, steps: Steps, text: str) -> WireFault | None:
    try:
        return connection(text)
    except Unclear as error:
        known = ", ".join(CONNECTION_WORDS)
        raise _wrong(located, steps, "faults.unclear", value=text, known=known) from error


def _wrong(located: Located, steps: Steps, code: str, **parameters: object) -> ConfigurationError:
    path, line = located.place(steps)
    return ConfigurationError(code, path=path, line=line, **parameters)
