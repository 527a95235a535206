"""Events of the whole run: how it began and ended, what the machine and the laboratory had to do with it."""

from typing import Any, ClassVar

import msgspec

from harness.journal.events.fact import Fact, FactPart


class PlannedScenario(FactPart, frozen=True):
    """A scenario that is to be played, and the requirements that it claims."""

    id: str
    requirements: tuple[str, ...] = ()


class PeerForm(FactPart, frozen=True):
    """The two identifiers of an agency that the harness plays."""

    organ_id: str
    code102: str = ""


class RecordedClock(FactPart, frozen=True):
    """Whether the machine's clock is kept right, and how many seconds it may be wrong; None where it does not say."""

    synchronised: bool | None = None
    error: float | None = None


class RunStarted(Fact, frozen=True, kw_only=True):
    """A run begins.

    Attributes:
        run_id: of the run.
        seed: of the blind data.
        numbering: of their numbers alone.
        harness: name, version, Python, and what the last whole self-test showed.
        profile: id, version and digest.
        candidate: the declaration, without secrets.
        driver: kind of the driver.
        capabilities: as declared.
        organs: OrganIds of the candidate's own agencies.
        only: requirements that the run is narrowed to, None for all.
        scenarios: that are to be played.
        times: as declared, in seconds, by name.
        endpoint: of the hub.
        peers: agencies that the harness plays.
        trust: certificates by which signatures are judged, by use.
        clock: of the machine.
    """

    kind: ClassVar[str] = "run.started"
    omitted: ClassVar[frozenset[str]] = frozenset({"endpoint", "clock"})

    run_id: str
    seed: int
    numbering: int = 0
    harness: dict[str, Any]
    profile: dict[str, Any]
    candidate: dict[str, Any]
    driver: str
    capabilities: tuple[str, ...]
    organs: tuple[str, ...]
    only: tuple[str, ...] | None
    scenarios: tuple[PlannedScenario, ...]
    times: dict[str, float]
    endpoint: str | None = None
    peers: tuple[PeerForm, ...] = ()
    trust: dict[str, Any] = msgspec.field(default_factory=dict)
    clock: RecordedClock | None = None


class RunFinished(Fact, frozen=True):
    """A run is over, and why; `clock` is that of the machine."""

    kind: ClassVar[str] = "run.finished"
    omitted: ClassVar[frozenset[str]] = frozenset({"clock"})

    reason: str
    clock: RecordedClock | None = None


class RunUnsettled(Fact, frozen=True):
    """What another run left in the candidate's queue did not leave it in time; `queued` is how much that is."""

    kind: ClassVar[str] = "run.unsettled"

    queued: int


class RecordedTrouble(FactPart, frozen=True):
    """Something that is in the way of a run; a `note` does not."""

    code: str
    kind: str = ""
    note: bool = False
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)


class RecordedCheck(FactPart, frozen=True):
    """One check before a run: `state` in a stable word, `facts` to be shown."""

    id: str
    state: str
    facts: str = ""
    troubles: tuple[RecordedTrouble, ...] = ()


class PreflightChecked(Fact, frozen=True):
    """What was looked at before the run."""

    kind: ClassVar[str] = "preflight"

    checks: tuple[RecordedCheck, ...] = ()


class OperatorAwaited(Fact, frozen=True):
    """The candidate is waited for, for `seconds` at most, until it calls for the first time."""

    kind: ClassVar[str] = "operator.waiting"

    seconds: float


class HarnessStalled(Fact, frozen=True):
    """The harness itself was stalled for `seconds` until now."""

    kind: ClassVar[str] = "harness.stalled"

    seconds: float


class PaceMeasured(Fact, frozen=True):
    """Work takes `factor` times as long here and now as where the grants for it were found."""

    kind: ClassVar[str] = "pace"

    factor: float


class LaboratoryNamed(Fact, frozen=True):
    """A laboratory's key will seal this run: the token drawn for it, and the fingerprint of the `key`."""

    kind: ClassVar[str] = "laboratory"

    token: str
    key: str


RUN: tuple[type[Fact], ...] = (
    RunStarted,
    RunFinished,
    RunUnsettled,
    PreflightChecked,
    OperatorAwaited,
    HarnessStalled,
    PaceMeasured,
    LaboratoryNamed,
)
