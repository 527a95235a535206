"""Writing the journal: one line per event, flushed at once, so that a killed run keeps what happened."""

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import msgspec

from harness.journal.bodies import BLOB_FOLDER, is_kept, write_body
from harness.journal.chain import FIRST, link, written
from harness.journal.event import Event, JournalLine, in_envelope
from harness.journal.events import EvidenceFull, Fact, fact_of, kind_of
from harness.journal.large_answers import lightened
from harness.journal.redaction import Redactor
from harness.vietnam_time import VIETNAM as VIETNAM

JOURNAL_FILE = "journal.jsonl"

F = TypeVar("F", bound=Fact)


class Recorder(Protocol):
    """What a room needs in order to leave evidence."""

    def record(self, what: F, *, scenario: str | None = None) -> Event[F]:
        """Append one event and return it."""
        ...

    def blob(self, content: bytes) -> str:
        """Keep `content` and return its SHA-256 in hex; events refer to it by that name."""
        ...

    def keep(self, content: bytes) -> str | None:
        """Keep `content`, which came from a peer, as `blob` does; None when what a run may receive is used up."""
        ...

    def holds_secret(self, content: bytes) -> bool:
        """Return whether `content` holds a secret of this run; what is recorded has it concealed."""
        ...


class Journal:
    """The journal of one run, in a folder of its own. Safe to use from several threads.

    Attributes:
        failure: why it could not be written to the end, as on a full disk; None while it can.
    """

    failure: OSError | None = None

    def __init__(self, directory: Path, *, secrets: tuple[str, ...] = (), most: int | None = None) -> None:
        """Start a journal in `directory`, which must not hold one yet.

        Args:
            directory: of the run.
            secrets: to be concealed.
            most: bytes of what peers send that are kept; None for any number.

        Raises:
            FileExistsError: the directory has a journal.
            ValueError: a secret is too short to be concealed.
        """
        self._concealer = Redactor()
        for secret in secrets:
            self._concealer.add(secret)
        self._blobs = directory / BLOB_FOLDER
        self._blobs.mkdir(parents=True, exist_ok=True)
        self._file = (directory / JOURNAL_FILE).open("xb")
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._seq = 0
        self._first: str | None = None
        self._last = FIRST
        self._digest = hashlib.sha256()
        self._listeners: list[Callable[[Event], None]] = []
        self._most = most
        self._received = 0
        self._said_full = False

    @property
    def sha256(self) -> str:
        """SHA-256 in hex over everything written so far."""
        return self._digest.hexdigest()

    @property
    def ends(self) -> Mapping[str, Any]:
        """Number of `events` written so far, hashes of the `first` and the `last` one, None where there is none."""
        with self._lock:
            return {"events": self._seq, "first": self._first, "last": self._last if self._seq else None}

    def conceal(self, secret: str) -> None:
        """Keep `secret` out of everything written from now on.

        Raises:
            ValueError: it is too short to be concealed.
        """
        self._concealer.add(secret)

    def holds_secret(self, content: bytes) -> bool:
        """Return whether `content` holds a secret of this run."""
        return self._concealer.holds(content)

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with every event from now on, in the thread that records it."""
        self._listeners.append(listener)

    def record(self, what: F, *, scenario: str | None = None) -> Event[F]:
        """Append one event, flush it and return it, as it was written.

        Args:
            what: what happened; what JSON cannot say is said in text.
            scenario: id of the scenario that caused it.

        Raises:
            OSError: it cannot be written; the journal is closed, as nothing may follow half a line.
            ValueError: the journal is closed, or a member is not of its type.
        """
        kind = self._concealer.value(kind_of(what))
        members = self._concealer.value(what.members())
        said = fact_of(kind, members)
        data = lightened(kind, members, self._keep_concealed)
        with self._lock:
            fields = {
                "seq": self._seq,
                "at": datetime.now(VIETNAM).isoformat(timespec="milliseconds"),
                "elapsed": round(time.monotonic() - self._began, 6),
                "kind": kind,
                "data": data,
                "scenario": self._concealer.value(scenario),
                "prev": self._last,
            }
            line = JournalLine(**fields, hash=link(fields))
            self._append(written(msgspec.to_builtins(line)) + b"\n")
            self._seq += 1
            self._first = self._first or line.hash
            self._last = line.hash
        event = cast("Event[F]", in_envelope(line, said, members))
        for listener in self._listeners:
            listener(event)
        return event

    def _append(self, line: bytes) -> None:
        try:
            self._file.write(line)
            self._file.flush()
            self._digest.update(line)
        except OSError as error:
            self._abandon()
            self.failure = OSError(error.errno, error.strerror, self._file.name)
            raise self.failure from error

    def _abandon(self) -> None:
        # Closing flushes what is still buffered, which fails again on the same full disk.
        with contextlib.suppress(OSError):
            self._file.close()

    def blob(self, content: bytes) -> str:
        """Keep `content`, secrets concealed, under its SHA-256 and return that name in hex.

        What is kept already was searched for secrets then.
        """
        known = hashlib.sha256(content).hexdigest()
        if is_kept(self._blobs, known):
            return known
        return write_body(self._blobs, self._concealer.bytes(content))

    def _keep_concealed(self, content: bytes) -> str:
        return write_body(self._blobs, content)

    def keep(self, content: bytes) -> str | None:
        """Keep `content`, which came from a peer; None when it does not fit into what a run may receive.

        The journal says so, once: of what comes later the events have only digests.
        """
        with self._lock:
            full = self._most is not None and self._received + len(content) > self._most
            self._received += 0 if full else len(content)
            tell, self._said_full = full and not self._said_full, self._said_full or full
        if tell:
            self.record(EvidenceFull(limit=self._most, kept=self._received))
        return None if full else self.blob(content)

    def close(self) -> None:
        """Write everything to disk and end the journal; closing twice is harmless."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
