"""Findings of a run that still goes on: what is recorded so far is judged from time to time in the background."""

import multiprocessing
import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.journal import events_of, read_record
from harness.journal.events import ScenarioFinished
from harness.journal.reader import JournalBroken
from harness.report.agreement import judged, recorded_profile

_LEAST = 8.0  # seconds between two judgements
_SPARED = 4.0  # the pause after a judgement, as a multiple of how long it took
_NICE = 10
_LOOK_UP = 2.0  # seconds between two looks of the worker whether the console is still there
_FORGOTTEN = 24


@dataclass(frozen=True, slots=True)
class FirstFinding:
    """A finding as seen so far: the judgement at the end counts, and may say otherwise."""

    requirement: str
    code: str
    severity: str
    message: Mapping[str, str]


@dataclass(slots=True)
class _Look:
    found: tuple[FirstFinding, ...] = ()
    done: int = -1
    next: float = 0.0
    began: float = 0.0
    pending: "Future[tuple[FirstFinding, ...]] | None" = field(default=None, repr=False)


class FirstFindings:
    """Judges what runs have recorded so far, one at a time, in a process of low priority."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._looks: dict[Path, _Look] = {}
        self._lock = threading.Lock()

    def of(self, folder: Path, done: int) -> tuple[FirstFinding, ...]:
        """Return what was found so far, and have it looked again where there is more to judge.

        Args:
            folder: of the run.
            done: how many of its scenarios are over.
        """
        with self._lock:
            look = self._looks.setdefault(folder, _Look())
            if look.pending is not None and look.pending.done():
                self._take(look, look.pending)
            if look.pending is None and done not in {0, look.done} and time.monotonic() >= look.next:
                look.done, look.began = done, time.monotonic()
                look.pending = self._worker().submit(findings_so_far, folder)
            while len(self._looks) > _FORGOTTEN:
                self._looks.pop(next(iter(self._looks)))
            return look.found

    def close(self) -> None:
        """Look no more."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)

    def _take(self, look: _Look, ended: "Future[tuple[FirstFinding, ...]]") -> None:
        look.pending = None
        look.next = time.monotonic() + max(_LEAST, _SPARED * (time.monotonic() - look.began))
        if ended.exception() is None:
            look.found = ended.result()
        else:
            self._pool = None  # its process is gone; the next judgement gets another

    def _worker(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin_worker, initargs=(os.getpid(),))
        return self._pool


def _begin_worker(console: int) -> None:
    """Run at low priority, and end with the console, even when that is killed."""
    os.nice(_NICE)

    def watch() -> None:
        while os.getppid() == console:
            time.sleep(_LOOK_UP)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def findings_so_far(folder: Path) -> tuple[FirstFinding, ...]:
    """Judge what a run has recorded so far; only scenarios that are over count, and nothing that waits for the end."""
    try:
        record = read_record(folder)
        judgement = judged(recorded_profile(folder), record)
    except (ConfigurationError, JournalBroken):
        return ()
    over = {event.scenario for event in events_of(record.events, ScenarioFinished)}
    return tuple(
        FirstFinding(one.requirement, one.code, str(one.severity), {"vi": one.message.vi, "en": one.message.en})
        for scenario in judgement.scenarios
        if scenario.id in over
        for one in scenario.findings
    )
