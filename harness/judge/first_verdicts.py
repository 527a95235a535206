"""The verdict of a scenario at the moment it ends, while its run goes on: for live display, not for the report.

The report judges the whole record, and later events may change these verdicts: a document may be undone, duplicated or
lost.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from harness.catalogue.profiles import Profile
from harness.crypto.chains.trust import Trust
from harness.expectations.evidence import Evidence
from harness.journal import Event
from harness.journal.bodies import BLOB_FOLDER, read_body
from harness.journal.events import RunStarted, ScenarioFinished
from harness.judge.package_inspector import PackageInspector
from harness.judge.report_schema import ScenarioEntry
from harness.judge.scenarios import judge_scenario
from harness.judge.verdicts import first_entry


class FirstVerdicts:
    """Follows the events of a run and says of each scenario that ends what it comes to by then."""

    def __init__(self, profile: Profile, directory_of: Callable[[str], Path]) -> None:
        """Be ready to follow a run.

        Args:
            profile: what the run is judged by.
            directory_of: where a run is recorded, by its id.
        """
        self._profile = profile
        self._directory_of = directory_of
        self._evidence = Evidence()
        self._claims: dict[str, tuple[str, ...]] = {}

    def add(self, event: Event) -> ScenarioEntry | None:
        """Take in the next event; return the entry of the scenario that ends with it, if one does."""
        if isinstance(event.what, RunStarted):
            self._began(event.what)
        self._evidence.add(event)
        if not isinstance(event.what, ScenarioFinished) or event.scenario is None:
            return None
        own = [one for one in self._evidence.events if one.scenario == event.scenario]
        outcome = judge_scenario(own, self._evidence)
        return first_entry(self._profile, event.scenario, self._claims.get(event.scenario, ()), outcome)

    def _began(self, start: RunStarted) -> None:
        blob = partial(read_body, self._directory_of(start.run_id) / BLOB_FOLDER)
        self._evidence.inspector = PackageInspector(self._profile, blob, Trust.from_data(start.trust))
        self._claims = {planned.id: planned.requirements for planned in start.scenarios}
