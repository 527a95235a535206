"""What a run left on disk, read for its pages; the last few runs that were opened are cached."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.finding_entry import FindingEntry
from harness.console.runs.run_outcome import findings_of
from harness.journal import Event, JournalBroken, Record, events_of, read_record
from harness.journal.events import AnswerSent, RequestReceived
from harness.report.sequence import SequenceDiagrams
from harness.seal.run_files import REPORT_FILE, Source, read_report, source_of

_KEPT = 4
_BODIES = ("body", "package", "blob")


@dataclass(frozen=True)
class RunEvidence:
    """The evidence of one run.

    Attributes:
        directory: of the run.
        judged: report, run.json and record; None where nothing is judged yet.
        kept: the record, None where it is missing or not what was written.
        findings: with their scenarios; their numbers count from 1.
    """

    directory: Path
    judged: Source | None
    kept: Record | None
    findings: Sequence[tuple[str, FindingEntry]] = field(default_factory=tuple)

    @property
    def record(self) -> Record:
        """The record.

        Raises:
            ConfigurationError: it is missing or not what was written.
        """
        if self.kept is None:
            raise ConfigurationError("run.broken", path=self.directory, detail="journal.jsonl")
        return self.kept

    @property
    def source(self) -> Source:
        """Report, run.json and record.

        Raises:
            ConfigurationError: nothing is judged yet.
        """
        if self.judged is None:
            raise ConfigurationError("console.not-judged")
        return self.judged

    @cached_property
    def pictures(self) -> SequenceDiagrams:
        """The record, indexed for pictures."""
        return SequenceDiagrams(self.record.events)

    def body(self, event: Event) -> bytes | None:
        """Return the body that an event keeps, None where it keeps none."""
        for key in _BODIES:
            kept = event.members.get(key)
            name = kept.get("blob") if isinstance(kept, Mapping) else kept
            if isinstance(name, str):
                try:
                    return self.record.blob(name)
                except JournalBroken:
                    continue
        return None

    def partner(self, event: Event) -> Event | None:
        """Return the answer to a request, or the request of an answer."""
        match event.what:
            case AnswerSent(request=asked):
                return self.record.events[asked] if 0 <= asked < event.seq else None
            case RequestReceived():
                later = events_of(self.record.events[event.seq + 1 :], AnswerSent)
                return next((one for one in later if one.what.request == event.seq), None)
        return None


class EvidenceShelf:
    """Reads the evidence of runs, and keeps what was read as long as it is asked for."""

    def __init__(self) -> None:
        self._read: OrderedDict[tuple[Path, int, int], RunEvidence] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, folder: Path) -> RunEvidence:
        """Return the evidence of a run.

        Raises:
            ConfigurationError: there is none, or it cannot be read.
        """
        key = (folder, _changed(folder / REPORT_FILE), _size(folder / "journal.jsonl"))
        with self._lock:
            if key not in self._read:
                self._read[key] = _evidence(folder)
            self._read.move_to_end(key)
            while len(self._read) > _KEPT:
                self._read.popitem(last=False)
            return self._read[key]


def _evidence(folder: Path) -> RunEvidence:
    if (folder / REPORT_FILE).exists():
        source = source_of(folder, read_report(folder))
        return RunEvidence(folder, source, source.record, tuple(findings_of(source.report)))
    try:
        return RunEvidence(folder, None, read_record(folder))
    except JournalBroken as error:
        raise ConfigurationError("run.broken", path=folder, detail=error) from error


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
