"""What all scenarios of a run share; the engine provides it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from harness.catalogue.candidate import Times
from harness.catalogue.profiles import Profile
from harness.crypto.chains.trust import Trust
from harness.crypto.testpki.pki import Pki
from harness.drivers.recorded import RecordedDriver
from harness.drivers.views import ViewRequest
from harness.expectations import Expectation
from harness.expectations.evidence import Evidence
from harness.hub.canary import Canary
from harness.hub.faults import Faults
from harness.hub.server import HubServer
from harness.hub.service import Hub
from harness.journal import Event, Journal, Recorder
from harness.scenarios.isolation import Isolation
from harness.scenarios.testdata import Peer, SeededData


class PreconditionFailed(Exception):
    """A precondition of the rest of a scenario was not met; the journal says so, and the scenario ends."""


class Unplayable(Exception):
    """A scenario does not apply to this run; `reason` is the key of the sentence that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Waits(Protocol):
    """How a scenario waits; the engine provides it."""

    async def until(self, expectation: Expectation, requirement: str, limit: float) -> bool:
        """Wait until the expectation is met (True), or broken or out of time (False)."""
        ...

    async def settled(self, expectations: list[tuple[Expectation, str]], limit: float) -> bool:
        """Wait until none of the expectations is pending; False when the time ran out before."""
        ...

    async def life(self, since: Event, limit: float) -> bool:
        """Wait until the candidate makes a request after `since` that the hub serves; False when none came in time."""
        ...

    async def pause(self, seconds: float) -> None:
        """Let time pass."""
        ...

    async def keep_time(self, recorder: Recorder) -> None:
        """While the task runs, exclude stalls of the harness from every wait."""
        ...

    @property
    def pace(self) -> float:
        """How many times slower this machine is now than the one on which the limits were chosen; never below 1."""
        ...

    def wanted_views(self) -> frozenset[str]:
        """Return the driver commands whose answers a wait needs now."""
        ...

    def view_requests(self) -> tuple[ViewRequest, ...]:
        """Return what the waits need to see now, document by document."""
        ...


@dataclass(frozen=True, slots=True)
class RunContext:
    """What all scenarios of a run share.

    Attributes:
        endpoint: url of the hub, for the candidate.
        canary: an address that no correct candidate calls.
        pki: made for this run; the candidate is configured to trust it.
        trust: what signatures of this run are judged by, in addition to the profile's anchors.
        peers: the agencies that the harness plays, by role.
        agency: the candidate's agency.
        capabilities: what the candidate declares.
        concurrency: how many scenarios of an isolation run at the same time; the candidate gets the work of all of
        them.
        configuration: arguments of the command `configure`, as sent to the candidate at the start.
    """

    hub: Hub
    server: HubServer
    faults: Faults
    endpoint: str
    canary: Canary
    driver: RecordedDriver
    journal: Journal
    evidence: Evidence
    waits: Waits
    profile: Profile
    times: Times
    pki: Pki
    trust: Trust
    testdata: SeededData
    peers: Mapping[str, Peer]
    agency: Peer
    capabilities: frozenset[str]
    concurrency: Mapping[Isolation, int]
    configuration: Mapping[str, Any]
