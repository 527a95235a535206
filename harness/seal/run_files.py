"""What a report is made from: report.json, run.json and the journal of one run directory."""

import json
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.journal import Event, JournalBroken, Record, events_of, read_record
from harness.journal.events import RunStarted
from harness.judge.report_schema import Judgement, decoded
from harness.seal.laboratory import LaboratoryIdentity

REPORT_FILE = "report.json"
RUN_FILE = "run.json"
SCHEMA = "lienthong.report/1"
RUNS = "runs"
_LARGEST = 256 * 1024 * 1024


class RunProfile(msgspec.Struct, frozen=True):
    """Which profile a run was made by, and under which name or path it was found."""

    id: str = ""
    sha256: str = ""
    source: str = ""


class RunFile(msgspec.Struct, frozen=True):
    """The part of run.json that is read again; what is missing is empty.

    Attributes:
        source: the candidate: path of its declaration, `reference`, or `reference:<defect>`.
        seed: of the blind data.
        laboratory: who tested.
    """

    source: str = ""
    seed: int = 0
    profile: RunProfile = RunProfile()
    laboratory: LaboratoryIdentity | None = None


class _SchemaOf(msgspec.Struct, frozen=True):
    """What is read of report.json first."""

    schema: object = None


@dataclass(frozen=True, slots=True)
class Source:
    """One run, as read.

    Attributes:
        directory: the run directory.
        report: report.json.
        facts: run.json.
        record: the journal, None when it is missing or broken; the report is made without it then.
    """

    directory: Path
    report: Judgement
    facts: RunFile
    record: Record | None

    @property
    def name(self) -> str:
        """The name of the run in command lines; never an absolute path, which is valid on this machine only."""
        own = self.directory.resolve()
        return f"{own.parent.name}/{own.name}" if own.parent.name == RUNS else own.name

    @property
    def start(self) -> RunStarted | None:
        """The start of the run in the journal, None where it is missing."""
        events = self.record.events if self.record else ()
        return next((event.what for event in events_of(events, RunStarted)), None)

    def event(self, number: int | None) -> Event | None:
        """Return the event with this number, or None when the journal does not have it."""
        events = self.record.events if self.record else ()
        if number is None:
            return None
        place = bisect_left(events, number, key=lambda event: event.seq)
        return events[place] if place < len(events) and events[place].seq == number else None

    def blob(self, name: str | None) -> bytes | None:
        """Return a kept body, or None when it is missing or does not match its name."""
        if self.record is None or name is None:
            return None
        try:
            return self.record.blob(name)
        except JournalBroken:
            return None


def read_report(directory: Path) -> Judgement:
    """Read report.json of a run directory.

    Raises:
        ConfigurationError: there is none, or it is not a report of the schema that is known.
    """
    path = directory / REPORT_FILE
    content = _content(path)
    try:
        head = msgspec.json.decode(content, type=_SchemaOf)
        if head.schema != SCHEMA:
            raise ConfigurationError("report.unknown-schema", path=path, schema=head.schema, known=SCHEMA)
        return decoded(content)
    except msgspec.ValidationError as error:
        code = "report.unreadable" if content.lstrip().startswith(b"{") else "report.not-json"
        raise ConfigurationError(code, path=path, detail=error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError("report.not-json", path=path, detail=error) from error


def read_run_file(directory: Path) -> RunFile:
    """Read run.json of a run directory.

    Raises:
        ConfigurationError: there is none, or it is not what a run writes.
    """
    path = directory / RUN_FILE
    try:
        # msgspec would refuse half a surrogate pair, which must not keep a run from being shown.
        return msgspec.convert(json.loads(_content(path)), RunFile)
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        raise ConfigurationError("report.not-json", path=path, detail=error) from error


def source_of(directory: Path, report: Judgement, record: Record | None = None) -> Source:
    """Gather what the report of a run is made from.

    Args:
        directory: the run directory; run.json and the journal are read from it where they exist.
        report: the content of report.json.
        record: of the run, where it was read already.

    Raises:
        ConfigurationError: run.json is not what a run writes.
    """
    facts = read_run_file(directory) if (directory / RUN_FILE).exists() else RunFile()
    return Source(directory, report, facts, record or intact_record(directory))


def intact_record(directory: Path) -> Record | None:
    """Return the record of a run; None where it is missing or broken."""
    try:
        return read_record(directory)
    except JournalBroken:
        return None


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigurationError("file.too-large", path=path, limit=_LARGEST)
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError("report.no-run", path=path, detail=error.strerror) from error
