"""Whether a candidate was alive when something was expected of it (the readings of the catalogue, "Alive").

A candidate whose driver answers is alive, also when the wire is silent. Where the requirement itself says that the
next document is served, or that a call is given up and repeated, a candidate that is dead now has failed: it was alive
before the stimulus. Silence that began before a scenario's stimulus is never charged to it.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from harness.catalogue.findings import Finding
from harness.expectations.assessment import Assessment, Broken, Pending
from harness.expectations.evidence import Evidence
from harness.journal import Event, events_of
from harness.journal.events import DriverCalled, FaultPlaced, HubDown, HubProbed, Stimulus, WindowClosed

# Requirements that are about living on.
_LIVING_ON = frozenset({"RCV-06", "RCV-07", "RTY-04", "RTY-09", "RTY-12", "RTY-13", "SEC-02", "SEC-03", "SEC-08"})
# What a scenario does to a candidate.
_DONE_TO_IT = (Stimulus, FaultPlaced, HubDown, DriverCalled)
# Poll intervals without a request after which a candidate counts as silent.
_INTERVALS = 5


class _Stated(Protocol):
    @property
    def role(self) -> str: ...
    @property
    def requirement(self) -> str: ...
    @property
    def assessment(self) -> Assessment: ...
    @property
    def event(self) -> Event: ...


def owes_life(found: Finding) -> bool:
    """Tell whether a finding is against a requirement that is itself about living on."""
    return found.requirement in _LIVING_ON


def silent_before(events: Sequence[Event], evidence: Evidence) -> bool:
    """Tell whether the candidate had fallen silent before the scenario did anything to it, and stayed so.

    Args:
        events: the scenario's, in order.
        evidence: the whole run.
    """
    closed = next((event for event in events_of(events, WindowClosed)), events[-1])
    done = (event for event in events if isinstance(event.what, _DONE_TO_IT) and event.seq < closed.seq)
    began = next(done, events[0])
    if any(began.seq < one.request.seq < closed.seq for one in evidence.exchanges):
        return False
    return evidence.silent_before(began, silence_of(evidence))


def silence_of(evidence: Evidence) -> float:
    """Return the seconds without a request after which the candidate counts as silent."""
    times = evidence.start.times if evidence.start else {}
    interval, give_up, reaction = (float(times.get(name, 0.0)) for name in ("poll_interval", "give_up", "reaction"))
    return _INTERVALS * interval + give_up + reaction


def hub_out_of_reach(evidence: Evidence, closed: Event) -> bool:
    """Tell whether the harness itself could not reach its hub when the time of a scenario was over."""
    probes = [one for one in evidence.events_of(HubProbed) if one.seq > closed.seq]
    return bool(probes) and not probes[0].what.reachable


def lifeless_after_provocation(
    events: Sequence[Event], unmet: Sequence[_Stated], evidence: Evidence
) -> Iterator[Finding]:
    """Yield what a requirement about living on says of a candidate that completed no good exchange after it was tried.

    Args:
        events: the scenario's, in order.
        unmet: signs of life and preconditions that did not come.
        evidence: the whole run.
    """
    provoked = next((event.seq for event in events if _provokes(event)), None)
    if provoked is None or silent_before(events, evidence):
        return
    for one in unmet:
        if one.role != "liveness" or one.requirement not in _LIVING_ON or one.event.seq < provoked:
            continue
        if isinstance(one.assessment, Pending):
            yield one.assessment.finding
        elif isinstance(one.assessment, Broken):
            yield from one.assessment.findings


def _provokes(event: Event) -> bool:
    return isinstance(event.what, FaultPlaced | HubDown) or (isinstance(event.what, Stimulus) and not event.what.good)
