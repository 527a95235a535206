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
from harness.journal import Event, JournalBroken, Record, events_of
from harness.journal.events import AnswerSent, RequestReceived
from harness.journal.recorder import JOURNAL_FILE
from harness.journal.tail import JournalTail
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


class _Place:
    """What was read of one run: of one that goes on, what was added since is read and no more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tail = JournalTail(folder)
        self._events: list[Event] = []
        self._key: tuple[int, int] | None = None
        self._read: RunEvidence | None = None
        self._lock = threading.Lock()

    def evidence(self) -> RunEvidence:
        """Return the evidence as it is now; see `EvidenceShelf.of`."""
        key = (_changed(self._folder / REPORT_FILE), _size(self._folder / JOURNAL_FILE))
        with self._lock:
            if self._read is None or key != self._key:
                self._read, self._key = self._anew(), key
            return self._read

    def _anew(self) -> RunEvidence:
        if (self._folder / REPORT_FILE).exists():
            source = source_of(self._folder, read_report(self._folder))
            return RunEvidence(self._folder, source, source.record, tuple(findings_of(source.report)))
        try:
            while news := self._tail.news():
                self._events += news
        except JournalBroken as error:
            raise ConfigurationError("run.broken", path=self._folder, detail=error) from error
        if not self._events:
            raise ConfigurationError("run.broken", path=self._folder, detail=JOURNAL_FILE)
        return RunEvidence(self._folder, None, Record(tuple(self._events), self._folder))


class EvidenceShelf:
    """Reads the evidence of runs, and keeps what was read as long as it is asked for."""

    def __init__(self) -> None:
        self._places: OrderedDict[Path, _Place] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, folder: Path) -> RunEvidence:
        """Return the evidence of a run.

        Raises:
            ConfigurationError: there is none, or it cannot be read.
        """
        with self._lock:
            place = self._places.setdefault(folder, _Place(folder))
            self._places.move_to_end(folder)
            while len(self._places) > _KEPT:
                self._places.popitem(last=False)
        return place.evidence()


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
