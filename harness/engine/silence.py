"""Notices at once that a candidate has stopped calling, and asks it once to begin again."""

import anyio

from harness.catalogue.candidate import Times
from harness.drivers.protocol import DriverError, DriverLost
from harness.expectations.evidence import Evidence
from harness.hub.faults import Faults
from harness.journal import Event, Journal
from harness.journal.events import CandidateBack, CandidateRevived, CandidateSilent, HubDown, HubUp
from harness.judge.life import silence_of
from harness.scenarios.run_context import RunContext

_BEAT = 0.25  # seconds
_LIMIT = 10.0


class SilenceWatch:
    """Measures how long the candidate has made no request although nothing prevents it."""

    def __init__(self, evidence: Evidence, journal: Journal, faults: Faults, times: Times) -> None:
        self._evidence = evidence
        self._journal = journal
        self._faults = faults
        self._times = times
        self._began: Event | None = None
        self._revived = -1

    @property
    def silent(self) -> bool:
        """Whether the candidate is silent now."""
        return self._began is not None

    async def watch(self) -> None:
        """Record, for as long as the task lives, when the candidate falls silent and when it calls again."""
        quiet = 0.0
        calls = len(self._evidence.exchanges)
        while True:
            await anyio.sleep(_BEAT)
            called = len(self._evidence.exchanges) != calls
            calls = len(self._evidence.exchanges)
            quiet = 0.0 if called or self._kept_from_it() else quiet + _BEAT
            if called and self._began is not None:
                self._journal.record(CandidateBack(since=self._began.seq))
                self._began = None
            elif self._began is None and quiet > silence_of(self._evidence):
                self._began = self._journal.record(CandidateSilent(seconds=round(quiet, 1)))

    async def revived(self, run: RunContext) -> bool:
        """Configure a silent candidate again, once for each silence; say whether it calls again."""
        if self._began is None or self._evidence.served_after(self._began.seq):
            return True
        if self._revived == self._began.seq:
            return False
        self._revived = self._began.seq
        asked = run.journal.record(CandidateRevived(since=self._began.seq))
        try:
            await run.driver.call("configure", run.configuration, _LIMIT + self._times.give_up)
        except (DriverError, DriverLost):
            return False  # the record has it
        return await run.waits.life(asked, 2 * self._times.poll_interval + self._times.reaction)

    def _kept_from_it(self) -> bool:
        """Return whether a fault is in force, or the hub is down: then silence may be correct."""
        downs, ups = len(self._evidence.events_of(HubDown)), len(self._evidence.events_of(HubUp))
        return downs > ups or not self._faults.quiet
