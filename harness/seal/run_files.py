"""What a report is made from: report.json, run.json and the journal of one run directory."""

import json
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.catalogue.errors import ConfigurationError
from harness.journal import Event, JournalBroken, Record, events_of, read_record
from harness.journal.events import RunStarted

REPORT_FILE = "report.json"
RUN_FILE = "run.json"
SCHEMA = "lienthong.report/1"
RUNS = "runs"
_LARGEST = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """One run, as read.

    Attributes:
        directory: the run directory.
        report: report.json; members may be absent.
        facts: run.json, empty when there is none.
        record: the journal, None when it is missing or broken; the seal says which, the report does without.
    """

    directory: Path
    report: Mapping[str, Any]
    facts: Mapping[str, Any]
    record: Record | None

    @property
    def run_id(self) -> str:
        """The run's id."""
        return str(self.report.get("run_id") or self.facts.get("run_id") or self.directory.name)

    @property
    def name(self) -> str:
        """What a command of this project calls the run; never an absolute path, which would be this machine's."""
        own = self.directory.resolve()
        return f"{own.parent.name}/{own.name}" if own.parent.name == RUNS else own.name

    def fact(self, name: str) -> Any:
        """Return a member of the report, else of run.json, else None."""
        value = self.report.get(name)
        return self.facts.get(name) if value is None else value

    def part(self, name: str) -> Mapping[str, Any]:
        """Return an object of the report, completed by the one of the same name in run.json."""
        parts = [part for part in (self.facts.get(name), self.report.get(name)) if isinstance(part, Mapping)]
        return {key: value for part in parts for key, value in part.items()}

    @property
    def start(self) -> RunStarted | None:
        """What the journal says of the run's start, None when it does not."""
        events = self.record.events if self.record else ()
        return next((event.what for event in events_of(events, RunStarted)), None)

    def event(self, number: Any) -> Event | None:
        """Return the event with this number, or None when the journal does not have it."""
        events = self.record.events if self.record else ()
        if not isinstance(number, int):
            return None
        place = bisect_left(events, number, key=lambda event: event.seq)
        return events[place] if place < len(events) and events[place].seq == number else None

    def blob(self, name: Any) -> bytes | None:
        """Return a kept body, or None when it is missing or not what its name says."""
        if self.record is None or not isinstance(name, str):
            return None
        try:
            return self.record.blob(name)
        except JournalBroken:
            return None


def read_report(directory: Path) -> Mapping[str, Any]:
    """Read report.json of a run directory.

    Raises:
        ConfigurationError: there is none, or it is not a report of a schema that is known.
    """
    path = directory / REPORT_FILE
    report = _object(path)
    if report.get("schema") != SCHEMA:
        raise ConfigurationError("report.unknown-schema", path=path, schema=report.get("schema"), known=SCHEMA)
    return report


def source_of(directory: Path, report: Mapping[str, Any]) -> Source:
    """Gather what the report of a run is made from.

    Args:
        directory: the run directory; run.json and the journal are read from it where they exist.
        report: the content of report.json.

    Raises:
        ConfigurationError: run.json is not JSON.
    """
    facts = _object(directory / RUN_FILE) if (directory / RUN_FILE).exists() else {}
    try:
        record = read_record(directory)
    except JournalBroken:
        record = None
    return Source(directory, report, facts, record)


def _object(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigurationError("file.too-large", path=path, limit=_LARGEST)
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationError("report.no-run", path=path, detail=error.strerror) from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError("report.not-json", path=path, detail=error) from error
    if not isinstance(content, dict):
        raise ConfigurationError("report.not-json", path=path, detail=type(content).__name__)
    return content


def objects(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects in a list of the report; anything else is left out."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []
